/**
 * `imis conformance run` on a simulated card in every kind of reader: one blank card in another process, personalised by
 * the run itself, reached over a serial line, a GemPC Twin, or pcscd.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportDocument } from '../../../conformance/index.js';
import { readerConf, readerName, startReaders } from '../../reader-drivers/gempc-readers.js';
import { REPOSITORY, runBesidePcscd } from '../../reader-drivers/private-pcscd.js';
import { SerialPair } from '../../reader-drivers/pty.js';
import { type CardKindName, ServedCard } from '../../reader-drivers/simulated-card-process.js';

export const READER_KINDS = [
  'serial-t0',
  'serial-t1',
  'gempc-t0',
  'gempc-t1',
  'pcscd-vpcd',
  'pcscd-gempc',
] as const;
export type ReaderKind = (typeof READER_KINDS)[number];

export type ReaderRun = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: ReportDocument;
};

const PROGRAM = join(REPOSITORY, 'dist', 'host', 'cli', 'main.js');
const CARD_SEED = 4711;
const LONGEST_MS = 1_200_000;

/** One run; `filter` as for the command. */
export async function runInReader(
  kind: ReaderKind,
  application: CardKindName,
  filter: string,
): Promise<ReaderRun> {
  const folder = mkdtempSync(join(tmpdir(), 'imis-reader-run-'));
  const json = join(folder, 'report.json');
  const run = (target: string): readonly string[] => [
    ...[PROGRAM, 'conformance', 'run', '--target', target, '--personalise', '--json', json],
    ...(filter === '' ? [] : ['--filter', filter]),
  ];
  try {
    const ended = await start(kind, application, run);
    return { ...ended, report: JSON.parse(readFileSync(json, 'utf8')) as ReportDocument };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ended = Omit<ReaderRun, 'report'>;
type Run = (target: string) => readonly string[];

function start(kind: ReaderKind, application: CardKindName, run: Run): Promise<Ended> {
  switch (kind) {
    case 'serial-t0':
    case 'serial-t1':
      return onLine(kind.slice(-2), application, (pair) => ({
        serve: ['--serial', pair.card, '--reset-socket', pair.resetSocket],
        target: `serial:${pair.host},${kind.slice(-2)},reset=socket:${pair.resetSocket}`,
      }))(run);
    case 'gempc-t0':
    case 'gempc-t1':
      return onLine(kind.slice(-2), application, (pair) => ({
        serve: ['--gempc', pair.card],
        target: `gempc:${pair.host},${kind.slice(-2)}`,
      }))(run);
    case 'pcscd-vpcd':
      return runBesidePcscd(
        ['sh', '-c', BESIDE_VPCD, application, process.execPath, PROGRAM, ...shellRun(run)],
        {
          timeoutMs: LONGEST_MS,
        },
      );
    case 'pcscd-gempc':
      return runBesidePcscd([process.execPath, ...run(`pcsc:${readerName(0)}`)], {
        before: startReaders([{ kind: application, seed: CARD_SEED, protocol: 'T=1' }]),
        readerConf: readerConf(1),
        timeoutMs: LONGEST_MS,
      });
  }
}

/** The virtual reader has to be there before the card: both are started beside pcscd. `$0` is the kind of card. */
const BESIDE_VPCD = `
node=$1; program=$2; shift 2
"$node" "$program" card serve --card "$0" --state blank --profile default 2> /run/serve.log & card=$!
until grep -q 'is in the reader' /run/serve.log; do sleep 0.1; kill -0 $card || { cat /run/serve.log >&2; exit 99; }; done
"$node" "$program" "$@"; status=$?
kill $card; wait $card
exit $status
`;

/** The arguments behind the program's path. */
const shellRun = (run: Run): readonly string[] => run('pcsc:Virtual PCD 00 00').slice(1);

type Line = { readonly serve: readonly string[]; readonly target: string };

function onLine(protocol: string, application: CardKindName, lineOf: (pair: SerialPair) => Line) {
  return async (run: Run): Promise<Ended> => {
    const pair = await SerialPair.open();
    const { serve, target } = lineOf(pair);
    const blank = ['--card', application, '--state', 'blank', '--profile', 'default'];
    const card = ServedCard.program(...serve, ...blank, '--protocol', protocol);
    try {
      await card.inserted();
      return await program(run(target));
    } finally {
      await card.stop();
      pair.close();
    }
  };
}

function program(args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, args, { timeout: LONGEST_MS });
  const outputs = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      outputs[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...outputs }));
  });
}
