/**
 * Answer-to-Reset: the first bytes a card sends, ISO/IEC 7816-3:2006 clause 8.
 *
 * An ATR is kept as the groups of interface bytes it is made of, so that building what was parsed gives the
 * same bytes; what the bytes mean (clock rate conversion, guard time, T=1 sizes…) is derived from the groups
 * with the defaults of the standard filled in.
 */

import { concatBytes } from './bytes.js';

/** Bytes as they appear in the ATR: `3B` sends a set bit as high level, `3F` inverted and most significant bit first (8.1). */
export type AtrConvention = 'direct' | 'inverse';

/**
 * Interface bytes TA(i), TB(i), TC(i) with the same i (8.2.3). `protocol` is the T that TD(i−1) announced for
 * them, 0–15; the first group has none because T0 announces it. TD(i) is not a field: it exists exactly when
 * another group follows.
 */
export type AtrInterfaceBytes = {
  readonly protocol?: number;
  readonly ta?: number;
  readonly tb?: number;
  readonly tc?: number;
};

/** What an ATR is built from. `historicalBytes`: at most 15 (8.2.4; coded by ISO/IEC 7816-4). */
export type AtrFields = {
  readonly convention: AtrConvention;
  readonly interfaceBytes: readonly AtrInterfaceBytes[];
  readonly historicalBytes: Uint8Array;
};

/** Speed that a TA1 offers (8.3, tables 7 and 8): one etu lasts `fi / (di · f)` seconds at a clock of f ≤ `maxClockHz`. */
export type SpeedOffer = { readonly fi: number; readonly di: number; readonly maxClockHz: number };

/** TA2: the card is in specific mode and speaks `protocol` only (8.3). */
export type SpecificMode = {
  readonly protocol: number;
  /** Whether a warm reset can bring the card to negotiable mode (bit 8 clear). */
  readonly canChange: boolean;
  /** True when the transmission parameters are implied and TA1 does not apply (bit 5). */
  readonly implicitParameters: boolean;
};

/** First TA for T=15: clock stop and operating classes (8.3). */
export type ElectricalOffer = {
  readonly clockStop: 'not supported' | 'state L' | 'state H' | 'no preference';
  readonly classes: readonly ('A' | 'B' | 'C')[];
};

/** T=1 parameters (11.4): information field size in bytes, waiting-time integers, error detection code. */
export type BlockProtocolOffer = {
  readonly ifsc: number;
  readonly bwi: number;
  readonly cwi: number;
  readonly edc: 'LRC' | 'CRC';
};

/** A parsed ATR: its fields and what they mean, defaults filled in. */
export type Atr = AtrFields & {
  /** Protocols offered, T=15 left out, in order; the first is the one used when nothing is negotiated. */
  readonly protocols: readonly number[];
  readonly speed: SpeedOffer;
  /** TC1: extra guard time integer N, 0–255 (255: the minimum of the protocol). */
  readonly extraGuardTimeN: number;
  readonly specificMode?: SpecificMode;
  /** TC2: waiting-time integer of T=0, 1–255 (10.2). */
  readonly waitingTimeInteger: number;
  /** Present when T=1 is offered. */
  readonly blockProtocol?: BlockProtocolOffer;
  readonly electrical?: ElectricalOffer;
  /** TCK, present unless T=0 is the only protocol indicated (8.2.5). */
  readonly tck?: number;
};

/** An ATR that the standard does not allow. `offset` counts from TS = 0; the message names the byte and the reason. */
export class AtrError extends RangeError {
  readonly offset: number;

  constructor(element: string, offset: number, reason: string) {
    super(`ATR: ${element} at offset ${offset} ${reason}`);
    this.name = 'AtrError';
    this.offset = offset;
  }
}

/** TS and at most 32 characters after it (8.2.1). */
export const ATR_MAX_LENGTH = 33;

const T_GLOBAL = 15;
const TS_OF: Readonly<Record<AtrConvention, number>> = { direct: 0x3b, inverse: 0x3f };

const MHZ = 1_000_000;
const FI_372: readonly [number, number] = [372, 5 * MHZ];

