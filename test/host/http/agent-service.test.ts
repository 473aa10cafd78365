/** An agent collects at a pharmacy whose line to NHI is HTTP (eq. 18, 19). */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentPhases, EpochVerifier, Pharmacy, seededRng, type World } from '../../../host/index.js';
import { agentWorld } from '../../support/agent-world.js';
import { NhiService } from '../../support/nhi-service.js';
import { type OpenApiDocument, undeclared } from '../../support/openapi-answers.js';

const SEED = 20250713;
let world: World;
let service: NhiService;

beforeAll(async () => {
  world = await agentWorld(SEED);
  service = await NhiService.start({ world });
});
afterAll(() => service.stop());

it('is warranted, collects once, and every answer is as declared', async () => {
  const { input, clock, curve } = world;
  const client = await service.client({ role: 'pharmacy', id: input.pharmacy.id });
  const { groupKeys, ...nhiKeys } = await client.publicKeys();
  const issuerKey = nhiKeys.signatureKey;
  const pharmacy = await Pharmacy.open({
    pharmacyId: input.pharmacy.id,
    nhi: client.door('pharmacy'),
    nhiKeys,
    verifier: new EpochVerifier({ curve, issuerKey, clock, published: () => groupKeys }),
    clock,
    rng: seededRng(SEED, 'pharmacy over http'),
  });
  world = { ...world, pharmacy };
  for (const phase of agentPhases()) {
    const result = await phase.run(world);
    expect(result.ok, `${phase.name}: ${'reason' in result ? result.reason : ''}`).toBe(true);
  }
  const asked = new Set(service.answers.filter(({ status }) => status === 200).map(({ path }) => path));
  expect([...asked]).toEqual(
    expect.arrayContaining(['/v1/pharmacy/check-warrant', '/v1/pharmacy/commit-by-agent']),
  );
  const document = JSON.parse((await client.send('GET', '/openapi.json')).text) as OpenApiDocument;
  const posted = service.answers.filter(({ method }) => method === 'POST');
  expect(posted.length).toBeGreaterThan(5);
  expect(posted.map((seen) => undeclared(document, seen)).filter(Boolean)).toEqual([]);
  expect(service.errors, 'errors that were no refusals').toEqual([]);
});
