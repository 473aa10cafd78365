/** The power fails at every page operation of a command, and again at every one of the recovery. */

import { expect } from 'vitest';
import { equalBytes } from '../../apdu/index.js';
import { type Card, PATIENT_CARD, type TearVariant } from '../../applet/index.js';
import { TEAR_VARIANTS } from '../applet/runtime/small-nvm.js';
import { cardOf, poweredFrom } from './personalised-card.js';
import type { Transmit } from './transmit.js';

/** What was tried. */
export type CutCounts = { cuts: number; recoveryCuts: number; before: number; after: number };

/** APDUs to a simulated card. */
export const over =
  (card: Card): Transmit =>
  (command) =>
    card.process(command);

/** Persistent memory as programs see it. */
const contentOf = (card: Card): Uint8Array => card.nvm.read(0, card.nvm.capacity);

/**
 * Cuts the last of `apdus` at every page operation in every variant, then recovery at every page
 * operation of its own. Each card that then has power goes to `judge`, with whether the command counts.
 */
export function cutEverywhere(
  image: ReturnType<Card['image']>,
  apdus: readonly Uint8Array[],
  judge: (card: Card, done: boolean) => void,
  counts: CutCounts,
): void {
  const run = (card: Card): Uint8Array => apdus.map((apdu) => card.process(apdu)).at(-1)!;
  const uncut = cardOf(PATIENT_CARD, {}, image);
  const before = contentOf(uncut);
  let operations = 0;
  uncut.nvm.flash.tear = () => {
    operations++;
    return undefined;
  };
  run(uncut);
  const after = contentOf(uncut);
  const { nvmPageWrites, nvmPageErases } = uncut.figures;
  expect(operations).toBe(nvmPageWrites + nvmPageErases);
  expect(operations).toBeGreaterThan(0);

  const whichState = (card: Card): boolean => {
    const content = contentOf(card);
    const done = equalBytes(content, after);
    expect(done || equalBytes(content, before), 'half-written').toBe(true);
    counts[done ? 'after' : 'before']++;
    return done;
  };
  const cutRecovery = (torn: Uint8Array, at: number, variant: TearVariant): Uint8Array => {
    const card = cardOf(PATIENT_CARD, {}, { nvm: torn, ram: new Uint8Array(4096), powered: false });
    let operation = 0;
    card.nvm.flash.tear = () => (operation++ === at ? variant : undefined);
    expect(card.powerOn(), 'no ATR without power').toHaveLength(0);
    counts.recoveryCuts++;
    return card.image().nvm;
  };
  for (const variant of TEAR_VARIANTS) {
    for (let at = 0; at < operations; at++) {
      const card = cardOf(PATIENT_CARD, {}, image);
      let operation = 0;
      card.nvm.flash.tear = () => (operation++ === at ? variant : undefined);
      expect(run(card), 'no answer without power').toHaveLength(0);
      counts.cuts++;
      const torn = card.image().nvm;
      const recovered = poweredFrom(PATIENT_CARD, torn);
      const recoveryOperations = recovered.figures.nvmPageErases + recovered.figures.nvmPageWrites;
      const content = contentOf(recovered);
      judge(recovered, whichState(recovered));
      for (let point = 0; point < recoveryOperations; point++) {
        const twice = poweredFrom(PATIENT_CARD, cutRecovery(torn, point, TEAR_VARIANTS[(at + point) % 4]!));
        expect(equalBytes(contentOf(twice), content)).toBe(true);
        whichState(twice);
      }
    }
  }
}
