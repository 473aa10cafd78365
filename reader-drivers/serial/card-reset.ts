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

const RESET = 0x52;
const POWER_OFF = 0x4f;
/** A reset with the characters that the host has sent so far, 32 bits; the card's end answers with its own. */
const RESET_BYTES = 5;
/** For characters that are on their way; only where one was lost does it take as long. */
const SETTLE_MS = 2_000;

/**
 * A pseudo-terminal has no modem lines: the card end listens on a local socket. What was sent before a reset must
 * arrive before it, though it travels another way, so each end tells the other how much that was.
 */
export function resetBySocket(path: string): CardReset {
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
    reset: (line, held) =>
      tell(concatBytes(Uint8Array.of(RESET), uintToBytes(line.sent % 2 ** 32, 4)), async (socket, answer) => {
        await arrived(line, bytesToUint(answer.subarray(0, 4)));
        held?.();
        socket.end();
      }),
    release: () => tell(Uint8Array.of(POWER_OFF), (socket) => socket.end()).catch(() => undefined),
  };
}

/** Waits until so many characters have been received. */
async function arrived(line: LineTraffic, count: number): Promise<void> {
  const end = performance.now() + SETTLE_MS;
  while (line.received % 2 ** 32 < count && performance.now() < end) await delay(1);
}

export type ResetListener = { close(): Promise<void> };

/** A card's end of the line: `hold` pulls RST, `reset` lets go of it. */
export type ResetTarget = LineTraffic & { hold(): void; reset(): void; powerOff(): void };

/** The card end's half of {@link resetBySocket}. @throws {Error} when the path is taken. */
export async function listenForReset(path: string, card: ResetTarget): Promise<ResetListener> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', async (bytes) => {
      if (bytes[0] === POWER_OFF) card.powerOff();
      if (bytes[0] !== RESET || bytes.length < RESET_BYTES) return socket.end();
      await arrived(card, bytesToUint(bytes.subarray(1, RESET_BYTES)));
      card.hold();
      socket.once('end', () => {
        card.reset();
        socket.end();
      });
      return socket.write(uintToBytes(card.sent % 2 ** 32, 4));
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