/** Table 7: clock rate conversion integer and maximum clock for bits 8–5 of TA1; undefined = reserved. */
const FI_TABLE: readonly (readonly [fi: number, maxClockHz: number] | undefined)[] = [
  [372, 4 * MHZ],
  FI_372,
  [558, 6 * MHZ],
  [744, 8 * MHZ],
  [1116, 12 * MHZ],
  [1488, 16 * MHZ],
  [1860, 20 * MHZ],
  undefined,
  undefined,
  [512, 5 * MHZ],
  [768, 7.5 * MHZ],
  [1024, 10 * MHZ],
  [1536, 15 * MHZ],
  [2048, 20 * MHZ],
  undefined,
  undefined,
];

/** Table 8: baud rate adjustment integer for bits 4–1 of TA1; undefined = reserved. */
const DI_TABLE: readonly (number | undefined)[] = [
  ...[undefined, 1, 2, 4, 8, 16, 32, 64],
  ...[12, 20, undefined, undefined, undefined, undefined, undefined, undefined],
];

/** Speed that the TA1 byte stands for, or undefined when one of its halves is reserved (tables 7 and 8). */
export function speedOfTa1(ta1: number): SpeedOffer | undefined {
  const clock = FI_TABLE[(ta1 >> 4) & 0x0f];
  const di = DI_TABLE[ta1 & 0x0f];
  return clock === undefined || di === undefined ? undefined : { fi: clock[0], di, maxClockHz: clock[1] };
}

/** TA1 byte for `fi` and `di`; where two codes have the same Fi (372) the faster clock is meant. @throws {RangeError} when no code exists. */
export function ta1OfSpeed(fi: number, di: number): number {
  const high = FI_TABLE.findLastIndex((entry) => entry?.[0] === fi);
  const low = DI_TABLE.indexOf(di);
  if (high < 0 || low < 0) throw new RangeError(`no TA1 code for Fi = ${fi}, Di = ${di}`);
  return (high << 4) | low;
}

/**
 * Parses a whole ATR, TS to the last byte, and refuses what ISO/IEC 7816-3 clause 8 forbids or reserves.
 * @throws {AtrError} naming the byte, its offset and the reason.
 */
export function parseAtr(bytes: Uint8Array): Atr {
  if (bytes.length > ATR_MAX_LENGTH) {
    throw new AtrError(
      'end',
      ATR_MAX_LENGTH,
      `is too late: ${bytes.length} bytes, at most ${ATR_MAX_LENGTH}`,
    );
  }
  let offset = 0;
  const take = (element: string): number => {
    const byte = bytes[offset];
    if (byte === undefined) throw new AtrError(element, offset, 'is missing');
    offset++;
    return byte;
  };

  const ts = take('TS');
  if (ts !== TS_OF.direct && ts !== TS_OF.inverse) throw new AtrError('TS', 0, `is ${hex(ts)}, not 3B or 3F`);
  const t0 = take('T0');

  const interfaceBytes: AtrInterfaceBytes[] = [];
  let announced = t0 >> 4;
  let protocol: number | undefined;
  for (let i = 1; ; i++) {
    const group: { -readonly [K in keyof AtrInterfaceBytes]: AtrInterfaceBytes[K] } = {};
    if (protocol !== undefined) group.protocol = protocol;
    if (announced & 1) group.ta = take(`TA${i}`);
    if (announced & 2) group.tb = take(`TB${i}`);
    if (announced & 4) group.tc = take(`TC${i}`);
    interfaceBytes.push(group);
    if (!(announced & 8)) break;
    const td = take(`TD${i}`);
    protocol = td & 0x0f;
    announced = td >> 4;
  }

  const historicalLength = t0 & 0x0f;
  if (offset + historicalLength > bytes.length) {
    throw new AtrError(`historical byte T${bytes.length - offset + 1}`, bytes.length, 'is missing');
  }
  const historicalBytes = bytes.slice(offset, offset + historicalLength);
  offset += historicalLength;

  const fields: AtrFields = {
    convention: ts === TS_OF.direct ? 'direct' : 'inverse',
    interfaceBytes,
    historicalBytes,
  };
  const meaning = interpret(fields);
  if (!needsTck(interfaceBytes)) {
    if (offset < bytes.length) throw new AtrError('byte', offset, 'is one too many (T=0 alone has no TCK)');
    return { ...fields, ...meaning };
  }
  const expected = exclusiveOr(bytes.subarray(1, offset));
  const tck = take('TCK');
  if (tck !== expected) throw new AtrError('TCK', offset - 1, `is ${hex(tck)}, not ${hex(expected)}`);
  if (offset < bytes.length) throw new AtrError('byte', offset, 'is one too many');
  return { ...fields, ...meaning, tck };
}

