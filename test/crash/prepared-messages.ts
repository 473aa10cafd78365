/**
 * What cards sent, made beforehand: visits with records, for each prescription two collections that both verify,
 * for each claim the consent to two insurers for the whole of it.
 */

import {
  type ClaimSpending,
  type Collection,
  type ConfirmedRequest,
  INSURERS,
  PURPOSE,
  type SealedMessage,
  sha256,
  visitIdOf,
} from '../../host/index.js';
import type { Scenario } from '../support/scenario.js';

export type PreparedVisit = {
  readonly request: ConfirmedRequest;
  readonly record: SealedMessage;
  readonly messageId: Uint8Array;
};
/** One prescription without repeats, collected with the card and with a copy of it. */
export type PreparedPair = readonly [Collection, Collection];

function must<T extends { readonly ok: boolean }>(result: T): T & { readonly ok: true } {
  if (!result.ok) throw new Error((result as unknown as { readonly reason: string }).reason);
  return result as T & { readonly ok: true };
}

export async function prepareVisits(scenario: Scenario, visits: number): Promise<PreparedVisit[]> {
  const { hospital, patientCard, doctorCard, input } = scenario.world;
  const hospitalId = input.hospital.id;
  await patientCard.select();
  await scenario.verifyPins('patient', 'doctor');
  const prepared: PreparedVisit[] = [];
  for (let made = 0; made < visits; made++) {
    const { challenge, time } = await scenario.hospitalLine.issueChallenge();
    const asked = { challenge, hospitalId, purpose: PURPOSE.outpatient, time };
    const { request } = must(await patientCard.requestVisit(asked));
    const confirmation = must(await hospital.prepareConfirmation({ challenge, request }, doctorCard));
    const visit = { pid: scenario.visit.pid, visitId: visitIdOf(challenge, sha256(request.envelope)) };
    const { sealed } = must(await hospital.prepareRecord(doctorCard, visit, input.visit));
    prepared.push({ request: confirmation.request, record: sealed, messageId: sealed.messageId });
  }
  return prepared;
}

export async function preparePairs(scenario: Scenario, pairs: number): Promise<PreparedPair[]> {
  const prepared: PreparedPair[] = [];
  for (let made = 0; made < pairs; made++) {
    if (made > 0) await scenario.again();
    await scenario.runTo('update patient card');
    const card = scenario.chips.patient;
    const copy = scenario.fork('patient');
    prepared.push([await collect(scenario), await collect(scenario, copy)]);
    scenario.chips.patient = card;
  }
  return prepared;
}

/** One claim, as both insurers would spend it. */
export type PreparedClaim = readonly (ClaimSpending & { readonly insurerId: string })[];
const AMOUNT = 5_000;

export async function prepareClaims(scenario: Scenario, claims: number): Promise<PreparedClaim[]> {
  const { patientCard } = scenario.world;
  const { pid, visitId } = scenario.visit;
  await patientCard.select();
  await scenario.verifyPins('patient');
  const consentTo = async (item: number, insurerId: string) => {
    const asked = { pid, visitId, item, total: AMOUNT, insurerId };
    const { claimId, nonce } = must(await scenario.hospitalLine.openClaim(asked));
    const consent = { insurerId, claimId, claimHash: sha256(claimId), nonce };
    const { signature } = must(await patientCard.consentToClaim(consent));
    return { insurerId, pid, amount: AMOUNT, consent: { ...consent, signature } };
  };
  const prepared: PreparedClaim[] = [];
  for (let item = 1; item <= claims; item++) {
    prepared.push([await consentTo(item, INSURERS[0]), await consentTo(item, INSURERS[1])]);
  }
  return prepared;
}

/** What a card signs for a reservation of its own. */
async function collect(scenario: Scenario, card = scenario.chips.patient): Promise<Collection> {
  scenario.chips.patient = card;
  const { patientCard, pharmacyCard, hospital, input } = scenario.world;
  const { prescriptionId, prescriptionHash } = scenario.prescription;
  const { pid } = scenario.visit;
  const { nonce, time } = must(await scenario.pharmacyLine.reserve(prescriptionId, pid));
  await patientCard.select();
  await scenario.verifyPins('patient', 'pharmacy');
  must(await hospital.pair(patientCard, pharmacyCard));
  const pharmacyId = input.pharmacy.id;
  const statement = { prescriptionId, pid, pharmacyId, nonce, time, prescriptionHash };
  const { data } = must(await patientCard.collect(statement));
  return { statement, signature: data.signature };
}
