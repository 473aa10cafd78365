/**
 * No secret stays in RAM after the command that used it: every command of every scenario that the
 * power-cut test knows, with every secret that its cards ever used, on every logical channel.
 */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { AUTHORITY, PATIENT_AID, personalisePatient } from '../../support/personalised-card.js';
import { PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { SecretWatch } from '../../support/secret-watch.js';
import { apdusOf, exchange, selectApplication, type Transmit } from '../../support/transmit.js';
import { agreeOnNumber, VISIT, verifyPin } from '../../support/visit.js';
import { TEAR_SCENARIOS } from '../../tear/scenarios.js';

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };
const { commands } = PATIENT_APPLICATION;
const SEED = 5;

describe('RAM after every command of a scenario', () => {
  it.each(TEAR_SCENARIOS)('holds no secret: $name', TIMEOUT, async ({ record }) => {
    const watch = new SecretWatch();
    const complaints: string[] = [];
    let sent = 0;
    const run = await record(SEED, {
      engine: watch.engine,
      onCommand({ spec, apdu, operations }, card) {
        sent++;
        if (spec) watch.addCommand(spec, apdu);
        if (operations > 0) watch.addStored(card);
        for (const what of watch.found(card)) complaints.push(`${spec?.id ?? 'undeclared'}: ${what}`);
      },
    });
    console.log(
      `${run.title}: ${sent} commands, ${watch.size} secrets, ${watch.searches} searches, ${watch.expectedFinds} finds where they belong`,
    );
    expect([...new Set(complaints)]).toEqual([]);
    expect(sent, 'the scenario passes `watch` on to its RecordedRun').toBeGreaterThan(0);
    expect(watch.size).toBeGreaterThan(10);
    expect(watch.expectedFinds).toBeGreaterThan(10);
  });
});

/** A card with a PIN verified, a role proven and a number agreed on each of three logical channels. */
function busyCard(): { card: Card; on: (channel: number) => Transmit } {
  const { card } = personalisePatient();
  const on =
    (channel: number): Transmit =>
    (command) =>
      card.process(Uint8Array.of(command[0]! | channel, ...command.subarray(1)));
  for (const channel of CHANNELS) {
    if (channel > 0) exchange(on(0), [Uint8Array.of(0x00, 0x70, 0x00, channel)]);
    const transmit = on(channel);
    selectApplication(transmit, PATIENT_AID);
    const { keys } = new ProfessionalPeer(AUTHORITY, 'doctor', channel + 1).authenticate(transmit);
    agreeOnNumber(transmit, VISIT, new PeerSession(keys, channel));
    expect(verifyPin(transmit)).toBe(0x9000);
    expect(exchange(transmit, apdusOf(commands.getChallenge, {})).sw).toBe(0x9000);
  }
  return { card, on };
}

const CHANNELS = [0, 1, 2];

/** Bytes of each channel that are not zero, by the name of their field. */
function heldBy(card: Card): Map<number, Map<string, string>> {
  const { ram } = card.image();
  const held = new Map(CHANNELS.map((channel) => [channel, new Map<string, string>()]));
  for (const { name, offset, length } of card.owners.ram) {
    const [, channel, field] = /^channel (\d): (.*)$/.exec(name) ?? [];
    const bytes = Buffer.from(ram.subarray(offset, offset + length));
    if (field && bytes.some((byte) => byte !== 0))
      held.get(Number(channel))?.set(field, bytes.toString('hex'));
  }
  return held;
}

describe('what a logical channel keeps', () => {
  it.each(CHANNELS)('is wiped by a new selection on channel %i, and nothing of the others', (chosen) => {
    const { card, on } = busyCard();
    const before = heldBy(card);
    expect([...before.get(chosen)!.keys()]).toEqual(
      expect.arrayContaining(['verified PINs', 'authenticated role', 'session: active']),
    );
    selectApplication(on(chosen), PATIENT_AID);
    const after = heldBy(card);
    expect([...after.get(chosen)!.keys()]).toEqual(['application selected']);
    for (const other of CHANNELS) if (other !== chosen) expect(after.get(other)).toEqual(before.get(other));
  });

  it.each([1, 2])('is wiped when channel %i is closed, and nothing of the others', (chosen) => {
    const { card, on } = busyCard();
    const before = heldBy(card);
    expect(exchange(on(0), [Uint8Array.of(0x00, 0x70, 0x80, chosen)]).sw).toBe(0x9000);
    const after = heldBy(card);
    expect(after.get(chosen)!.size).toBe(0);
    for (const other of CHANNELS) if (other !== chosen) expect(after.get(other)).toEqual(before.get(other));
  });

  it('is wiped on all channels by a reset', () => {
    const { card } = busyCard();
    card.reset();
    for (const held of heldBy(card).values()) expect(held.size).toBe(0);
  });

  it.each(CHANNELS)(
    'loses role and session on channel %i by a wrong checksum, and nothing of the others',
    (chosen) => {
      const { card, on } = busyCard();
      const before = heldBy(card);
      const data = Uint8Array.of(0x87, 0x01, 0x01, 0x8e, 0x08, ...new Uint8Array(8));
      const wrong = Uint8Array.of(0x0c, 0xdb, 0x3f, 0xff, data.length, ...data, 0x00);
      const { sw } = exchange(on(chosen), [wrong]);
      expect([0x6987, 0x6988]).toContain(sw);
      const after = heldBy(card);
      for (const field of after.get(chosen)!.keys()) expect(field).not.toMatch(/^session|authenticated role/);
      for (const other of CHANNELS) if (other !== chosen) expect(after.get(other)).toEqual(before.get(other));
    },
  );
});
