/** A clinic and a pharmacy without a line to NHI: the visit is on the card, the messages wait, conflicts are told. */

import { OfflineClinic } from '../hospital/offline-clinic.js';
import { Outbox } from '../hospital/outbox.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { openSqliteStore } from '../storage/sqlite-store.js';
import { SCENARIO_PINS } from './enrolment.js';
import { outpatientPhases, type Phase, phasesUpTo, type VisitMemory } from './outpatient.js';
import type { World } from './world.js';

const HOURS_OFFLINE = 3;

/** Prepared in the morning, offline at noon, delivered in the afternoon. */
export function offlinePhases(): readonly Phase[] {
  const memory: VisitMemory = {};
  let clinic: OfflineClinic | undefined;
  let outbox: Outbox | undefined;
  return [
    ...phasesUpTo(outpatientPhases(memory), 'refill coupons'),
    {
      name: 'prepare while there is a line',
      equations: [],
      async run({ hospital, nhi, input }) {
        const hospitalId = input.hospital.id;
        outbox = new Outbox(await openSqliteStore());
        clinic = new OfflineClinic({ hospitalId, terminal: hospital, outbox });
        await clinic.prepare(nhi.hospitalDoor(hospitalId), 1, [input.pharmacy.id]);
        return { ok: true };
      },
    },
    {
      name: 'visit without a line',
      equations: [6, 7, 9, 10, 11],
      async run({ patientCard, doctorCard, input, clock }) {
        clock.advance(HOURS_OFFLINE * 3600);
        const patient = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
        if (!patient.ok) return patient;
        const doctor = await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
        if (!doctor.ok) return doctor;
        const seen = await clinic!.visit(patientCard, doctorCard, input.visit, input.pharmacy.id);
        if (seen.ok) memory.prescription = seen.prescription;
        return seen;
      },
    },
    {
      name: 'deliver when the line is back',
      equations: [7, 9, 10],
      async run({ nhi, input }) {
        const { delivered, conflicts } = await outbox!.deliver(
          nhi.hospitalDoor(input.hospital.id),
          () => true,
        );
        const [conflict] = conflicts;
        if (conflict) return refusal('message-malformed', conflict.reason);
        return delivered === 3 ? { ok: true } : refusal('line-down', `${delivered} of 3 delivered`);
      },
    },
    ...outpatientPhases(memory).filter(({ name }) => name === 'verify prescription'),
    { name: 'collect without a line', equations: [17], run: (world) => collectOffline(world, memory) },
    { name: 'count once, hand over once', equations: [17], run: (world) => reconcile(world, memory) },
  ];
}

async function collectOffline(
  { pharmacy, patientCard, pharmacyCard }: World,
  { prescription }: VisitMemory,
): Promise<Result<object>> {
  const module = await pharmacyCard.verifyPin(SCENARIO_PINS.pharmacy.pin);
  if (!module.ok) return module;
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const holder = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  if (!holder.ok) return holder;
  return prescription
    ? pharmacy.handOverOffline(patientCard, pharmacyCard, prescription.prescriptionId)
    : refusal('prescription-unknown');
}

/** NHI counts the collection, whichever way it is told of it; nobody hands over twice. */
async function reconcile(world: World, memory: VisitMemory): Promise<Result<object>> {
  const { pharmacy, patientCard, nhi, input } = world;
  const [unexpected] = await pharmacy.reconcile();
  if (unexpected) return unexpected.refused;
  const again = await collectOffline(world, memory);
  if (again.ok || again.code !== 'prescription-spent')
    return refusal('prescription-known', 'handed over twice');
  const read = await patientCard.readOwnCertificate();
  if (!read.ok) return read;
  const { prescriptionId } = memory.prescription!;
  const left = await nhi.pharmacyDoor(input.pharmacy.id).reserve(prescriptionId, read.certificate.body.pid);
  return left.ok || left.code !== 'prescription-spent'
    ? refusal('prescription-known', 'NHI did not count it')
    : { ok: true };
}
