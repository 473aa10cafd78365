/** Evidence of who signed a record, as a judge checks it: with public keys, and nobody's word. */

import { equalBytes, STATEMENT, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { HostCurve } from '../crypto/group-signature/index.js';
import { sha256 } from '../crypto/sha256.js';
import {
  type AuditEntry,
  type AuditEvent,
  type AuditHead,
  checkAuditChain,
  checkAuditHead,
  eventHashOf,
} from './audit-chain.js';
import { EpochVerifier, type SignedGroupKey, signedStatement } from './epoch-verifier.js';
import type { DoctorSignature } from './group-signed-statement.js';
import {
  checkRegisterHead,
  type JoinEntry,
  type JoinRegisterHead,
  verifyJoinRegister,
} from './join-record.js';
import { judgeOpening } from './judge-opening.js';
import { type Refusal, type Result, refusal } from './refusal.js';

export type CaseEvidence = {
  readonly statement: ValuesOf<(typeof STATEMENT)['newRecord']['fields']>;
  readonly signature: DoctorSignature;
  readonly groupKeys: readonly SignedGroupKey[];
  /** The register of joins as far as it goes, and NHI's word on that. */
  readonly joins: readonly JoinEntry[];
  readonly joinHead: JoinRegisterHead;
  readonly doctorId: string;
  readonly membershipKey: Uint8Array;
  readonly judgeNonce: Uint8Array;
  readonly proof: Uint8Array;
  /** The opening in the audit log. */
  readonly event: AuditEvent;
  readonly auditPosition: number;
  readonly audit: readonly AuditEntry[];
  readonly auditHead: AuditHead;
};

/** What the judge trusts. */
export type EvidenceKeys = {
  /** PK_NHI. */
  readonly issuerKey: Uint8Array;
  /** Key of the profession register. */
  readonly professionAuthorityKey: Uint8Array;
  readonly curve: HostCurve;
  readonly clock: Clock;
};

/** Who signed, as far as the evidence proves it; otherwise what is wrong with it. */
export function verifyEvidence(
  evidence: CaseEvidence,
  keys: EvidenceKeys,
): Result<{ readonly signer: 'the doctor' | 'the doctor or NHI'; readonly doctorId: string }> {
  const { joins, joinHead, signature, doctorId, membershipKey, judgeNonce, proof } = evidence;
  const published = () => evidence.groupKeys;
  const verifier = new EpochVerifier({ ...keys, published });
  const unlearned = verifier.learn();
  if (unlearned) return unlearned;
  const ofEpoch = verifier.of(signature.epoch);
  if (!ofEpoch || ofEpoch.suite.id !== signature.suite) return refusal('epoch-mismatch');
  const register = verifyJoinRegister(joins, keys);
  if (!register.ok) return register;
  const unlogged = checkRegisterHead(keys.issuerKey, joins, joinHead) ?? auditFault(evidence, keys.issuerKey);
  if (unlogged) return unlogged;
  const signed = signedStatement(STATEMENT.newRecord, evidence.statement, signature);
  const opening = { signed, doctorId, membershipKey, judgeNonce, proof };
  const verdict = judgeOpening(ofEpoch, opening, register.joins);
  if (!verdict.ok) return refusal('group-signature-invalid', verdict.reason);
  return { ok: true, signer: verdict.signer, doctorId };
}

/** The opening stands in a log that is one chain, under NHI's signature. */
function auditFault(evidence: CaseEvidence, issuerKey: Uint8Array): Refusal | undefined {
  const { audit, auditHead, auditPosition, event, signature, doctorId } = evidence;
  const broken = checkAuditChain(audit) ?? checkAuditHead(issuerKey, audit, auditHead);
  if (broken) return broken;
  const entry = audit[auditPosition];
  const logged =
    entry !== undefined &&
    equalBytes(entry.record.eventHash, eventHashOf(event)) &&
    event.doctorId === doctorId &&
    event.signatureHash !== undefined &&
    equalBytes(event.signatureHash, sha256(signature.groupSignature));
  return logged ? undefined : refusal('audit-log-broken', 'it does not hold this opening');
}
