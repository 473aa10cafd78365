/** Steps over T=0 that several cases take. */

import { encodeCommandApdu } from '../../apdu/index.js';
import { expectThat, NotApplicable } from '../checks.js';
import { parseGreeting, SecureChannel } from '../issuer/secure-channel.js';
import type { LineCard } from '../line/line-card.js';
import { type T0Answer, t0Exchange, t0Fetch } from '../line/t0-line.js';
import type { TestCard } from '../test-card.js';
import { drawingCommand, expectSw, READ_DIRECTORY, selectForInformation } from './line-family.js';

export const GET_RESPONSE = [0x00, 0xc0, 0x00, 0x00] as const;
const R_MAC = 0x10;

/** A command with data: its header goes first, its data when they are asked for. */
export const withData = (line: LineCard, apdu: Uint8Array): Promise<T0Answer> =>
  t0Exchange(line, apdu.subarray(0, 5), apdu.subarray(5, 5 + apdu[4]!));

/** SELECT whose answer waits; how many bytes. */
export async function announced(line: LineCard): Promise<number> {
  const { sw, data } = await withData(line, selectForInformation(line));
  expectThat(sw >> 8 === 0x61 && data.length === 0, '61xx', sw.toString(16));
  return sw & 0xff || 256;
}

/** READ BINARY with P3 of the length that 6Cxx tells, when it does. */
export async function readDirectory(line: LineCard): Promise<Uint8Array> {
  const first = await t0Exchange(line, READ_DIRECTORY);
  if (first.sw >> 8 !== 0x6c) return (await t0Fetch(line, first)).data;
  const again = await t0Exchange(line, [...READ_DIRECTORY.subarray(0, 4), first.sw & 0xff]);
  expectSw(again.sw, 0x9000);
  return again.data;
}

/** The whole answer of a drawing command. */
export async function draw(line: LineCard, command: Uint8Array): Promise<T0Answer> {
  const first = command.length > 5 ? await withData(line, command) : await t0Exchange(line, command);
  return { ...(await t0Fetch(line, first)), nulls: first.nulls };
}

export const t0Drawing = (line: LineCard): Promise<Uint8Array> =>
  drawingCommand(async (command) => (await draw(line, command)).sw);

/** A secure channel whose answers have a checksum. @throws {NotApplicable} where there is none to be had now */
export async function openSecureChannel(
  line: LineCard,
  { random, issuer }: TestCard,
): Promise<SecureChannel> {
  const challenge = random.bytes(8);
  const greeting = await draw(line, Uint8Array.of(0x80, 0x50, 0x00, 0x00, 0x08, ...challenge));
  if (greeting.sw !== 0x9000) throw new NotApplicable('this card opens no secure channel now');
  const channel = new SecureChannel(challenge, parseGreeting(greeting.data), undefined, issuer.channelKeys);
  if ((channel.level & R_MAC) === 0) throw new NotApplicable('this card protects no answers');
  expectSw((await withData(line, encodeCommandApdu(channel.authenticate()))).sw, 0x9000);
  return channel;
}

/** Opens a further logical channel; its number. @throws {NotApplicable} on a card that has none */
export async function openChannel(line: LineCard): Promise<number> {
  const { sw, data } = await t0Exchange(line, [0x00, 0x70, 0x00, 0x00, 0x01]);
  const [channel = 0] = data;
  if (sw !== 0x9000 || channel > 3) throw new NotApplicable('this card opens no further channel');
  return channel;
}
