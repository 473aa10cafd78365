/** An insurer with a folder, a database and a line of its own: claims, a restart, a lost line, bad input. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addInsurerCommand, type RunningInsurer, startInsurer } from '../../../host/cli/index.js';
import { INSURERS } from '../../../host/index.js';
import { runInProcess } from '../../cli/run-in-process.js';
import { NhiService } from '../../support/nhi-service.js';
import { Scenario } from '../../support/scenario.js';

const ITEM = { item: 1, total: 5_000, diagnosis: 'J20.9' };
const place = mkdtempSync(join(tmpdir(), 'imis-insurer-'));
const folder = join(place, 'insurer');
const log: object[] = [];
let scenario: Scenario;
let service: NhiService;
let running: RunningInsurer | undefined;

beforeAll(async () => {
  scenario = await Scenario.at('submit record', { seed: 94 });
  service = await NhiService.start(scenario);
  const { key, certificate } = await service.certify({ role: 'insurer', id: INSURERS[0] });
  writeFileSync(join(place, 'i.key.pem'), key);
  writeFileSync(join(place, 'i.pem'), certificate);
  writeFileSync(join(place, 'i.authority.pem'), service.authority.certificate);
});
afterAll(async () => {
  await running?.stop();
  rmSync(place, { recursive: true });
});

const init = (data: string, nhi: string, name = 'i') =>
  runInProcess(addInsurerCommand, [
    ...['insurer', 'init', '--data', data, '--id', INSURERS[0], '--nhi', nhi],
    ...['--certificate', join(place, name)],
  ]);

async function start(): Promise<RunningInsurer> {
  const { clock } = scenario.world;
  running = await startInsurer({
    folder,
    host: '127.0.0.1',
    port: 0,
    pauseMs: 5,
    clock,
    log: (entry) => log.push(entry),
  });
  return running;
}

async function claim(item: number): Promise<void> {
  const { claimOffice, patientCard, doctorCard } = scenario.world;
  await scenario.verifyPins('patient', 'doctor');
  const claimed = await claimOffice.claim(patientCard, doctorCard, scenario.visit, INSURERS[0], {
    ...ITEM,
    item,
  });
  expect(claimed).toMatchObject({ ok: true });
}

const read = async ({ port }: RunningInsurer, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
};

describe('an insurer as a process', () => {
  it('has a folder that only its owner reads, made once', async () => {
    expect(await init(folder, service.url)).toMatchObject({ status: 0 });
    expect(statSync(join(folder, 'insurer.json')).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'keys')).mode & 0o077).toBe(0);
    expect(await init(folder, service.url)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/already/),
    });
  });

  it('pays what waits, and remembers it and its key over a restart', async () => {
    const first = await start();
    await claim(1);
    await vi.waitFor(() => expect(first.insurer.paidClaims).toHaveLength(1));
    await first.stop();
    // sealed to the key of the first run
    await claim(2);
    const second = await start();
    await vi.waitFor(() => expect(second.insurer.paidClaims).toHaveLength(2));
    expect(second.insurer.paidClaims.map(({ amount }) => amount)).toEqual([5_000, 5_000]);
    expect(await read(second, '/health')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect((await read(second, '/metrics')).text).toMatch(/^imis_claims_paid_total 1$/m);
    expect(await read(second, '/claims')).toMatchObject({
      status: 404,
      text: expect.stringMatching(/no-such-operation/),
    });
  });

  it('pays no claim twice, and says in its log neither whose nor what', async () => {
    await claim(1);
    await vi.waitFor(() => expect(log.at(-1)).toMatchObject({ claim: 'claim-spent' }));
    const text = JSON.stringify(log);
    const { pid } = scenario.visit;
    for (const secret of [Buffer.from(pid).toString('hex'), Buffer.from(pid).toString('base64'), 'J20.9']) {
      expect(text).not.toContain(secret);
    }
  });

  it('says in /health that the line is gone, and stops all the same', async () => {
    await service.stop();
    await vi.waitFor(async () => expect(await read(running!, '/health')).toMatchObject({ status: 503 }));
    await running!.stop();
    running = undefined;
    await expect(start()).rejects.toMatchObject({
      exitStatus: 3,
      message: expect.stringMatching(/can not be reached/),
    });
  });

  it('refuses bad input in one sentence', async () => {
    const elsewhere = join(place, 'elsewhere');
    expect(await init(elsewhere, 'ftp://nhi')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/wrong at nhi/),
    });
    expect(await init(elsewhere, service.url, 'none')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/certify/),
    });
    vi.stubEnv('IMIS_PASSPHRASE', 'of another insurer');
    await expect(start()).rejects.toMatchObject({ exitStatus: 2, message: expect.stringMatching(/sealed/) });
    vi.unstubAllEnvs();
    const file = join(folder, 'insurer.json');
    const good = readFileSync(file, 'utf8');
    for (const [text, why] of [
      ['{', /not JSON/],
      ['{}', /wrong at insurerId/],
      [good.replace('"nhi"', '"nih"'), /wrong at/],
    ] as const) {
      writeFileSync(file, text);
      await expect(start()).rejects.toMatchObject({ exitStatus: 2, message: expect.stringMatching(why) });
    }
  });
});
