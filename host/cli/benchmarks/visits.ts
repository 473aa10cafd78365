/**
 * `npm run bench:visits`: verified visits per second with the database, the cards' messages made beforehand.
 * A verified visit: both envelopes opened, PCert and TS checked, both group signatures (eq. 7, 9), the
 * record committed and the receipt signed.
 */

import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
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
import { naturalOption } from '../options.js';
import { makeSimulatedCard, profileNamed } from '../simulated-card.js';
import { databaseCpuSeconds } from './database-cpu.js';

const { db, visits, patients, rounds, atOnce } = new Command('npm run bench:visits --')
  .description('Verified visits per second, the database included.')
  .option('--db <where>', 'memory, the path of an SQLite file, or postgres://…', 'memory')
  .addOption(naturalOption('--visits <n>', 'visits of each round').default(200))
  .addOption(naturalOption('--patients <n>', 'whose visits these are').default(10))
  .addOption(naturalOption('--rounds <n>', 'the first warms the program up').default(3))
  .addOption(naturalOption('--at-once <n>', 'visits that are under way at once').default(256))
  .parse()
  .opts<{ readonly db: string } & Record<'visits' | 'patients' | 'rounds' | 'atOnce', number>>();

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
  for (let patient = 0; patient < patients; patient++) {
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
    for (let visit = 0; visit < visits / patients; visit++) {
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
async function play(world: World, prepared: readonly Prepared[]): Promise<void> {
  const door = world.nhi.hospitalDoor(world.input.hospital.id);
  const waiting = [...prepared];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      must(await door.confirmVisit(next.request));
      must(await door.submitRecord(next.record));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
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

const store = await openStore(db);
try {
  const world = await worldOn(store);
  process.stdout.write(
    `${db.replace(/:\/\/.*/, '')}, ${visits} visits, ${atOnce} at once, one verifier thread; ` +
      `${cpus().length} cores ${cpus()[0]?.model.trim() ?? ''}, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  for (let round = 1; round <= rounds; round++) {
    const prepared = await prepare(world);
    const before = await cpuSeconds();
    const started = process.hrtime.bigint();
    await play(world, prepared);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const after = await cpuSeconds();
    const each = (used: number) => `${((used * 1000) / prepared.length).toFixed(2)} ms`;
    const own = after.own - before.own;
    const server =
      after.server === undefined || before.server === undefined ? undefined : after.server - before.server;
    const cpu =
      server === undefined
        ? `${each(own)} of CPU each`
        : `${each(own + server)} of CPU each (NHI ${each(own)}, PostgreSQL ${each(server)})`;
    process.stdout.write(
      `round ${round}: ${(prepared.length / seconds).toFixed(0)} verified visits/s, ${cpu}, load ${loadavg()[0]!.toFixed(1)}\n`,
    );
  }
} finally {
  await threads.stop();
  await store.close();
}
