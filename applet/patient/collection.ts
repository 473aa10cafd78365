/**
 * Collecting medicine, by the patient (eq. 17) or an agent (eq. 18): the card says yes once for each
 * permitted collection, whoever asks, and says the same again when asked again.
 */

import {
  decodePatientCertificate,
  encodeTemplate,
  equalBytes,
  type PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
  proxyChallengeInput,
  type RequestOf,
  STATEMENT,
  type StoredWarrant,
  SW,
  signatureInput,
  WARRANT,
  type WarrantCertificate,
} from '../../apdu/index.js';
import { signAsProxy } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import type { NvmField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';
import { nextNonceCounter } from './delegation.js';
import type { DelegationSlots } from './delegation-slot.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';
import { findPrescription } from './prescription-store.js';

type Commands = typeof PATIENT_APPLICATION.commands;
type CollectionRequest = RequestOf<Commands['collect']>['data'];

/** How a collection is signed: what identifies the request, the signature, and where it stands. */
type Signer = {
  readonly digest: (statement: Uint8Array) => Uint8Array;
  readonly sign: (statement: Uint8Array, digest: Uint8Array) => Uint8Array;
  readonly stored: (prescription: number) => NvmField;
};

export function collectionHandlers(os: CardOs, memory: PatientMemory, slots: DelegationSlots) {
  const { coprocessor } = os;
  const files = patientFiles(os);

  const patient: Signer = {
    digest: (statement) => coprocessor.sha256(signatureInput(STATEMENT.collection.domain, statement)),
    sign(_statement, digest) {
      const secretKey = memory.keys.signing.secret.read();
      const signature = coprocessor.p256EcdsaSign(secretKey, digest);
      secretKey.fill(0);
      return signature ?? refuse(SW.referenceDataNotUsable);
    },
    stored: (prescription) => memory.proofs[prescription - 1]!.signature,
  };

  const agentOf = (slot: number, { warrant, proxyKey }: StoredWarrant): Signer => {
    const warrantHash = coprocessor.sha256(encodeTemplate(WARRANT, warrant));
    const transcript = { domain: STATEMENT.agentCollection.domain, proxyKey, warrantHash };
    return {
      digest: (statement) => coprocessor.sha256(proxyChallengeInput({ ...transcript, statement })),
      sign(statement) {
        const counter = nextNonceCounter(memory);
        const secretKey = slots.taken(slot).proxyKey.read();
        const signature = signAsProxy(coprocessor, secretKey, { ...transcript, statement }, counter);
        secretKey.fill(0);
        return signature;
      },
      stored: (prescription) => memory.proxySignatures[prescription - 1]!,
    };
  };

  /** The warrant of the slot whose PIN was verified, countersigned by NHI; 6982 or 6985 otherwise. */
  const verifiedWarrant = (): WarrantCertificate => {
    const slot = os.security.agentSlot;
    // The slot may have been emptied on another channel since.
    if (slot === 0 || !slots.isTaken(slot)) refuse(SW.securityStatusNotSatisfied);
    const warrant = slots.warrant(slot);
    if (!warrant.signature) return refuse(SW.conditionsNotSatisfied);
    return { ...warrant, signature: warrant.signature };
  };

  const collectBy = (signer: Signer, data: CollectionRequest): Uint8Array => {
    const found = findPrescription(files.prescriptions, data.prescriptionId);
    if (!found) return refuse(SW.referenceDataNotFound);
    const { slot, stored } = found;
    const proof = memory.proofs[slot - 1]!;
    const { pid } = decodePatientCertificate(files.certificate.content.read()).body;
    const statement = encodeTemplate(STATEMENT.collection.fields, {
      ...data,
      pid,
      prescriptionHash: proof.prescriptionHash.read(),
    });
    const digest = signer.digest(statement);
    // A reader that lost the answer asks again with the same bytes and must get the same signature.
    if (equalBytes(digest, proof.statementHash.read())) return signer.stored(slot).read();
    if (stored.state !== PRESCRIPTION_STATE.open || data.time > stored.expiry) {
      refuse(SW.conditionsNotSatisfied);
    }
    const signature = signer.sign(statement, digest);
    const remaining = stored.remaining - 1;
    // State, counter and signature change together, before the signature leaves the card.
    os.nvm.atomically(() => {
      const state = remaining === 0 ? PRESCRIPTION_STATE.collected : PRESCRIPTION_STATE.open;
      const record = encodeTemplate(PRESCRIPTION_RECORD, { ...stored, state, remaining });
      files.prescriptions.update(slot, record);
      proof.statementHash.write(digest);
      signer.stored(slot).write(signature);
    });
    return signature;
  };

  return {
    collect({ data }: RequestOf<Commands['collect']>) {
      return { signature: collectBy(patient, data) };
    },

    showWarrant(_request: RequestOf<Commands['showWarrant']>) {
      return verifiedWarrant();
    },

    collectAsAgent({ data }: RequestOf<Commands['collectAsAgent']>) {
      const certified = verifiedWarrant();
      const { scope, notBefore, notAfter } = certified.warrant;
      const inScope = !scope || equalBytes(scope, coprocessor.sha256(data.prescriptionId));
      // The terminal says what time it is; the latest date under NHI's signature is the card's own knowledge.
      const inTerm = notBefore <= data.time && data.time <= notAfter && memory.latestDate.value <= notAfter;
      if (!inScope || !inTerm) refuse(SW.conditionsNotSatisfied);
      return { proxySignature: collectBy(agentOf(os.security.agentSlot, certified), data) };
    },
  };
}
