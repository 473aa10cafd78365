import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import type { ApplicationName, ConformanceTarget, FreshCard } from '../../conformance/index.js';
import {
  type CardConnection,
  type CardLine,
  connectInProcess,
  lineInProcess,
  takesDataBy,
  withProtocols,
} from '../../reader-drivers/index.js';
import { cardOf } from '../support/personalised-card.js';

/** Seed of the card's random number generator; printed by the tests. */
export const CARD_SEED = Number(process.env.IMIS_SEED ?? 20_250_118);

/** What is between the suite and a good card. */
export type Fault = (inner: CardConnection) => CardConnection;

/** What is between the suite and the contacts of a good card. */
export type LineFault = (inner: CardLine) => CardLine;

const takesData = takesDataBy([PATIENT_CARD.spec, PROFESSIONAL_CARD.spec]);
/** INITIALIZE UPDATE takes long enough for the card to ask for time. */
const answerTime = ([, ins]: Uint8Array): number => (ins === 0x50 ? 40 : 0);

/** The simulated card of an application as a target, with a fault in between for tests of the suite. */
export function simulatedTarget(
  application: ApplicationName,
  fault: Fault = (inner) => inner,
  lineFault: LineFault = (inner) => inner,
): ConformanceTarget {
  let cards = 0;
  const kind = application === 'patient' ? PATIENT_CARD : PROFESSIONAL_CARD;
  const make = (card = cardOf(kind, { seed: CARD_SEED })): FreshCard => ({
    connect: async () => fault(connectInProcess(card)),
    openLine: async (first = 'T=1') => {
      const device = withProtocols(card, first === 'T=0' ? ['T=0', 'T=1'] : ['T=1']);
      return lineFault(lineInProcess(device, { takesData, answerTime }));
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
  };
}
