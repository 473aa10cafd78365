/** Refusals at the counter (eq. 17): the card, the pharmacy and NHI each say no on their own. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { STATEMENT, type ValuesOf } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import {
  CARD_HOLDERS,
  type Collection,
  generateEcKeyPair,
  PatientCard,
  type PharmacyDoor,
  seededRng,
  signStatement,
} from '../../../host/index.js';
import { during, Scenario } from '../../support/scenario.js';
import { nhiSnapshot } from '../stored-bytes.js';
import { expectRefused, refusalsChecked } from './refused.js';

type CollectionStatement = ValuesOf<(typeof STATEMENT)['collection']['fields']>;

const SEED = 17;
const DAY = 86_400;
const PRESCRIPTION_SLOT_1 = 'EF.Prescriptions (file 0103): record 1';
/** What a collection leaves on the patient's card, in the slot of the prescription. */
const COLLECTED = [
  `patient: ${PRESCRIPTION_SLOT_1}`,
  'patient: prescription 1: hash of the last collection',
  'patient: prescription 1: signature of the last collection',
];
const rng = seededRng(SEED, 'attacker');
let scenario: Scenario;
let atCounter: Scenario['chips'];
let other: { chip: Card; card: PatientCard };
let otherPharmacy: PharmacyDoor;

/** A prescription that waits at the pharmacy, and the cards before anybody comes to the counter. */
async function newPrescription(): Promise<void> {
  await scenario.again();
  await scenario.runTo('verify prescription');
  await scenario.world.patientCard.select();
  atCounter = { ...scenario.chips };
}

