/**
 * The echo card served from a process of its own, as cards are in real life. (From the thread that uses it, it would
 * sooner or later wait for itself: see "PC/SC" in reader-drivers/README.md.)
 *
 * Run as a program it is the card: `echo-card-process.ts PORT ATR`, and does what its parent tells it.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../../apdu/index.js';
import { VPCD_DEFAULT_PORT, VpcdCardEnd } from '../../reader-drivers/index.js';
import { ATR_T1, EchoCard } from './echo-card.js';

const SCRIPT = fileURLToPath(import.meta.url);

/** What the card can be told: `break` makes every further command fail, `ended` waits for the end of the service. */
type Action = 'insert' | 'remove' | 'close' | 'break' | 'ended' | 'signals';
type Reply = { readonly id: number; readonly value?: string; readonly error?: string };

/** Starts the process and puts its card in. */
export async function serveEchoCard(atr = ATR_T1, port = VPCD_DEFAULT_PORT): Promise<EchoCardProcess> {
  const card = new EchoCardProcess(atr, port);
  await card.tell('insert');
  return card;
}

/** The parent's end. */
export class EchoCardProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #nextId = 0;

  constructor(atr: Uint8Array, port: number) {
    this.#child = fork(SCRIPT, [String(port), toHex(atr)], { execArgv: ['--import', 'tsx'] });
    this.#child.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply));
  }

  /** Resolves when it is done, to what there is to say. @throws {Error} with the card end's message. */
  async tell(action: Action): Promise<string> {
    const id = this.#nextId++;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, action });
    });
    this.#waiting.delete(id);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value ?? '';
  }

  /** Takes the card out for good and waits for the end of the process. */
  async close(): Promise<void> {
    await this.tell('close');
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

function serve(port: number, atr: Uint8Array): void {
  const card = new EchoCard(atr);
  const end = new VpcdCardEnd(card, { port });
  const actions: Readonly<Record<Action, () => Promise<void> | string>> = {
    insert: () => end.insert(),
    remove: () => end.remove(),
    close: () => end.close(),
    ended: () => end.ended,
    signals: () => card.signals.join(' '),
    break: () => {
      card.process = () => {
        throw new Error('broken card');
      };
      return '';
    },
  };
  process.on('message', async ({ id, action }: { id: number; action: Action }) => {
    let reply: Reply;
    try {
      reply = { id, value: (await actions[action]()) ?? '' };
    } catch (error) {
      reply = { id, error: (error as Error).message };
    }
    process.send!(reply);
  });
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[1] === SCRIPT) serve(Number(process.argv[2]), fromHex(process.argv[3]!));
