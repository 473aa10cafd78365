/** Emergencies (eq. 13 to 15): a replayed fingerprint, limits, answers of one size, the audit log. */

import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CapturedFinger,
  captured,
  checkAuditChain,
  checkAuditHead,
  type EmergencyRequest,
  EmergencyRoom,
  enrolmentRecord,
  type HospitalDoor,
  type Rng,
  refusal,
  seededRng,
} from '../../../host/index.js';
import { during, type Line, Scenario } from '../../support/scenario.js';
import { nhiSnapshot, storedByNhi } from '../stored-bytes.js';

let scenario: Scenario;
let line: Line<HospitalDoor>;
let room: EmergencyRoom;
const sent: EmergencyRequest[] = [];
const answers: number[] = [];
const salts: Uint8Array[] = [];

beforeAll(async () => {
  scenario = await Scenario.at('submit record', { seed: 61 });
  const { nhi, input } = scenario.world;
  expect(await nhi.fingerprints.enrol(scenario.visit.pid, enrolmentRecord('patient'))).toMatchObject({
    ok: true,
  });
  const hospitalId = input.hospital.id;
  line = { ...nhi.hospitalDoor(hospitalId) };
  const { identify } = line;
  line.identify = async (request) => {
    sent.push(request);
    const answer = await identify(request);
    if (answer.ok) answers.push(answer.answer.envelope.length);
    return answer;
  };
  const drawn = seededRng(61, 'room');
  // of each request: the reply key, the salt, the message's identifier
  const rng: Rng = {
    bytes(length) {
      const value = drawn.bytes(length);
      if (length === 16) salts.push(value);
      return value;
    },
  };
  room = new EmergencyRoom({ hospitalId, nhi: line, nhiKeys: nhi.publicKeys, rng });
});

const identify = async (finger: CapturedFinger, reason = 'unconscious') => {
  await scenario.verifyPins('doctor');
  return room.identify(scenario.world.doctorCard, finger, reason);
};

describe('a fingerprint in an emergency', () => {
  it('gives the extract of its owner, in an answer as long as the one that finds nobody', async () => {
    const found = await identify(captured('patient'));
    expect(found).toMatchObject({ ok: true, extract: { outcome: 'identified' } });
    expect(found.ok && found.extract.diagnoses.length).toBeGreaterThan(0);
    const nobody = await identify(captured('a stranger'));
    expect(nobody).toMatchObject({ ok: true, extract: { outcome: 'not-found', diagnoses: [] } });
    expect(answers.at(-1)).toBe(answers.at(-2));
  });

  it('opens nothing when it is replayed, at this hospital or another, or under another challenge', async () => {
    const [recorded] = sent;
    const before = await nhiSnapshot(scenario.world);
    const { nhi } = scenario.world;
    expect(await line.identify(recorded!)).toMatchObject({ code: 'challenge-unknown' });
    expect(await nhi.hospitalDoor('OTHER-0001').identify(recorded!)).toMatchObject({
      code: 'hospital-mismatch',
    });
    const { challenge } = await line.issueEmergencyChallenge();
    const renewed = { ...recorded!, statement: { ...recorded!.statement, challenge } };
    expect(await line.identify(renewed)).toMatchObject({ code: 'group-signature-invalid' });
    expect(await nhiSnapshot(scenario.world)).toBe(before);
  });

  it('is the one that the doctor signed, from a reader that says it lives, and readable', async () => {
    const swap = (change: (request: EmergencyRequest) => EmergencyRequest) =>
      during(
        line,
        (real) => ({ identify: (request) => real.identify(change(request)) }),
        () => identify(captured('patient')),
      );
    const other = sent[1]!.fingerprint;
    expect(await swap((request) => ({ ...request, fingerprint: other }))).toMatchObject({
      code: 'digest-mismatch',
    });
    const late = { statement: { reason: 'curious' } };
    expect(
      await swap((request) => ({ ...request, statement: { ...request.statement, ...late.statement } })),
    ).toMatchObject({ code: 'group-signature-invalid' });
    expect(await identify({ ...captured('patient'), live: false })).toMatchObject({
      code: 'liveness-missing',
    });
    const { record, ...reader } = captured('patient');
    expect(await identify({ ...reader, record: record.slice(1) })).toMatchObject({
      code: 'fingerprint-malformed',
    });
  });

  it('is kept nowhere, but its hash, signature and reason are; its salt lies sealed', async () => {
    const stored = await storedByNhi(scenario.world);
    expect(salts[0]).toHaveLength(16);
    const salt = Buffer.from(salts[0]!);
    expect(stored.filter(({ bytes }) => Buffer.from(bytes).includes(salt))).toEqual([]);
    const { record } = captured('patient');
    const minutiae = Buffer.from(record.subarray(40, 72));
    expect(stored.filter(({ bytes }) => Buffer.from(bytes).includes(minutiae))).toEqual([]);
    const hash = Buffer.from(sent[0]!.statement.templateHash);
    expect(stored.filter(({ bytes }) => Buffer.from(bytes).includes(hash)).length).toBeGreaterThan(0);
  });

  it('can be held against a logged search later, by NHI, and only the one that was searched', async () => {
    const { emergencies } = scenario.world.nhi;
    expect(await emergencies.wasSearched(0, captured('patient').record)).toBe(true);
    expect(await emergencies.wasSearched(0, captured('a stranger').record)).toBe(false);
    expect(await emergencies.wasSearched(1, captured('a stranger').record)).toBe(true);
    expect(await emergencies.wasSearched(99, captured('patient').record)).toBe(false);
  });

  it('is limited to 30 searches an hour for each hospital, however many arrive together', async () => {
    const { clock } = scenario.world;
    const prepared: EmergencyRequest[] = [];
    const held = () => ({
      identify: async (request: EmergencyRequest) => {
        prepared.push(request);
        return refusal('line-down');
      },
    });
    while (prepared.length < 32) await during(line, held, () => identify(captured('a stranger')));
    const outcomes = await Promise.all(prepared.map((request) => line.identify(request)));
    const refused = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.code]));
    expect(refused, 'two were asked before').toEqual(Array.from({ length: 4 }, () => 'rate-exceeded'));
    clock.advance(3599);
    expect(await identify(captured('a stranger'))).toMatchObject({ code: 'rate-exceeded' });
    clock.advance(1);
    expect(await identify(captured('a stranger'))).toMatchObject({ ok: true });
  });
});

describe('the audit log', () => {
  it('is one chain under NHI’s signature; a changed, dropped or cut entry shows', async () => {
    const { nhi } = scenario.world;
    const entries = await nhi.audit.entries();
    const { signatureKey } = nhi.publicKeys;
    const head = await nhi.audit.head();
    expect(entries).toHaveLength(31);
    expect(checkAuditChain(entries)).toBeUndefined();
    expect(checkAuditHead(signatureKey, entries, head)).toBeUndefined();
    expect(checkAuditHead(signatureKey, entries.slice(0, -1), head)).toMatchObject({
      code: 'audit-log-broken',
    });
    expect(checkAuditChain(entries.filter((_, at) => at !== 3))).toMatchObject({ code: 'audit-log-broken' });
    const later = entries.map((entry, at) =>
      at === 5 ? { ...entry, record: { ...entry.record, time: entry.record.time + 1 } } : entry,
    );
    expect(checkAuditChain(later)).toMatchObject({ code: 'audit-log-broken' });
    expect(
      checkAuditChain(entries.slice(4), { position: 4, entryHash: entries[3]!.entryHash }),
    ).toBeUndefined();
  });
});
