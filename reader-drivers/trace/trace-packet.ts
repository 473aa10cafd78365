/** One message on the way to a card or from it. */
export type TracePacket = {
  /** Whose card, or which reader: what keeps several of one file apart. */
  readonly card: string;
  readonly kind: TracePacketKind;
  readonly bytes: Uint8Array;
  /** Microseconds since the beginning of 1970, UTC. */
  readonly timeUs: number;
};

export type TracePacketKind = 'answer-to-reset' | 'command' | 'response';

/** What a trace file holds, or the clause of a sentence that says why it can not be read. */
export type TraceFileResult =
  | {
      readonly ok: true;
      readonly packets: readonly TracePacket[];
      /** Packets of other things than smart cards, left out. */
      readonly skipped: number;
    }
  | { readonly ok: false; readonly fault: string };
