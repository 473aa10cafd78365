/**
 * Cards in the virtual reader, each served from a process of its own: by `imis card serve`, or by this file run as a
 * program, `simulated-card-process.ts KIND PORT|gempc:PATH SEED [T=0|T=1]`, which serves a blank card that is the same
 * for the same seed (`imis` refuses a seed for a served card).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import { serveGemPc, serveVpcd, takesDataBy, withProtocols } from '../../reader-drivers/index.js';
import { cardOf } from '../support/personalised-card.js';
import { REPOSITORY } from './private-pcscd.js';

const SCRIPT = fileURLToPath(import.meta.url);
/** The built program, to be run by this Node. */
export const PROGRAM = join(REPOSITORY, 'dist', 'host', 'cli', 'main.js');
/** What both programs say on stderr when the reader has noticed the card. */
const IN_THE_READER = / is in the reader/;

export const CARD_KINDS = { patient: PATIENT_CARD, professional: PROFESSIONAL_CARD } as const;
export type CardKindName = keyof typeof CARD_KINDS;

/** How a process ended. */
export type Ending = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A process that serves a card, or tried to. */
export class ServedCard {
  private readonly outputs = { stdout: '', stderr: '' };

  private constructor(private readonly child: ChildProcess) {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        this.outputs[name] += text;
      });
    }
  }

  /** The built program as a user starts it: `imis card serve ARGS…`. Not waited for. */
  static program(...args: string[]): ServedCard {
    return new ServedCard(spawn(process.execPath, [PROGRAM, 'card', 'serve', ...args]));
  }

  /** A blank card that follows from its seed. Not waited for. */
  static blank(kind: CardKindName, port: number, seed: number): ServedCard {
    const args = ['--import', 'tsx', SCRIPT, kind, String(port), String(seed)];
    return new ServedCard(spawn(process.execPath, args));
  }

  /** Resolves when the card is in. @throws {Error} with what the process said when it ended before. */
  async inserted(): Promise<this> {
    while (!IN_THE_READER.test(this.outputs.stderr)) {
      if (this.child.exitCode !== null) throw new Error(`no card: ${this.outputs.stderr}`);
      await Promise.race([once(this.child.stderr!, 'data'), once(this.child, 'close')]);
    }
    return this;
  }

  /** Sends a signal, `SIGINT` being Ctrl-C, and waits for the end. */
  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Ending> {
    this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<Ending> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { status: this.child.exitCode, ...this.outputs };
  }
}

async function serve(
  kind: CardKindName,
  place: string,
  seed: number,
  protocol: 'T=0' | 'T=1',
): Promise<void> {
  const device = withProtocols(cardOf(CARD_KINDS[kind], { seed }), [protocol]);
  const takesData = takesDataBy(Object.values(CARD_KINDS).map(({ spec }) => spec));
  const [, path] = /^gempc:(.+)/.exec(place) ?? [];
  const end =
    path === undefined
      ? await serveVpcd(device, { port: Number(place) })
      : await serveGemPc(device, path, { takesData });
  process.once('SIGINT', () => void end.close());
  process.stderr.write(`The ${kind} card is in the reader.\n`);
  await end.ended;
}

if (process.argv[1] === SCRIPT) {
  const [kind, place, seed, protocol = 'T=1'] = process.argv.slice(2);
  await serve(kind as CardKindName, place!, Number(seed), protocol as 'T=0' | 'T=1');
}
