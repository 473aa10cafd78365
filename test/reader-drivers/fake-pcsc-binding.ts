import type { PcscBinding, PcscBindingCard } from '../../reader-drivers/index.js';

/** A reader of {@link fakePcscBinding}; change it while the driver waits. `connect` may throw what the service would say. */
export type FakeReader = {
  name: string;
  card: PcscBindingCard | undefined;
  connectError?: string;
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
  serviceError?: string,
): PcscBinding & { openContexts: number } {
  const binding = {
    openContexts: 0,
    Context: class {
      #cancel: () => void = () => undefined;

      constructor() {
        if (serviceError !== undefined) throw new Error(serviceError);
        binding.openContexts++;
      }

      listReaders() {
        return readers.map((reader) => ({
          name: reader.name,
          state: (reader.card === undefined ? EMPTY : PRESENT) | ((reader.changes ?? 0) << 16),
          atr: reader.card?.atr ?? null,
          async connect(shareMode: number, protocols: number) {
            reader.asked = [shareMode, protocols];
            if (reader.connectError !== undefined) throw new Error(reader.connectError);
            return reader.card!;
          },
        }));
      }

      waitForChange(_readers: unknown, timeoutMs: number): Promise<readonly unknown[] | null> {
        return new Promise((resolve) => {
          const timer = setTimeout(() => resolve([]), Math.min(timeoutMs, 5));
          this.#cancel = () => {
            clearTimeout(timer);
            resolve(null);
          };
        });
      }

      cancel() {
        this.#cancel();
      }

      close() {
        binding.openContexts--;
      }
    },
  };
  return binding;
}

/** A card of the fake service: `transmit` answers or throws the text of a PC/SC error. */
export function fakeCard(
  transmit: (command: Buffer) => Uint8Array | string = () => Buffer.from('9000', 'hex'),
) {
  const calls: string[] = [];
  const fail = (text: string): never => {
    throw new Error(text);
  };
  const card: PcscBindingCard & { calls: string[]; broken: string | undefined } = {
    calls,
    broken: undefined,
    protocol: 2,
    atr: Buffer.from('3B8880014E6F6465436172641D', 'hex'),
    async transmit(command, { maxRecvLength }) {
      calls.push(`transmit ${maxRecvLength}`);
      const answer = transmit(command);
      return typeof answer === 'string' ? fail(answer) : answer;
    },
    async reconnect(share, protocols, initialization) {
      calls.push(`reconnect ${share} ${protocols} ${initialization}`);
      return card.broken === undefined ? 2 : fail(card.broken);
    },
    disconnect(disposition) {
      calls.push(`disconnect ${disposition}`);
      if (card.broken !== undefined) fail(card.broken);
    },
  };
  return card;
}
