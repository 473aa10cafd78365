/** Claims (eq. 12) and subsidies (17a): what is refused, and that nothing is paid twice. */

import { beforeAll, describe, expect, it } from 'vitest';
import {
  enrolPatient,
  INSURANCE_CLAIM_MESSAGE,
  INSURERS,
  openMessage,
  type PatientCard,
  SCENARIO_PINS,
  type SealedMessage,
  sealMessage,
  seededRng,
} from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';
import { nhiSnapshot } from '../stored-bytes.js';

const rng = seededRng(51, 'insurance');
const ITEM = { item: 1, total: 90_000, diagnosis: 'J20.9' };
let scenario: Scenario;

beforeAll(async () => {
  scenario = await Scenario.at('submit record', { seed: 51 });
});

async function claimAt(insurer: 0 | 1, item: typeof ITEM & { amount?: number }, patient?: PatientCard) {
  const { claimOffice, patientCard, doctorCard } = scenario.world;
  await scenario.verifyPins('patient', 'doctor');
  return claimOffice.claim(patient ?? patientCard, doctorCard, scenario.visit, INSURERS[insurer], item);
}

const settle = async (insurer: 0 | 1) => (await scenario.world.insurers[insurer].fetchClaims()).at(-1);

describe('a claim at a private insurer', () => {
  it('is paid once, and by no second insurer', async () => {
    expect(await claimAt(0, ITEM)).toMatchObject({ ok: true });
    expect(await settle(0)).toMatchObject({ ok: true, claim: { amount: 90_000 } });
    expect(await claimAt(1, ITEM)).toMatchObject({ ok: true });
    expect(await settle(1)).toMatchObject({ ok: false, code: 'claim-spent' });
    expect(await claimAt(0, ITEM)).toMatchObject({ ok: true });
    expect(await settle(0)).toMatchObject({ ok: false, code: 'claim-spent' });
  });

  it('is paid once where both insurers spend at the same moment', async () => {
    const item = { ...ITEM, item: 2 };
    expect(await claimAt(0, item)).toMatchObject({ ok: true });
    expect(await claimAt(1, item)).toMatchObject({ ok: true });
    const outcomes = await Promise.all([settle(0), settle(1)]);
    expect(outcomes.map((outcome) => outcome?.ok).sort()).toEqual([false, true]);
  });

  it('is taken once by a spending whose answer was lost, which is answered again as it was', async () => {
    await claimAt(0, { ...ITEM, item: 5 });
    const { nhi } = scenario.world;
    const door = nhi.insurerDoor(INSURERS[0]);
    const { consent, statement } = await opened((await door.fetchClaims())[0]!);
    const spending = { pid: statement.pid, amount: ITEM.total, consent };
    const answers = await Promise.all([door.spendClaim(spending), door.spendClaim(spending)]);
    expect(answers).toEqual([{ ok: true }, { ok: true }]);
    const before = await nhiSnapshot(scenario.world);
    expect(await door.spendClaim(spending)).toEqual({ ok: true });
    expect(await door.spendClaim({ ...spending, amount: 1 })).toMatchObject({ code: 'nonce-unknown' });
    expect(await nhi.insurerDoor(INSURERS[1]).spendClaim(spending)).toMatchObject({
      code: 'insurer-mismatch',
    });
    expect(await nhiSnapshot(scenario.world)).toBe(before);
    expect(await settle(0), 'the insurer that crashed in between pays now').toMatchObject({ ok: true });
  });

  it('is split by two insurers, up to its sum and not beyond', async () => {
    const item = { ...ITEM, item: 3 };
    expect(await claimAt(0, { ...item, amount: 60_000 })).toMatchObject({ ok: true });
    expect(await settle(0)).toMatchObject({ ok: true });
    expect(await claimAt(1, { ...item, amount: 30_001 })).toMatchObject({ ok: true });
    expect(await settle(1)).toMatchObject({ ok: false, code: 'claim-spent' });
    expect(await claimAt(1, { ...item, amount: 30_000 })).toMatchObject({ ok: true });
    expect(await settle(1)).toMatchObject({ ok: true });
  });

  it('needs a visit of this hospital, and the card of its patient', async () => {
    const { claimOffice, patientCard, doctorCard } = scenario.world;
    const unknown = { ...scenario.visit, visitId: rng.bytes(16) };
    expect(await claimOffice.claim(patientCard, doctorCard, unknown, INSURERS[0], ITEM)).toMatchObject({
      code: 'visit-unknown',
    });
    const { card } = await scenario.enrolAnother('C100000001');
    expect(await claimAt(0, ITEM, card)).toMatchObject({ code: 'patient-mismatch' });
  });

  it('is refused when anything in it was changed, or it is for another insurer', async () => {
    const [first, second] = scenario.world.insurers;
    const { nhi } = scenario.world;
    await claimAt(0, { ...ITEM, item: 4 });
    const [sealed] = await nhi.insurerDoor(INSURERS[0]).fetchClaims();
    const good = await opened(sealed!);
    const before = await nhiSnapshot(scenario.world);
    expect(await second.settle(sealed!)).toMatchObject({ code: 'envelope-unreadable' });
    const { statement, consent, claim } = good;
    const changed = Uint8Array.from(claim, (byte, at) => (at === 40 ? byte ^ 1 : byte));
    for (const [values, code] of [
      [{ ...good, claim: changed }, 'digest-mismatch'],
      [{ ...good, statement: { ...statement, insurerId: INSURERS[1] } }, 'insurer-mismatch'],
      [{ ...good, statement: { ...statement, day: statement.day + 86_400 } }, 'group-signature-invalid'],
      [{ ...good, statement: { ...statement, pid: rng.bytes(16) } }, 'patient-mismatch'],
      [{ ...good, consent: { ...consent, insurerId: INSURERS[1] } }, 'consent-invalid'],
      [{ ...good, consent: { ...consent, nonce: rng.bytes(16) } }, 'consent-invalid'],
    ] as const) {
      const resealed = await seal(values);
      expect(await first.settle(resealed)).toMatchObject({ ok: false, code });
    }
    expect(await nhiSnapshot(scenario.world)).toBe(before);
    expect(await first.settle(sealed!)).toMatchObject({ ok: true });
    expect(await first.settle(sealed!)).toMatchObject({ code: 'message-replayed' });
    // redelivered, for nobody has acknowledged it
    expect(await settle(0)).toMatchObject({ code: 'message-replayed' });
    expect(await nhi.insurerDoor(INSURERS[0]).fetchClaims()).toEqual([]);
  });

  it('is not paid for a doctor who was revoked, nor after the insurance has lapsed', async () => {
    const revoked = await Scenario.at('submit record', { seed: 52 });
    const { claimOffice, patientCard, doctorCard, nhi, input, insurers, clock } = revoked.world;
    await revoked.verifyPins('patient', 'doctor');
    const claim = (item: number) =>
      claimOffice.claim(patientCard, doctorCard, revoked.visit, INSURERS[0], { ...ITEM, item });
    expect(await claim(1)).toMatchObject({ ok: true });
    expect(await claim(2)).toMatchObject({ ok: true });
    clock.advance(1);
    await nhi.revokeDoctor(input.doctor.licence, 'ordinary');
    const settled = await insurers[0].fetchClaims();
    expect(settled.map((outcome) => !outcome.ok && outcome.code)).toEqual([
      'signer-revoked',
      'signer-revoked',
    ]);
  });
});

