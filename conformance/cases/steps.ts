/** Steps that many cases take: PIN, roles, visits, prescriptions. */

import {
  type CommandApduFields,
  concatBytes,
  decodePatientCertificate,
  encodeRequest,
  equalBytes,
  hashInput,
  PATIENT_APPLICATION,
  type PatientCertificate,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  type RequestOf,
  type ResponseApdu,
  SW,
  uintToBytes,
  utf8ToBytes,
} from '../../apdu/index.js';
import { CheckFailure, checkStatus, expectOk } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { sha256 } from '../issuer/p256.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';

const { commands } = PATIENT_APPLICATION;

/** Data of PUT DATA (eq. 11). */
export type VisitData = RequestOf<typeof commands.putVisitRecord>['data'];
export type PrescriptionData = NonNullable<VisitData['prescription']>;

/** Verifies the holder PIN; both applications declare VERIFY alike. */
export async function verifyPin(card: TestCard): Promise<void> {
  await expectOk(card, commands.verify, { p2: 'holder PIN', data: card.issuer.pin });
}

/** READ RECORD by short EF identifier and number. */
export async function readRecord(card: TestCard, sfi: number, number: number): Promise<ResponseApdu> {
  return card.sendInSession(Uint8Array.of(0x00, 0xb2, number, (sfi << 3) | 0x04, 0x00));
}

/** The whole of a transparent file by short EF identifier, in parts of at most 200 bytes. */
export async function readFile(card: TestCard, sfi: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const p1 = offset === 0 ? 0x80 | sfi : offset >> 8;
    const response = await card.sendInSession(Uint8Array.of(0x00, 0xb0, p1, offset & 0xff, 200));
    const left = response.sw >> 8 === 0x6c ? response.sw & 0xff : undefined;
    const { data } =
      left === undefined
        ? checkStatus(response, SW.ok, SW.endOfFile, SW.bytesAvailable)
        : checkStatus(await card.sendInSession(Uint8Array.of(0x00, 0xb0, p1, offset & 0xff, left)), SW.ok);
    parts.push(data);
    offset += data.length;
    if (data.length < 200) return concatBytes(...parts);
  }
}

/** The body of the patient certificate on the card; the PIN is verified. */
export async function ownCertificate(card: TestCard): Promise<PatientCertificate['body']> {
  return decodePatientCertificate(await readFile(card, 1)).body;
}

/** A visit without a prescription, `number` days after personalisation. */
export function visit(number: number): VisitData {
  return {
    time: TestIssuer.daysAfterToday(number),
    hospitalId: `H-${number}`,
    record: utf8ToBytes(`record ${number}: J06.9`),
  };
}

/** Writes a visit as a doctor's card does. */
export async function putVisit(card: TestCard, session: CardSession, data: VisitData): Promise<void> {
  await session.expectOk(card, commands.putVisitRecord, { data });
}

/** A prescription whose number both cards have just agreed on, with that number. */
export type AgreedPrescription = {
  readonly prescription: PrescriptionData;
  readonly prescriptionId: Uint8Array;
};

/** Agrees on a number (eq. 10) with the role of a doctor, and fills in the rest of the prescription. */
export async function agreeOnPrescription(
  card: TestCard,
  changes: Partial<PrescriptionData> = {},
): Promise<AgreedPrescription> {
  const doctorRandom = card.random.bytes(16);
  const commitment = commitmentTo(doctorRandom);
  const { patientRandom } = await expectOk(card, commands.contributeToPrescriptionNumber, {
    data: { commitment },
  });
  const content = utf8ToBytes('J01CA04 amoxicillin 500 mg');
  return {
    prescription: {
      doctorRandom,
      prescriptionHash: sha256(content),
      expiry: TestIssuer.daysAfterToday(30),
      repeats: 0,
      prescription: content,
      ...changes,
    },
    prescriptionId: prescriptionNumber(doctorRandom, patientRandom),
  };
}

/** SHA-256 of the doctor card's half under its domain tag. */
export function commitmentTo(doctorRandom: Uint8Array): Uint8Array {
  return sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [doctorRandom]));
}

/** The number that both halves give: the first 16 bytes of SHA-256 under its domain tag. */
export function prescriptionNumber(doctorRandom: Uint8Array, patientRandom: Uint8Array): Uint8Array {
  const digest = sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [concatBytes(doctorRandom, patientRandom)]));
  return digest.slice(0, PRESCRIPTION_ID_BYTES);
}

/** As a doctor, writes a visit with a prescription; answers the number and what was prescribed. */
export async function prescribe(
  card: TestCard,
  changes: Partial<PrescriptionData> = {},
  session?: CardSession,
): Promise<AgreedPrescription> {
  const doctor = session ?? (await authenticate(card, 'doctor'));
  const agreed = await agreeOnPrescription(card, changes);
  await putVisit(card, doctor, { ...visit(1), prescription: agreed.prescription });
  return agreed;
}

/** Whether `part` stands somewhere in `whole`. */
export function contains(whole: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= whole.length; at++) {
    if (equalBytes(whole.subarray(at, at + part.length), part)) return true;
  }
  return false;
}

/** Runs what must not be possible on any card. @throws {CheckFailure} when `value` is missing. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new CheckFailure(what, 'none');
  return value;
}

/** STORE DATA with the date of personalisation, more to come; both applications declare it alike. */
export function dateOfPersonalisation(): CommandApduFields {
  const data = { today: uintToBytes(TestIssuer.daysAfterToday(0), 4) };
  return encodeRequest(commands.storeData, { p1: 'more to come', p2: 0, data });
}
