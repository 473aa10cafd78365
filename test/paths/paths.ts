/** The ways to a card, each measured with the echo card and with the simulated one. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CardConnection,
  connectGemPc,
  connectInProcess,
  connectSerial,
  resetBySocket,
  VPCD_DEFAULT_PORT,
} from '../../reader-drivers/index.js';
import { readerConf, readerName } from '../reader-drivers/gempc-readers.js';
import { REPOSITORY, runBesidePcscd, scriptCommand } from '../reader-drivers/private-pcscd.js';
import { SerialPair } from '../reader-drivers/pty.js';
import { measure, measureFetched, type Rate } from './measure.js';
import { FETCHED_COMMANDS, type MeasuredCard, measuredCard, SERVED_CARD } from './served-card.js';

export type MeasuredPath = {
  readonly path: string;
  readonly echo: Rate;
  readonly simulated: Rate;
  /** Command TPDUs of the protocol for one measured command, where a line of ours carries them. */
  readonly tpdus?: number;
  /** Commands a second that the echo card is to reach; TPDUs where they are counted. */
  readonly target?: number;
};

const CARDS: readonly MeasuredCard[] = ['echo', 'patient'];

/** No wire at all: what the simulated card takes by itself. */
export async function measureInProcess(count: number): Promise<MeasuredPath> {
  const rates: Rate[] = [];
  for (const kind of CARDS) {
    const connection = connectInProcess(measuredCard(kind, ['T=1']));
    rates.push(await measure((command) => connection.transmit(command), count));
    await connection.close();
  }
  return { path: 'in process', echo: rates[0]!, simulated: rates[1]! };
}

/**
 * Both ends of a pseudo-terminal, the card in a process of its own. `fetched`: commands with data both ways, which
 * T=0 carries as two TPDUs.
 */
export async function measureLine(
  kind: 'serial' | 'gempc',
  protocol: 'T=0' | 'T=1',
  count: number,
  fetched = false,
): Promise<MeasuredPath> {
  const rates: Rate[] = [];
  for (const card of CARDS) {
    const pair = await SerialPair.open();
    const served = await serve(card, `${kind}:${pair.card}`, protocol);
    const connection = await connect(kind, pair, protocol);
    try {
      const transmit = (command: Uint8Array) => connection.transmit(command);
      const rate = fetched
        ? measureFetched(transmit, FETCHED_COMMANDS[card], count)
        : measure(transmit, count);
      rates.push(await rate);
    } finally {
      await connection.close();
      served.kill();
      await once(served, 'exit');
      pair.close();
    }
  }
  const way = kind === 'serial' ? `serial line, ${protocol}` : `GemPC Twin, our driver, ${protocol}`;
  const path = fetched ? `${way}, answer fetched` : way;
  const target = kind === 'serial' ? { tpdus: fetched ? 2 : 1, target: 1500 } : {};
  return { path, echo: rates[0]!, simulated: rates[1]!, ...target };
}

function connect(
  kind: 'serial' | 'gempc',
  pair: SerialPair,
  protocol: 'T=0' | 'T=1',
): Promise<CardConnection> {
  if (kind === 'gempc') return connectGemPc({ path: pair.host, protocol });
  return connectSerial({ path: pair.host, protocol, reset: resetBySocket(`${pair.card}.reset`) });
}

async function serve(card: MeasuredCard, place: string, protocol: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', SERVED_CARD, card, place, protocol], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

type Measured = readonly { readonly ours: Rate; readonly native?: Rate }[];

/** pcscd's virtual reader, by our driver and by the native client. */
export async function measureVpcd(count: number): Promise<readonly MeasuredPath[]> {
  const folder = mkdtempSync(join(tmpdir(), 'imis-paths-'));
  try {
    const native = compileNativeClient(join(folder, 'native-client'));
    const before = `${CARDS.map((card, slot) => `${served(card, `vpcd:${VPCD_DEFAULT_PORT + slot}`, 'T=1')} &`).join('\n')}\n: > /run/ready; wait`;
    // the virtual reader is there only when pcscd is, so the cards are served beside the measurement
    const script = before.replace(
      ': > /run/ready; wait',
      `exec ${client(count, native ?? '-', ['Virtual PCD 00 00', 'Virtual PCD 00 01'])}`,
    );
    const [echo, simulated] = await beside(['sh', '-c', script], {});
    const path = 'vpcd and pcscd';
    return [
      { path: `${path}, our driver`, echo: echo!.ours, simulated: simulated!.ours, target: 3000 },
      ...(echo!.native && simulated!.native
        ? [{ path: `${path}, native client`, echo: echo!.native, simulated: simulated!.native, target: 5000 }]
        : []),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our GemPC Twin readers under an unmodified pcscd with libccidtwin. */
export async function measureGemPc(protocol: 'T=0' | 'T=1', count: number): Promise<MeasuredPath> {
  const lines = CARDS.map((card, i) =>
    [
      `socat pty,raw,echo=0,link=/run/reader${i} pty,raw,echo=0,link=/run/host${i} &`,
      `until [ -e /run/reader${i} ] && [ -e /run/host${i} ]; do sleep 0.05; done`,
      `${served(card, `gempc:/run/reader${i}`, protocol)} > /run/reader${i}.log &`,
      `until grep -q ready /run/reader${i}.log; do sleep 0.05; done`,
    ].join('\n'),
  );
  const before = `${lines.join('\n')}\n: > /run/ready\nwait`;
  const command = [
    'sh',
    '-c',
    `exec ${client(
      count,
      '-',
      CARDS.map((_, i) => readerName(i)),
    )}`,
  ];
  const [echo, simulated] = await beside(command, { before, readerConf: readerConf(CARDS.length) });
  return {
    path: `GemPC Twin, libccidtwin and pcscd, ${protocol}`,
    echo: echo!.ours,
    simulated: simulated!.ours,
    target: 1200,
  };
}

async function beside(
  command: readonly string[],
  options: { readonly before?: string; readonly readerConf?: string },
): Promise<Measured> {
  const run = await runBesidePcscd(command, { ...options, timeoutMs: 300_000 });
  const line = run.stdout.split('\n').find((text) => text.startsWith('['));
  if (run.status !== 0 || line === undefined) throw new Error(`${run.stdout}${run.stderr}${run.pcscdLog}`);
  return JSON.parse(line) as Measured;
}

function served(card: MeasuredCard, place: string, protocol: string): string {
  return quoted(scriptCommand('test/paths/served-card.ts', card, place, protocol));
}

function client(count: number, native: string, readers: readonly string[]): string {
  return quoted(scriptCommand('test/paths/path-client.ts', String(count), native, ...readers));
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}

/** The program's path, or undefined where there is no compiler or no libpcsclite-dev. */
function compileNativeClient(program: string): string | undefined {
  const source = join(REPOSITORY, 'test/paths/native-client.c');
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'libpcsclite'], { encoding: 'utf8' });
  if (flags.status !== 0) return undefined;
  const run = spawnSync('cc', ['-O2', '-o', program, source, ...flags.stdout.trim().split(/\s+/)]);
  return run.status === 0 ? program : undefined;
}
