/** An agent collects: delegation on two cards, the warrant at NHI, the medicine at the counter (eq. 5, 18, 19). */

import {
  equalBytes,
  type PatientCertificate,
  type SlotName,
  type Warrant,
  type WarrantCertificate,
} from '../../apdu/index.js';
import { CardDesk } from '../nhi/card-desk.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { enrolHolder, equipDesk, SCENARIO_PINS } from './enrolment.js';
import { outpatientPhases, type Phase } from './outpatient.js';
import type { World } from './world.js';

/** Who collects for the patient; the visit's input says nothing of them. */
const AGENT = { nationalId: 'F229876543', name: 'Agent of the patient' } as const;
/** The agent chooses this PIN when the delegation is closed. */
export const AGENT_PIN = '907143';
const SLOT: SlotName = 'slot 1';
/** From the two cards to NHI's desk. */
const WAY_SECONDS = 1800;
const TERM_SECONDS = 90 * 24 * 3600;

/** Both pseudonyms, as NHI and the two cards know them. */
type People = Pick<Warrant, 'pid' | 'agentPid'>;

/** As the outpatient visit, but the agent comes to the pharmacy with the patient's card. */
export function agentPhases(): readonly Phase[] {
  const phases = outpatientPhases();
  const named = (name: string): number => phases.findIndex((phase) => phase.name === name);
  let signed: Omit<WarrantCertificate, 'signature'> | undefined;
  let renewed: PatientCertificate | undefined;
  return [
    phases[named('register patient')]!,
    { name: 'register agent', equations: [1, 2], run: registerAgent },
    ...phases.slice(named('register doctor'), named('verify prescription')),
    {
      name: 'delegate',
      equations: [5],
      async run(world) {
        const delegated = await delegate(world);
        if (delegated.ok) signed = delegated.signed;
        return delegated;
      },
    },
    {
      name: 'countersign the warrant',
      equations: [5, 2],
      async run({ nhi, patientCard }) {
        if (!signed) return refusal('agent-unconfirmed');
        const issued = await nhi.warrants.countersign(signed);
        if (!issued.ok) return issued;
        renewed = issued.patientCertificate;
        return patientCard.storeWarrantCertificate(SLOT, issued.certificate.signature);
      },
    },
    { name: 'equip the desk', equations: [], run: equip },
    {
      name: 'PCert names the agent',
      equations: [2],
      run: async (world) => (renewed ? deliver(world, renewed) : refusal('agent-unconfirmed')),
    },
    phases[named('verify prescription')]!,
    { name: 'collect as agent', equations: [18, 19], run: collect },
    { name: 'refuse a second collection', equations: [17], run: refuseSecond },
  ];
}

async function registerAgent(world: World): Promise<Result<object>> {
  const { agentCard, input } = world;
  if (!agentCard) throw new Error("this world has no agent's card");
  const { paidUntil } = input.insurance;
  return enrolHolder(world, agentCard, { ...AGENT, paidUntil, pins: SCENARIO_PINS.agent });
}

/** NHI confirms the agent; then both cards do their halves, each under its holder's PIN. */
async function delegate(
  world: World,
): Promise<Result<{ readonly signed: Omit<WarrantCertificate, 'signature'> }>> {
  const { nhi, clock, patientCard, agentCard } = world;
  if (!agentCard) throw new Error("this world has no agent's card");
  for (const [card, { pin }] of [
    [patientCard, SCENARIO_PINS.patient],
    [agentCard, SCENARIO_PINS.agent],
  ] as const) {
    const selected = await card.select();
    if (!selected.ok) return selected;
    const holder = await card.verifyPin(pin);
    if (!holder.ok) return holder;
  }
  const people = await peopleOf(world);
  if (!people.ok) return people;
  const { pid, agentPid } = people;
  const terms = { notBefore: clock.now(), notAfter: clock.now() + TERM_SECONDS };
  const confirmed = await nhi.warrants.confirmAgent({ pid, agentPid, ...terms });
  if (!confirmed.ok) return confirmed;
  const { serial, agentCertificate } = confirmed;
  const opened = await patientCard.openDelegation({ ...terms, serial, agentCertificate });
  if (!opened.ok) return opened;
  const answered = await agentCard.answerDelegation(opened.data);
  if (!answered.ok) return answered;
  const { warrant, patientCommitment } = opened.data;
  const closed = await patientCard.closeDelegation(SLOT, { warrant, ...answered.data }, AGENT_PIN);
  if (!closed.ok) return closed;
  const { agentCommitment } = answered.data;
  return { ok: true, signed: { warrant, patientCommitment, agentCommitment, ...closed.data } };
}

/** What the two people show NHI: the pseudonyms in the certificates on their cards. */
async function peopleOf({ patientCard, agentCard }: World): Promise<Result<People>> {
  const patient = await patientCard.readOwnCertificate();
  if (!patient.ok) return patient;
  const agent = await agentCard!.readOwnCertificate();
  if (!agent.ok) return agent;
  return { ok: true, pid: patient.certificate.body.pid, agentPid: agent.certificate.body.pid };
}

async function equip({ nhi, deskCard }: World): Promise<Result<object>> {
  if (!deskCard) throw new Error("this world has no card of NHI's desk");
  return equipDesk(nhi, deskCard, SCENARIO_PINS.desk);
}

/** The certificate with PK_AP goes onto the patient's card under secure messaging; the card then shows it. */
async function deliver(world: World, certificate: PatientCertificate): Promise<Result<object>> {
  const { nhi, clock, patientCard, deskCard } = world;
  clock.advance(WAY_SECONDS);
  const put = await new CardDesk(nhi.patients, deskCard!).deliver(patientCard, certificate);
  if (!put.ok) return put;
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  if (!holder.ok) return holder;
  const read = await patientCard.readOwnCertificate();
  if (!read.ok) return read;
  const { agentKey } = read.certificate.body;
  const named = agentKey && equalBytes(agentKey, certificate.body.agentKey!);
  return (
    (await nhi.patients.check(read.certificate)) ?? (named ? { ok: true } : refusal('certificate-invalid'))
  );
}

async function collect({ pharmacy, patientCard, pharmacyCard }: World): Promise<Result<object>> {
  const module = await pharmacyCard.verifyPin(SCENARIO_PINS.pharmacy.pin);
  if (!module.ok) return module;
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const agent = await patientCard.verifyAgentPin(SLOT, AGENT_PIN);
  if (!agent.ok) return agent;
  const [prescriptionId] = pharmacy.verifiedPrescriptions;
  return prescriptionId
    ? pharmacy.handOverToAgent(patientCard, pharmacyCard, prescriptionId)
    : refusal('prescription-unknown');
}

/** The patient comes later on the same day: what the agent has, NHI gives to nobody again. */
async function refuseSecond({ pharmacy, patientCard, pharmacyCard }: World): Promise<Result<object>> {
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  if (!holder.ok) return holder;
  const [prescriptionId] = pharmacy.verifiedPrescriptions;
  if (!prescriptionId) return refusal('prescription-unknown');
  const again = await pharmacy.handOver(patientCard, pharmacyCard, prescriptionId);
  if (again.ok) return refusal('prescription-known', 'it was collected twice');
  return again.code === 'prescription-spent' ? { ok: true } : again;
}
