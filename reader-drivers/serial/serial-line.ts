/** A serial line: bytes in both directions, and the lines beside them where there are any. */

import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { TransportError } from '../connection/transport-error.js';
import { type PortBinding, promptBinding } from './prompt-binding.js';

export type SerialSettings = {
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
};

/** Characters of ISO/IEC 7816-3 on a UART: eight data bits, even parity, two stop bits. */
export const CARD_CHARACTERS = { parity: 'even', stopBits: 2 } as const;

/** Characters since the line was opened. */
export type LineTraffic = { readonly sent: number; readonly received: number };

export interface SerialLine extends LineTraffic {
  /** Resolves when the bytes have left. */
  write(bytes: Uint8Array): Promise<void>;
  /** Only one listener: the next replaces it. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** The line is gone, by {@link close} or because the other end or the device went away. */
  readonly closed: Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  /** Drives RTS or DTR. @throws {TransportError} `io` where the line has none, as on a pseudo-terminal. */
  drive(line: 'rts' | 'dtr', high: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The part of the package `serialport` that is used; it is optional, so its types may be missing. */
type SerialPortClass = {
  readonly binding: PortBinding;
  new (options: {
    path: string;
    baudRate: number;
    dataBits: 8;
    parity: string;
    stopBits: 1 | 2;
    autoOpen: false;
    binding: PortBinding;
  }): SerialPortLike;
};
type Callback = (error?: Error | null) => void;
type SerialPortLike = {
  open(callback: Callback): void;
  write(data: Buffer, callback?: Callback): boolean;
  drain(callback: Callback): void;
  update(options: { baudRate: number }, callback: Callback): void;
  set(options: { rts?: boolean; dtr?: boolean }, callback: Callback): void;
  close(callback: Callback): void;
  on(event: 'data', listener: (data: Buffer) => void): void;
  on(event: 'close' | 'error', listener: (error?: Error) => void): void;
  readonly isOpen: boolean;
};

const OPEN_ATTEMPTS = 20;
const OPEN_PAUSE_MS = 50;

/** Opens the device or pseudo-terminal `path`. @throws {TransportError} `no-binding`, `no-reader`. */
export async function openSerialLine(path: string, settings: SerialSettings): Promise<SerialLine> {
  const SerialPort = loadSerialBinding();
  const binding = promptBinding(SerialPort.binding);
  const port = new SerialPort({ path, ...settings, dataBits: 8, autoOpen: false, binding });
  for (let attempt = 1; ; attempt++) {
    const cause = await done((callback) => port.open(callback)).catch((error: Error) => error);
    if (!cause) break;
    // a line that this process has just closed stays locked for a moment
    if (attempt === OPEN_ATTEMPTS || !/lock/i.test(cause.message))
      throw new TransportError('no-reader', `${path} can not be opened: ${cause.message}`, { cause });
    await delay(OPEN_PAUSE_MS);
  }
  return new OpenLine(path, port, settings.baudRate);
}

/** Loads the optional binding, at the first use of a serial line. @throws {TransportError} `no-binding` with what mends it. */
export function loadSerialBinding(): SerialPortClass {
  try {
    const { SerialPort } = createRequire(import.meta.url)('serialport') as { SerialPort: SerialPortClass };
    return SerialPort;
  } catch (cause) {
    throw new TransportError(
      'no-binding',
      'the optional package "serialport" is not installed or does not load: run npm ci again on a platform that it supports',
      { cause },
    );
  }
}

class OpenLine implements SerialLine {
  readonly closed: Promise<void>;
  readonly #path: string;
  readonly #port: SerialPortLike;
  readonly #isPseudoTerminal: boolean;
  #baudRate: number;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  sent = 0;
  received = 0;

  constructor(path: string, port: SerialPortLike, baudRate: number) {
    this.#path = path;
    this.#isPseudoTerminal = realpathSync(path).startsWith('/dev/pts/');
    this.#baudRate = baudRate;
    this.#port = port;
    port.on('data', (data) => {
      this.received += data.length;
      this.#listener(data);
    });
    // an error is followed by 'close', or met by the next call
    port.on('error', () => undefined);
    this.closed = new Promise((resolve) => port.on('close', () => resolve()));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.sent += bytes.length;
    await this.#do('write', (callback) => this.#port.write(Buffer.from(bytes), callback));
  }

  async setBaudRate(baudRate: number): Promise<void> {
    // The binding throws away what waits in both directions. A real line has sent it by then; on a pseudo-terminal,
    // which has no speed, it would be what the other end has not read yet.
    if (this.#isPseudoTerminal || baudRate === this.#baudRate) return;
    await this.#do('drain', (callback) => this.#port.drain(callback));
    await this.#do('set the speed of', (callback) => this.#port.update({ baudRate }, callback));
    this.#baudRate = baudRate;
  }

  drive(line: 'rts' | 'dtr', high: boolean): Promise<void> {
    return this.#do(`drive ${line.toUpperCase()} of`, (callback) =>
      this.#port.set({ [line]: high }, callback),
    );
  }

  async close(): Promise<void> {
    if (this.#port.isOpen) await done((callback) => this.#port.close(callback)).catch(() => undefined);
  }

  async #do(what: string, operation: (callback: Callback) => void): Promise<void> {
    if (!this.#port.isOpen) throw new TransportError('closed', `the line ${this.#path} is closed`);
    await done(operation).catch((cause: Error) => {
      throw new TransportError('io', `can not ${what} ${this.#path}: ${cause.message}`, { cause });
    });
  }
}

function done(operation: (callback: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => (error ? reject(error) : resolve()));
  });
}
