/**
 * The buffer in RAM that collects a command chain (ISO/IEC 7816-4:2020, 5.3.3) and holds a response
 * until GET RESPONSE has fetched it (5.3.4). One buffer serves both: a response is only made when
 * the command is complete.
 */

import { SW } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

/** Longest chained command data and longest response, in bytes. */
export const MESSAGE_BUFFER_BYTES = 1000;

const STATUS_BYTES = 2;

export class MessageBuffer {
  protected readonly bytes: Uint8Array;
  /** CLA (without the chaining bit), INS, P1, P2 of the chain in progress. */
  protected readonly chainHeader: RamField;
  protected readonly chainActive: RamField;
  protected readonly chainLength: RamField;
  protected readonly responseOffset: RamField;
  protected readonly responseEnd: RamField;
  protected readonly responseChannel: RamField;

  constructor(memory: MemoryPlan) {
    this.chainActive = memory.transientField('chain: active', 1);
    this.chainHeader = memory.transientField('chain: header', 4);
    this.chainLength = memory.transientField('chain: bytes so far', 2);
    this.responseOffset = memory.transientField('response: next byte', 2);
    this.responseEnd = memory.transientField('response: end', 2);
    this.responseChannel = memory.transientField('response: channel', 1);
    this.bytes = memory.transientField('message buffer', MESSAGE_BUFFER_BYTES).bytes;
  }

  get inChain(): boolean {
    return this.chainActive.value !== 0;
  }

  continuesChain(header: Uint8Array): boolean {
    return this.chainHeader.bytes.every((byte, i) => byte === header[i]);
  }

  /** Adds a part of a chain; 6A84 when the buffer is full, and the chain is lost. */
  append(header: Uint8Array, part: Uint8Array): void {
    const start = this.chainLength.value;
    if (start + part.length > this.bytes.length) {
      this.dropChain();
      refuse(SW.notEnoughMemory);
    }
    this.bytes.set(part, start);
    this.chainActive.value = 1;
    this.chainHeader.bytes.set(header);
    this.chainLength.value = start + part.length;
  }

  /** The data of the finished chain, a view that {@link wipeFinished} ends. */
  finishChain(): Uint8Array {
    this.chainActive.value = 0;
    return this.bytes.subarray(0, this.chainLength.value);
  }

  /** Called when a command has ended: its chained data may hold secrets and must not stay. */
  wipeFinished(): void {
    if (this.inChain || this.waiting > 0) return;
    this.bytes.fill(0, 0, this.chainLength.value);
    this.chainLength.value = 0;
  }

  dropChain(): void {
    this.chainActive.value = 0;
    this.wipeFinished();
  }

  get waiting(): number {
    return this.responseEnd.value - this.responseOffset.value;
  }

  /** The status word that comes with the last of the response. */
  get responseStatus(): number {
    const at = this.responseEnd.value;
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  /** Keeps a response and the status word at its end; 6A84 when it does not fit. */
  keepResponse(response: Uint8Array, channel: number, sw: number): void {
    if (response.length + STATUS_BYTES > this.bytes.length) refuse(SW.notEnoughMemory);
    this.bytes.fill(0);
    this.chainLength.value = 0;
    this.bytes.set(response);
    this.responseOffset.value = 0;
    this.responseEnd.value = response.length;
    this.responseChannel.value = channel;
    // Behind the response, where it costs no memory of its own.
    this.bytes.set([sw >> 8, sw & 0xff], response.length);
  }

  /** Whether the response that waits is the answer to a command on `channel`. */
  belongsTo(channel: number): boolean {
    return this.responseChannel.value === channel;
  }

  /** The next bytes of the response, at most `length`; wiped from the buffer when all are out. */
  takeResponse(length: number): Uint8Array {
    const start = this.responseOffset.value;
    const end = Math.min(start + length, this.responseEnd.value);
    const part = this.bytes.slice(start, end);
    this.responseOffset.value = end;
    if (this.waiting === 0) this.dropResponse();
    return part;
  }

  dropResponse(): void {
    const end = this.responseEnd.value;
    if (end > 0) this.bytes.fill(0, 0, end + STATUS_BYTES);
    this.responseOffset.value = 0;
    this.responseEnd.value = 0;
  }
}
