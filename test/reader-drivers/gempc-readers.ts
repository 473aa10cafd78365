/** GemPC Twin readers of ours at the ends of pseudo-terminals, for a pcscd with its own driver libccidtwin. */

import { join } from 'node:path';
import { REPOSITORY, scriptCommand } from './private-pcscd.js';
import type { CardKindName } from './simulated-card-process.js';

export type GemPcReader = {
  readonly kind: CardKindName;
  readonly seed: number;
  readonly protocol: 'T=0' | 'T=1';
};

/** Name that pcscd gives to reader `index`. */
export const readerName = (index: number): string => `Serial Sim ${index} 0${index} 00`;

/** reader.conf for `count` readers; the .so is named per reader because pcscd loads each path once. */
export function readerConf(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => `FRIENDLYNAME "Serial Sim ${i}"
DEVICENAME /run/host${i}:GemPCTwin
LIBPATH /usr/lib/pcsc/drivers/serial/libccidtwin.so
CHANNELID ${i + 1}
`,
  ).join('\n');
}

/** Shell text for one reader whose card `imis card serve` makes, with these options. */
export function serveVisitedCard(...options: readonly string[]): string {
  const program = join(REPOSITORY, 'dist', 'host', 'cli', 'main.js');
  const serve = [process.execPath, program, 'card', 'serve', '--gempc', '/run/reader0', ...options];
  return [
    'socat pty,raw,echo=0,link=/run/reader0 pty,raw,echo=0,link=/run/host0 &',
    'until [ -e /run/reader0 ] && [ -e /run/host0 ]; do sleep 0.05; done',
    `${serve.map((word) => `'${word}'`).join(' ')} 2> /run/reader0.log &`,
    "until grep -q 'is in the reader' /run/reader0.log; do sleep 0.05; done",
    ': > /run/ready',
    'wait',
  ].join('\n');
}

/** Shell text that brings the readers up; pcscd may start once /run/ready is there. */
export function startReaders(readers: readonly GemPcReader[]): string {
  const lines = readers.flatMap(({ kind, seed, protocol }, i) => {
    const command = scriptCommand(
      'test/reader-drivers/simulated-card-process.ts',
      ...[kind, `gempc:/run/reader${i}`, String(seed), protocol],
    );
    return [
      `socat pty,raw,echo=0,link=/run/reader${i} pty,raw,echo=0,link=/run/host${i} &`,
      `until [ -e /run/reader${i} ] && [ -e /run/host${i} ]; do sleep 0.05; done`,
      `${command.map((word) => `'${word}'`).join(' ')} 2> /run/reader${i}.log &`,
    ];
  });
  const waits = readers.map(
    (_, i) => `until grep -q 'is in the reader' /run/reader${i}.log; do sleep 0.05; done`,
  );
  return [...lines, ...waits, ': > /run/ready', 'wait'].join('\n');
}
