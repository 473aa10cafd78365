/** A card continued from a snapshot or in a fork before every command answers as the one that went on. */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION, toHex } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { PATIENT_CARD } from '../../../applet/index.js';
import { cardOf, personalisePatientOver } from '../../support/personalised-card.js';
import { seededBytes } from '../../support/seeded-random.js';
import type { Transmit } from '../../support/transmit.js';
import { runSession } from './session-script.js';

/** Responses and figures of a whole session; `next` gives the card that takes the next command. */
function sessionWith(next: (card: Card) => Card) {
  const options = { ports: { random: seededBytes(3, 'chip') } };
  let card = cardOf(PATIENT_CARD, options);
  const exchanges: string[] = [];
  const transmit: Transmit = (command) => {
    card = next(card);
    const response = card.process(command);
    exchanges.push(`${toHex(response)} ${JSON.stringify(card.figures)}`);
    return response;
  };
  personalisePatientOver(card, transmit, PATIENT_APPLICATION.commands);
  runSession(transmit);
  return { exchanges, image: card.image() };
}

const live = sessionWith((card) => card);

describe.each([
  ['a fork', (card: Card): Card => card.fork()],
  [
    'a snapshot restored into another card',
    (card: Card): Card => {
      const other = card.fork();
      other.powerOff();
      other.nvm.write(0, new Uint8Array(300).fill(0x5a));
      other.restore(card.snapshot());
      return other;
    },
  ],
  [
    'a snapshot restored into the card after another command',
    (card: Card): Card => {
      const snapshot = card.snapshot();
      card.process(Uint8Array.of(0x00, 0xb0, 0x81, 0x00, 0x00));
      card.powerOff();
      card.restore(snapshot);
      return card;
    },
  ],
])('%s before every command', (_name, next) => {
  it('answers the same bytes and figures and ends in the same image', () => {
    const { exchanges, image } = sessionWith(next);
    expect(exchanges).toEqual(live.exchanges);
    expect(Buffer.compare(image.nvm, live.image.nvm)).toBe(0);
    expect(Buffer.compare(image.ram, live.image.ram)).toBe(0);
    console.log(`${exchanges.length} commands`);
    expect(exchanges.length).toBeGreaterThan(80);
  });
});

describe('a fork', () => {
  it('and its original change apart from each other', () => {
    const card = cardOf(PATIENT_CARD);
    card.powerOn();
    const fork = card.fork();
    card.nvm.write(0, Uint8Array.of(1));
    fork.nvm.write(0, Uint8Array.of(2));
    expect([card.nvm.readByte(0), fork.nvm.readByte(0)]).toEqual([1, 2]);
    card.powerOff();
    expect(fork.isPowered).toBe(true);
  });
});
