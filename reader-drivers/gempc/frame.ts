/** Frames of the GemPC Twin's serial line: 03 06, a CCID message, the exclusive-or of all of it. */

import { concatBytes } from '../../apdu/index.js';

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const CCID_HEADER_BYTES = 10;
/** NotifySlotChange, the one message without a header (CCID 6.3.1). */
export const SLOT_CHANGE = 0x50;
const SLOT_CHANGE_BYTES = 2;
/** Longest CCID message of this reader (header and 261 data bytes). */
export const MAX_CCID_MESSAGE = 271;

export function encodeFrame(message: Uint8Array): Uint8Array {
  const checked = concatBytes(Uint8Array.of(SYNC, ACK), message);
  return concatBytes(checked, Uint8Array.of(sumOf(checked)));
}

/** Sent for a frame with a wrong sum: the host sends it again. */
export const NAK_FRAME: Uint8Array = Uint8Array.of(SYNC, NAK, SYNC ^ NAK);

export type Received =
  | { readonly kind: 'message'; readonly frame: Uint8Array; readonly message: Uint8Array }
  /** The sum is wrong, or the host refused our last frame. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'refused' };

/** Cuts what comes into frames; bytes outside of frames are noise and dropped. */
export class FrameReceiver {
  #held: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): readonly Received[] {
    this.#held = concatBytes(this.#held, bytes);
    const received: Received[] = [];
    for (;;) {
      const next = this.#next();
      if (next === undefined) return received;
      received.push(next);
    }
  }

  /** Whether a frame has begun and not ended. */
  get hasBegun(): boolean {
    return this.#held.length > 0;
  }

  /** What has begun will not end any more: it is no frame. */
  clear(): void {
    this.#held = new Uint8Array(0);
  }

  #next(): Received | undefined {
    const start = this.#held.indexOf(SYNC);
    this.#held = start < 0 ? new Uint8Array(0) : this.#held.subarray(start);
    if (this.#held.length < 3) return undefined;
    if (this.#held[1] === NAK) {
      this.#take(3);
      return { kind: 'refused' };
    }
    if (this.#held[1] !== ACK) {
      this.#take(1);
      return this.#next();
    }
    const length = messageLength(this.#held.subarray(2));
    if (length === undefined) return undefined;
    if (length > MAX_CCID_MESSAGE) {
      this.#take(this.#held.length);
      return { kind: 'damaged' };
    }
    const size = 2 + length + 1;
    if (this.#held.length < size) return undefined;
    const frame = this.#take(size);
    if (sumOf(frame) !== 0) return { kind: 'damaged' };
    return { kind: 'message', frame, message: frame.subarray(2, -1) };
  }

  #take(length: number): Uint8Array {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }
}

/** Length of the message that begins with these bytes, once they tell. */
function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes[0] === SLOT_CHANGE) return SLOT_CHANGE_BYTES;
  return bytes.length < CCID_HEADER_BYTES ? undefined : CCID_HEADER_BYTES + dataLength(bytes);
}

/** Bytes after the header of a CCID message: 32 bits, lowest byte first. */
export function dataLength(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(1, true);
}

function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}
