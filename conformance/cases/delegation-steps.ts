/** Steps of delegation (eq. 5) with the card under test as the patient's. */

import {
  decodePatientCertificate,
  encodeTemplate,
  PATIENT_APPLICATION,
  type PatientCertificate,
  type SlotName,
  STATEMENT,
  utf8ToBytes,
  type Warrant,
  type WarrantCertificate,
} from '../../apdu/index.js';
import { expectOk } from '../checks.js';
import { OtherHolder } from '../issuer/delegation-peer.js';
import { signStatement } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { readFile, verifyPin } from './steps.js';

const { commands } = PATIENT_APPLICATION;

export const AGENT_PIN = utf8ToBytes('864209');
export const SLOT: SlotName = 'slot 1';
export const AGENT_REFERENCE = 'agent PIN of slot 1';

/** What a delegation is to differ in. */
export type DelegationOptions = {
  readonly slot?: SlotName;
  readonly terms?: Partial<Pick<Warrant, 'scope' | 'notBefore' | 'notAfter'>>;
};

type Signed = Omit<WarrantCertificate, 'signature'>;

/** Opens a delegation to an agent in software and has it answer; the holder PIN is verified. */
export async function openAndAnswer(card: TestCard, { terms }: DelegationOptions = {}) {
  const agent = new OtherHolder(card.issuer);
  const data = { ...agent.terms(), ...terms, agentCertificate: agent.certificate };
  const opened = await expectOk(card, commands.openDelegation, { data });
  const answer = agent.answer(opened.warrant, opened.patientCommitment);
  return { agent, patientCommitment: opened.patientCommitment, answer };
}

/** Opens and closes a delegation: the warrant that waits for NHI. */
export async function delegate(card: TestCard, options: DelegationOptions = {}): Promise<Signed> {
  const { patientCommitment, answer } = await openAndAnswer(card, options);
  const closed = await expectOk(card, commands.closeDelegation, {
    p2: options.slot ?? SLOT,
    data: { ...answer, agentPin: AGENT_PIN },
  });
  const { warrant, agentCommitment } = answer;
  return { warrant, patientCommitment, agentCommitment, ...closed };
}

/** NHI's countersignature. */
export function countersignature(card: TestCard, signed: Signed): Uint8Array {
  const fields = encodeTemplate(STATEMENT.warrantCertificate.fields, signed);
  return signStatement(card.issuer.keys, STATEMENT.warrantCertificate, fields);
}

/** A whole delegation, countersigned; the holder PIN is verified here. */
export async function delegateAndCertify(
  card: TestCard,
  options: DelegationOptions = {},
): Promise<WarrantCertificate> {
  await verifyPin(card);
  const signed = await delegate(card, options);
  const signature = countersignature(card, signed);
  const p2 = options.slot ?? SLOT;
  await expectOk(card, commands.storeWarrantCertificate, { p2, data: { signature } });
  return { ...signed, signature };
}

/** A delegation, and its agent's PIN proven in a new selection, where the holder is not. */
export async function proveAgent(
  card: TestCard,
  options: DelegationOptions = {},
): Promise<WarrantCertificate> {
  const warrant = await delegateAndCertify(card, options);
  await card.select();
  await expectOk(card, commands.verify, { p2: AGENT_REFERENCE, data: AGENT_PIN });
  return warrant;
}

/** PCert of the card under test; the PIN is verified. */
export async function ownPatientCertificate(card: TestCard): Promise<PatientCertificate> {
  return decodePatientCertificate(await readFile(card, PATIENT_APPLICATION.files.certificate.sfi));
}
