/** Checking another card's role certificate on this card: one level, signed by NHI. */

import {
  decodeRoleCertificate,
  encodeTemplate,
  ROLE_CERTIFICATE_BODY,
  type RoleCertificate,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import type { NvmField } from '../runtime/allocation.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';
import { orIncorrectData } from './statement-input.js';
import { verifyStatement } from './statement-signature.js';

/** What a card knows of NHI and of time: the latest date that NHI's signature vouched for. */
export type TrustAnchor = { readonly issuerKey: NvmField; readonly latestDate: NvmField };

/**
 * The certificate's role and key, when NHI signed it and it has not expired by the latest date this
 * card has seen; a newer effective date moves that date on (a card has no clock). 6984 otherwise.
 */
export function checkRoleCertificate(
  coprocessor: Coprocessor,
  anchor: TrustAnchor,
  bytes: Uint8Array,
): RoleCertificate['body'] {
  const { body, signature } = orIncorrectData(() => decodeRoleCertificate(bytes));
  const statement = encodeTemplate(ROLE_CERTIFICATE_BODY, body);
  const genuine = verifyStatement(
    coprocessor,
    anchor.issuerKey.read(),
    STATEMENT.roleCertificate,
    statement,
    signature,
  );
  if (!genuine || body.expirationDate < anchor.latestDate.value) refuse(SW.referenceDataNotUsable);
  if (body.effectiveDate > anchor.latestDate.value) anchor.latestDate.value = body.effectiveDate;
  return body;
}
