/**
 * Keeps the last try of each PIN of a card that can not be made anew: the counter is read before a value is presented
 * that may be wrong (ISO/IEC 7816-4:2020, 11.5.6: VERIFY without data tells it).
 */

import { equalBytes, parseCommandApdu } from '../apdu/index.js';
import { NotApplicable } from './checks.js';

const VERIFY = 0x20;
const CHANGE_REFERENCE_DATA = 0x24;
const RESET_RETRY_COUNTER = 0x2c;
const CHAINING_OR_MESSAGING = 0x1c;

type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

export class TriesGuard {
  /** Tries left by reference (P2); RESET RETRY COUNTER has a counter of its own, which no command tells. */
  private readonly left = new Map<string, number>();

  /** `right`: values that the card knows, which spend nothing. */
  constructor(private readonly right: readonly Uint8Array[]) {}

  /** @throws {NotApplicable} when the command could spend the last try, or nobody can tell. */
  async permit(command: Uint8Array, transmit: Transmit): Promise<void> {
    const key = keyOf(command);
    if (key === undefined || this.isRight(command)) return;
    if (!this.left.has(key)) await this.read(command, key, transmit);
    const left = this.left.get(key);
    if (left !== undefined && left > 1) return;
    const why =
      left === undefined
        ? 'could spend the last try: its counter can not be read'
        : 'would spend the last try';
    throw new NotApplicable(`not allowed: ${why} of a PIN`, 'not allowed');
  }

  /** Keeps count by what the card answers. */
  answered(command: Uint8Array, response: Uint8Array): void {
    const key = keyOf(command);
    if (key === undefined) return;
    const sw = (response.at(-2)! << 8) | response.at(-1)!;
    if ((sw & 0xfff0) === 0x63c0) this.left.set(key, sw & 0x0f);
    else this.left.delete(key);
  }

  private async read(command: Uint8Array, key: string, transmit: Transmit): Promise<void> {
    const [cla = 0, ins, , p2 = 0] = command;
    if (ins === RESET_RETRY_COUNTER || (cla & CHAINING_OR_MESSAGING) !== 0) return;
    const answer = await transmit(Uint8Array.of(cla, VERIFY, 0x00, p2));
    const sw = (answer.at(-2)! << 8) | answer.at(-1)!;
    if ((sw & 0xfff0) === 0x63c0) this.left.set(key, sw & 0x0f);
    // verified: a right value has just given all tries back
    if (sw === 0x9000) this.left.set(key, 2);
  }

  private isRight(command: Uint8Array): boolean {
    const apdu = parseCommandApdu(command);
    if ('fault' in apdu) return true;
    if (apdu.data.length === 0) return true;
    if (apdu.ins === VERIFY) return this.right.some((value) => equalBytes(value, apdu.data));
    return this.right.some((value) => equalBytes(value, apdu.data.subarray(0, value.length)));
  }
}

function keyOf(command: Uint8Array): string | undefined {
  const [, ins, , p2 = 0] = command;
  if (ins === VERIFY || ins === CHANGE_REFERENCE_DATA) return `PIN ${p2}`;
  return ins === RESET_RETRY_COUNTER ? `unblocking ${p2}` : undefined;
}
