/**
 * `npm run bench:visits`: verified visits per second with the database, the cards' messages made beforehand.
 * A verified visit: both envelopes opened, PCert and TS checked, both group signatures (eq. 7, 9), the
 * record committed and the receipt signed.
 */

import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Card } from '../../../applet/index.js';
import {
  type CardHolder,
  type ConfirmedRequest,
  enrolHolder,
  makeWorld,
  openStore,
  outpatientPhases,
  PatientCard,
  PURPOSE,
  phasesUpTo,
  runPhases,
  SCENARIO_PINS,
  type SealedMessage,
  sha256,
  systemRng,
  VerifierThreads,
  visitIdOf,
  type World,
} from '../../index.js';
import { DEFAULT_INPUT, VISIT_PROFILE, visitInputFrom } from '../commands/visit.js';
import { makeSimulatedCard, profileNamed } from '../simulated-card.js';
import { databaseCpuSeconds } from './database-cpu.js';

const { values } = parseArgs({
  options: {
    db: { type: 'string', default: 'memory' },
    visits: { type: 'string', default: '200' },
    patients: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '64' },
  },
});
const count = (name: 'visits' | 'patients' | 'rounds' | 'at-once') => Number(values[name]);

type Prepared = { readonly request: ConfirmedRequest; readonly record: SealedMessage };
const threads = new VerifierThreads(systemRng);

/** A world on the database of the measurement, with its doctor enrolled. */
async function worldOn(store: Awaited<ReturnType<typeof openStore>>): Promise<World> {
  const profile = profileNamed(VISIT_PROFILE);
  const cards = Object.fromEntries(
    (['patient', 'doctor', 'pharmacy'] as const).map((holder) => [holder, simulated(holder === 'patient')]),
  ) as Record<CardHolder, Card>;
  function simulated(isPatient: boolean): Card {
    const card = makeSimulatedCard(isPatient ? 'patient' : 'professional', profile);
    card.powerOn();
    return card;
  }
  const line = (holder: CardHolder) => async (command: Uint8Array) => cards[holder].process(command);
  const world = await makeWorld(await visitInputFrom(DEFAULT_INPUT), {
    cards: { patient: line('patient'), doctor: line('doctor'), pharmacy: line('pharmacy') },
    rngFor: () => systemRng,
    reinsert: async (holder) => void cards[holder].reset(),
    store,
    engineFor: threads.engineFor,
  });
  const silent = { started: () => undefined, ended: () => undefined };
  await runPhases(world, phasesUpTo(outpatientPhases(), 'register doctor'), silent);
  return world;
}

/** The messages of every visit, from simulated cards. */
async function prepare(world: World): Promise<Prepared[]> {
  const { nhi, hospital, doctorCard, input } = world;
  const door = nhi.hospitalDoor(input.hospital.id);
  const prepared: Prepared[] = [];
  for (let patient = 0; patient < count('patients'); patient++) {
    const chip = makeSimulatedCard('patient', profileNamed(VISIT_PROFILE));
    chip.powerOn();
    const card = new PatientCard(async (command) => chip.process(command));
    const { paidUntil } = input.insurance;
    const person = {
      nationalId: `BENCH${patient}-${prepared.length}-${systemRng.bytes(4).join('')}`.slice(0, 32),
    };
    must(await enrolHolder(world, card, { ...person, name: 'x', paidUntil, pins: SCENARIO_PINS.patient }));
    must(await card.verifyPin(SCENARIO_PINS.patient.pin));
    must(await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin));
    const { certificate } = must(await card.readOwnCertificate());
    const { pid } = certificate.body;
    const hospitalId = input.hospital.id;
    for (let visit = 0; visit < count('visits') / count('patients'); visit++) {
      const { challenge, time } = await door.issueChallenge();
      const asked = { challenge, hospitalId, purpose: PURPOSE.outpatient, time };
      const { request } = must(await card.requestVisit(asked));
      const confirmation = must(await hospital.prepareConfirmation({ challenge, request }, doctorCard));
      const visitId = visitIdOf(challenge, sha256(request.envelope));
      const record = must(await hospital.prepareRecord(doctorCard, { pid, visitId }, input.visit));
      prepared.push({ request: confirmation.request, record: record.sealed });
    }
  }
  return prepared;
}

/** Every visit to its receipt, so many at once. */
async function play(world: World, visits: readonly Prepared[]): Promise<void> {
  const door = world.nhi.hospitalDoor(world.input.hospital.id);
  const waiting = [...visits];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      must(await door.confirmVisit(next.request));
      must(await door.submitRecord(next.record));
    }
  };
  await Promise.all(Array.from({ length: count('at-once') }, work));
}

function must<T extends { readonly ok: boolean }>(result: T): T & { readonly ok: true } {
  if (!result.ok) throw new Error((result as unknown as { readonly reason: string }).reason);
  return result as T & { readonly ok: true };
}

/** So far: of this process with its threads, and of the database server where it runs here. */
async function cpuSeconds(): Promise<{ readonly own: number; readonly server: number | undefined }> {
  const server = await databaseCpuSeconds(store);
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1e6, server };
}

const store = await openStore(values.db);
try {
  const world = await worldOn(store);
  process.stdout.write(
    `${values.db.replace(/:\/\/.*/, '')}, ${count('visits')} visits, ${count('at-once')} at once, one verifier thread; ` +
      `${cpus().length} cores ${cpus()[0]?.model.trim() ?? ''}, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  for (let round = 1; round <= count('rounds'); round++) {
    const visits = await prepare(world);
    const before = await cpuSeconds();
    const started = process.hrtime.bigint();
    await play(world, visits);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const after = await cpuSeconds();
    const each = (used: number) => `${((used * 1000) / visits.length).toFixed(2)} ms`;
    const own = after.own - before.own;
    const server =
      after.server === undefined || before.server === undefined ? undefined : after.server - before.server;
    const cpu =
      server === undefined
        ? `${each(own)} of CPU each`
        : `${each(own + server)} of CPU each (NHI ${each(own)}, PostgreSQL ${each(server)})`;
    process.stdout.write(
      `round ${round}: ${(visits.length / seconds).toFixed(0)} verified visits/s, ${cpu}, load ${loadavg()[0]!.toFixed(1)}\n`,
    );
  }
} finally {
  await threads.stop();
  await store.close();
}
