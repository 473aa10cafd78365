/**
 * Domain tags: the first input of every hash, so that bytes made for one purpose mean nothing in
 * another. The tags of signed statements stand with the statements.
 */

export const DOMAIN = {
  /** Proof of knowledge of sk in a membership request (eq. 3). */
  join: 'IMIS-v1/join',
  /** Proof of knowledge of u in a credential (eq. 4). */
  joinCredential: 'IMIS-v1/join-u',
  /** Proof of knowledge of x and y in a group public key. */
  groupKey: 'IMIS-v1/group-key',
  /** BBS: proof that a credential is under the published key. */
  bbsCredential: 'IMIS-v1/bbs/join',
  /** BBS: proofs of knowledge of the two secrets of a group public key. */
  bbsIssuingKey: 'IMIS-v1/bbs/issuing-key',
  bbsOpeningKey: 'IMIS-v1/bbs/opening-key',
  /** BBS: what of a signature needs no statement. */
  bbsCommitment: 'IMIS-v1/bbs/commitment',
  /** Proof of opening of a group signature. */
  open: 'IMIS-v1/open',
  /** Derivation of a card's hint key K_i. */
  hintKey: 'IMIS-v1/hint-key',
  /** Proof of possession of a delegation key at registration (eq. 1). */
  delegationKeyProof: 'IMIS-v1/del/pop',
  /** Half signatures of a delegation: the patient's card's and the agent's card's (eq. 5). */
  delegationPatient: 'IMIS-v1/del/P',
  delegationAgent: 'IMIS-v1/del/A',
  /** An entry of the public join register, chained to the one before. */
  joinRegister: 'IMIS-v1/join-register',
  /** The identifier of a visit. */
  visitId: 'IMIS-v1/visit-id',
  /** An event of the audit log, and an entry, chained to the one before. */
  auditEvent: 'IMIS-v1/audit-event',
  auditLog: 'IMIS-v1/audit-log',
  /** F_GK(MK, ID_D) of the paper: a member key that NHI makes. */
  issuerMadeKey: 'IMIS-v1/issuer-made-key',
  /** Secret nonces, one tag for each use, so that two nonces of one signature are unrelated. */
  nonceJoin: 'IMIS-v1/nonce/join',
  nonceBlinding: 'IMIS-v1/nonce/gs-t',
  nonceCommitment: 'IMIS-v1/nonce/gs-k',
  nonceCredential: 'IMIS-v1/nonce/join-u',
  nonceCredentialProof: 'IMIS-v1/nonce/join-u-proof',
  nonceGroupKeyX: 'IMIS-v1/nonce/group-key-x',
  nonceGroupKeyY: 'IMIS-v1/nonce/group-key-y',
  nonceBbsIssuingKey: 'IMIS-v1/nonce/bbs-issuing-key',
  nonceBbsOpeningKey: 'IMIS-v1/nonce/bbs-opening-key',
  nonceBbsSeed: 'IMIS-v1/nonce/bbs-seed',
  nonceBbsRho: 'IMIS-v1/nonce/bbs-rho',
  nonceBbsTau: 'IMIS-v1/nonce/bbs-tau',
  nonceBbsCommitment: 'IMIS-v1/nonce/bbs-k',
  nonceDelegationKeyProof: 'IMIS-v1/nonce/del-pop',
  nonceDelegationPatient: 'IMIS-v1/nonce/del-p',
  nonceDelegationAgent: 'IMIS-v1/nonce/del-a',
  nonceProxy: 'IMIS-v1/nonce/proxy',
  nonceOpening: 'IMIS-v1/nonce/open',
  nonceOpeningSplit: 'IMIS-v1/nonce/open-split',
} as const;

/** Tag of group signatures on the statement of equation `equation` (1–19). */
export function groupSignatureDomain(equation: number): string {
  return `IMIS-v1/gs/eq${equation}`;
}

/** Tag of ordinary signatures on the statement of equation `equation` (1–19). */
export function signatureDomain(equation: number): string {
  return `IMIS-v1/sig/eq${equation}`;
}