/**
 * Bytes of an ATR: T0, every TD and TCK are computed.
 * @throws {AtrError} for what {@link parseAtr} would refuse; {RangeError} for a field that is no byte.
 */
export function buildAtr(fields: AtrFields): Uint8Array {
  const { interfaceBytes: groups, historicalBytes } = fields;
  if (groups.length === 0) throw new RangeError('the group of TA1, TB1, TC1 may be empty but must be there');
  if (historicalBytes.length > 15)
    throw new RangeError(`${historicalBytes.length} historical bytes, at most 15`);
  interpret(fields);

  const body: number[] = [];
  for (const [index, group] of groups.entries()) {
    const present = [group.ta, group.tb, group.tc];
    let announced = index + 1 < groups.length ? 8 : 0;
    for (const [bit, value] of present.entries()) if (value !== undefined) announced |= 1 << bit;
    body.push((announced << 4) | (index === 0 ? historicalBytes.length : group.protocol!));
    for (const value of present) if (value !== undefined) body.push(value);
  }
  const checked = concatBytes(Uint8Array.from(body), historicalBytes);
  const tck = needsTck(groups) ? Uint8Array.of(exclusiveOr(checked)) : new Uint8Array();
  const atr = concatBytes(Uint8Array.of(TS_OF[fields.convention]), checked, tck);
  if (atr.length > ATR_MAX_LENGTH) {
    throw new AtrError('end', ATR_MAX_LENGTH, `is too late: ${atr.length} bytes, at most ${ATR_MAX_LENGTH}`);
  }
  return atr;
}

/**
 * How many bytes the ATR that begins like this has, as far as its beginning tells: at least so many when it goes on
 * telling, `undefined` when it can be none. For reading an ATR off a line, where nothing marks its end.
 */
export function atrLengthSoFar(
  beginning: Uint8Array,
): { readonly length: number; readonly final: boolean } | undefined {
  if (beginning[0] !== undefined && beginning[0] !== TS_OF.direct && beginning[0] !== TS_OF.inverse)
    return undefined;
  let announced = beginning[1];
  if (announced === undefined) return { length: 2, final: false };
  const historical = announced & 0x0f;
  let at = 1;
  let checked = false;
  for (;;) {
    const td = at + [1, 2, 4, 8].filter((bit) => ((announced! >> 4) & bit) !== 0).length;
    if ((announced & 0x80) === 0) return { length: td + 1 + historical + (checked ? 1 : 0), final: true };
    if (td >= ATR_MAX_LENGTH) return undefined;
    announced = beginning[td];
    if (announced === undefined) return { length: td + 1, final: false };
    checked ||= (announced & 0x0f) !== 0;
    at = td;
  }
}

type Meaning = Omit<Atr, keyof AtrFields | 'tck'>;

/** What the interface bytes mean; the place where forbidden and reserved values are refused. */
function interpret({ interfaceBytes: groups }: AtrFields): Meaning {
  const at = offsetsOf(groups);
  const refuse = (index: number, name: InterfaceName, reason: string): never => {
    const value = groups[index]?.[name];
    throw new AtrError(`${name.toUpperCase()}${index + 1}`, at(index, name), `is ${hex(value!)}: ${reason}`);
  };

  const announcedProtocols = checkOrder(groups, at);
  const first = groups[0] ?? {};
  const second = groups[1] ?? {};

  const speed =
    first.ta === undefined ? DEFAULT_SPEED : (speedOfTa1(first.ta) ?? refuse(0, 'ta', 'reserved Fi or Di'));
  if (second.ta !== undefined && second.ta & 0x60) refuse(1, 'ta', 'bits 7 and 6 are reserved');
  if (second.tc === 0) refuse(1, 'tc', 'a waiting-time integer of 0 is reserved');

  const t1 = groups.findIndex((group, index) => index >= 2 && group.protocol === 1);
  const t15 = groups.findIndex((group, index) => index >= 2 && group.protocol === T_GLOBAL);
  const protocols = announcedProtocols.filter((protocol) => protocol !== T_GLOBAL);
  return {
    protocols: protocols.length === 0 ? [0] : [...new Set(protocols)],
    speed,
    extraGuardTimeN: first.tc ?? 0,
    waitingTimeInteger: second.tc ?? 10,
    ...(second.ta !== undefined && {
      specificMode: {
        protocol: second.ta & 0x0f,
        canChange: (second.ta & 0x80) === 0,
        implicitParameters: (second.ta & 0x10) !== 0,
      },
    }),
    ...(protocols.includes(1) && { blockProtocol: blockProtocolOf(groups[t1] ?? {}, t1, refuse) }),
    ...(t15 >= 0 && groups[t15]?.ta !== undefined && { electrical: electricalOf(groups[t15].ta) }),
  };
}

