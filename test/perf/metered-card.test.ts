import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/index.js';
import * as plain from '../../applet/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import { bytecodesOf, eventsOf, loadMeteredApplet, loadProfile, memoryBudget } from '../../perf/index.js';

const AID = fromHex(PATIENT_CARD.spec.aid);
const SELECT = Uint8Array.of(0x00, 0xa4, 0x04, 0x00, AID.length, ...AID);

function cardOf({ Card, PATIENT_CARD: kind }: Pick<typeof plain, 'Card' | 'PATIENT_CARD'>) {
  const card = new Card(kind, {
    limits: memoryBudget(loadProfile('default')),
    engine: plain.nobleEngine,
    random: (length) => new Uint8Array(length).fill(7),
  });
  card.powerOn();
  return card;
}

describe('the card with counters', () => {
  it('answers as the plain one does and counts every command alike', async () => {
    const { applet, functions, take } = await loadMeteredApplet();
    const [metered, same] = [cardOf(applet), cardOf(plain)];
    const counts = [0, 1, 2].map(() => {
      take();
      expect(metered.process(SELECT)).toEqual(same.process(SELECT));
      const tree = take();
      return { code: bytecodesOf(tree, functions), events: eventsOf([tree]) };
    });
    expect(metered.figures).toEqual(same.figures);
    // the first selection has none to leave
    expect(counts[2]).toEqual(counts[1]);
    expect(counts[0]!.code.local).toBeGreaterThan(100);
    expect(counts[1]!.code.local).toBeGreaterThan(counts[0]!.code.local);
  });

  it('leaves no counter in the plain code', () => {
    expect(String(plain.Card.prototype.process)).not.toContain('$runs');
  });
});
