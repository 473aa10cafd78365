/** The steps of a visit and a collection on the patient card, as a doctor's and a pharmacy's terminal take them. */

import { sha256 } from '@noble/hashes/sha2.js';
import {
  encodeTemplate,
  hashInput,
  PATIENT_APPLICATION,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  STATEMENT,
} from '../../apdu/index.js';
import { PIN } from './personalised-card.js';
import type { PeerSession } from './professional-peer.js';
import { isSignatureOn, TODAY } from './test-authority.js';
import { apdusOf, call, exchange, type Transmit } from './transmit.js';

const { commands } = PATIENT_APPLICATION;
const PHARMACY = 'PH-0007';
const HOSPITAL = 'H-0042';

export type VisitInput = {
  readonly doctorRandom: Uint8Array;
  readonly prescriptionHash: Uint8Array;
  readonly repeats: number;
  /** Text of the record. */
  readonly record: string;
};

export const VISIT: VisitInput = {
  doctorRandom: new Uint8Array(16).fill(0x3c),
  prescriptionHash: new Uint8Array(32).fill(0x5d),
  repeats: 0,
  record: 'J06.9 acute upper respiratory infection',
};

/** Agrees on a prescription number with the card. */
export function agreeOnNumber(
  transmit: Transmit,
  { doctorRandom }: VisitInput,
  session: PeerSession,
): Uint8Array {
  const commitment = sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [doctorRandom]));
  const contribute = commands.contributeToPrescriptionNumber;
  const { patientRandom } = call(transmit, contribute, { data: { commitment } }, session);
  const halves = Uint8Array.from([...doctorRandom, ...patientRandom]);
  return sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves])).slice(0, PRESCRIPTION_ID_BYTES);
}

/** The APDUs of PUT DATA for a visit with a prescription; the session counts them as sent. */
export function putVisitApdus(session: PeerSession, visit: VisitInput): Uint8Array[] {
  const { doctorRandom, prescriptionHash, repeats, record } = visit;
  return apdusOf(
    commands.putVisitRecord,
    {
      data: {
        time: TODAY + 60,
        hospitalId: HOSPITAL,
        record: Uint8Array.from(Buffer.from(record)),
        prescription: {
          doctorRandom,
          prescriptionHash,
          expiry: TODAY + 30 * 86_400,
          repeats,
          prescription: Uint8Array.from(Buffer.from('R05DA04 codeine 30 mg, 20 tablets')),
        },
      },
    },
    session,
  );
}

/** Number of the prescription that a whole visit stores. */
export function storeVisit(transmit: Transmit, session: PeerSession, visit: VisitInput = VISIT): Uint8Array {
  const prescriptionId = agreeOnNumber(transmit, visit, session);
  const answer = exchange(transmit, putVisitApdus(session, visit));
  const { sw } = answer.sw === 0x9000 ? session.open(answer.data) : answer;
  if (sw !== 0x9000) throw new Error(`PUT DATA: ${sw.toString(16)}`);
  return prescriptionId;
}

/** A pharmacy's request for one collection; two with different nonces are two collections. */
export type CollectInput = {
  readonly prescriptionId: Uint8Array;
  readonly pharmacyId: string;
  readonly nonce: Uint8Array;
  readonly time: number;
};

export function collectInput(prescriptionId: Uint8Array, nonce: number): CollectInput {
  return { prescriptionId, pharmacyId: PHARMACY, nonce: new Uint8Array(16).fill(nonce), time: TODAY + 3_600 };
}

export function collectApdus(input: CollectInput, session: PeerSession): Uint8Array[] {
  return apdusOf(commands.collect, { data: input }, session);
}

/** Whether a signature is the card's word on this collection. */
export function isCollectionSignature(
  signingKey: Uint8Array,
  pid: Uint8Array,
  input: CollectInput,
  signature: Uint8Array,
): boolean {
  const fields = { ...input, pid, prescriptionHash: VISIT.prescriptionHash };
  const statement = encodeTemplate(STATEMENT.collection.fields, fields);
  return isSignatureOn(signingKey, STATEMENT.collection, statement, signature);
}

export function verifyPin(transmit: Transmit, pin: Uint8Array = PIN): number {
  return exchange(transmit, apdusOf(commands.verify, { p2: 'holder PIN', data: pin })).sw;
}

/** Tries left as VERIFY without data answers them; 0 when blocked. Only while the PIN is not verified. */
export function triesLeft(transmit: Transmit): number {
  const { sw } = exchange(transmit, apdusOf(commands.verify, { p2: 'holder PIN' }));
  if (sw === 0x6983) return 0;
  if ((sw & 0xfff0) !== 0x63c0) throw new Error(`VERIFY without data: ${sw.toString(16)}`);
  return sw & 0x0f;
}