/** The insurer's own key is its secret; here it follows from the seed. */
async function opened(sealed: SealedMessage) {
  const route = { equation: 12, sender: 'doctor', recipient: INSURERS[0] } as const;
  const { secretKey } = (scenario.world.insurers[0] as unknown as { keys: { secretKey: Uint8Array } }).keys;
  const message = await openMessage(INSURANCE_CLAIM_MESSAGE, sealed, { route, secretKey });
  if (!message.ok) throw new Error(message.reason);
  return message.values;
}

async function seal(values: Awaited<ReturnType<typeof opened>>): Promise<SealedMessage> {
  const route = { equation: 12, sender: 'doctor', recipient: INSURERS[0] } as const;
  const key = (await scenario.world.nhi.hospitalDoor('X').insurerKey(INSURERS[0]))!;
  const { messageId } = values.statement;
  return sealMessage(INSURANCE_CLAIM_MESSAGE, values, { route, key, messageId }, rng);
}

describe('a lost card', () => {
  it('is replaced by one with the same pseudonym; the old one is dead everywhere', async () => {
    const lost = await Scenario.at('submit record', { seed: 53 });
    const { world } = lost;
    const { nhi, input, hospital, doctorCard, patientCard } = world;
    const again = await enrolPatient({ ...world, patientCard: lost.blankPatient('second card').card });
    expect(again).toMatchObject({ code: 'already-registered' });
    await nhi.patients.revokePerson(input.patient.nationalId);
    const { card } = lost.blankPatient('replacement');
    expect(await enrolPatient({ ...world, patientCard: card })).toMatchObject({ ok: true });
    await card.select();
    await card.verifyPin(SCENARIO_PINS.patient.pin);
    const read = await card.readOwnCertificate();
    expect(read.ok && read.certificate.body.pid).toEqual(lost.visit.pid);
    await lost.verifyPins('patient', 'doctor');
    expect(await hospital.openVisit(patientCard, doctorCard)).toMatchObject({ code: 'certificate-revoked' });
    const visit = await hospital.openVisit(card, doctorCard);
    expect(visit).toMatchObject({ ok: true });
    expect(visit.ok && JSON.parse(visit.visit.records)).toHaveLength(1);
  });
});
