/** A doctor's group signature on a statement, as every verifier checks it. */

import { encodeTemplate, type Statement, type ValuesOf } from '../../apdu/index.js';
import type { GroupVerifier } from '../crypto/group-signature/index.js';
import type { GROUP_SIGNATURE } from './messages.js';
import { type Refusal, refusal } from './refusal.js';

export type DoctorSignature = ValuesOf<typeof GROUP_SIGNATURE>;

/** `undefined` when the signature holds over these fields in the verifier's epoch; otherwise why not. */
export function checkDoctorSignature<const S extends Statement>(
  verifier: GroupVerifier,
  statement: S,
  fields: ValuesOf<S['fields']>,
  signature: DoctorSignature,
): Refusal | undefined {
  if (signature.suite !== verifier.suite.id || signature.epoch !== verifier.epoch)
    return refusal('epoch-mismatch');
  const verdict = verifier.verify({
    domain: statement.domain,
    statement: encodeTemplate(statement.fields, fields),
    signature: signature.groupSignature,
  });
  return verdict.ok ? undefined : refusal('group-signature-invalid', verdict.reason);
}
