/** The outpatient visit from registration to the medicine, phase by phase. */

import { toHex } from '../../apdu/index.js';
import type { IssuedPrescription, OpenVisit } from '../hospital/hospital-terminal.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { enrolDoctor } from './doctor-enrolment.js';
import { enrolPatient, equipPharmacy, SCENARIO_PINS } from './enrolment.js';
import type { World } from './world.js';

/** One phase of a scenario; `equations` are the paper's, empty where it has none. */
export type Phase = {
  readonly name: string;
  readonly equations: readonly number[];
  readonly run: (world: World) => Promise<Result<object>>;
};

/** How a phase ended. */
export type PhaseOutcome = {
  readonly name: string;
  readonly equations: readonly number[];
  readonly outcome: 'ok' | 'refused';
  readonly reason?: string;
};

/** Told when a phase starts and ends, so that what happens in between can be put down to it. */
export interface PhaseObserver {
  started(phase: Pick<Phase, 'name' | 'equations'>): void;
  ended(outcome: PhaseOutcome): void;
}

/** Coupons that the terminal has the doctor's card make before the patient comes in, one for each signature of a visit. */
const COUPONS_FOR_A_VISIT = 3;

/** Seconds between the consulting room and the pharmacy counter. */
const WALK_TO_PHARMACY_SECONDS = 20 * 60;

/** What one phase of a visit learns for the next. */
export type VisitMemory = { visit?: OpenVisit; prescription?: IssuedPrescription };

/** The phases up to and with the named one. */
export function phasesUpTo(phases: readonly Phase[], name: string): readonly Phase[] {
  return phases.slice(0, phases.findIndex((phase) => phase.name === name) + 1);
}

/** The phases; what they learn stays in `memory`, for those that follow them in other scenarios. */
export function outpatientPhases(memory: VisitMemory = {}): readonly Phase[] {
  return [
    { name: 'register patient', equations: [1, 2], run: enrolPatient },
    { name: 'register doctor', equations: [3, 4], run: enrolDoctor },
    { name: 'equip pharmacy', equations: [], run: equipPharmacy },
    {
      name: 'refill coupons',
      equations: [],
      async run({ doctorCard }) {
        const doctor = await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
        return doctor.ok ? doctorCard.refillCoupons(COUPONS_FOR_A_VISIT) : doctor;
      },
    },
    {
      name: 'open visit',
      equations: [6, 7, 8],
      async run({ hospital, patientCard, doctorCard }) {
        const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
        if (!holder.ok) return holder;
        const doctor = await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
        if (!doctor.ok) return doctor;
        const opened = await hospital.openVisit(patientCard, doctorCard);
        if (opened.ok) memory.visit = opened.visit;
        return opened;
      },
    },
    {
      name: 'submit record',
      equations: [9],
      async run({ hospital, doctorCard, input }) {
        const { visit } = memory;
        return visit ? hospital.submitRecord(doctorCard, visit, input.visit) : refusal('visit-unknown');
      },
    },
    {
      name: 'authenticate the cards to each other',
      equations: [],
      run: ({ hospital, patientCard, doctorCard }) => hospital.pair(patientCard, doctorCard),
    },
    {
      name: 'prescribe',
      equations: [10],
      async run({ hospital, patientCard, doctorCard, input }) {
        const { visit } = memory;
        if (!visit) return refusal('visit-unknown');
        const issued = await hospital.prescribe(
          patientCard,
          doctorCard,
          visit,
          input.visit,
          input.pharmacy.id,
        );
        if (issued.ok) memory.prescription = issued.prescription;
        return issued;
      },
    },
    {
      name: 'update patient card',
      equations: [11],
      async run({ hospital, patientCard, input }) {
        const { prescription } = memory;
        if (!prescription) return refusal('number-mismatch');
        return hospital.updateCard(patientCard, input.visit, prescription);
      },
    },
    {
      name: 'verify prescription',
      equations: [16],
      async run({ pharmacy, clock }) {
        clock.advance(WALK_TO_PHARMACY_SECONDS);
        const [first] = await pharmacy.fetchPrescriptions();
        return first ?? refusal('prescription-unknown');
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
        const { prescription } = memory;
        return prescription
          ? pharmacy.handOver(patientCard, pharmacyCard, prescription.prescriptionId)
          : refusal('prescription-unknown');
      },
    },
    {
      name: 'check what the card holds',
      equations: [],
      async run({ hospital, patientCard, doctorCard }) {
        const paired = await hospital.pair(patientCard, doctorCard);
        if (!paired.ok) return paired;
        const stored = await patientCard.readPrescriptions();
        const own = stored.find(
          (entry) => toHex(entry.prescriptionId) === toHex(memory.prescription!.prescriptionId),
        );
        const records = await patientCard.readRecords(1);
        return own && records.length === 1 ? { ok: true } : refusal('number-mismatch');
      },
    },
  ];
}

/** Runs phases in order and stops at the first refusal. */
export async function runPhases(
  world: World,
  phases: readonly Phase[],
  observer: PhaseObserver,
): Promise<readonly PhaseOutcome[]> {
  const outcomes: PhaseOutcome[] = [];
  for (const phase of phases) {
    const { name, equations } = phase;
    observer.started(phase);
    const result = await phase.run(world);
    const outcome: PhaseOutcome = result.ok
      ? { name, equations, outcome: 'ok' }
      : { name, equations, outcome: 'refused', reason: result.reason };
    outcomes.push(outcome);
    observer.ended(outcome);
    if (!result.ok) break;
  }
  return outcomes;
}
