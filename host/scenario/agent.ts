/** An agent collects: delegation on two cards, the warrant at NHI, the medicine at the counter (eq. 5, 18, 19). */

import type { SlotName, Warrant, WarrantCertificate } from '../../apdu/index.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { enrolHolder, SCENARIO_PINS } from './enrolment.js';
import { outpatientPhases, type Phase } from './outpatient.js';
import type { World } from './world.js';

/** Who collects for the patient; the visit's input says nothing of them. */
const AGENT = { nationalId: 'F229876543', name: 'Agent of the patient' } as const;
/** The agent chooses this PIN when the delegation is closed. */
export const AGENT_PIN = '907143';
const SLOT: SlotName = 'slot 1';
const TERM_SECONDS = 90 * 24 * 3600;

/** Both pseudonyms, as NHI and the two cards know them. */
type People = Pick<Warrant, 'pid' | 'agentPid'>;

/** As the outpatient visit, but the agent comes to the pharmacy with the patient's card. */
export function agentPhases(): readonly Phase[] {
  const phases = outpatientPhases();
  const named = (name: string): number => phases.findIndex((phase) => phase.name === name);
  let signed: Omit<WarrantCertificate, 'signature'> | undefined;
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
        const issued = nhi.warrants.countersign(signed);
        if (!issued.ok) return issued;
        return patientCard.storeWarrantCertificate(SLOT, issued.certificate.signature);
      },
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
  const confirmed = nhi.warrants.confirmAgent({ pid, agentPid, ...terms });
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
