/** PINs (ISO/IEC 7816-4:2020, 11.5.6): tries are spent before the comparison, whatever happens to the power. */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import { type Card, PATIENT_CARD, type TearVariant } from '../../../applet/index.js';
import {
  PATIENT_AID,
  PIN,
  PUK,
  personalisePatient,
  poweredFrom,
  WRONG_PIN,
} from '../../support/personalised-card.js';
import { apdusOf, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import { triesLeft, verifyPin } from '../../support/visit.js';
import { TEAR_VARIANTS } from '../runtime/small-nvm.js';

const { commands, pins } = PATIENT_APPLICATION;
const FULL = pins.holder.tries;
const HOLDER = { p2: 'holder PIN' } as const;
const personalised = personalisePatient().card.image().nvm;

type Started = { readonly card: Card; readonly transmit: Transmit };

/** Power on and select. */
function start(nvm: Uint8Array): Started {
  const card = poweredFrom(PATIENT_CARD, nvm);
  const transmit: Transmit = (command) => card.process(command);
  expect(selectApplication(transmit, PATIENT_AID)).toBe(0x9000);
  return { card, transmit };
}

/** The persistent memory of a card with so many tries left. */
function withTries(tries: number): Uint8Array {
  const { card, transmit } = start(personalised);
  for (let left = FULL; left > tries; left--) verifyPin(transmit, WRONG_PIN);
  expect(triesLeft(transmit)).toBe(tries);
  return card.image().nvm;
}

/** Page operations of a command, in order. */
function operationsOf(nvm: Uint8Array, apdu: Uint8Array): string[] {
  const { card } = start(nvm);
  const operations: string[] = [];
  card.nvm.flash.tear = (operation) => {
    operations.push(operation);
    return undefined;
  };
  card.process(apdu);
  const { nvmPageWrites, nvmPageErases } = card.figures;
  expect(nvmPageWrites + nvmPageErases).toBe(operations.length);
  return operations;
}

/** What is left after the power was cut at page operation `at` of a command. */
function cut(nvm: Uint8Array, apdu: Uint8Array, at: number, variant: TearVariant): Started {
  const { card } = start(nvm);
  let operation = 0;
  card.nvm.flash.tear = () => (operation++ === at ? variant : undefined);
  expect(card.process(apdu), 'a card without power is mute').toHaveLength(0);
  expect(card.process(apdu)).toHaveLength(0);
  return start(card.image().nvm);
}

const [verifyRight] = apdusOf(commands.verify, { ...HOLDER, data: PIN }) as [Uint8Array];
const [verifyWrong] = apdusOf(commands.verify, { ...HOLDER, data: WRONG_PIN }) as [Uint8Array];

describe('VERIFY under power cuts', () => {
  it('never gives a try back but for the right PIN, which gives all back', () => {
    let cuts = 0;
    for (const before of [3, 2, 1]) {
      const nvm = withTries(before);
      const wrong = operationsOf(nvm, verifyWrong);
      const right = operationsOf(nvm, verifyRight);
      // Up to the comparison the two look alike from outside, and by then the try is spent.
      expect(wrong.length).toBeGreaterThan(0);
      expect(right.slice(0, wrong.length)).toEqual(wrong);
      for (const variant of TEAR_VARIANTS) {
        for (let at = 0; at < wrong.length; at++) {
          cuts++;
          const after = triesLeft(cut(nvm, verifyWrong, at, variant).transmit);
          expect([before, before - 1]).toContain(after);
          if (at > 0) expect(after, 'spent with its first page').toBe(before - 1);
        }
        for (let at = 0; at < right.length; at++) {
          cuts++;
          const { transmit } = cut(nvm, verifyRight, at, variant);
          const after = triesLeft(transmit);
          if (at < wrong.length) expect([before, before - 1]).toContain(after);
          else expect([before - 1, FULL]).toContain(after);
          if (after > 0) expect(verifyPin(transmit)).toBe(0x9000);
        }
      }
    }
    console.log(`${cuts} cuts of VERIFY`);
    expect(cuts).toBeGreaterThan(60);
  });

  it('can not be guessed by cutting after the comparison: three guesses block the PIN', () => {
    for (const variant of TEAR_VARIANTS) {
      let nvm = personalised;
      const lastOperation = operationsOf(nvm, verifyWrong).length - 1;
      for (let guess = 0; guess < FULL; guess++) {
        nvm = cut(nvm, verifyWrong, lastOperation, variant).card.image().nvm;
      }
      expect(verifyPin(start(nvm).transmit)).toBe(0x6983);
    }
  });
});

describe('CHANGE REFERENCE DATA and RESET RETRY COUNTER under power cuts', () => {
  const replacement = Uint8Array.from(Buffer.from('5502'));
  const change = apdusOf(commands.changeReferenceData, { ...HOLDER, data: { current: PIN, replacement } });
  const reset = apdusOf(commands.resetRetryCounter, { ...HOLDER, data: { puk: PUK, replacement } });

  it('leave the old PIN or the new one, never both and never none', () => {
    let cuts = 0;
    for (const [name, [apdu], tries] of [
      ['change', change, 2],
      ['reset', reset, 0],
    ] as const) {
      const nvm = withTries(tries);
      const operations = operationsOf(nvm, apdu!);
      for (const variant of TEAR_VARIANTS) {
        for (let at = 0; at < operations.length; at++) {
          cuts++;
          const torn = cut(nvm, apdu!, at, variant).card.image().nvm;
          const after = triesLeft(start(torn).transmit);
          const isNew = after > 0 && verifyPin(start(torn).transmit, replacement) === 0x9000;
          const isOld = after > 0 && verifyPin(start(torn).transmit, PIN) === 0x9000;
          if (name === 'change') expect([isNew, isOld].filter(Boolean)).toHaveLength(1);
          else expect(isNew ? after === FULL && !isOld : after === 0, `${name} ${at} ${variant}`).toBe(true);
        }
      }
    }
    console.log(`${cuts} cuts of CHANGE REFERENCE DATA and RESET RETRY COUNTER`);
    expect(cuts).toBeGreaterThan(40);
  });
});

describe('PINs', () => {
  it('count down, block, and come back with the PUK alone', () => {
    const { transmit } = start(personalised);
    expect(verifyPin(transmit)).toBe(0x9000);
    expect(statusOf(transmit, commands.verify, HOLDER)).toBe(0x9000);
    expect([1, 2, 3].map(() => verifyPin(transmit, WRONG_PIN))).toEqual([0x63c2, 0x63c1, 0x63c0]);
    expect(verifyPin(transmit)).toBe(0x6983);
    expect(statusOf(transmit, commands.verify, HOLDER)).toBe(0x6983);
    const change = { current: PIN, replacement: WRONG_PIN };
    expect(statusOf(transmit, commands.changeReferenceData, { ...HOLDER, data: change })).toBe(0x6983);
    const unblock = (puk: Uint8Array) =>
      statusOf(transmit, commands.resetRetryCounter, { ...HOLDER, data: { puk, replacement: WRONG_PIN } });
    expect(unblock(PIN)).toBe(0x63c9);
    expect(unblock(PUK)).toBe(0x9000);
    expect(verifyPin(transmit, PIN)).toBe(0x63c2);
    expect(verifyPin(transmit, WRONG_PIN)).toBe(0x9000);
    expect(triesLeft(start(personalised).transmit)).toBe(FULL);
  });

  it('lose what was proven with a wrong value', () => {
    const { transmit } = start(personalised);
    expect(verifyPin(transmit)).toBe(0x9000);
    expect(verifyPin(transmit, WRONG_PIN)).toBe(0x63c2);
    expect(triesLeft(transmit)).toBe(2);
    const [readCertificate] = apdusOf(commands.readBinary, { p1: 0x81, p2: 0 }) as [Uint8Array];
    expect([...transmit(readCertificate)]).toEqual([0x69, 0x82]);
  });

  it('block the PUK too, for good', () => {
    const { transmit } = start(personalised);
    const unblock = (puk: Uint8Array) =>
      statusOf(transmit, commands.resetRetryCounter, { ...HOLDER, data: { puk, replacement: PIN } });
    for (let left = pins.puk.tries - 1; left >= 0; left--) expect(unblock(PIN)).toBe(0x63c0 | left);
    expect(unblock(PUK)).toBe(0x6983);
  });
});
