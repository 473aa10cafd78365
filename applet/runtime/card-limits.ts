/** What the silicon grants: the figures of a card profile that the runtime enforces. */
export type CardLimits = {
  /** Persistent memory for data pages, spare pages included. */
  readonly nvmBytes: number;
  /** Transient memory, APDU buffer included. */
  readonly ramBytes: number;
  /** Bytes that one transaction may change. */
  readonly commitBufferBytes: number;
  /** Longest command or response that fits the buffer; beyond it commands must come in a chain. */
  readonly apduBufferBytes: number;
  readonly pageBytes: number;
  /** Erase cycles that a page is specified for. */
  readonly enduranceCycles: number;
  /** Whether Lc and Le may have their extended form. */
  readonly extendedLength: boolean;
};
