/** Delegation to an agent over two cards (eq. 5): this card's part as the patient's and as the agent's. */

import {
  DOMAIN,
  decodePatientCertificate,
  encodeTemplate,
  equalBytes,
  type PATIENT_APPLICATION,
  PATIENT_CERTIFICATE_BODY,
  type PatientCertificate,
  type RequestOf,
  STATEMENT,
  SW,
  WARRANT,
  type Warrant,
} from '../../apdu/index.js';
import { agentHalf, combineHalves, drawCommitment, proveDelegationKey } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { signStatement, verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { type DelegationSlots, SLOT_NUMBERS } from './delegation-slot.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

const NONCE_BYTES = 32;
/** RAM for the values of a delegation beside those of its cryptography. */
const WORK_BYTES = 256;

export function delegationHandlers(os: CardOs, memory: PatientMemory, slots: DelegationSlots) {
  const { coprocessor } = os;
  const { delegation, signing } = memory.keys;
  const files = patientFiles(os);

  const ownPid = (): Uint8Array => decodePatientCertificate(files.certificate.content.read()).body.pid;

  return {
    proveDelegationKey({ data }: RequestOf<Commands['proveDelegationKey']>) {
      if (delegation.secret.isEmpty || signing.secret.isEmpty) refuse(SW.conditionsNotSatisfied);
      const counter = nextNonceCounter(memory);
      const secretKey = delegation.secret.read();
      const { nonce } = data.authentication;
      const binding = {
        nonce,
        signingKey: signing.public.read(),
        delegationKey: delegation.public.read(),
      };
      const proof = proveDelegationKey(coprocessor, secretKey, binding, counter);
      secretKey.fill(0);
      return { authentication: { proof } };
    },

    openDelegation({ data }: RequestOf<Commands['openDelegation']>) {
      const { agentCertificate, ...terms } = data;
      memory.openDelegation.release();
      const { body } = agentCertificate;
      assertCertified(agentCertificate);
      const warrant: Warrant = {
        ...terms,
        pid: ownPid(),
        delegationKey: delegation.public.read(),
        agentPid: body.pid,
        agentDelegationKey: body.delegationKey,
      };
      assertSound(warrant);
      if (!slots.anyFree) refuse(SW.notEnoughMemory);
      const counter = nextNonceCounter(memory);
      const secretKey = delegation.secret.read();
      const { nonce, point } = coprocessor.hold(WORK_BYTES, () =>
        drawCommitment(coprocessor, DOMAIN.nonceDelegationPatient, secretKey, counter),
      );
      secretKey.fill(0);
      const open = memory.openDelegation.take();
      open.set(nonce);
      open.set(coprocessor.sha256(encodeTemplate(WARRANT, warrant)), NONCE_BYTES);
      nonce.fill(0);
      return { warrant, patientCommitment: point };
    },

    answerDelegation({ data }: RequestOf<Commands['answerDelegation']>) {
      const { warrant, patientCommitment } = data;
      assertSound(warrant);
      const named =
        equalBytes(warrant.agentPid, ownPid()) &&
        equalBytes(warrant.agentDelegationKey, delegation.public.read());
      const valid =
        coprocessor.p256Uncompress(warrant.delegationKey) && coprocessor.p256Uncompress(patientCommitment);
      if (!named || !valid) refuse(SW.incorrectData);
      const counter = nextNonceCounter(memory);
      const secretKey = delegation.secret.read();
      const answer = coprocessor.hold(WORK_BYTES, () =>
        agentHalf(
          coprocessor,
          secretKey,
          {
            delegationKey: warrant.delegationKey,
            agentDelegationKey: warrant.agentDelegationKey,
            warrant: encodeTemplate(WARRANT, warrant),
            patientCommitment,
          },
          counter,
        ),
      );
      secretKey.fill(0);
      return { agentCommitment: answer.agentCommitment, agentHalf: answer.half };
    },

    closeDelegation({ p2, data }: RequestOf<Commands['closeDelegation']>) {
      const slot = SLOT_NUMBERS[p2];
      slots.sweep();
      if (!memory.openDelegation.isHeld || slots.isTaken(slot)) refuse(SW.conditionsNotSatisfied);
      // Whatever comes of it, y_P serves once.
      const open = memory.openDelegation.bytes.slice();
      memory.openDelegation.release();
      try {
        return coprocessor.hold(WORK_BYTES, () => close(slot, open, data));
      } finally {
        open.fill(0);
      }
    },

    storeWarrantCertificate({ p2, data }: RequestOf<Commands['storeWarrantCertificate']>) {
      const number = SLOT_NUMBERS[p2];
      const stored = slots.warrant(number);
      const certificate = { ...stored, signature: data.signature };
      const fields = encodeTemplate(STATEMENT.warrantCertificate.fields, stored);
      const issuerKey = memory.issuerKey.read();
      if (
        !verifyStatement(coprocessor, issuerKey, STATEMENT.warrantCertificate, fields, certificate.signature)
      ) {
        refuse(SW.incorrectData);
      }
      slots.certify(number, certificate);
      return undefined;
    },

    readWarrant({ p2 }: RequestOf<Commands['readWarrant']>) {
      return slots.warrant(SLOT_NUMBERS[p2]);
    },

    removeDelegation({ p2 }: RequestOf<Commands['removeDelegation']>) {
      slots.taken(SLOT_NUMBERS[p2]);
      slots.destroy(SLOT_NUMBERS[p2]);
      return undefined;
    },
  };

  function assertCertified({ body, signature }: PatientCertificate): void {
    const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
    const issuerKey = memory.issuerKey.read();
    const genuine =
      body.expirationDate >= memory.latestDate.value &&
      verifyStatement(coprocessor, issuerKey, STATEMENT.patientCertificate, fields, signature);
    if (!genuine || !coprocessor.p256Uncompress(body.delegationKey)) refuse(SW.referenceDataNotUsable);
  }

  function close(
    slot: number,
    open: Uint8Array,
    data: RequestOf<Commands['closeDelegation']>['data'],
  ): { readonly proxyKey: Uint8Array; readonly patientSignature: Uint8Array } {
    const { warrant, agentCommitment, agentHalf: half, agentPin } = data;
    const canonical = encodeTemplate(WARRANT, warrant);
    const nonce = open.subarray(0, NONCE_BYTES);
    const opened = open.subarray(NONCE_BYTES);
    if (!equalBytes(coprocessor.sha256(canonical), opened)) refuse(SW.incorrectData);
    const { delegationKey, agentDelegationKey } = warrant;
    // Y_P once more costs a multiplication, and 33 bytes of RAM all the time if it were kept.
    const patientCommitment = coprocessor.p256PublicKey(nonce) ?? refuse(SW.conditionsNotSatisfied);
    const secretKey = delegation.secret.read();
    const pair = combineHalves(
      coprocessor,
      { secretKey, nonce },
      { delegationKey, agentDelegationKey, warrant: canonical, patientCommitment, agentCommitment },
      half,
    );
    secretKey.fill(0);
    if (!pair) return refuse(SW.incorrectData);
    const proxyKey = pair.publicKey;
    const statement = { warrant, patientCommitment, agentCommitment, proxyKey };
    const fields = encodeTemplate(STATEMENT.warrant.fields, statement);
    const patientSignature = signStatement(coprocessor, signing.secret.read(), STATEMENT.warrant, fields);
    slots.fill(slot, {
      proxyKey: pair.secretKey,
      pin: agentPin,
      warrant: { ...statement, patientSignature },
    });
    pair.secretKey.fill(0);
    return { proxyKey, patientSignature };
  }
}

/** Two different people with a key each, and a term that is not empty; 6A80 otherwise. */
function assertSound({
  pid,
  agentPid,
  delegationKey,
  agentDelegationKey,
  notBefore,
  notAfter,
}: Warrant): void {
  const two = !equalBytes(pid, agentPid) && !equalBytes(delegationKey, agentDelegationKey);
  if (!two || notBefore >= notAfter) refuse(SW.incorrectData);
}

/** The next value of the counter that hedges nonces, written before it is used; 6985 when there is none. */
export function nextNonceCounter({ nonceCounter }: Pick<PatientMemory, 'nonceCounter'>): number {
  const next = nonceCounter.value + 1;
  if (next > 0xffff_ffff) refuse(SW.conditionsNotSatisfied);
  nonceCounter.value = next;
  return next;
}
