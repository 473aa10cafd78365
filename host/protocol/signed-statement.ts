/** Ordinary signatures on statements, host side (the card has its own implementation). */

import { encodeTemplate, type Statement, signatureInput, type ValuesOf } from '../../apdu/index.js';
import { signEcdsa, verifyEcdsa } from '../crypto/ecdsa.js';

/** Signs the fields of a statement. @throws {RangeError} for fields that break its template. */
export function signStatement<const S extends Statement>(
  secretKey: Uint8Array,
  statement: S,
  fields: ValuesOf<S['fields']>,
): Uint8Array {
  return signEcdsa(secretKey, signatureInput(statement.domain, encodeTemplate(statement.fields, fields)));
}

/** Whether `signature` is one of `publicKey` on exactly these fields. */
export function verifyStatement<const S extends Statement>(
  publicKey: Uint8Array,
  statement: S,
  fields: ValuesOf<S['fields']>,
  signature: Uint8Array,
): boolean {
  const input = signatureInput(statement.domain, encodeTemplate(statement.fields, fields));
  return verifyEcdsa(publicKey, input, signature);
}
