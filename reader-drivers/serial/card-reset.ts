/** How the card at the far end of a serial line is reset: a line of the UART, or a way of its own where there is none. */

import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TransportError } from '../connection/transport-error.js';
import type { SerialLine } from './serial-line.js';

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

/** Longer than a pseudo-terminal holds anything back. */
const SETTLE_MS = 80;

const RESET = 0x52;
const POWER_OFF = 0x4f;

/** A pseudo-terminal has no modem lines: the card end listens on a local socket, one byte for each reset. */
export function resetBySocket(path: string): CardReset {
  const tell = (byte: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', (cause) => {
        reject(new TransportError('no-card', `no card end listens on ${path}`, { cause }));
      });
      socket.once('close', () => resolve());
      socket.once('connect', () => socket.end(Uint8Array.of(byte)));
    });
  return {
    async reset(_, held) {
      // what was sent before the reset must arrive before it, though it travels another way
      if (held) await delay(SETTLE_MS);
      held?.();
      await tell(RESET);
    },
    release: () => tell(POWER_OFF).catch(() => undefined),
  };
}

export type ResetListener = { close(): Promise<void> };

/** The card end's half of {@link resetBySocket}. @throws {Error} when the path is taken. */
export async function listenForReset(
  path: string,
  on: { readonly reset: () => void; readonly powerOff: () => void },
): Promise<ResetListener> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const byte of bytes) {
        if (byte === RESET) on.reset();
        if (byte === POWER_OFF) on.powerOff();
      }
      socket.end();
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