beforeAll(async () => {
  scenario = await Scenario.at('verify prescription', { seed: SEED });
  other = await scenario.enrolAnother('B100000001');
  otherPharmacy = scenario.world.nhi.pharmacyDoor('OTHER-PH-01');
  await otherPharmacy.announceKey(generateEcKeyPair(rng).publicKey);
  await scenario.world.patientCard.select();
  atCounter = { ...scenario.chips };
});
/** Every test starts at the counter: the prescription is verified, nobody has given a PIN. */
beforeEach(async () => {
  for (const holder of CARD_HOLDERS)
    scenario.chips[holder] = scenario.fork(holder, { image: atCounter[holder].image() });
  for (const card of [scenario.world.patientCard, other.card]) card.leaveSession();
});
afterAll(() => {
  console.log(`collection: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

const handOver = (card: PatientCard = scenario.world.patientCard) =>
  scenario.world.pharmacy.handOver(card, scenario.world.pharmacyCard, scenario.prescription.prescriptionId);

/** PINs given and cards authenticated to each other, as before a collection. */
async function atTheReader(card: PatientCard = scenario.world.patientCard): Promise<void> {
  await scenario.verifyPins('patient', 'pharmacy');
  const paired = await scenario.world.hospital.pair(card, scenario.world.pharmacyCard);
  if (!paired.ok) throw new Error(paired.reason);
}

const pid = () => scenario.visit.pid;
const number = () => scenario.prescription.prescriptionId;
async function reserved(): Promise<{ readonly nonce: Uint8Array; readonly time: number }> {
  const reservation = await scenario.pharmacyLine.reserve(number(), pid());
  if (!reservation.ok) throw new Error(reservation.reason);
  const { nonce, time } = reservation;
  return { nonce, time };
}

function statementOf(reservation: {
  readonly nonce: Uint8Array;
  readonly time: number;
}): CollectionStatement {
  const { prescriptionId, prescriptionHash } = scenario.prescription;
  const pharmacyId = scenario.world.input.pharmacy.id;
  return { prescriptionId, pid: pid(), pharmacyId, ...reservation, prescriptionHash };
}

/** What the patient's card signs for a reservation, whether NHI gave it or not. */
async function collection(
  reservation: { readonly nonce: Uint8Array; readonly time: number },
  card = scenario.world.patientCard,
) {
  const statement = statementOf(reservation);
  const { prescriptionId, pharmacyId, nonce, time } = statement;
  const confirmed = await card.collect({ prescriptionId, pharmacyId, nonce, time });
  if (!confirmed.ok) throw new Error(confirmed.reason);
  return { statement, signature: confirmed.data.signature };
}

const commit = async (sent: Collection, door: PharmacyDoor = scenario.pharmacyLine) => door.commit(sent);

describe('the patient card says no', () => {
  it('without the PIN', async () => {
    await scenario.verifyPins('pharmacy');
    await expectRefused(scenario, { code: 'card-refused', reason: /COLLECT.*6982/ }, () => handOver());
  });

  it("without a pharmacy's authentication, and with a doctor's", async () => {
    const { patientCard, doctorCard, hospital, input } = scenario.world;
    await scenario.verifyPins('patient', 'doctor');
    const request = { prescriptionId: number(), pharmacyId: input.pharmacy.id, ...(await reserved()) };
    const refusedByCard = { code: 'card-refused', reason: /COLLECT.*6982/ } as const;
    await expectRefused(scenario, refusedByCard, () => patientCard.collect(request));
    await hospital.pair(patientCard, doctorCard);
    await expectRefused(scenario, refusedByCard, () => patientCard.collect(request));
  });

  it("of another patient, asked for somebody else's prescription", async () => {
    await other.card.select();
    await other.card.verifyPin('482913');
    await scenario.verifyPins('pharmacy');
    const before = Buffer.from(other.chip.image().nvm);
    await expectRefused(
      scenario,
      { code: 'card-refused', reason: /COLLECT.*6A88.*no such prescription/ },
      () => handOver(other.card),
    );
    expect(before.equals(other.chip.image().nvm)).toBe(true);
  });

  it('after the expiry, even when NHI would have said yes', async () => {
    await atTheReader();
    const { patientCard, input } = scenario.world;
    const request = { prescriptionId: number(), pharmacyId: input.pharmacy.id, nonce: rng.bytes(16) };
    const time = input.visit.prescriptionExpiry + 1;
    await expectRefused(scenario, { code: 'card-refused', reason: /COLLECT.*6985.*expiry/ }, () =>
      patientCard.collect({ ...request, time }),
    );
  });

  it('a second time; the same request gets the same signature and nothing more', async () => {
    await atTheReader();
    const { patientCard, input } = scenario.world;
    const reservation = await reserved();
    const first = await collection(reservation);
    expect(await collection(reservation)).toEqual(first);
    const request = { prescriptionId: number(), pharmacyId: input.pharmacy.id, ...reservation };
    for (const change of [
      { nonce: rng.bytes(16) },
      { time: reservation.time + 1 },
      { pharmacyId: 'OTHER-PH-01' },
    ]) {
      await expectRefused(
        scenario,
        { code: 'card-refused', reason: /COLLECT.*6985.*collected already/ },
        () => patientCard.collect({ ...request, ...change }),
      );
    }
  });
});

describe('the pharmacy says no', () => {
  it('to a number that it has not verified', async () => {
    const { pharmacy, patientCard, pharmacyCard } = scenario.world;
    await scenario.verifyPins('patient', 'pharmacy');
    await expectRefused(scenario, { code: 'prescription-unknown' }, () =>
      pharmacy.handOver(patientCard, pharmacyCard, rng.bytes(16)),
    );
  });

  it("to a signature that is not the patient's: NHI is not asked", async () => {
    await scenario.verifyPins('patient', 'pharmacy');
    // nobody on the line can change a protected answer, so it is the card that cheats
    const cheating: PatientCard = Object.create(scenario.world.patientCard, {
      collect: {
        async value(data: Parameters<PatientCard['collect']>[0]) {
          const made = await PatientCard.prototype.collect.call(cheating, data);
          if (made.ok) made.data.signature[20]! ^= 1;
          return made;
        },
      },
    });
    const commits: Collection[] = [];
    await expectRefused(scenario, { code: 'signature-invalid', changes: COLLECTED }, () =>
      during(
        scenario.pharmacyLine,
        (real) => ({
          commit(sent) {
            commits.push(sent);
            return real.commit(sent);
          },
        }),
        () => handOver(cheating),
      ),
    );
    expect(commits).toHaveLength(0);
  });
});

describe('NHI says no', () => {
  it('to a reservation for another patient, another pharmacy, or an unknown number', async () => {
    const line = scenario.pharmacyLine;
    const reserve = (door: PharmacyDoor, id: Uint8Array, patient: Uint8Array) => async () =>
      door.reserve(id, patient);
    const read = await other.card.readCertificate();
    expect(read.ok).toBe(true);
    await expectRefused(scenario, { code: 'prescription-unknown' }, reserve(line, number(), rng.bytes(16)));
    await expectRefused(scenario, { code: 'prescription-unknown' }, reserve(line, rng.bytes(16), pid()));
    await expectRefused(scenario, { code: 'pharmacy-mismatch' }, reserve(otherPharmacy, number(), pid()));
  });

  it('to a commit without reservation, though the card said yes', async () => {
    await atTheReader();
    const sent = await collection({ nonce: rng.bytes(16), time: scenario.world.clock.now() });
    await expectRefused(scenario, { code: 'reservation-unknown' }, () => commit(sent));
  });

  it('to a commit with a reservation older than 15 minutes', async () => {
    await atTheReader();
    const sent = await collection(await reserved());
    scenario.world.clock.advance(15 * 60 + 1);
    await expectRefused(scenario, { code: 'reservation-unknown' }, () => commit(sent));
  });

  it('to a commit whose patient, pharmacy, prescription or signature was substituted', async () => {
    await atTheReader();
    const sent = await collection(await reserved());
    const { statement } = sent;
    const attacker = generateEcKeyPair(rng);
    const forged = {
      statement,
      signature: signStatement(attacker.secretKey, STATEMENT.collection, statement),
    };
    const changed = (change: Partial<CollectionStatement>) => ({
      ...sent,
      statement: { ...statement, ...change },
    });
    await expectRefused(scenario, { code: 'signature-invalid' }, () => commit(forged));
    await expectRefused(scenario, { code: 'signature-invalid' }, () =>
      commit(changed({ nonce: rng.bytes(16) })),
    );
    await expectRefused(scenario, { code: 'signature-invalid' }, () =>
      commit(changed({ prescriptionHash: rng.bytes(32) })),
    );
    await expectRefused(scenario, { code: 'prescription-unknown' }, () =>
      commit(changed({ pid: rng.bytes(16) })),
    );
    await expectRefused(scenario, { code: 'prescription-unknown' }, () =>
      commit(changed({ prescriptionId: rng.bytes(16) })),
    );
    await expectRefused(scenario, { code: 'pharmacy-mismatch' }, () =>
      commit(changed({ pharmacyId: 'OTHER-PH-01' })),
    );
    await expectRefused(scenario, { code: 'pharmacy-mismatch' }, () => commit(sent, otherPharmacy));
    expect(await commit(sent), 'the true one still counts').toBeUndefined();
    await newPrescription();
  });

  it('to a clone of the card, whose original has collected', async () => {
    await atTheReader();
    const clone = scenario.fork('patient');
    const cloneCard = new PatientCard(async (command) => clone.process(command));
    const [first, second] = [await reserved(), await reserved()];
    expect(await commit(await collection(first))).toBeUndefined();
    const { hospital, pharmacyCard } = scenario.world;
    expect((await hospital.pair(cloneCard, pharmacyCard)).ok).toBe(true);
    const cloned = await collection(second, cloneCard);
    await expectRefused(scenario, { code: 'prescription-spent' }, () => commit(cloned));
    await newPrescription();
  });

  it('to a second hand-over, before the card is asked', async () => {
    await scenario.verifyPins('patient', 'pharmacy');
    expect((await handOver()).ok).toBe(true);
    await expectRefused(scenario, { code: 'prescription-spent' }, () => handOver());
    await newPrescription();
  });

  it('to nothing that it counted already, whose answer may be lost, and counts it once; to others as before', async () => {
    await atTheReader();
    const sent = await collection(await reserved());
    expect(await Promise.all([commit(sent), commit(sent)])).toEqual([undefined, undefined]);
    const before = await nhiSnapshot(scenario.world);
    expect(await commit(sent)).toBeUndefined();
    const { statement, signature } = sent;
    for (const [again, code] of [
      [{ statement: { ...statement, nonce: rng.bytes(16) }, signature }, 'prescription-spent'],
      [{ statement, signature: signature.map((byte) => byte ^ 1) }, 'prescription-spent'],
    ] as const) {
      expect(await commit(again)).toMatchObject({ code });
    }
    expect(await commit(sent, otherPharmacy)).toMatchObject({ code: 'pharmacy-mismatch' });
    expect(await nhiSnapshot(scenario.world)).toBe(before);
    await newPrescription();
  });

  it('to a revoked patient, before the card is asked', async () => {
    await scenario.verifyPins('patient', 'pharmacy');
    const late = await Scenario.at('verify prescription', { seed: SEED + 1 });
    await late.world.nhi.patients.revoke(late.visit.pid);
    await late.world.patientCard.select();
    await late.verifyPins('patient', 'pharmacy');
    const { pharmacy, patientCard, pharmacyCard } = late.world;
    await expectRefused(late, { code: 'certificate-revoked' }, () =>
      pharmacy.handOver(patientCard, pharmacyCard, late.prescription.prescriptionId),
    );
  });

  it('after the expiry', async () => {
    await scenario.verifyPins('patient', 'pharmacy');
    const { clock, input } = scenario.world;
    clock.advance(input.visit.prescriptionExpiry - clock.now());
    expect((await scenario.pharmacyLine.reserve(number(), pid())).ok, 'the last second counts').toBe(true);
    clock.advance(DAY);
    await expectRefused(scenario, { code: 'prescription-expired' }, () => handOver());
  });
});

describe('a prescription with repeats', () => {
  it('is collected as often as it says, each with a reservation of its own', async () => {
    const repeating = await Scenario.at('verify prescription', { seed: SEED, example: 'diabetes-follow-up' });
    const { pharmacy, patientCard, pharmacyCard, input } = repeating.world;
    const times = input.visit.prescriptionSummary.repeats + 1;
    expect(times).toBeGreaterThan(1);
    await patientCard.select();
    await repeating.verifyPins('patient', 'pharmacy');
    const sent: Collection[] = [];
    const collect = () =>
      during(
        repeating.pharmacyLine,
        (real) => ({
          commit(collected) {
            sent.push(collected);
            return real.commit(collected);
          },
        }),
        () => pharmacy.handOver(patientCard, pharmacyCard, repeating.prescription.prescriptionId),
      );
    for (let time = 1; time <= times; time++) {
      expect((await collect()).ok, `collection ${time} of ${times}`).toBe(true);
      if (time < times) {
        const before = await nhiSnapshot(repeating.world);
        expect(await repeating.pharmacyLine.commit(sent.at(-1)!), 'the same again').toBeUndefined();
        expect(await nhiSnapshot(repeating.world)).toBe(before);
      }
    }
    await expectRefused(repeating, { code: 'prescription-spent' }, collect);
    expect(sent).toHaveLength(times);
  });
});
