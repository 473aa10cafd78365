/**
 * A dispute: NHI opens the signature under a record and gathers what anybody needs to check that, with
 * public keys alone: signature, group keys, the register of joins, the proof, and the entry of the audit log.
 */

import { STATEMENT, toHex } from '../../apdu/index.js';
import type { CaseEvidence } from '../protocol/case-evidence.js';
import { signedStatement } from '../protocol/epoch-verifier.js';
import { type Result, refusal } from '../protocol/refusal.js';
import type { Nhi } from './nhi.js';

/** Whose record, which one, why, and for which judge. */
export type DisputedCase = {
  readonly pid: Uint8Array;
  /** Identifier of the message that brought the record. */
  readonly messageId: Uint8Array;
  /** The judge's fresh nonce, 16 bytes. */
  readonly judgeNonce: Uint8Array;
  readonly reason: string;
};

/** Opens the signature of the case; the opening is in the log, whatever comes of it. */
export async function openCase(
  nhi: Nhi,
  { pid, messageId, judgeNonce, reason }: DisputedCase,
): Promise<Result<{ readonly evidence: CaseEvidence }>> {
  const records = await nhi.records.signedRecords(pid);
  const found = records.find(({ statement }) => toHex(statement.messageId) === toHex(messageId));
  if (!found) return refusal('visit-unknown', 'NHI has no such record');
  const { statement, signature } = found;
  const signed = signedStatement(STATEMENT.newRecord, statement, signature);
  const opened = await nhi.opening.openForJudge(signature.epoch, signed, judgeNonce, reason);
  if (!opened.ok) return opened;
  const { opening, logged } = opened;
  return {
    ok: true,
    evidence: {
      statement,
      signature,
      groupKeys: nhi.groupKeys,
      joins: await nhi.joins.entries(),
      joinHead: await nhi.joins.head(),
      doctorId: opening.doctorId,
      membershipKey: opening.membershipKey,
      judgeNonce,
      proof: opening.proof,
      event: logged.event,
      auditPosition: logged.entry.record.position,
      audit: await nhi.audit.entries(),
      auditHead: await nhi.audit.head(),
    },
  };
}
