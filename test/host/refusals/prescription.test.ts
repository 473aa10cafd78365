/** Refusals when a prescription is made, registered, sent and checked (eq. 10, 16) and written to the card (eq. 11). */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePatientCertificate } from '../../../apdu/index.js';
import {
  CARD_HOLDERS,
  EpochVerifier,
  encodePrescriptionDocument,
  type PatientCard,
  Pharmacy,
  type PharmacyDoor,
  seededRng,
} from '../../../host/index.js';
import { during, Scenario } from '../../support/scenario.js';
import { entryOf, prescriptionParts, sealPrescription } from './prescription-steps.js';
import { expectRefused, refusalsChecked } from './refused.js';
import { flipped, TAMPERINGS } from './tampering.js';

const SEED = 16;
const OTHER_PHARMACY = 'OTHER-PH-01';
const rng = seededRng(SEED, 'attacker');
let scenario: Scenario;
let paired: Scenario['chips'];
let otherPatient: PatientCard;
let otherPharmacy: Pharmacy;
let otherDoor: PharmacyDoor;

beforeAll(async () => {
  scenario = await Scenario.at('authenticate the cards to each other', { seed: SEED });
  otherPatient = (await scenario.enrolAnother('B100000001')).card;
  const { nhi, clock, curve } = scenario.world;
  const issuerKey = nhi.publicKeys.signatureKey;
  const verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => nhi.groupKeys });
  otherDoor = nhi.pharmacyDoor(OTHER_PHARMACY);
  otherPharmacy = await Pharmacy.open({
    pharmacyId: OTHER_PHARMACY,
    nhiKeys: nhi.publicKeys,
    verifier,
    clock,
    rng: seededRng(SEED, OTHER_PHARMACY),
    nhi: otherDoor,
  });
  paired = { ...scenario.chips };
});
/** Every test starts with the cards authenticated to each other. */
beforeEach(() => {
  for (const holder of CARD_HOLDERS)
    scenario.chips[holder] = scenario.fork(holder, { image: paired[holder].image() });
  const { patientCard, doctorCard } = scenario.world;
  patientCard.enterSession(doctorCard.session);
  otherPatient.leaveSession();
});
afterAll(() => {
  console.log(`prescription: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

const prescribe = (
  card: PatientCard = scenario.world.patientCard,
  pharmacyId = scenario.world.input.pharmacy.id,
) => {
  const { hospital, doctorCard, input } = scenario.world;
  return hospital.prescribe(card, doctorCard, scenario.visit, input.visit, pharmacyId);
};
describe('a prescription for another patient', () => {
  it("is not made when somebody else's card lies in the reader", async () => {
    await scenario.world.hospital.pair(otherPatient, scenario.world.doctorCard);
    await expectRefused(scenario, { code: 'patient-mismatch' }, () => prescribe(otherPatient));
  });

  it('is refused by the pharmacy when the certificate, or the document, is of another', async () => {
    const read = await otherPatient.readCertificate();
    if (!read.ok) throw new Error(read.reason);
    const certificate = decodePatientCertificate(read.data);
    const { pid } = certificate.body;
    const content = scenario.world.input.visit;
    const prescription = encodePrescriptionDocument(content, pid);
    for (const changes of [{ certificate }, { prescription }, { signed: { pid } }]) {
      const parts = await prescriptionParts(scenario, changes);
      const sealed = await sealPrescription(scenario, parts);
      await expectRefused(scenario, { code: 'patient-mismatch' }, () =>
        scenario.world.pharmacy.verify(sealed),
      );
    }
  });

  it('is refused when NHI knows the number for another one', async () => {
    const parts = await prescriptionParts(scenario, { registered: { pid: rng.bytes(16) } });
    const sealed = await sealPrescription(scenario, parts);
    await expectRefused(scenario, { code: 'prescription-unknown' }, () =>
      scenario.world.pharmacy.verify(sealed),
    );
  });
});

describe('at the pharmacy (eq. 10, 16)', () => {
  it.each(TAMPERINGS)('a message that was changed is refused: %s', async (_what, tamper) => {
    const sealed = tamper(await sealPrescription(scenario, await prescriptionParts(scenario)));
    await expectRefused(scenario, { code: 'envelope-unreadable' }, () =>
      scenario.world.pharmacy.verify(sealed),
    );
  });

  it.each([
    ['whose patient certificate is forged', 'certificate-invalid'],
    ['whose document is not the one signed', 'digest-mismatch'],
    ['for another pharmacy', 'pharmacy-mismatch'],
    ['that has expired', 'prescription-expired'],
    ['that NHI does not know', 'prescription-unknown'],
    ['registered for longer than signed', 'prescription-differs'],
    ['registered for more repeats than signed', 'prescription-differs'],
    ['that is no FHIR document', 'message-malformed'],
    ['under another message identifier', 'message-malformed'],
  ] as const)('one %s is refused', async (what, code) => {
    const { clock, input } = scenario.world;
    const { prescriptionExpiry: expiry } = input.visit;
    const read = await scenario.world.patientCard.readCertificate();
    if (!read.ok) throw new Error(read.reason);
    const genuine = decodePatientCertificate(read.data);
    const certificate = { ...genuine, body: { ...genuine.body, paidUntil: genuine.body.paidUntil + 1 } };
    const changes = {
      'whose patient certificate is forged': { certificate },
      'whose document is not the one signed': { signed: { prescriptionHash: rng.bytes(32) } },
      'for another pharmacy': { signed: { pharmacyId: OTHER_PHARMACY } },
      'that has expired': { signed: { expiry: clock.now() - 1 } },
      'that NHI does not know': { registered: false as const },
      'registered for longer than signed': { registered: { expiry: expiry + 1 } },
      'registered for more repeats than signed': { registered: { repeats: 99 } },
      'that is no FHIR document': { prescription: Buffer.from('{"resourceType":"Bundle"}') },
      'under another message identifier': {},
    }[what];
    const parts = await prescriptionParts(scenario, changes);
    const sealed =
      what === 'under another message identifier'
        ? await sealPrescription(scenario, parts, rng.bytes(16))
        : await sealPrescription(scenario, parts);
    await expectRefused(scenario, { code }, () => scenario.world.pharmacy.verify(sealed));
  });

  it('another pharmacy can neither read it nor reserve it', async () => {
    const parts = await prescriptionParts(scenario);
    const sealed = await sealPrescription(scenario, parts);
    await expectRefused(scenario, { code: 'envelope-unreadable' }, () => otherPharmacy.verify(sealed));
    const { prescriptionId, pid } = parts.statement;
    await expectRefused(scenario, { code: 'pharmacy-mismatch' }, async () =>
      otherDoor.reserve(prescriptionId, pid),
    );
    await expectRefused(scenario, { code: 'pharmacy-mismatch' }, async () =>
      otherDoor.checkPrescription(parts.statement, parts.signature),
    );
  });
});

describe('the register of NHI', () => {
  it('takes a number once, and sends no second prescription on', async () => {
    const parts = await prescriptionParts(scenario);
    const sealed = await sealPrescription(scenario, parts);
    const entry = entryOf(parts.statement);
    const waiting = async () =>
      (await Promise.all([scenario.pharmacyLine, otherDoor].map((door) => door.fetchPrescriptions()))).map(
        (messages) => messages.length,
      );
    const before = await waiting();
    for (const again of [entry, { ...entry, repeats: 9 }, { ...entry, pharmacyId: OTHER_PHARMACY }]) {
      await expectRefused(scenario, { code: 'prescription-known' }, () =>
        scenario.hospitalLine.forwardPrescription(again, sealed),
      );
    }
    expect(await waiting()).toEqual(before);
  });

  it('takes none for a patient without a visit at this hospital, nor a day after it', async () => {
    const parts = await prescriptionParts(scenario, { registered: false });
    const sealed = await sealPrescription(scenario, parts);
    const entry = entryOf(parts.statement);
    const { nhi } = scenario.world;
    const unknown = { code: 'visit-unknown' } as const;
    await expectRefused(scenario, unknown, async () =>
      scenario.hospitalLine.forwardPrescription({ ...entry, pid: rng.bytes(16) }, sealed),
    );
    await expectRefused(scenario, unknown, async () =>
      nhi.hospitalDoor('OTHER-0001').forwardPrescription(entry, sealed),
    );
    const late = await Scenario.at('submit record', { seed: 19 });
    const own = await prescriptionParts(late, { registered: false });
    const ownSealed = await sealPrescription(late, own);
    late.world.clock.advance(86_401);
    await expectRefused(late, unknown, async () =>
      late.hospitalLine.forwardPrescription(entryOf(own.statement), ownSealed),
    );
  });

  it('knows its pharmacies', async () => {
    await expectRefused(scenario, { code: 'pharmacy-unknown' }, () => prescribe(undefined, 'NOWHERE'));
    const parts = await prescriptionParts(scenario, { registered: false });
    const sealed = await sealPrescription(scenario, parts);
    const entry = { ...entryOf(parts.statement), pharmacyId: 'NOWHERE' };
    await expectRefused(scenario, { code: 'pharmacy-unknown' }, () =>
      scenario.hospitalLine.forwardPrescription(entry, sealed),
    );
  });
});

describe('a doctor card that does not keep its commitment', () => {
  it.each([
    ['random', 0],
    ['number', -3],
  ] as const)('is noticed by the terminal before anything is signed: another %s', async (_what, at) => {
    // The answer to REVEAL is 2 data objects of 16 bytes and the status word.
    const isReveal = (command: Uint8Array) => command[1] === 0x5a && command[2] === 0x01;
    await expectRefused(scenario, { code: 'number-mismatch' }, () =>
      during(
        scenario.cardLines,
        (real) => ({
          async doctor(command) {
            const response = await real.doctor(command);
            return isReveal(command) ? flipped(response, at === 0 ? 5 : at) : response;
          },
        }),
        () => prescribe(),
      ),
    );
  });

  it('is noticed by the patient card, whatever the terminal says; nothing is stored', async () => {
    const { hospital, patientCard, input } = scenario.world;
    const issued = await prescribe();
    if (!issued.ok) throw new Error(issued.reason);
    const { prescription } = issued;
    const broken = { ...prescription, doctorRandom: flipped(prescription.doctorRandom, 0) };
    const reason = /PUT DATA refused with 6A80.*commitment/;
    await expectRefused(scenario, { code: 'card-refused', reason }, () =>
      hospital.updateCard(patientCard, input.visit, broken),
    );
    expect(await patientCard.readPrescriptions()).toHaveLength(0);
    const written = await hospital.updateCard(patientCard, input.visit, prescription);
    expect(written.ok, 'the true one is stored after all').toBe(true);
  });
});

describe('the write to the card (eq. 11)', () => {
  it('needs a number that was agreed on with this card, once', async () => {
    const { hospital, patientCard, input } = scenario.world;
    const prescription = {
      prescriptionId: rng.bytes(16),
      doctorRandom: rng.bytes(16),
      prescriptionHash: rng.bytes(32),
    };
    const reason = /PUT DATA refused with 6985/;
    const write = (content: typeof prescription) => hospital.updateCard(patientCard, input.visit, content);
    await expectRefused(scenario, { code: 'card-refused', reason }, () => write(prescription));
    const issued = await prescribe();
    if (!issued.ok) throw new Error(issued.reason);
    expect((await write(issued.prescription)).ok).toBe(true);
    await expectRefused(scenario, { code: 'card-refused', reason }, () => write(issued.prescription));
  });

  it("needs a session with a doctor's card, not with a pharmacy's, and no other one's", async () => {
    const { hospital, patientCard, doctorCard, pharmacyCard, input } = scenario.world;
    const issued = await prescribe();
    if (!issued.ok) throw new Error(issued.reason);
    const write = (card = patientCard) => hospital.updateCard(card, input.visit, issued.prescription);
    const refusedBy = (reason: RegExp) => ({ code: 'card-refused' as const, reason });
    // a card that has no session with anybody
    await otherPatient.select();
    await expectRefused(scenario, refusedBy(/PUT DATA refused with 698/), () => write(otherPatient));
    await scenario.verifyPins('pharmacy');
    await hospital.pair(patientCard, pharmacyCard);
    await expectRefused(scenario, refusedBy(/PUT DATA refused with 6982/), () => write());
    await doctorCard.select();
    await scenario.verifyPins('doctor');
    patientCard.enterSession(doctorCard.session);
    await expectRefused(scenario, refusedBy(/PROTECT COMMAND refused with 6985.*no session/), () => write());
  });

  it('is refused when the message to the card was changed, and the session is over', async () => {
    const { hospital, patientCard, input } = scenario.world;
    const issued = await prescribe();
    if (!issued.ok) throw new Error(issued.reason);
    const write = () => hospital.updateCard(patientCard, input.visit, issued.prescription);
    const isWrite = (command: Uint8Array) => command[1] === 0xdb;
    await expectRefused(scenario, { code: 'card-refused', reason: /PUT DATA refused with 6988/ }, () =>
      during(
        scenario.cardLines,
        (real) => ({
          patient: (command) => real.patient(isWrite(command) ? flipped(command, 40) : command),
        }),
        write,
      ),
    );
    await expectRefused(scenario, { code: 'card-refused', reason: /PUT DATA refused with 698/ }, write);
  });
});
