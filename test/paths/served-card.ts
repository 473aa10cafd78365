/**
 * A card in a process of its own, until it is ended: `served-card.ts echo|patient vpcd:PORT|gempc:PATH|serial:PATH`.
 * Resets of a serial card come over the local socket PATH.reset. Says "ready" when the card is in.
 */

import { fileURLToPath } from 'node:url';
import { PATIENT_CARD } from '../../applet/index.js';
import {
  type CardDevice,
  listenForReset,
  serveGemPc,
  serveSerial,
  serveVpcd,
  withProtocols,
} from '../../reader-drivers/index.js';
import { EchoCard } from '../reader-drivers/echo-card.js';
import { cardOf } from '../support/personalised-card.js';

/** This file, to be run with tsx. */
export const SERVED_CARD = fileURLToPath(import.meta.url);
/** The command that is measured: the simulated card selects, the echo card says 6A82; two bytes either way. */
export const MEASURED_COMMAND = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, 6, 0xf0, 0x49, 0x4d, 0x49, 0x53, 0x01);
export type MeasuredCard = 'echo' | 'patient';
/** A command of each card with data in both directions: ECHO, and SELECT with the control information. */
export const FETCHED_COMMANDS: Readonly<Record<MeasuredCard, Uint8Array>> = {
  echo: Uint8Array.of(0x00, 0xee, 0x00, 0x00, ...MEASURED_COMMAND.subarray(4)),
  patient: Uint8Array.of(0x00, 0xa4, 0x04, 0x00, ...MEASURED_COMMAND.subarray(4)),
};

/** A card that offers both protocols, T=1 first where it is asked for one. */
export function measuredCard(kind: MeasuredCard, protocols: readonly ('T=0' | 'T=1')[]): CardDevice {
  const card = kind === 'echo' ? new EchoCard(PATIENT_CARD.atr) : cardOf(PATIENT_CARD, { seed: 1 });
  return withProtocols(card, protocols);
}

async function serve(
  kind: MeasuredCard,
  place: string,
  protocols: readonly ('T=0' | 'T=1')[],
): Promise<void> {
  const device = measuredCard(kind, protocols);
  const [, way, where] = /^(\w+):(.+)$/.exec(place) ?? [];
  const takesData = (header: Uint8Array): boolean => [0xa4, 0xee].includes(header[1]!);
  if (way === 'vpcd') await serveVpcd(device, { port: Number(where) });
  if (way === 'gempc') await serveGemPc(device, where!, { takesData });
  if (way === 'serial') {
    const end = await serveSerial(device, where!, { takesData });
    await listenForReset(`${where}.reset`, end);
  }
  process.stdout.write('ready\n');
}

if (process.argv[1] === SERVED_CARD) {
  const [kind, place, protocol = 'T=1'] = process.argv.slice(2);
  await serve(kind as MeasuredCard, place!, protocol.split('+') as ('T=0' | 'T=1')[]);
}
