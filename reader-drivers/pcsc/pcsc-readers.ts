import { setTimeout as delay } from 'node:timers/promises';
import { TransportError } from '../connection/transport-error.js';
import { type PcscBinding, type PcscBindingContext, type PcscBindingReader, SCARD } from './pcsc-binding.js';
import { pcscError } from './pcsc-error.js';
import { loadPcscBinding } from './winscard-binding.js';

/** A reader of this machine and what is in it. `atr` only with a card that answered its reset. */
export type PcscReader = {
  readonly name: string;
  readonly cardPresent: boolean;
  /** A card is there but gave no answer to reset. */
  readonly cardMute: boolean;
  readonly inUse: 'no' | 'shared' | 'exclusive';
  readonly atr?: Uint8Array;
};

/** Which reader, and how long to wait. */
export type PcscWaitOptions = {
  /** Whole name of the reader, or a part of it in any case; any reader when left out. */
  readonly reader?: string;
  /** Milliseconds; 0 (the default) looks once. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** For tests: another service than this machine's. */
  readonly binding?: PcscBinding;
};

/** PC/SC tells of changes at once in readers it knows; how soon new readers are looked for, in milliseconds. */
export const LOOK_AGAIN_MS = 500;

/** The readers of this machine, in the order of the service. @throws {TransportError} `no-binding`, `no-service`. */
export async function listPcscReaders(
  options: { readonly binding?: PcscBinding } = {},
): Promise<readonly PcscReader[]> {
  return withContext(options.binding, async (context) => (await context.listReaders()).map(readerOf));
}

/**
 * Waits until a card is in the reader; of several matching readers the first with a card.
 * @throws {TransportError} `no-reader`, `no-card` (timeoutMs 0) or `timeout`, `aborted`, `no-service`, `no-binding`.
 */
export function waitForPcscCard(options: PcscWaitOptions = {}): Promise<PcscReader> {
  return withContext(options.binding, (context) => waitFor(context, options, (reader) => reader.cardPresent));
}

/** Waits until the reader is empty. @throws {TransportError} as {@link waitForPcscCard}. */
export function waitForPcscRemoval(
  options: PcscWaitOptions & { readonly reader: string },
): Promise<PcscReader> {
  return withContext(options.binding, (context) =>
    waitFor(context, options, (reader) => !reader.cardPresent),
  );
}

/** Runs `use` with a context of its own and releases it, whatever happens; errors become {@link TransportError}s. */
export async function withContext<T>(
  binding: PcscBinding | undefined,
  use: (context: PcscBindingContext) => Promise<T>,
): Promise<T> {
  const context = await openContext(binding);
  try {
    return await use(context);
  } catch (error) {
    throw pcscError(error, 'PC/SC');
  } finally {
    await release(context);
  }
}

/** A new connection to the service. @throws {TransportError} `no-binding`, `no-service`. */
export async function openContext(binding: PcscBinding = loadPcscBinding()): Promise<PcscBindingContext> {
  try {
    return await binding.establishContext();
  } catch (error) {
    throw pcscError(error, 'PC/SC');
  }
}

/** Gives a connection to the service back; one that broke off is gone already. */
export async function release(context: PcscBindingContext): Promise<void> {
  await context.release().catch(() => undefined);
}

/** Waits until a reader that matches fulfils `wanted`. */
export async function waitFor(
  context: PcscBindingContext,
  options: PcscWaitOptions,
  wanted: (reader: PcscReader) => boolean,
): Promise<PcscReader> {
  const { timeoutMs = 0, signal } = options;
  const deadline = performance.now() + timeoutMs;
  const cancel = (): void => context.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    for (;;) {
      if (signal?.aborted) throw new TransportError('aborted', 'waiting for the reader was given up');
      const all = await context.listReaders();
      const matching = matchReaders(all, options.reader);
      const found = matching.map(readerOf).find(wanted);
      if (found !== undefined) return found;
      const remainingMs = deadline - performance.now();
      if (remainingMs <= 0) {
        throw notFound(
          options,
          matching.length > 0,
          all.map((reader) => reader.name),
        );
      }
      // Sliced, because a reader may be plugged in, and a cancellation may come before the wait has begun.
      const sliceMs = Math.ceil(Math.min(remainingMs, LOOK_AGAIN_MS));
      if (matching.length === 0) await delay(Math.min(sliceMs, LOOK_AGAIN_MS / 5));
      else await changeIn(context, matching, sliceMs);
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** The reader of exactly that name, else those whose name contains it. */
export function matchReaders<R extends { readonly name: string }>(
  readers: readonly R[],
  name?: string,
): readonly R[] {
  if (name === undefined) return readers;
  const exact = readers.filter((reader) => reader.name === name);
  if (exact.length > 0) return exact;
  const part = name.toLowerCase();
  return readers.filter((reader) => reader.name.toLowerCase().includes(part));
}

function notFound(options: PcscWaitOptions, matched: boolean, present: readonly string[]): TransportError {
  const which = options.reader === undefined ? 'any reader' : `the reader "${options.reader}"`;
  if (!matched) {
    const there = present.length === 0 ? 'there is none' : `there are: ${present.join(', ')}`;
    return new TransportError('no-reader', `no reader matches ${which}; ${there}`);
  }
  return options.timeoutMs
    ? new TransportError('timeout', `nothing happened at ${which} within ${options.timeoutMs} ms`)
    : new TransportError('no-card', `there is no card in ${which}`);
}

/** Waits until something changes in one of these readers, but no longer. */
export async function changeIn(
  context: PcscBindingContext,
  readers: readonly { readonly name: string; readonly state: number }[],
  timeoutMs: number,
): Promise<void> {
  await context.waitForChange(
    readers.map(({ name, state }) => ({ name, state: unchanged(state) })),
    timeoutMs,
  );
}

/** The state as a starting point of the next wait: without the flag that says it is news. */
function unchanged(state: number): number {
  return (state & ~SCARD.stateChanged) >>> 0;
}

/** A reader as the binding lists it, in our words. */
export function readerOf({ name, state, atr }: PcscBindingReader): PcscReader {
  const cardPresent = (state & SCARD.statePresent) !== 0;
  return {
    name,
    cardPresent,
    cardMute: cardPresent && (state & SCARD.stateMute) !== 0,
    inUse: state & SCARD.stateExclusive ? 'exclusive' : state & SCARD.stateInUse ? 'shared' : 'no',
    ...(cardPresent && atr.length > 0 && { atr: Uint8Array.from(atr) }),
  };
}
