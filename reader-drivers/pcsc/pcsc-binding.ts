/**
 * PC/SC as this driver uses it: a port behind which stands the operating system's service (`winscard-binding.ts`) or
 * a test's. Nothing here blocks the thread. Every method rejects with a {@link PcscFailure}.
 */
export interface PcscBinding {
  /** Opens a connection to the service; what blocks in it holds up only itself, so use one per purpose. */
  establishContext(): Promise<PcscBindingContext>;
}

/** A connection to the service. */
export interface PcscBindingContext {
  /** The readers there are and their states; empty when there is none. */
  listReaders(): Promise<readonly PcscBindingReader[]>;
  /** Waits until one of the readers has another state than the given one, for the time, or for {@link cancel}. */
  waitForChange(
    readers: readonly { readonly name: string; readonly state: number }[],
    timeoutMs: number,
  ): Promise<void>;
  /** Ends a wait that has begun; one that begins later is not ended. */
  cancel(): void;
  connect(reader: string, shareMode: number, protocols: number): Promise<PcscBindingCard>;
  release(): Promise<void>;
}

/** A reader with its state at the time of listing: flags of PC/SC part 5, events counted in the upper half. */
export type PcscBindingReader = {
  readonly name: string;
  readonly state: number;
  /** Empty without a card or without an answer of it. */
  readonly atr: Uint8Array;
};

/** A card that is connected to. */
export interface PcscBindingCard {
  /** Protocol and ATR of the last connecting or reconnecting. */
  readonly protocol: number;
  readonly atr: Uint8Array;
  transmit(command: Uint8Array): Promise<Uint8Array>;
  reconnect(shareMode: number, protocols: number, initialization: number): Promise<void>;
  beginTransaction(): Promise<void>;
  endTransaction(disposition: number): Promise<void>;
  disconnect(disposition: number): Promise<void>;
}

/** Numbers of PC/SC part 5 (the same in every implementation). */
export const SCARD = {
  shareExclusive: 1,
  shareShared: 2,
  protocolT0: 1,
  protocolT1: 2,
  leaveCard: 0,
  resetCard: 1,
  stateUnaware: 0x0000,
  stateChanged: 0x0002,
  statePresent: 0x0020,
  stateExclusive: 0x0080,
  stateInUse: 0x0100,
  stateMute: 0x0200,
} as const;
