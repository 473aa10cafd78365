/**
 * Frames of the virtual reader (vpcd of the vsmartcard project, which documents the protocol in its manual):
 * a 16-bit big-endian length and that many bytes, in both directions.
 */

/** A response APDU with its status word must fit one frame: 65,533 data bytes. */
export const VPCD_MAX_PAYLOAD = 0xffff;

/** One-byte messages of the reader; only `ATR` is answered. Longer messages are command APDUs. */
export const VPCD_CONTROL = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, atr: 0x04 } as const;

/** Length and payload as one array, so that they leave in one segment. @throws {RangeError} beyond 65,535 bytes. */
export function encodeVpcdFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > VPCD_MAX_PAYLOAD) {
    throw new RangeError(`${payload.length} bytes do not fit a frame of at most ${VPCD_MAX_PAYLOAD}`);
  }
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = payload.length >> 8;
  frame[1] = payload.length & 0xff;
  frame.set(payload, 2);
  return frame;
}

/** Cuts a byte stream into payloads, whatever the pieces it arrives in. Holds at most one incomplete frame. */
export class VpcdFrameReader {
  #held = new Uint8Array(2 + VPCD_MAX_PAYLOAD);
  #length = 0;

  /** Takes the next piece of the stream and returns the payloads it completes, in order. */
  push(piece: Uint8Array): readonly Uint8Array[] {
    const payloads: Uint8Array[] = [];
    for (let offset = 0; offset < piece.length; ) {
      const wanted = this.#length < 2 ? 2 : 2 + this.#payloadLength();
      const part = piece.subarray(offset, offset + wanted - this.#length);
      this.#held.set(part, this.#length);
      this.#length += part.length;
      offset += part.length;
      if (this.#length >= 2 && this.#length === 2 + this.#payloadLength()) {
        payloads.push(this.#held.slice(2, this.#length));
        this.#length = 0;
      }
    }
    return payloads;
  }

  #payloadLength(): number {
    return (this.#held[0]! << 8) | this.#held[1]!;
  }
}
