/** Bench cases: the on-card signing operations, as whole commands to cards that went through a visit. */

import {
  encodeCommandApdu,
  encodeRequest,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  parseResponseApdu,
  SW,
} from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import { type BenchCase, type CardProfile, priceCommand } from '../../perf/index.js';
import { DEFAULT_INPUT, visitInputFrom } from './commands/visit.js';
import { mergeFigures, Recorder } from './visit/recorder.js';
import { runVisit } from './visit/run-visit.js';

const SEED = 1;
const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

/** Eq. 6 (ECDSA, then HPKE) on the patient's card; the group signatures of eq. 7, 9 and 10 on the doctor's. */
export async function signingCases(profile: CardProfile): Promise<readonly BenchCase[]> {
  const input = await visitInputFrom(DEFAULT_INPUT);
  const cards = await runVisit({ input, scenario: 'outpatient', profile, seed: SEED }, new Recorder());
  const { algorithms: holder, commands: patient } = PATIENT_APPLICATION;
  const { algorithms: doctor, commands: professional } = PROFESSIONAL_APPLICATION;
  const hospitalId = input.hospital.id;
  const pharmacyId = input.pharmacy.id;
  const time = input.visit.startedAt;
  const pid = bytes(16, 1);

  const groupCase = (id: keyof typeof doctor, name: string, fields: Uint8Array): BenchCase => {
    const algorithm = { algorithm: Uint8Array.of(doctor[id].reference) };
    return cardCase(name, cards.doctor, profile, [
      encodeRequest(professional.manageSecurityEnvironment, { p2: 'digital signature', data: algorithm }),
      encodeRequest(professional.computeSignature, { data: fields }),
    ]);
  };

  return [
    cardCase('eq. 6: ECDSA P-256, then HPKE to NHI', cards.patient, profile, [
      encodeRequest(patient.manageSecurityEnvironment, {
        p2: 'confidentiality',
        data: { algorithm: Uint8Array.of(holder.visitRequest.reference) },
      }),
      encodeRequest(patient.encipher, {
        data: encodeTemplate(holder.visitRequest.input, {
          challenge: bytes(16, 2),
          hospitalId,
          purpose: 1,
          time,
        }),
      }),
    ]),
    groupCase(
      'visitConfirmation',
      'eq. 7: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.visitConfirmation.input, {
        envelopeHash: bytes(32, 3),
        challenge: bytes(16, 2),
        hospitalId,
        replyKey: bytes(33, 2),
      }),
    ),
    groupCase(
      'newRecord',
      'eq. 9: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.newRecord.input, {
        messageId: bytes(16, 4),
        recordHash: bytes(32, 5),
        pid,
        visitId: bytes(16, 6),
        hospitalId,
        time,
      }),
    ),
    groupCase(
      'prescription',
      'eq. 10: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.prescription.input, {
        messageId: bytes(16, 4),
        prescriptionHash: bytes(32, 5),
        prescriptionId: bytes(16, 7),
        pid,
        pharmacyId,
        day: time,
        expiry: time,
        repeats: 0,
      }),
    ),
  ];
}

/** A case that sends the commands in order; each must succeed, or the bench would time refusals. */
function cardCase(
  name: string,
  card: Card,
  profile: CardProfile,
  requests: readonly Parameters<typeof encodeCommandApdu>[0][],
): BenchCase {
  const apdus = requests.map((request) => encodeCommandApdu(request));
  const run = (): void => {
    for (const apdu of apdus) {
      const sw = parseResponseApdu(card.process(apdu))?.sw ?? 0;
      const done = sw === SW.ok.sw || (sw & SW.bytesAvailable.mask) === SW.bytesAvailable.sw;
      if (!done) throw new Error(`${name}: the card answered ${sw.toString(16)}`);
    }
  };
  const figures = mergeFigures(
    apdus.map((apdu) => {
      card.process(apdu);
      return card.figures;
    }),
  );
  run();
  return { name, run, predictedCardMs: priceCommand(profile, figures).predictedMs };
}
