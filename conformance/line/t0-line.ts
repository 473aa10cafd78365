/** T=0 from the reader's side, by the suite itself (ISO/IEC 7816-3:2006, 10.3). */

import { concatBytes, toHex } from '../../apdu/index.js';
import { CheckFailure } from '../checks.js';
import { interfaceByte } from './atr-structure.js';
import type { LineCard } from './line-card.js';

export type T0Answer = {
  readonly data: Uint8Array;
  readonly sw: number;
  /** NULL procedure bytes heard. */
  readonly nulls: number;
  /** Whether data were asked for or announced by an acknowledgement. */
  readonly acknowledged: boolean;
};

const NULL_BYTE = 0x60;
/** A card that only ever says NULL is given up. */
const MAX_NULLS = 5000;

/** WT in etu of the speed in force (10.2). */
export function waitingTime(line: LineCard): number {
  return (interfaceByte(line.atr, 'TC', 2) ?? 10) * 960 * line.speed.d;
}

/** One command: header of five bytes, data to the card where there are any. @throws {CheckFailure} for a broken rule. */
export async function t0Exchange(
  line: LineCard,
  header: ArrayLike<number>,
  data: Uint8Array = new Uint8Array(0),
): Promise<T0Answer> {
  await line.send(header);
  return t0Answer(line, header, data);
}

/** What follows a header that was sent. */
export async function t0Answer(
  line: LineCard,
  header: ArrayLike<number>,
  data: Uint8Array = new Uint8Array(0),
): Promise<T0Answer> {
  const ins = header[1]!;
  let expected = data.length > 0 ? 0 : header[4]! || 256;
  let sent = 0;
  let nulls = 0;
  let acknowledged = false;
  const parts: Uint8Array[] = [];
  const wt = waitingTime(line);
  for (;;) {
    const byte = (await line.hear(1, wt))[0]!;
    if (byte === NULL_BYTE) {
      if (++nulls > MAX_NULLS) throw new CheckFailure('an end of the command', `${nulls} times NULL`);
      continue;
    }
    if (byte !== ins && byte !== (ins ^ 0xff)) {
      if ((byte & 0xf0) !== 0x60 && (byte & 0xf0) !== 0x90)
        throw new CheckFailure('a procedure byte', toHex(Uint8Array.of(byte)));
      const sw2 = (await line.hear(1, wt))[0]!;
      return { data: concatBytes(...parts), sw: (byte << 8) | sw2, nulls, acknowledged };
    }
    acknowledged = true;
    const all = byte === ins;
    if (data.length > sent) {
      const upTo = all ? data.length : sent + 1;
      await line.send(data.subarray(sent, upTo));
      sent = upTo;
    } else {
      if (expected === 0) throw new CheckFailure('a status word', 'an acknowledgement with no data left');
      const part = await line.hear(all ? expected : 1, wt);
      parts.push(part);
      expected -= part.length;
    }
  }
}

/** GET RESPONSE until the answer of a case-4 command is whole. */
export async function t0Fetch(line: LineCard, first: T0Answer): Promise<T0Answer> {
  const parts = [first.data];
  let answer = first;
  for (let round = 0; answer.sw >> 8 === 0x61; round++) {
    if (round === 64) throw new CheckFailure('an end of the answer', '61xx 64 times');
    answer = await t0Exchange(line, [0x00, 0xc0, 0x00, 0x00, answer.sw & 0xff]);
    parts.push(answer.data);
  }
  return { ...answer, data: concatBytes(...parts) };
}
