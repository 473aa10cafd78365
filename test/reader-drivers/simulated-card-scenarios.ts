/**
 * What runs beside a private pcscd: `node --import tsx simulated-card-scenarios.ts NAME`. Each scenario has simulated
 * cards in the virtual reader, served by other processes, and uses them; a check that fails ends it with its message.
 */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { cardClient, PATIENT_APPLICATION, type Transmit, toHex, utf8ToBytes } from '../../apdu/index.js';
import {
  CARD_HOLDERS,
  type CardHolder,
  makeWorld,
  outpatientPhases,
  runPhases,
  SCENARIO_PINS,
  seededRng,
} from '../../host/index.js';
import {
  type CardConnection,
  connectInProcess,
  connectPcsc,
  listPcscReaders,
  VPCD_DEFAULT_PORT,
  waitForPcscCard,
  waitForPcscRemoval,
} from '../../reader-drivers/index.js';
import { exampleInput } from '../host/fhir/example-inputs.js';
import { cardOf } from '../support/personalised-card.js';
import { readerName } from './gempc-readers.js';
import { CARD_KINDS, PROGRAM, ServedCard } from './simulated-card-process.js';

const FIRST = 'Virtual PCD 00 00';
const SECOND = 'Virtual PCD 00 01';
const FIRST_SLOT = ['--vpcd', `127.0.0.1:${VPCD_DEFAULT_PORT}`] as const;
const WAIT = { timeoutMs: 20_000 } as const;
const SEED = Number(process.env.IMIS_SEED ?? 20_260_312);

const SEEDS = { patient: SEED, doctor: SEED + 1, pharmacy: SEED + 2 };

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Programs of others, as they are, beside `imis card serve`. */
  async tools() {
    const card = await ServedCard.program(...FIRST_SLOT, '--card', 'patient').inserted();
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await promisify(execFile)('opensc-tool', args, { timeout: 30_000 });
      return stdout + stderr;
    };
    const select = (aid: string) => `00A40400${toHex(Uint8Array.of(aid.length / 2))}${aid}`;
    const outputs = {
      list: await run('-l'),
      atr: await run('-a'),
      select: await run('-s', `${select(PATIENT_APPLICATION.aid)}00`),
      unknown: await run('-s', select('A00000000101')),
      challenge: await run('-s', `${select(PATIENT_APPLICATION.aid)}00`, '-s', '0084000010'),
    };
    return { ...outputs, expectedAtr: toHex(CARD_KINDS.patient.atr), ending: await card.stop() };
  },

  /** `imis readers` and `imis apdu` at the card of `imis card serve`; Ctrl-C leaves the reader usable. */
  async program() {
    const card = await ServedCard.program(...FIRST_SLOT, '--state', 'blank').inserted();
    await waitForPcscCard({ reader: FIRST, ...WAIT });
    const readers = await runProgram(['readers']);
    const probe = ['apdu', '--target', `pcsc:${FIRST}`];
    const first = await runProgram(probe, '00A4040C06F0494D495301 => 9000\n0084000010 => 9000\n');
    const interrupted = spawn(process.execPath, [PROGRAM, ...probe]);
    interrupted.stdin.write('00A4040C06F0494D495301\n');
    let said = '';
    for await (const piece of interrupted.stdout) {
      said += String(piece);
      if (said.includes('= 9000')) break;
    }
    interrupted.kill('SIGINT');
    const [status] = (await once(interrupted, 'exit')) as [number];
    const [state] = await listPcscReaders();
    const second = await runProgram(probe, '0084000010 => 6D00\n');
    const ending = await card.stop();
    return { readers, first, interrupted: status, inUse: state!.inUse, second, served: ending.status };
  },

  /** Our typed client over our PC/SC driver: SELECT, VERIFY, READ; no PIN outlives a reset or a connection. */
  async client() {
    const card = await ServedCard.program(...FIRST_SLOT, '--card', 'patient').inserted();
    const { commands, files } = PATIENT_APPLICATION;
    let connection = await connectPcsc({ reader: FIRST, ...WAIT });
    assert.deepEqual(connection.atr, CARD_KINDS.patient.atr);
    const client = cardClient(PATIENT_APPLICATION, (command) => connection.transmit(command));
    const select = async () => assert.equal((await client.select()).status, 'ok');
    const verify = async (pin: string) =>
      (await client.call(commands.verify, { p2: 'holder PIN', data: utf8ToBytes(pin) })).sw;
    const readCertificate = () =>
      client.call(commands.readBinary, { p1: 0x80 | files.certificate.sfi, p2: 0 });
    const refused = async () => assert.equal((await readCertificate()).sw, 0x6982);

    await select();
    await refused();
    assert.equal(await verify('000000'), 0x63c2);
    assert.equal(await verify(SCENARIO_PINS.patient.pin), 0x9000);
    const certificate = await readCertificate();
    assert.equal(certificate.status, 'ok');
    const entry = await client.call(commands.readRecord, { p1: 1, p2: files.log.sfi });
    assert.equal(entry.status, 'ok');

    await connection.reset();
    await select();
    await refused();
    assert.equal(await verify(SCENARIO_PINS.patient.pin), 0x9000);
    await connection.close();
    connection = await connectPcsc({ reader: FIRST, ...WAIT });
    await select();
    await refused();
    await connection.close();
    const { status } = await card.stop();
    assert.equal(status, 0);
    return { certificateBytes: certificate.status === 'ok' ? certificate.data.length : 0 };
  },

  /** Ctrl-C takes the card out; the reader takes the next one. A slot holds one card. */
  async stop() {
    const endings: unknown[] = [];
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const card = await ServedCard.program(...FIRST_SLOT, '--state', 'blank').inserted();
      const connection = await connectPcsc({ reader: FIRST, ...WAIT });
      assert.equal(toHex(await connection.transmit(new Uint8Array([0, 0xa4, 4, 0x0c, 0]))).length, 4);
      const removal = waitForPcscRemoval({ reader: FIRST, ...WAIT });
      const { status, stdout } = await card.stop(signal);
      endings.push([signal, status, stdout]);
      await removal;
      await assert.rejects(connection.transmit(new Uint8Array([0, 0x84, 0, 0, 16])), {
        code: 'card-removed',
      });
      await connection.close();
    }
    const first = await ServedCard.program(...FIRST_SLOT, '--state', 'blank').inserted();
    const second = await ServedCard.program(...FIRST_SLOT, '--state', 'blank').ended();
    await waitForPcscCard({ reader: FIRST, ...WAIT });
    assert.equal((await first.stop()).status, 0);
    return { endings, second };
  },

  /** The whole visit: patient and doctor in the two slots, the pharmacy's card in its own machine. */
  async visit() {
    const served = await Promise.all([
      ServedCard.blank('patient', VPCD_DEFAULT_PORT, SEEDS.patient).inserted(),
      ServedCard.blank('professional', VPCD_DEFAULT_PORT + 1, SEEDS.doctor).inserted(),
    ]);
    const overPcsc = {
      patient: await connectPcsc({ reader: FIRST, ...WAIT }),
      doctor: await connectPcsc({ reader: SECOND, ...WAIT }),
      pharmacy: inProcess('pharmacy'),
    };
    const played = await play((holder) => overPcsc[holder]);
    for (const holder of CARD_HOLDERS) await overPcsc[holder].close();
    const endings = await Promise.all(served.map((card) => card.stop()));
    assert.deepEqual(
      endings.map(({ status }) => status),
      [0, 0],
    );

    return comparedWithDirect(played);
  },

  /** The same over serial lines: two GemPC Twin readers of ours, read by pcscd's own driver with its own T=1 and T=0. */
  async gempc() {
    const overPcsc = {
      patient: await connectPcsc({ reader: readerName(0), ...WAIT }),
      doctor: await connectPcsc({ reader: readerName(1), ...WAIT }),
      pharmacy: inProcess('pharmacy'),
    };
    const protocols = [overPcsc.patient.protocol, overPcsc.doctor.protocol];
    const played = await play((holder) => overPcsc[holder]);
    for (const holder of CARD_HOLDERS) await overPcsc[holder].close();
    return { ...(await comparedWithDirect(played, !protocols.includes('T=0'))), protocols };
  },
};

