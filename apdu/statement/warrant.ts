/** Warrants (eq. 5): who may collect for whom, what and how long; and the certificate that proves it. */

import { optional, templateObject, type ValuesOf } from '../template.js';
import { FIELD } from './fields.js';

/** W: canonical as every template; its bytes enter both halves of the delegation and every proxy signature. */
export const WARRANT = {
  pid: FIELD.pid,
  delegationKey: FIELD.delegationKey,
  agentPid: FIELD.agentPid,
  agentDelegationKey: FIELD.agentDelegationKey,
  scope: FIELD.scope,
  notBefore: FIELD.notBefore,
  notAfter: FIELD.notAfter,
  serial: FIELD.serial,
} as const;

export type Warrant = ValuesOf<typeof WARRANT>;

/** W as a data object of commands, statements and messages. */
export const WARRANT_OBJECT = templateObject(0xbf24, 'warrant W', WARRANT);

/** What patient and NHI sign: W, both commitments, and the proxy key PK_AP that anybody can recompute from them. */
export const WARRANT_STATEMENT = {
  warrant: WARRANT_OBJECT,
  patientCommitment: FIELD.patientCommitment,
  agentCommitment: FIELD.agentCommitment,
  proxyKey: FIELD.proxyKey,
} as const;

/** The warrant certificate: the statement with the patient's signature and NHI's. */
export const WARRANT_CERTIFICATE = {
  ...WARRANT_STATEMENT,
  patientSignature: FIELD.patientSignature,
  signature: FIELD.signature,
} as const;

export type WarrantCertificate = ValuesOf<typeof WARRANT_CERTIFICATE>;

/** The same as a card holds it until NHI has countersigned. */
export const STORED_WARRANT = {
  ...WARRANT_STATEMENT,
  patientSignature: FIELD.patientSignature,
  signature: optional(FIELD.signature),
} as const;

export type StoredWarrant = ValuesOf<typeof STORED_WARRANT>;
