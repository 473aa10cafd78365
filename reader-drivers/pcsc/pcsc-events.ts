/** Readers that are plugged in and out, cards that go in and out: told as they happen. */

import { setTimeout as delay } from 'node:timers/promises';
import type { PcscBinding } from './pcsc-binding.js';
import { pcscError } from './pcsc-error.js';
import { changeIn, LOOK_AGAIN_MS, openContext, type PcscReader, readerOf, release } from './pcsc-readers.js';

export type PcscEvent = {
  readonly kind: 'reader-added' | 'reader-removed' | 'card-inserted' | 'card-removed';
  readonly reader: PcscReader;
};

export type PcscEventOptions = {
  /** Ends the events. */
  readonly signal?: AbortSignal;
  /** For tests: another service than this machine's. */
  readonly binding?: PcscBinding;
};

/**
 * Events from now on, until `signal` or until the loop over them ends; what is there already comes first, as if it
 * were added now. A card that is exchanged for another between two looks is told as both.
 * @throws {TransportError} `no-binding`, `no-service`.
 */
export async function* pcscEvents({ signal, binding }: PcscEventOptions = {}): AsyncGenerator<PcscEvent> {
  const context = await openContext(binding);
  const cancel = (): void => context.cancel();
  signal?.addEventListener('abort', cancel);
  let known: Snapshot = new Map();
  try {
    while (!signal?.aborted) {
      const listed = await context.listReaders();
      const now: Snapshot = new Map(
        listed.map((reader) => [reader.name, { reader: readerOf(reader), changes: reader.state >>> 16 }]),
      );
      yield* eventsBetween(known, now);
      known = now;
      if (signal?.aborted) return;
      if (listed.length > 0) await changeIn(context, listed, LOOK_AGAIN_MS);
      else await delay(LOOK_AGAIN_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  } catch (error) {
    throw pcscError(error, 'PC/SC');
  } finally {
    signal?.removeEventListener('abort', cancel);
    await release(context);
  }
}

/** The readers by name; `changes` is the service's count of insertions and removals, 0 where it keeps none. */
type Snapshot = ReadonlyMap<string, { readonly reader: PcscReader; readonly changes: number }>;

function* eventsBetween(before: Snapshot, now: Snapshot): Generator<PcscEvent> {
  for (const [name, { reader }] of before) {
    if (now.has(name)) continue;
    const gone: PcscReader = { name, cardPresent: false, cardMute: false, inUse: 'no' };
    if (reader.cardPresent) yield { kind: 'card-removed', reader: gone };
    yield { kind: 'reader-removed', reader: gone };
  }
  for (const [name, { reader, changes }] of now) {
    const old = before.get(name);
    if (old === undefined) yield { kind: 'reader-added', reader };
    const wasThere = old?.reader.cardPresent === true;
    const another = old !== undefined && changes - old.changes > 1;
    if (wasThere && (!reader.cardPresent || another)) yield { kind: 'card-removed', reader };
    if (reader.cardPresent && (!wasThere || another)) yield { kind: 'card-inserted', reader };
  }
}