type InterfaceName = 'ta' | 'tb' | 'tc';

/** Without TA1: Fi = 372, Di = 1, at most 5 MHz (8.3). */
const DEFAULT_SPEED: SpeedOffer = { fi: FI_372[0], di: 1, maxClockHz: FI_372[1] };

/** 11.4: the first TA, TB, TC (i > 2) after a TD announcing T=1 set IFSC, BWI/CWI and the error detection code. */
function blockProtocolOf(
  { ta, tb, tc }: AtrInterfaceBytes,
  index: number,
  refuse: (index: number, name: InterfaceName, reason: string) => never,
): BlockProtocolOffer {
  if (ta === 0 || ta === 0xff) refuse(index, 'ta', 'an IFSC of 0 or 255 is reserved');
  if (tb !== undefined && tb >> 4 > 9) refuse(index, 'tb', 'a BWI above 9 is reserved');
  if (tc !== undefined && tc > 1) refuse(index, 'tc', 'bits 8 to 2 are reserved');
  return {
    ifsc: ta ?? 32,
    bwi: tb === undefined ? 4 : tb >> 4,
    cwi: tb === undefined ? 13 : tb & 0x0f,
    edc: tc === 1 ? 'CRC' : 'LRC',
  };
}

function electricalOf(ta: number): ElectricalOffer {
  const clockStop = (['not supported', 'state L', 'state H', 'no preference'] as const)[ta >> 6]!;
  return { clockStop, classes: (['A', 'B', 'C'] as const).filter((_, bit) => ta & (1 << bit)) };
}

/** 8.2.3: values of T ascend, T=15 is never the first; returns them in order. */
function checkOrder(groups: readonly AtrInterfaceBytes[], at: OffsetOf): readonly number[] {
  const announced: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (index === 0) {
      if (group.protocol !== undefined)
        throw new RangeError('the first group of interface bytes has no protocol');
    } else {
      const protocol = group.protocol;
      if (protocol === undefined || !Number.isInteger(protocol) || protocol < 0 || protocol > 15) {
        throw new RangeError(`the protocol of interface bytes ${index + 1} is ${protocol}, not 0 to 15`);
      }
      const refuse = (reason: string): never => {
        throw new AtrError(`TD${index}`, at(index - 1, 'td'), `announces T=${protocol}: ${reason}`);
      };
      if (index === 1 && protocol === T_GLOBAL) refuse('T=15 cannot be the first');
      if (protocol < (announced.at(-1) ?? 0)) refuse(`out of order after T=${announced.at(-1)}`);
      announced.push(protocol);
    }
    for (const value of [group.ta, group.tb, group.tc]) {
      if (value !== undefined && (!Number.isInteger(value) || value < 0 || value > 255)) {
        throw new RangeError(`interface bytes ${index + 1}: ${value} is not a byte`);
      }
    }
  }
  return announced;
}

type OffsetOf = (index: number, name: InterfaceName | 'td') => number;

/** Where an interface byte stands in the ATR: TS and T0 come first, then the groups, each followed by its TD. */
function offsetsOf(groups: readonly AtrInterfaceBytes[]): OffsetOf {
  return (index, name) => {
    let offset = 2;
    for (const [current, group] of groups.entries()) {
      for (const part of ['ta', 'tb', 'tc'] as const) {
        if (current === index && part === name) return offset;
        if (group[part] !== undefined) offset++;
      }
      if (current === index) return offset;
      offset++;
    }
    return offset;
  };
}

/** 8.2.5: TCK is absent exactly when T=0 alone is indicated, by a TD or by default. */
function needsTck(groups: readonly AtrInterfaceBytes[]): boolean {
  return groups.some((group) => (group.protocol ?? 0) !== 0);
}

function exclusiveOr(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}
