/** The subsidy (17a): after the medicine is handed over NHI pays the pharmacy, once. */

import { type Result, refusal } from '../protocol/refusal.js';
import { SCENARIO_PINS } from './enrolment.js';
import { expectRefusal } from './expect-refusal.js';
import { outpatientPhases, type Phase, phasesUpTo, type VisitMemory } from './outpatient.js';
import type { World } from './world.js';

/** 310.00 in the currency's smallest unit. */
const SUBSIDY = 31_000;

/** As the outpatient visit, but the pharmacy keeps the signature of the collection and claims with it. */
export function reimbursementPhases(): readonly Phase[] {
  const memory: VisitMemory = {};
  let signature: Uint8Array | undefined;
  const claim = async ({ pharmacy }: World): Promise<Result<object>> =>
    memory.prescription && signature
      ? pharmacy.claimSubsidy(memory.prescription.prescriptionId, signature, SUBSIDY)
      : refusal('collection-unknown');
  return [
    ...phasesUpTo(outpatientPhases(memory), 'verify prescription'),
    {
      name: 'refuse a subsidy before the collection',
      equations: [17],
      async run({ pharmacy }) {
        if (!memory.prescription) return refusal('prescription-unknown');
        const { prescriptionId } = memory.prescription;
        return expectRefusal(
          await pharmacy.claimSubsidy(prescriptionId, new Uint8Array(64), SUBSIDY),
          'collection-unknown',
        );
      },
    },
    {
      name: 'collect medicine',
      equations: [17],
      async run({ pharmacy, patientCard, pharmacyCard }) {
        const module = await pharmacyCard.verifyPin(SCENARIO_PINS.pharmacy.pin);
        if (!module.ok) return module;
        const selected = await patientCard.select();
        if (!selected.ok) return selected;
        const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
        if (!holder.ok) return holder;
        if (!memory.prescription) return refusal('prescription-unknown');
        const { prescriptionId } = memory.prescription;
        const collected = await pharmacy.handOver(patientCard, pharmacyCard, prescriptionId);
        if (collected.ok) signature = collected.signature;
        return collected;
      },
    },
    { name: 'claim the subsidy', equations: [17], run: claim },
    {
      name: 'refuse a second subsidy',
      equations: [17],
      run: async (world) => expectRefusal(await claim(world), 'subsidy-paid'),
    },
  ];
}
