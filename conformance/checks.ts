/** What a case expects. Every check throws a {@link CheckFailure}; none shows a byte that may be secret. */

import {
  type CommandSpec,
  decodeData,
  equalBytes,
  type RequestOf,
  type ResponseApdu,
  type ResponseOf,
  type StatusWord,
  SW,
  toHex,
  uintToBytes,
} from '../apdu/index.js';
import type { TestCard } from './test-card.js';

/** The card did not do what it must. */
export class CheckFailure extends Error {
  constructor(
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`expected ${expected}, got ${actual}`);
    this.name = 'CheckFailure';
  }
}

/** The case has nothing to say of this card, or would spoil it: neither passed nor failed. The message says why. */
export class NotApplicable extends Error {
  constructor(
    reason: string,
    readonly kind: 'not applicable' | 'not allowed' = 'not applicable',
  ) {
    super(reason);
    this.name = 'NotApplicable';
  }
}

/** `6A82` and the like; counts of a family are the letters of the standard. */
export function statusText(status: StatusWord | number): string {
  if (typeof status === 'number') return toHex(uintToBytes(status, 2)).toUpperCase();
  const text = toHex(uintToBytes(status.sw, 2)).toUpperCase();
  return status.mask === 0xffff ? text : `${text.slice(0, status.mask === 0xfff0 ? 3 : 2)}xx`.slice(0, 4);
}

/** Passes when the status word is one of those allowed: a family allows every count, a number just itself. */
export function checkStatus(
  response: ResponseApdu,
  ...allowed: readonly (StatusWord | number)[]
): ResponseApdu {
  const right = allowed.some((one) =>
    typeof one === 'number' ? response.sw === one : (response.sw & one.mask) === one.sw,
  );
  if (!right) throw new CheckFailure(allowed.map(statusText).join(' or '), statusText(response.sw));
  if (response.data.length > 0 && isError(response.sw)) {
    throw new CheckFailure(
      `${statusText(response.sw)} without data`,
      `${response.data.length} bytes of data`,
    );
  }
  return response;
}

/** SW1 64 to 6F: execution or checking error, for which there is no data field (ISO/IEC 7816-4:2020, 5.6). */
function isError(sw: number): boolean {
  return sw >= 0x6400 && sw < 0x7000;
}

/** Sends one command APDU as it is and checks the status word. */
export async function expectStatus(
  card: TestCard,
  command: Uint8Array | string,
  ...allowed: readonly (StatusWord | number)[]
): Promise<ResponseApdu> {
  return checkStatus(await card.send(command), ...allowed);
}

/** Sends a declared command (with chaining and GET RESPONSE) and checks the status word. */
export async function expectRefusal<const C extends CommandSpec>(
  card: TestCard,
  spec: C,
  request: RequestOf<C>,
  ...allowed: readonly (StatusWord | number)[]
): Promise<void> {
  checkStatus(await card.command(spec, request), ...allowed);
}

/** Sends a declared command; passes when it succeeds and its answer is what is declared. */
export async function expectOk<const C extends CommandSpec>(
  card: TestCard,
  spec: C,
  request: RequestOf<C>,
): Promise<ResponseOf<C>> {
  const { data } = checkStatus(await card.command(spec, request), SW.ok);
  return decodeData(spec.response, data) as ResponseOf<C>;
}

/** Passes when `holds`; `expected` and `actual` are for people. */
export function expectThat(holds: boolean, expected: string, actual: string): void {
  if (!holds) throw new CheckFailure(expected, actual);
}

/** Passes when public bytes are equal. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (equalBytes(actual, expected)) return;
  throw new CheckFailure(`${what} ${shown(expected)}`, shown(actual));
}

/** Passes when bytes that must differ do. */
export function expectDifferent(a: Uint8Array, b: Uint8Array, what: string): void {
  expectThat(!equalBytes(a, b), `${what} that differ`, 'the same bytes twice');
}

function shown(bytes: Uint8Array): string {
  return bytes.length <= 24
    ? `${toHex(bytes) || 'nothing'}`
    : `${toHex(bytes.subarray(0, 24))}… (${bytes.length} bytes)`;
}
