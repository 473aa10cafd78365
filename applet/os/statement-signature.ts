/** Ordinary signatures (ECDSA P-256) on statements: the digest covers the domain tag and the fields. */

import { type Statement, SW, signatureInput } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';

/** Signs canonical statement bytes; 6984 when the key is not usable. */
export function signStatement(
  coprocessor: Coprocessor,
  secretKey: Uint8Array,
  statement: Statement,
  fields: Uint8Array,
): Uint8Array {
  const digest = coprocessor.sha256(signatureInput(statement.domain, fields));
  const signature = coprocessor.p256EcdsaSign(secretKey, digest);
  secretKey.fill(0);
  return signature ?? refuse(SW.referenceDataNotUsable);
}

/** Whether `signature` is one of `publicKey` on exactly these fields. */
export function verifyStatement(
  coprocessor: Coprocessor,
  publicKey: Uint8Array,
  statement: Statement,
  fields: Uint8Array,
  signature: Uint8Array,
): boolean {
  return coprocessor.p256EcdsaVerify(
    publicKey,
    coprocessor.sha256(signatureInput(statement.domain, fields)),
    signature,
  );
}
