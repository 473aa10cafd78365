/** Evidence of who signed: whole, it convinces with public keys alone; changed anywhere, it does not. */

import { beforeAll, expect, it } from 'vitest';
import {
  type CaseEvidence,
  fromByteJson,
  openCase,
  seededRng,
  toByteJson,
  verifyEvidence,
} from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';

let scenario: Scenario;
let evidence: CaseEvidence;
const judgeNonce = seededRng(81, 'judge').bytes(16);

beforeAll(async () => {
  scenario = await Scenario.at('submit record', { seed: 81 });
  const { nhi } = scenario.world;
  const { pid } = scenario.visit;
  const [record] = await nhi.records.signedRecords(pid);
  const { messageId } = record!.statement;
  const opened = await openCase(nhi, { pid, messageId, judgeNonce, reason: 'case 81' });
  if (!opened.ok) throw new Error(opened.reason);
  // as it is read from a file
  evidence = fromByteJson(toByteJson(opened.evidence)) as CaseEvidence;
});

const judged = (changed: Partial<CaseEvidence> = {}) =>
  verifyEvidence(
    { ...evidence, ...changed },
    {
      issuerKey: scenario.world.nhi.publicKeys.signatureKey,
      professionAuthorityKey: scenario.world.professionAuthority.publicKey,
      curve: scenario.world.curve,
      clock: scenario.world.clock,
    },
  );

it('names the doctor', () => {
  expect(judged()).toEqual({ ok: true, signer: 'the doctor', doctorId: scenario.world.input.doctor.licence });
});

it('counts for nothing when any part of it was changed', () => {
  const { statement, signature, joins, audit, event, membershipKey } = evidence;
  const [join] = joins;
  for (const [changed, code] of [
    [{ statement: { ...statement, time: statement.time + 1 } }, 'group-signature-invalid'],
    [{ doctorId: 'D-OTHER', event: { ...event, doctorId: 'D-OTHER' } }, 'audit-log-broken'],
    [
      { membershipKey: membershipKey.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) },
      'group-signature-invalid',
    ],
    [{ judgeNonce: new Uint8Array(16) }, 'group-signature-invalid'],
    [{ signature: { ...signature, epoch: 2 } }, 'epoch-mismatch'],
    [{ groupKeys: evidence.groupKeys.map((key) => ({ ...key, expirationDate: 1 })) }, 'group-key-invalid'],
    [{ joins: [] }, 'join-register-broken'],
    [{ joins: [{ ...join!, record: { ...join!.record, doctorId: 'D-OTHER' } }] }, 'join-register-broken'],
    [{ audit: [] }, 'audit-log-broken'],
    [{ auditPosition: 7 }, 'audit-log-broken'],
    [{ event: { ...event, reason: 'another reason' } }, 'audit-log-broken'],
    [{ audit: audit.map((entry) => ({ ...entry, entryHash: new Uint8Array(32) })) }, 'audit-log-broken'],
  ] as readonly (readonly [Partial<CaseEvidence>, string])[]) {
    expect(judged(changed), Object.keys(changed).join()).toMatchObject({ ok: false, code });
  }
});

it('is not given for a record that NHI does not have; nothing is opened then', async () => {
  const { nhi } = scenario.world;
  const before = (await nhi.audit.entries()).length;
  const { pid } = scenario.visit;
  const asked = { pid, messageId: new Uint8Array(16), judgeNonce, reason: 'none' };
  expect(await openCase(nhi, asked)).toMatchObject({ ok: false, code: 'visit-unknown' });
  expect((await nhi.audit.entries()).length).toBe(before);
});
