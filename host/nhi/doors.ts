/** NHI as each kind of institution sees it. A door knows who came through it; what stands behind it is NHI's. */

import type { WarrantCertificate } from '../../apdu/index.js';
import type { AgentCollection, DelegationEvidence } from '../protocol/agent-collection.js';
import type { Receipt, SignedGroupKey } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import type { Refusal, Result } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import type { ClaimRequest, ClaimSpending, OpenClaim } from './claim-desk.js';
import type { EmergencyRequest } from './emergency-desk.js';
import type { Collection, PrescriptionEntry, SignedPrescription } from './prescription-register.js';
import type { SignatureInQuestion, SignatureStatus } from './signature-desk.js';
import type { SubsidyClaim } from './subsidy-desk.js';
import type { ConfirmedRequest } from './visit-desk.js';

/** What everybody may know of NHI. */
export type NhiPublicKeys = {
  readonly signatureKey: Uint8Array;
  readonly sealingKey: Uint8Array;
  /** PK_GK of the current epoch; those before it are in {@link Nhi.groupKeys}. */
  readonly groupKey: SignedGroupKey;
};

/** NHI as a hospital sees it (eq. 6–10, 12–15). */
export interface HospitalDoor {
  issueChallenge(): Promise<{ readonly challenge: Uint8Array; readonly time: number }>;
  confirmVisit(request: ConfirmedRequest): Promise<Result<{ readonly answer: SealedMessage }>>;
  submitRecord(record: SealedMessage): Promise<Result<{ readonly receipt: Receipt }>>;
  /** Registers the prescription's number (as a hash) and passes the sealed prescription on to its pharmacy. */
  forwardPrescription(entry: PrescriptionEntry, sealed: SealedMessage): Promise<Refusal | undefined>;
  /** The pharmacies' decryption keys. */
  pharmacyKey(pharmacyId: string): Promise<Uint8Array | undefined>;
  /** Names a claim, and gives the nonce of the patient's consent (eq. 12). */
  openClaim(request: ClaimRequest): Promise<Result<OpenClaim>>;
  forwardClaim(insurerId: string, sealed: SealedMessage): Promise<Refusal | undefined>;
  /** The insurers' decryption keys. */
  insurerKey(insurerId: string): Promise<Uint8Array | undefined>;
  issueEmergencyChallenge(): Promise<{ readonly challenge: Uint8Array; readonly time: number }>;
  /** Whose finger this is (eq. 13 to 15). */
  identify(request: EmergencyRequest): Promise<Result<{ readonly answer: SealedMessage }>>;
}

/** NHI as a pharmacy sees it (eq. 16, 17). */
export interface PharmacyDoor {
  /** Where prescriptions are sealed to from now on. */
  announceKey(decryptionKey: Uint8Array): Promise<Refusal | undefined>;
  /** Sealed prescriptions that wait for this pharmacy, the oldest first; they wait until they are acknowledged. */
  fetchPrescriptions(): Promise<readonly SealedMessage[]>;
  /** The pharmacy keeps these, by message: NHI need not. */
  acknowledgePrescriptions(messageIds: readonly Uint8Array[]): Promise<void>;
  /** Registered for this pharmacy with the terms signed, not spent, and the signature holds. */
  checkPrescription(
    statement: SignedPrescription,
    signature: DoctorSignature,
  ): Promise<Result<{ readonly receipt: Receipt }>>;
  reserve(
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Promise<Result<{ readonly nonce: Uint8Array; readonly time: number }>>;
  /** Counts a collection; asked again for the same one, it answers the same. */
  commit(collection: Collection): Promise<Refusal | undefined>;
  /** Eq. 19: what it takes to verify a collection under this warrant, if the warrant stands. */
  checkWarrant(warrant: WarrantCertificate): Promise<Result<{ readonly evidence: DelegationEvidence }>>;
  /** As `commit`, for what an agent collected (eq. 18). */
  commitByAgent(collection: AgentCollection): Promise<Refusal | undefined>;
  /** 17a: NHI pays for a collection, once. */
  claimSubsidy(claim: SubsidyClaim): Promise<Result<{ readonly amount: number }>>;
  signatureStatus(asked: SignatureInQuestion): Promise<Result<SignatureStatus>>;
}

/** NHI as an insurer sees it (eq. 12). */
export interface InsurerDoor {
  /** Where claims are sealed to from now on. */
  announceKey(decryptionKey: Uint8Array): Promise<Refusal | undefined>;
  /** Sealed claims that wait for this insurer, the oldest first; they wait until they are acknowledged. */
  fetchClaims(): Promise<readonly SealedMessage[]>;
  /** The insurer keeps these, by message: NHI need not. */
  acknowledgeClaims(messageIds: readonly Uint8Array[]): Promise<void>;
  /** Takes an amount from what of a claim nobody has paid; before the insurer pays. Asked again, it answers the same. */
  spendClaim(spending: ClaimSpending): Promise<Result<object>>;
  /** Whether the doctor behind a claim was revoked. */
  signatureStatus(asked: SignatureInQuestion): Promise<Result<SignatureStatus>>;
}
