import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { type PcscBinding, type PcscBindingCard, PcscFailure } from '../../reader-drivers/index.js';

/** A reader of {@link fakePcscBinding}; change it while the driver waits. */
export type FakeReader = {
  name: string;
  card: PcscBindingCard | undefined;
  /** Number that the service refuses a connection with. */
  refuses?: number;
  /** Insertions and removals that the service counted; in the upper half of the state. */
  changes?: number;
  /** What the last connection asked for: share mode and protocols. */
  asked?: readonly [number, number];
};

const PRESENT = 0x22;
const EMPTY = 0x12;

/** A PC/SC service in memory: `readers` is what it has; counts contexts, so that a test sees what was left open. */
export function fakePcscBinding(
  readers: FakeReader[],
  refusal?: number,
): PcscBinding & { openContexts: number } {
  const binding = {
    openContexts: 0,
    async establishContext() {
      if (refusal !== undefined) throw new PcscFailure(refusal);
      binding.openContexts++;
      let cancel = new AbortController();
      return {
        async listReaders() {
          return readers.map(({ name, card, changes = 0 }) => ({
            name,
            state: (card === undefined ? EMPTY : PRESENT) | (changes << 16),
            atr: card?.atr ?? new Uint8Array(),
          }));
        },
        async waitForChange(_readers: unknown, timeoutMs: number) {
          cancel = new AbortController();
          await delay(Math.min(timeoutMs, 5), undefined, { signal: cancel.signal }).catch(() => undefined);
        },
        cancel() {
          cancel.abort();
        },
        async connect(name: string, shareMode: number, protocols: number) {
          const reader = readers.find((candidate) => candidate.name === name)!;
          reader.asked = [shareMode, protocols];
          if (reader.refuses !== undefined) throw new PcscFailure(reader.refuses);
          return reader.card!;
        },
        async release() {
          binding.openContexts--;
        },
      };
    },
  };
  return binding;
}

/** A card of the fake service: `transmit` answers bytes or the number of a PC/SC error. */
export function fakeCard(
  transmit: (command: Uint8Array) => Uint8Array | number = () => Uint8Array.of(0x90, 0x00),
) {
  const calls: string[] = [];
  const called = (name: string): void => {
    calls.push(name);
    if (card.broken !== undefined) throw new PcscFailure(card.broken);
  };
  const card: PcscBindingCard & { calls: string[]; broken: number | undefined } = {
    calls,
    broken: undefined,
    protocol: 2,
    atr: Buffer.from('3B8880014E6F6465436172641D', 'hex'),
    async transmit(command) {
      called('transmit');
      // a real answer never comes in the same turn
      await turn();
      const answer = transmit(command);
      if (typeof answer === 'number') throw new PcscFailure(answer);
      return answer;
    },
    async reconnect(share, protocols, initialization) {
      called(`reconnect ${share} ${protocols} ${initialization}`);
    },
    async beginTransaction() {
      called('begin');
    },
    async endTransaction(disposition) {
      called(`end ${disposition}`);
    },
    async disconnect(disposition) {
      called(`disconnect ${disposition}`);
    },
  };
  return card;
}
