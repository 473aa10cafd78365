/** Every card rebuilt from its memory image before every command of the whole visit: nothing changes, byte for byte. */

import { describe, expect, it } from 'vitest';
import { toHex } from '../../apdu/index.js';
import { CARD_HOLDERS, type CardHolder } from '../../host/index.js';
import { Scenario } from '../support/scenario.js';
import { EXAMPLES } from './fhir/example-inputs.js';

type Exchange = { readonly holder: CardHolder; readonly command: string; readonly response: string };

/** The whole scenario; `before` is called before every command to a card. */
async function play(
  options: { readonly seed: number; readonly example: (typeof EXAMPLES)[number] },
  before: (scenario: Scenario) => void,
) {
  const scenario = await Scenario.make(options);
  const exchanges: Exchange[] = [];
  for (const holder of CARD_HOLDERS) {
    const transmit = scenario.cardLines[holder];
    scenario.cardLines[holder] = async (command) => {
      before(scenario);
      const response = await transmit(command);
      exchanges.push({ holder, command: toHex(command), response: toHex(response) });
      return response;
    };
  }
  await scenario.runToEnd();
  return { exchanges, images: CARD_HOLDERS.map((holder) => scenario.chips[holder].image()) };
}

describe('all three cards rebuilt from their memory images before every command', () => {
  it.each(EXAMPLES)('give the same visit byte for byte: %s', async (example) => {
    const seed = 21;
    const whole = await play({ seed, example }, () => undefined);
    let rebuilds = 0;
    const patched = await play({ seed, example }, (scenario) => {
      for (const holder of CARD_HOLDERS) scenario.rebuild(holder);
      rebuilds += CARD_HOLDERS.length;
    });
    const { length } = whole.exchanges;
    console.log(`${example}: ${rebuilds} rebuilds, ${length} exchanges compared (seed ${seed})`);
    expect(length).toBeGreaterThan(60);
    expect(rebuilds).toBe(CARD_HOLDERS.length * length);
    expect(patched.exchanges).toHaveLength(length);
    for (const [i, exchange] of whole.exchanges.entries()) {
      expect(patched.exchanges[i], `exchange ${i}`).toEqual(exchange);
    }
    for (const [i, holder] of CARD_HOLDERS.entries()) {
      const [a, b] = [whole.images[i]!, patched.images[i]!];
      expect(Buffer.compare(a.nvm, b.nvm), `persistent memory of the ${holder}'s card`).toBe(0);
      expect(Buffer.compare(a.ram, b.ram), `transient memory of the ${holder}'s card`).toBe(0);
      expect(b.powered).toBe(true);
    }
  });
});
