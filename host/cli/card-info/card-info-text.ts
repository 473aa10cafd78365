/** What a card tells of itself, for people. */

import { type Atr, fromHex, toHex } from '../../../apdu/index.js';
import type { CardInfo } from './read-card.js';

const hex = (bytes: Uint8Array): string =>
  toHex(bytes)
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1 ');

export function cardInfoText(info: CardInfo): string {
  const { atr, parsed, atrFault, directory, applications, protocol } = info;
  return [
    `ATR       ${hex(fromHex(atr))}`,
    ...(parsed ? atrLines(parsed) : [`          breaks the rules: ${atrFault}`]),
    `connected over ${protocol}`,
    '',
    directory.length === 0 ? 'EF.DIR    none, or empty' : 'EF.DIR',
    ...directory.map(
      ({ aid, label, path }) =>
        `  ${aid === undefined ? 'no identifier' : aid.toUpperCase()}${label ? ` · ${label}` : ''}${path ? ` · path ${path.toUpperCase()}` : ''}`,
    ),
    '',
    applications.length === 0 ? 'Applications  none that this program knows' : 'Applications',
    ...applications.flatMap(({ aid, name, sw, secureChannels }) => [
      `  ${aid.toUpperCase()} · ${name}${sw === '9000' ? '' : ` (${sw})`}`,
      ...secureChannels.map((channel) => `    secure channel ${channel}`),
    ]),
    '',
  ].join('\n');
}

function atrLines(atr: Atr): readonly string[] {
  const { convention, protocols, speed, blockProtocol, specificMode, historicalBytes } = atr;
  const line = (name: string, text: string): string => `  ${name.padEnd(19)}${text}`;
  return [
    line('convention', convention),
    line('protocols', protocols.map((protocol) => `T=${protocol}`).join(', ')),
    line('fastest', `Fi ${speed.fi}, Di ${speed.di}, at most ${speed.maxClockHz / 1e6} MHz`),
    ...(specificMode ? [line('mode', `specific, T=${specificMode.protocol}`)] : []),
    ...(protocols.includes(0) ? [line('T=0', `waiting time integer ${atr.waitingTimeInteger}`)] : []),
    ...(blockProtocol
      ? [
          line(
            'T=1',
            `IFSC ${blockProtocol.ifsc}, BWI ${blockProtocol.bwi}, CWI ${blockProtocol.cwi}, ${blockProtocol.edc}`,
          ),
        ]
      : []),
    line('historical bytes', historicalBytes.length === 0 ? 'none' : hex(historicalBytes)),
    ...(historicalBytes[0] === 0x80 ? compactLines(historicalBytes.subarray(1)) : []),
  ];
}

/** Compact TLV objects of the historical bytes (ISO/IEC 7816-4:2020, 12.1.1). */
const COMPACT: Readonly<Record<number, string>> = {
  1: 'country code',
  2: 'issuer identification number',
  3: 'card service data',
  4: 'initial access data',
  5: "card issuer's data",
  6: 'pre-issuing data',
  7: 'card capabilities',
  8: 'status indicator',
  15: 'application identifier',
};

function compactLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at]!;
    const value = bytes.subarray(at + 1, at + 1 + (head & 0x0f));
    lines.push(`  ${(COMPACT[head >> 4] ?? 'proprietary').padEnd(19)}${hex(value)}`);
    at += 1 + value.length + (value.length < (head & 0x0f) ? bytes.length : 0);
  }
  return lines;
}
