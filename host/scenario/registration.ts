/** The registration machine (6a): signed in the hall, confirmed in the consulting room; lapsed Data turned away. */

import { type Result, refusal } from '../protocol/refusal.js';
import { SCENARIO_PINS } from './enrolment.js';
import { expectRefusal } from './expect-refusal.js';
import { outpatientPhases, type Phase, phasesUpTo } from './outpatient.js';
import type { World } from './world.js';

/** From the hall to the consulting room. */
const WAITING_SECONDS = 45 * 60;

/** Patient and doctor are registered, then the machine takes the place of the first step of a visit. */
export function registrationPhases(): readonly Phase[] {
  let ticket: Uint8Array | undefined;
  return [
    ...phasesUpTo(outpatientPhases(), 'refill coupons'),
    {
      name: 'register at the machine',
      equations: [6],
      async run(world) {
        const admitted = await admit(world);
        if (admitted.ok) ticket = admitted.ticket;
        return admitted;
      },
    },
    {
      name: 'open the visit with the ticket',
      equations: [7, 8],
      async run({ registrationMachine, hospital, doctorCard, clock }) {
        clock.advance(WAITING_SECONDS);
        if (!ticket) return refusal('ticket-invalid');
        const redeemed = registrationMachine.redeem(ticket);
        if (!redeemed.ok) return redeemed;
        const doctor = await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
        return doctor.ok ? hospital.confirmVisit(redeemed.request, doctorCard) : doctor;
      },
    },
    {
      name: 'refuse the ticket a second time',
      equations: [],
      run: async ({ registrationMachine }) =>
        expectRefusal(registrationMachine.redeem(ticket ?? new Uint8Array(8)), 'ticket-invalid'),
    },
    {
      name: 'refuse lapsed insurance at the machine',
      equations: [6],
      async run(world) {
        const { clock, input } = world;
        clock.advance(input.insurance.paidUntil - clock.now() + 1);
        return expectRefusal(await admit(world), 'insurance-lapsed');
      },
    },
  ];
}

async function admit({
  registrationMachine,
  patientCard,
}: World): Promise<Result<{ readonly ticket: Uint8Array }>> {
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  return holder.ok ? registrationMachine.admit(patientCard) : holder;
}
