import { createRequire } from 'node:module';
import { TransportError } from '../connection/transport-error.js';

/**
 * The part of the package `smartcard` that this driver uses, written down here because the package is optional:
 * its own types are missing where it is. `state` and `protocol` are the numbers of PC/SC part 5.
 */
export interface PcscBinding {
  /** @throws with {@link PcscBindingContext} messages when no PC/SC service runs. */
  readonly Context: new () => PcscBindingContext;
}

/** A connection to the PC/SC service. Blocking calls run on a thread; use one context per purpose. */
export interface PcscBindingContext {
  listReaders(): PcscBindingReader[];
  /** Null when cancelled, empty when the time is over. */
  waitForChange(
    readers: { name: string; state: number }[],
    timeoutMs: number,
  ): Promise<readonly unknown[] | null>;
  cancel(): void;
  close(): void;
}

/** A reader with its state at the time of listing. */
export interface PcscBindingReader {
  readonly name: string;
  readonly state: number;
  readonly atr: Uint8Array | null;
  connect(shareMode: number, protocols: number): Promise<PcscBindingCard>;
}

/** A card that is connected to. */
export interface PcscBindingCard {
  readonly protocol: number;
  readonly atr: Uint8Array | null;
  transmit(command: Buffer, options: { maxRecvLength: number }): Promise<Uint8Array>;
  reconnect(shareMode: number, protocols: number, initialization: number): Promise<number>;
  disconnect(disposition: number): void;
}

/** Numbers of PC/SC part 5 (the same in every implementation). */
export const SCARD = {
  shareExclusive: 1,
  shareShared: 2,
  protocolT0: 1,
  protocolT1: 2,
  leaveCard: 0,
  resetCard: 1,
  stateChanged: 0x0002,
  statePresent: 0x0020,
  stateExclusive: 0x0080,
  stateInUse: 0x0100,
  stateMute: 0x0200,
} as const;

/**
 * Loads the optional binding, at the first use of PC/SC and not before: everything else runs without it.
 * @throws {TransportError} `no-binding` with what mends it.
 */
export function loadPcscBinding(): PcscBinding {
  try {
    return createRequire(import.meta.url)('smartcard') as PcscBinding;
  } catch (cause) {
    throw new TransportError(
      'no-binding',
      'the optional package "smartcard" is not installed or does not load: ' +
        'install libpcsclite-dev, make and a C++ compiler, then run npm ci again',
      { cause },
    );
  }
}
