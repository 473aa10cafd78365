/** Data objects of STORE DATA that both cards take alike. */

import { CHAIN_CERTIFICATE_BYTES } from '../statement/certificate.js';
import { FIELD } from '../statement/fields.js';
import { bytesObject, optional } from '../template.js';

/**
 * What a card needs to prove its role and to check others': NHI's root (reference and key), and the
 * certificate of the CA that signed its own role certificate. The root signs CA certificates and
 * nothing else; `issuerKey`, NHI's signature key, signs what the protocol's equations say.
 */
export const ROLE_CHAIN_OBJECTS = {
  rootReference: optional(bytesObject(0xdc, 'reference of the NHI root key', FIELD.serial.max)),
  rootKey: optional(bytesObject(0xdd, 'NHI root public key', 33)),
  authorityCertificate: optional(bytesObject(0xde, 'NHI CA certificate', 1, CHAIN_CERTIFICATE_BYTES)),
} as const;
