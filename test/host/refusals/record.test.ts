/** Refusals when a record is submitted (eq. 9). Forged signatures have a file of their own. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePatientCertificate, toHex } from '../../../apdu/index.js';
import { encodeRecordDocument, type OpenVisit, seededRng } from '../../../host/index.js';
import { during, Scenario } from '../../support/scenario.js';
import { recordParts, sealRecord, submitParts } from './record-steps.js';
import { expectRefusal, expectRefused, refusalsChecked, SIGNATURE_MADE } from './refused.js';
import { TAMPERINGS } from './tampering.js';

const SEED = 15;
const OTHER_HOSPITAL = 'OTHER-0001';
const SIGNED = { changes: [SIGNATURE_MADE] };
const rng = seededRng(SEED, 'attacker');
let scenario: Scenario;
/** A visit of somebody else at the same hospital, and their pseudonym. */
let otherVisit: OpenVisit;

beforeAll(async () => {
  scenario = await Scenario.at('open visit', { seed: SEED });
  const { card } = await scenario.enrolAnother('B100000001');
  const opened = await scenario.world.hospital.openVisit(card, scenario.world.doctorCard);
  if (!opened.ok) throw new Error(opened.reason);
  otherVisit = opened.visit;
  const read = await card.readCertificate();
  if (!read.ok) throw new Error(read.reason);
  expect(toHex(decodePatientCertificate(read.data).body.pid)).toBe(toHex(otherVisit.pid));
});
afterAll(() => {
  console.log(`record: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

const documentOf = (pid: Uint8Array) => encodeRecordDocument(scenario.world.input.visit, pid);

describe('a record', () => {
  it.each(TAMPERINGS)('that was changed on its way is refused: %s', async (_what, tamper) => {
    const { hospital, doctorCard, input } = scenario.world;
    await expectRefused(scenario, { code: 'envelope-unreadable', ...SIGNED }, () =>
      during(
        scenario.hospitalLine,
        (real) => ({ submitRecord: (sealed) => real.submitRecord(tamper(sealed)) }),
        () => hospital.submitRecord(doctorCard, scenario.visit, input.visit),
      ),
    );
  });

  it('whose document is about another patient is refused', async () => {
    const parts = await recordParts(scenario, { record: documentOf(otherVisit.pid) });
    await expectRefused(scenario, { code: 'patient-mismatch' }, () => submitParts(scenario, parts));
  });

  it('for a visit of somebody else is refused, whoever the document is about', async () => {
    const { visitId } = otherVisit;
    const own = await recordParts(scenario, { signed: { visitId } });
    await expectRefused(scenario, { code: 'visit-unknown' }, () => submitParts(scenario, own));
    const { pid } = otherVisit;
    const other = await recordParts(scenario, { signed: { pid }, record: documentOf(pid) });
    await expectRefused(scenario, { code: 'visit-unknown' }, () => submitParts(scenario, other));
  });

  it('without a confirmed visit is refused', async () => {
    const parts = await recordParts(scenario, { signed: { visitId: rng.bytes(16) } });
    await expectRefused(scenario, { code: 'visit-unknown' }, () => submitParts(scenario, parts));
  });

  it('that is not the one signed is refused', async () => {
    const parts = await recordParts(scenario, { signed: { recordHash: rng.bytes(32) } });
    await expectRefused(scenario, { code: 'digest-mismatch' }, () => submitParts(scenario, parts));
  });

  it('that is no FHIR document is refused with the reason', async () => {
    for (const text of ['{]', '{}', '{"resourceType":"Bundle"}', '[]']) {
      const parts = await recordParts(scenario, { record: Buffer.from(text) });
      await expectRefused(scenario, { code: 'message-malformed', reason: /record/ }, () =>
        submitParts(scenario, parts),
      );
    }
  });

  it('that does not fit a message is refused before the doctor signs it', async () => {
    const { hospital, doctorCard, input } = scenario.world;
    const { Condition, ...entries } = input.visit.entries;
    const note = [{ text: 'n'.repeat(60_000) }];
    const long = Condition.map((entry) => ({ ...entry, resource: { ...entry.resource, note } }));
    const content = { ...input.visit, entries: { ...entries, Condition: long } };
    await expectRefused(scenario, { code: 'document-too-large', reason: /at most 60000/ }, () =>
      hospital.submitRecord(doctorCard, scenario.visit, content),
    );
  });

  it("of another hospital's doctor is refused at this door, and ours at theirs", async () => {
    const theirs = scenario.world.nhi.hospitalDoor(OTHER_HOSPITAL);
    const foreign = await recordParts(scenario, { signed: { hospitalId: OTHER_HOSPITAL } });
    await expectRefused(scenario, { code: 'hospital-mismatch' }, () => submitParts(scenario, foreign));
    await expectRefused(scenario, { code: 'visit-unknown' }, () => submitParts(scenario, foreign, theirs));
    const own = await recordParts(scenario);
    await expectRefused(scenario, { code: 'hospital-mismatch' }, () => submitParts(scenario, own, theirs));
  });

  it('whose signature is for another message is refused', async () => {
    const parts = await recordParts(scenario);
    const resealed = { ...parts, statement: { ...parts.statement, messageId: rng.bytes(16) } };
    await expectRefused(scenario, { code: 'group-signature-invalid' }, () => submitParts(scenario, resealed));
  });

  it('is taken once, however it is sent again', async () => {
    const parts = await recordParts(scenario);
    const sealed = await sealRecord(scenario, parts);
    expect((await scenario.hospitalLine.submitRecord(sealed)).ok).toBe(true);
    await expectRefused(scenario, { code: 'message-replayed' }, () =>
      scenario.hospitalLine.submitRecord(sealed),
    );
    await expectRefused(scenario, { code: 'message-replayed' }, () => submitParts(scenario, parts));
    expect(await scenario.world.nhi.records.count(scenario.visit.pid)).toBe(1);
  });
});

describe('a receipt', () => {
  it('that is not one of NHI, or for another signature, is not accepted', async () => {
    const { hospital, doctorCard, input } = scenario.world;
    const submit = () => hospital.submitRecord(doctorCard, scenario.visit, input.visit);
    const earlier = await submit();
    if (!earlier.ok) throw new Error(earlier.reason);
    for (const receipt of [earlier.receipt, { ...earlier.receipt, signature: rng.bytes(64) }]) {
      const result = await during(
        scenario.hospitalLine,
        (real) => ({
          async submitRecord(sealed) {
            const taken = await real.submitRecord(sealed);
            return taken.ok ? { ok: true, receipt } : taken;
          },
        }),
        submit,
      );
      expectRefusal(result, { code: 'answer-unverified' });
    }
  });
});