/** Runs the built program as a user does. */
async function runProgram(args: readonly string[], typed = ''): Promise<{ status: number; stdout: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdin.end(typed);
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout };
}

const inProcess = (holder: CardHolder) =>
  connectInProcess(
    cardOf(CARD_KINDS[holder === 'patient' ? 'patient' : 'professional'], { seed: SEEDS[holder] }),
  );

type Played = Awaited<ReturnType<typeof play>>;

/** The same cards without any reader: every byte is the same, but the lengths that T=0 has to be asked for. */
async function comparedWithDirect(played: Played, everyByte = true) {
  const direct = await play(inProcess);
  assert.deepEqual(played.outcomes, direct.outcomes);
  if (everyByte) assert.deepEqual(played.transcript, direct.transcript);
  const apdus = played.transcript;
  return {
    seed: SEED,
    outcomes: played.outcomes,
    apdus: apdus.length,
    fetches: apdus.filter(([, command]) => command!.startsWith('00c0')).length,
    links: apdus.filter(([, command]) => (Number.parseInt(command!.slice(0, 2), 16) & 0x10) !== 0).length,
  };
}

/** Plays the outpatient scenario and writes down every APDU. */
async function play(reach: (holder: CardHolder) => Pick<CardConnection, 'transmit' | 'reset'>): Promise<{
  readonly outcomes: readonly (readonly string[])[];
  readonly transcript: readonly (readonly string[])[];
}> {
  const transcript: string[][] = [];
  const connections = new Map(CARD_HOLDERS.map((holder) => [holder, reach(holder)]));
  const watch = (holder: CardHolder): Transmit => {
    return async (command) => {
      const response = await connections.get(holder)!.transmit(command);
      transcript.push([holder, toHex(command), toHex(response)]);
      return response;
    };
  };
  const world = await makeWorld(exampleInput('acute-bronchitis'), {
    cards: { patient: watch('patient'), doctor: watch('doctor'), pharmacy: watch('pharmacy') },
    rngFor: (party) => seededRng(SEED, party),
    reinsert: async (holder) => {
      await connections.get(holder)!.reset();
    },
  });
  const outcomes = await runPhases(world, outpatientPhases(), { started: () => {}, ended: () => {} });
  return { outcomes: outcomes.map(({ name, outcome, reason }) => [name, outcome, reason ?? '']), transcript };
}

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (scenario === undefined)
  throw new Error(`no scenario "${name}"; there are: ${Object.keys(scenarios).join(', ')}`);
console.log(JSON.stringify((await scenario()) ?? {}));
