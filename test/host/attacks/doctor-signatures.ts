/** Signatures of a scenario's doctors, and what NHI says of them. */

import { STATEMENT } from '../../../apdu/index.js';
import {
  type DoctorSignature,
  type ProfessionalCard,
  type Receipt,
  type Result,
  type SignedStatement,
  signedStatement,
  type World,
} from '../../../host/index.js';

type Fields = Parameters<typeof signedStatement<typeof STATEMENT.newRecord>>[1];
/** A record that a doctor signed. */
export type SignedRecord = {
  readonly fields: Fields;
  readonly signature: DoctorSignature;
  readonly signed: SignedStatement;
};

export function must<T extends object>(result: Result<T>): T & { readonly ok: true } {
  if (!result.ok) throw new Error(result.reason);
  return result;
}

/** A record with `time` as the doctor claims it. */
export async function signRecord(
  { input, clock }: World,
  card: ProfessionalCard,
  time = clock.now(),
): Promise<SignedRecord> {
  const fields: Fields = {
    messageId: new Uint8Array(16).fill(1),
    recordHash: new Uint8Array(32).fill(2),
    pid: new Uint8Array(16).fill(3),
    visitId: new Uint8Array(16).fill(4),
    hospitalId: input.hospital.id,
    time,
  };
  const { signature } = must(await card.signAsDoctor('newRecord', fields));
  return { fields, signature, signed: signedStatement(STATEMENT.newRecord, fields, signature) };
}

/** What NHI tells an insurer. */
export function statusOf({ nhi }: World, { signed, signature }: SignedRecord, receipt?: Receipt) {
  const { domain, statement } = signed;
  const asked = { domain, statement, signature, ...(receipt ? { receipt } : {}) };
  return nhi.insurerDoor('I-1').signatureStatus(asked);
}
