/** What the patient application keeps in card memory: keys, certificates, the proofs of collections. */

import { HOLDER_DECLARATION, maxLength, PATIENT_APPLICATION } from '../../apdu/index.js';
import type { CardParts } from '../os/card-parts.js';
import { planTrustAnchor, type TrustAnchor } from '../os/certificate-chain.js';
import type { MemoryPlan, NvmField, NvmString, RamField } from '../runtime/allocation.js';
import type { ExclusiveRam } from '../runtime/exclusive-ram.js';
import { planSlots, type SlotMemory } from './delegation-slot.js';

/** A key pair on P-256: 32 bytes secret, 33 bytes public. */
export type StoredKeyPair = { readonly secret: NvmString; readonly public: NvmField };

/** What belongs to one prescription beside its readable record. */
export type PrescriptionProof = {
  /** SHA-256 of the prescription that the doctor signed. */
  readonly prescriptionHash: NvmField;
  /** SHA-256 of the statement of the last collection, and the signature over it. */
  readonly statementHash: NvmField;
  readonly signature: NvmField;
};

export type PatientMemory = TrustAnchor & {
  readonly cardSerial: NvmString;
  readonly issuerKey: NvmField;
  readonly sealingKey: NvmField;
  readonly roleKey: NvmString;
  readonly roleCertificate: NvmString;
  readonly keys: Readonly<Record<'signing' | 'decryption' | 'delegation', StoredKeyPair>>;
  readonly proofs: readonly PrescriptionProof[];
  /** By prescription, the signature of the last collection when an agent made it. */
  readonly proxySignatures: readonly NvmField[];
  readonly slots: readonly SlotMemory[];
  /** Counts the nonces of delegation and proxy keys; written before each use. */
  readonly nonceCounter: NvmField;
  /** A delegation between OPEN and CLOSE: y_P and SHA-256 of W. */
  readonly openDelegation: ExclusiveRam;
  /** The holder's declaration as it was sent; empty before the first. */
  readonly holderDeclaration: NvmString;
  readonly challenge: RamField;
  readonly challengeDrawn: RamField;
  readonly commitment: RamField;
  readonly patientRandom: RamField;
  readonly numberOpen: RamField;
};

/** y_P, SHA-256 of W. */
const OPEN_DELEGATION_BYTES = 32 + 32;

/** @throws {ProfileTooSmall} */
export function planPatientMemory(memory: MemoryPlan, parts: CardParts): PatientMemory {
  const keyPair = (name: string): StoredKeyPair => ({
    secret: memory.string(`${name} key: secret`, 32),
    public: memory.field(`${name} key: public`, 33),
  });
  return {
    cardSerial: memory.string('card serial', 8),
    issuerKey: memory.field('NHI signature key', 33),
    sealingKey: memory.field('NHI decryption key', 33),
    latestDate: memory.field('latest date seen', 4),
    roleKey: memory.string('holder role key', 32),
    roleCertificate: memory.string('holder role certificate', 255),
    keys: {
      signing: keyPair('signing'),
      decryption: keyPair('decryption'),
      delegation: keyPair('delegation'),
    },
    proofs: Array.from({ length: PATIENT_APPLICATION.files.prescriptions.records }, (_, i) => ({
      prescriptionHash: memory.field(`prescription ${i + 1}: hash`, 32),
      statementHash: memory.field(`prescription ${i + 1}: hash of the last collection`, 32),
      signature: memory.field(`prescription ${i + 1}: signature of the last collection`, 64),
    })),
    proxySignatures: Array.from({ length: PATIENT_APPLICATION.files.prescriptions.records }, (_, i) =>
      memory.field(`prescription ${i + 1}: proxy signature of the last collection`, 65),
    ),
    slots: planSlots(memory, parts),
    nonceCounter: memory.field('nonce counter of delegation and proxy keys', 4),
    openDelegation: memory.exclusive('open delegation', OPEN_DELEGATION_BYTES),
    holderDeclaration: memory.string('holder declaration', maxLength(HOLDER_DECLARATION)),
    challenge: memory.transientField('card authentication: challenge', 16),
    challengeDrawn: memory.transientField('card authentication: challenge drawn', 1),
    commitment: memory.transientField('prescription number: commitment', 32),
    patientRandom: memory.transientField('prescription number: own random', 16),
    numberOpen: memory.transientField('prescription number: open', 1),
    ...planTrustAnchor(memory),
  };
}
