/** An answer to reset taken apart as it comes, reserved values included (ISO/IEC 7816-3:2006, 8.2). */

/** An interface byte: TA, TB, TC or TD of group `group` (from 1), announced for protocol `protocol` (group 1: none). */
export type InterfaceByte = {
  readonly name: 'TA' | 'TB' | 'TC' | 'TD';
  readonly group: number;
  readonly protocol: number | undefined;
  readonly value: number;
};

export type AtrStructure = {
  readonly bytes: Uint8Array;
  readonly interfaceBytes: readonly InterfaceByte[];
  readonly historical: Uint8Array;
  /** TCK, where the protocols demand one. */
  readonly check: number | undefined;
};

const MAX_CHARACTERS = 33;
const NAMES = ['TA', 'TB', 'TC', 'TD'] as const;

/** How many characters an ATR that begins like this has at least; `undefined` when it can not be told to end. */
export function atrGoal(bytes: Uint8Array): { readonly length: number; readonly final: boolean } | undefined {
  if (bytes.length < 2) return { length: 2, final: false };
  let at = 1;
  let demandsCheck = false;
  for (;;) {
    const announced = bytes[at]! >> 4;
    const count = [1, 2, 4, 8].filter((bit) => (announced & bit) !== 0).length;
    const last = at + count;
    if ((announced & 8) === 0) {
      const length = last + 1 + (bytes[1]! & 0x0f) + (demandsCheck ? 1 : 0);
      return { length, final: true };
    }
    if (last >= MAX_CHARACTERS) return undefined;
    if (bytes.length <= last) return { length: last + 1, final: false };
    demandsCheck ||= (bytes[last]! & 0x0f) !== 0;
    at = last;
  }
}

/** Takes a whole ATR apart, of the length that {@link atrGoal} told. */
export function takeApart(bytes: Uint8Array): AtrStructure {
  const interfaceBytes: InterfaceByte[] = [];
  let at = 2;
  let announced = bytes[1]! >> 4;
  let protocol: number | undefined;
  for (let group = 1; announced !== 0; group++) {
    let next = 0;
    const own = protocol;
    for (const [bit, name] of NAMES.entries()) {
      if ((announced & (1 << bit)) === 0) continue;
      const value = bytes[at++]!;
      interfaceBytes.push({ name, group, protocol: own, value });
      if (name !== 'TD') continue;
      protocol = value & 0x0f;
      next = value >> 4;
    }
    announced = next;
  }
  const historical = bytes.slice(at, at + (bytes[1]! & 0x0f));
  return { bytes, interfaceBytes, historical, check: bytes[at + historical.length] };
}

/** The protocols offered in their order, T=15 included; T=0 where none is named (8.2.3). */
export function protocolsOf(atr: AtrStructure): readonly number[] {
  const named = atr.interfaceBytes.filter(({ name }) => name === 'TD').map(({ value }) => value & 0x0f);
  return named.length === 0 ? [0] : named;
}

/** The value of an interface byte of a group, or `undefined`. */
export function interfaceByte(
  atr: AtrStructure,
  wanted: 'TA' | 'TB' | 'TC',
  group: number,
): number | undefined {
  return atr.interfaceBytes.find(({ name, group: own }) => name === wanted && own === group)?.value;
}

/** The first TA, TB or TC after group 2 for a protocol (11.4). */
export function specificByte(
  atr: AtrStructure,
  wanted: 'TA' | 'TB' | 'TC',
  protocol: number,
): number | undefined {
  const own = atr.interfaceBytes.filter((byte) => byte.group > 2 && byte.protocol === protocol);
  const first = own[0]?.group;
  return own.find(({ name, group }) => name === wanted && group === first)?.value;
}

const F_OF: Readonly<Record<number, number>> = {
  0: 372,
  1: 372,
  2: 558,
  3: 744,
  4: 1116,
  5: 1488,
  6: 1860,
  9: 512,
  10: 768,
  11: 1024,
  12: 1536,
  13: 2048,
};
const D_OF: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20 };

/** F and D of the codes in TA1 and PPS1 (tables 7 and 8); `undefined` when one is reserved. */
export function speedOf(code: number): { readonly f: number; readonly d: number } | undefined {
  const f = F_OF[code >> 4];
  const d = D_OF[code & 0x0f];
  return f === undefined || d === undefined ? undefined : { f, d };
}
