/**
 * Verifying that an agent collected (eq. 18, 19): every check that anybody must make, with public values
 * only. Revocation and time are NHI's to tell.
 */

import {
  encodeTemplate,
  equalBytes,
  type PatientCertificate,
  STATEMENT,
  type ValuesOf,
  WARRANT,
  type WarrantCertificate,
} from '../../apdu/index.js';
import { proxyKeyOf, verifyProxySignature } from '../crypto/proxy-signature/index.js';
import { sha256 } from '../crypto/sha256.js';
import { verifyPatientCertificate } from '../nhi/certificate-authority.js';
import type { AGENT_COLLECTION_MESSAGE } from './messages.js';
import { type Refusal, refusal } from './refusal.js';
import { verifyStatement } from './signed-statement.js';

export type AgentCollection = ValuesOf<typeof AGENT_COLLECTION_MESSAGE>;

/** What a verifier knows of the two people, and of NHI. */
export type DelegationEvidence = {
  /** NHI's signature key. */
  readonly issuerKey: Uint8Array;
  /** PCert_P and PCert_A. */
  readonly patientCertificate: PatientCertificate;
  readonly agentCertificate: PatientCertificate;
  /** NHI's time of the collection, seconds since 1970. */
  readonly time: number;
  /** Whether NHI has revoked the warrant. */
  readonly revoked: boolean;
};

/** `undefined` when PK_AP is a proxy key of these two people now; otherwise why not. */
export function checkWarrant(
  certificate: WarrantCertificate,
  evidence: DelegationEvidence,
): Refusal | undefined {
  const { warrant, proxyKey, patientSignature, signature } = certificate;
  const { issuerKey, patientCertificate, agentCertificate, time } = evidence;
  for (const holder of [patientCertificate, agentCertificate]) {
    if (!verifyPatientCertificate(issuerKey, holder, time)) return refusal('certificate-invalid');
  }
  const patient = patientCertificate.body;
  const agent = agentCertificate.body;
  const signed =
    verifyStatement(patient.signingKey, STATEMENT.warrant, certificate, patientSignature) &&
    verifyStatement(issuerKey, STATEMENT.warrantCertificate, certificate, signature);
  if (!signed) return refusal('warrant-invalid');
  const named =
    equalBytes(warrant.pid, patient.pid) &&
    equalBytes(warrant.delegationKey, patient.delegationKey) &&
    equalBytes(warrant.agentPid, agent.pid) &&
    equalBytes(warrant.agentDelegationKey, agent.delegationKey);
  if (!named) return refusal('warrant-mismatch');
  const self =
    equalBytes(warrant.pid, warrant.agentPid) ||
    equalBytes(warrant.delegationKey, warrant.agentDelegationKey);
  if (self) return refusal('agent-is-patient');
  const recomputed = proxyKeyOf({ ...warrant, ...certificate, warrant: encodeTemplate(WARRANT, warrant) });
  if (!recomputed || !equalBytes(recomputed, proxyKey)) return refusal('proxy-key-mismatch');
  if (evidence.revoked) return refusal('warrant-revoked');
  const inTerm = warrant.notBefore <= time && time <= warrant.notAfter;
  return inTerm ? undefined : refusal('warrant-out-of-term');
}

/** `undefined` when the agent collected under a good warrant; otherwise why not. */
export function checkAgentCollection(
  { statement, proxySignature, warrant: certificate }: AgentCollection,
  evidence: DelegationEvidence,
): Refusal | undefined {
  const unfit = checkWarrant(certificate, evidence);
  if (unfit) return unfit;
  const { warrant, proxyKey } = certificate;
  if (!equalBytes(statement.pid, warrant.pid)) return refusal('patient-mismatch');
  const { scope, notBefore, notAfter } = warrant;
  if (scope && !equalBytes(scope, sha256(statement.prescriptionId))) return refusal('warrant-out-of-scope');
  if (statement.time < notBefore || statement.time > notAfter) return refusal('warrant-out-of-term');
  const { domain, fields } = STATEMENT.agentCollection;
  const transcript = {
    domain,
    proxyKey,
    warrantHash: sha256(encodeTemplate(WARRANT, warrant)),
    statement: encodeTemplate(fields, statement),
  };
  return verifyProxySignature(transcript, proxySignature) ? undefined : refusal('proxy-signature-invalid');
}
