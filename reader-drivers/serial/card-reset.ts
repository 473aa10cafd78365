/** How the card at the far end of a serial line is reset: a line of the UART, or a way of its own where there is none. */

import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesToUint, concatBytes, uintToBytes } from '../../apdu/index.js';
import { TransportError } from '../connection/transport-error.js';
import type { LineTraffic, SerialLine } from './serial-line.js';

export interface CardReset {
  /**
   * Holds RST, and lets go of it: the card sends its ATR. `held` is called while the card is silent: whatever was heard
   * until then came before the reset. @throws {TransportError}
   */
  reset(line: SerialLine, held?: () => void): Promise<void>;
  /** Ends the use of the card; it may stay without power. */
  release(line: SerialLine): Promise<void>;
}

/** RST is low for at least 400 clock cycles (ISO/IEC 7816-3:2006, 6.2.3); a tenth of a second is felt by every reader. */
const HOLD_MS = 100;

/**
 * RTS or DTR drives RST, as in Phoenix and Smartmouse readers. `activeHigh`: the line is high while the card is
 * reset; readers differ.
 */
export function resetByModemLine(name: 'rts' | 'dtr', activeHigh = true): CardReset {
  return {
    async reset(line, held) {
      await line.drive(name, activeHigh);
      await delay(HOLD_MS);
      held?.();
      await line.drive(name, !activeHigh);
    },
    release: (line) => line.drive(name, activeHigh).catch(() => undefined),
  };
}

/** The first reset of a host that has just opened the line: both ends count from here. */
const FIRST_RESET = 0x46;
/** A reset with the characters that the host has sent by then, 32 bits; the card's end answers with its own. */
const RESET = 0x52;
const POWER_OFF = 0x4f;
const COUNT_BYTES = 4;
/** For characters that are on their way; only where one was lost does it take as long. */
const SETTLE_MS = 2_000;

/**
 * A pseudo-terminal has no modem lines: the card end listens on a local socket. What was sent before a reset must
 * arrive before it, though it travels another way, so each end tells the other how much that was.
 */
export function resetBySocket(path: string): CardReset {
  const traffic = new Traffic();
  const tell = (bytes: Uint8Array, answered: (socket: Socket, answer: Uint8Array) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', (cause) => {
        reject(new TransportError('no-card', `no card end listens on ${path}`, { cause }));
      });
      socket.once('close', () => resolve());
      socket.once('connect', () => socket.write(bytes));
      socket.once('data', (answer) => answered(socket, answer));
    });
  return {
    reset(line, held) {
      const kind = traffic.isOf(line) ? RESET : FIRST_RESET;
      if (kind === FIRST_RESET) traffic.begin(line);
      const request = concatBytes(Uint8Array.of(kind), uintToBytes(traffic.sent, COUNT_BYTES));
      return tell(request, async (socket, answer) => {
        await traffic.arrived(bytesToUint(answer.subarray(0, COUNT_BYTES)));
        held?.();
        socket.end();
      });
    },
    release: () => tell(Uint8Array.of(POWER_OFF), (socket) => socket.end()).catch(() => undefined),
  };
}

/** Characters of a line since the host opened it. */
class Traffic {
  #line: LineTraffic = { sent: 0, received: 0 };
  #sentBefore = 0;
  #receivedBefore = 0;

  isOf(line: LineTraffic): boolean {
    return this.#line === line;
  }

  begin(line: LineTraffic): void {
    this.#line = line;
    this.#sentBefore = line.sent;
    this.#receivedBefore = line.received;
  }

  get sent(): number {
    return (this.#line.sent - this.#sentBefore) % 2 ** 32;
  }

  /** Waits until so many characters have been received. */
  async arrived(count: number): Promise<void> {
    const end = performance.now() + SETTLE_MS;
    const received = () => (this.#line.received - this.#receivedBefore) % 2 ** 32;
    while (received() < count && performance.now() < end) await delay(1);
  }
}

export type ResetListener = { close(): Promise<void> };

/** A card's end of the line: `hold` pulls RST, `reset` lets go of it. */
export type ResetTarget = LineTraffic & { hold(): void; reset(): void; powerOff(): void };

/** The card end's half of {@link resetBySocket}. @throws {Error} when the path is taken. */
export async function listenForReset(path: string, card: ResetTarget): Promise<ResetListener> {
  const traffic = new Traffic();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', async ([kind, ...count]) => {
      if (kind === POWER_OFF) card.powerOff();
      if (kind !== RESET && kind !== FIRST_RESET) return socket.end();
      if (kind === RESET) await traffic.arrived(bytesToUint(Uint8Array.from(count)));
      card.hold();
      if (kind === FIRST_RESET) traffic.begin(card);
      socket.once('end', () => {
        card.reset();
        socket.end();
      });
      return socket.write(uintToBytes(traffic.sent, COUNT_BYTES));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(path, { force: true });
          resolve();
        });
      }),
  };
}
