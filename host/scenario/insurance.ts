/** A claim at a private insurer (eq. 12): signed by the doctor, agreed to by the patient, paid once. */

import { type Result, refusal } from '../protocol/refusal.js';
import { outpatientPhases, type Phase, phasesUpTo, type VisitMemory } from './outpatient.js';
import { INSURERS, type World } from './world.js';

/** 1,250.00 in the currency's smallest unit. */
const TOTAL = 125_000;

/** As the outpatient visit up to the record; then the claim. */
export function insurancePhases(): readonly Phase[] {
  const memory: VisitMemory = {};
  const claim = (world: World, insurer: 0 | 1) => claimAt(world, memory, insurer);
  return [
    ...phasesUpTo(outpatientPhases(memory), 'submit record'),
    { name: 'claim at an insurer', equations: [12], run: (world) => claim(world, 0) },
    { name: 'the insurer pays', equations: [12], run: (world) => settle(world, 0) },
    {
      name: 'refuse the same claim at another insurer',
      equations: [12],
      async run(world) {
        const claimed = await claim(world, 1);
        if (!claimed.ok) return claimed;
        const again = await settle(world, 1);
        if (again.ok) return refusal('claim-spent', 'and yet it was paid twice');
        return again.code === 'claim-spent' ? { ok: true } : again;
      },
    },
  ];
}

/** Doctor and patient are still in the consulting room. */
async function claimAt(world: World, { visit }: VisitMemory, insurer: 0 | 1): Promise<Result<object>> {
  const { claimOffice, patientCard, doctorCard, input } = world;
  if (!visit) return refusal('visit-unknown');
  const [diagnosis = ''] = input.visit.recordSummary.diagnoses;
  const item = { item: 1, total: TOTAL, diagnosis };
  return claimOffice.claim(patientCard, doctorCard, visit, INSURERS[insurer], item);
}

async function settle({ insurers }: World, insurer: 0 | 1): Promise<Result<object>> {
  const [settled] = await insurers[insurer].fetchClaims();
  return settled ?? refusal('claim-unknown');
}
