import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import type { ApplicationName, ConformanceTarget, FreshCard } from '../../conformance/index.js';
import { type CardConnection, connectInProcess } from '../../reader-drivers/index.js';
import { cardOf } from '../support/personalised-card.js';

/** Seed of the card's random number generator; printed by the tests. */
export const CARD_SEED = Number(process.env.IMIS_SEED ?? 20_250_118);

/** What is between the suite and a good card. */
export type Fault = (inner: CardConnection) => CardConnection;

/** The simulated card of an application as a target, with a fault in between for tests of the suite. */
export function simulatedTarget(
  application: ApplicationName,
  fault: Fault = (inner) => inner,
): ConformanceTarget {
  let cards = 0;
  const kind = application === 'patient' ? PATIENT_CARD : PROFESSIONAL_CARD;
  const make = (card = cardOf(kind, { seed: CARD_SEED })): FreshCard => ({
    async connect() {
      card.nvm.flash.tear = undefined;
      return fault(connectInProcess(card));
    },
    cutPower(step) {
      let left = step;
      card.nvm.flash.tear = () => (left-- > 0 ? undefined : 'half');
    },
    // another seed for each copy, as no two cards share their randomness
    copy: () => make(cardOf(kind, { seed: CARD_SEED + ++cards }, card.image())),
  });
  return {
    name: 'sim',
    kind: 'simulator',
    application,
    connect: () => make().connect(),
    freshCard: () => make(),
    cutsPower: true,
  };
}
