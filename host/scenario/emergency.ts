/** An emergency (eq. 13 to 15): a finger, a doctor, no help of the patient; and what the patient learns of it. */

import {
  CONDITIONS,
  type FingerPosition,
  type FingerView,
  impressionOf,
  syntheticFinger,
  writeFingerRecord,
} from '../fingerprint/index.js';
import type { CapturedFinger } from '../hospital/emergency-room.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { SCENARIO_PINS } from './enrolment.js';
import { expectRefusal } from './expect-refusal.js';
import { outpatientPhases, type Phase, phasesUpTo, type VisitMemory } from './outpatient.js';
import type { World } from './world.js';

/** Others whose fingers NHI has. */
const OTHERS = 49;
/** Both index fingers. */
const POSITIONS: readonly FingerPosition[] = [2, 7];
const REASON = 'unconscious after a traffic accident';
const READER = 'READER-7';

/** After a visit that left a record: found without a word, refused to a replay, shown at the next visit. */
export function emergencyPhases(): readonly Phase[] {
  const memory: VisitMemory = {};
  return [
    ...phasesUpTo(outpatientPhases(memory), 'submit record'),
    {
      name: 'enrol fingerprints of 50 people',
      equations: [],
      run: async (world) => (memory.visit ? enrol(world, memory.visit.pid) : refusal('visit-unknown')),
    },
    {
      name: 'identify in an emergency',
      equations: [13, 14, 15],
      async run({ emergencyRoom, doctorCard }) {
        const asked = await emergencyRoom.identify(doctorCard, captured('patient'), REASON);
        if (!asked.ok) return asked;
        const { outcome, diagnoses } = asked.extract;
        const found = outcome === 'identified' && diagnoses.length > 0;
        return found ? asked : refusal('patient-mismatch', `NHI answered ${outcome}`);
      },
    },
    {
      name: 'find nobody for a stranger',
      equations: [13, 14, 15],
      async run({ emergencyRoom, doctorCard }) {
        const asked = await emergencyRoom.identify(doctorCard, captured('stranger'), REASON);
        if (!asked.ok) return asked;
        return asked.extract.outcome === 'identified' ? refusal('patient-mismatch') : asked;
      },
    },
    {
      name: 'refuse a finger that does not live',
      equations: [14],
      run: async ({ emergencyRoom, doctorCard }) =>
        expectRefusal(
          await emergencyRoom.identify(doctorCard, { ...captured('patient'), live: false }, REASON),
          'liveness-missing',
        ),
    },
    { name: 'the patient is told at the next visit', equations: [8], run: told },
  ];
}

/** Two impressions of each index finger, as at enrolment. */
function viewsOf(person: string, views: number, condition: 'good' | 'fair'): FingerView[] {
  return POSITIONS.flatMap((position) =>
    Array.from({ length: views }, (_, viewNumber) =>
      impressionOf(syntheticFinger(`${person}/${position}`), {
        seed: `${person}/${position}/${condition}/${viewNumber}`,
        condition: CONDITIONS[condition],
        position,
        viewNumber,
      }),
    ),
  );
}

/** What the reader in the emergency room gives; synthetic, as every finger here. */
export function captured(person: string): CapturedFinger {
  const record = writeFingerRecord({ captureDevice: 0, views: viewsOf(person, 1, 'good') });
  return { record, readerId: READER, live: true };
}

/** The record of an enrolment. */
export function enrolmentRecord(person: string): Uint8Array {
  return writeFingerRecord({ captureDevice: 0, views: viewsOf(person, 2, 'good') });
}

async function enrol({ nhi, rng }: World, pid: Uint8Array): Promise<Result<object>> {
  const own = await nhi.fingerprints.enrol(pid, enrolmentRecord('patient'));
  if (!own.ok) return own;
  for (let other = 1; other <= OTHERS; other++) {
    const enrolled = await nhi.fingerprints.enrol(rng.bytes(16), enrolmentRecord(`person ${other}`));
    if (!enrolled.ok) return enrolled;
  }
  return own;
}

/** The next visit: NHI's answer names hospital, time and reason of the access. */
async function told({ hospital, patientCard, doctorCard, input }: World): Promise<Result<object>> {
  const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  if (!holder.ok) return holder;
  const opened = await hospital.openVisit(patientCard, doctorCard);
  if (!opened.ok) return opened;
  const [access, ...more] = opened.visit.emergencies;
  const shown = access?.hospitalId === input.hospital.id && access.reason === REASON && more.length === 0;
  return shown ? opened : refusal('answer-unverified', 'the emergency access is not shown');
}
