/** A recording in the place of a card: strict, and true to the card that was recorded. */

import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/index.js';
import {
  connectInProcess,
  ReplayConnection,
  type TracePacket,
  withTracing,
} from '../../reader-drivers/index.js';
import { ATR_T1, ECHO_AID, EchoCard } from './echo-card.js';

const SELECT = Uint8Array.of(0x00, 0xa4, 0x04, 0x00, ECHO_AID.length, ...ECHO_AID, 0x00);
const VERIFY = fromHex('0020008106313233343536');
const CHALLENGE = fromHex('0084000008');

/** What an echo card does, as packets of a trace. */
async function recorded(
  use: (card: ReturnType<typeof withTracing>) => Promise<unknown>,
): Promise<TracePacket[]> {
  const packets: TracePacket[] = [];
  const add = (kind: TracePacket['kind'], bytes: Uint8Array) =>
    packets.push({ card: 'echo', kind, bytes, timeUs: packets.length });
  const card = withTracing(connectInProcess(new EchoCard(ATR_T1)), (event) => {
    if (event.kind === 'answer-to-reset') add(event.kind, event.atr);
    if (event.kind === 'command') add(event.kind, event.command);
    if (event.kind === 'response') add(event.kind, event.response);
  });
  await use(card);
  return packets;
}

const session = () =>
  recorded(async (card) => {
    await card.transmit(SELECT);
    await card.reset();
    await card.transmit(CHALLENGE);
  });

describe('a replayed card', () => {
  it('answers as the recorded one did, resets included', async () => {
    const packets = await session();
    const card = new ReplayConnection(packets);
    expect(toHex(card.atr)).toBe(toHex(ATR_T1));
    expect(card.left).toBe(3);
    expect(toHex(await card.transmit(SELECT))).toBe(toHex(packets[2]!.bytes));
    expect(toHex(await card.reset())).toBe(toHex(ATR_T1));
    expect(toHex(await card.transmit(CHALLENGE))).toBe(toHex(packets[5]!.bytes));
    expect(card.left).toBe(0);
  });

  it.each([
    [
      'another command',
      [CHALLENGE],
      /^at exchange 1 00840000 and 1 bytes more was sent; the recording has 00A40400/,
    ],
    [
      'other data',
      [Uint8Array.from(SELECT, (byte, i) => (i === 7 ? byte ^ 1 : byte))],
      /differs from byte 8 on$/,
    ],
    ['less data', [SELECT.subarray(0, -1)], /^at exchange 1 .* the recorded one has \d+ bytes more$/],
    [
      'a command in the place of a reset',
      [SELECT, CHALLENGE],
      /^at exchange 2 the recording has a reset, and 00840000/,
    ],
  ])('refuses %s', async (_, commands, says) => {
    const card = new ReplayConnection(await session());
    const last = commands.at(-1)!;
    for (const command of commands.slice(0, -1)) await card.transmit(command);
    await expect(card.transmit(last)).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(says),
    });
  });

  it('refuses a reset that was not there, and what comes after the end', async () => {
    const card = new ReplayConnection(await recorded((echo) => echo.transmit(SELECT)));
    await expect(card.reset()).rejects.toThrow(
      /^at exchange 1 the card was reset, which the recording has not there$/,
    );
    await card.transmit(SELECT);
    await expect(card.transmit(SELECT)).rejects.toThrow(/^at exchange 2 the recording ends, and 00A40400/);
  });

  it('takes a secret of the same length where the recording was masked, and never says one', async () => {
    const packets = await recorded((card) => card.transmit(VERIFY));
    const masked = packets.map((packet) =>
      packet.kind === 'command' ? { ...packet, bytes: fromHex('0020008106000000000000') } : packet,
    );
    await new ReplayConnection(masked).transmit(VERIFY);
    await new ReplayConnection(masked).transmit(fromHex('0020008106393939393939'));
    const longer = new ReplayConnection(masked).transmit(fromHex('002000810731323334353637'));
    await expect(longer).rejects.toThrow(/the recorded one has 7 bytes more$/);
    await expect(longer).rejects.not.toThrow(/31 ?32|123/);
    const unmasked = new ReplayConnection(packets).transmit(fromHex('0020008106393939393939'));
    await expect(unmasked).rejects.toThrow(/differs from byte 6 on$/);
  });

  it('is one card of a recording of several', async () => {
    const packets = await session();
    const both = [...packets, ...packets.map((packet) => ({ ...packet, card: 'other' }))];
    expect(() => new ReplayConnection(both)).toThrow('the recording is of echo, other; name one of them');
    expect(() => new ReplayConnection(both, { card: 'third' })).toThrow(/name one of them$/);
    expect(new ReplayConnection(both, { card: 'other' }).left).toBe(3);
    expect(() => new ReplayConnection([])).toThrow(/of no card/);
    expect(() => new ReplayConnection(packets.slice(1))).toThrow(/does not begin with a reset/);
  });
});
