/** The simulator as a target of the conformance suite: blank cards without end, and copies of them. */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import type { ConformanceTarget, FreshCard } from '../../conformance/index.js';
import type { CardProfile } from '../../perf/index.js';
import { connectInProcess, lineInProcess, takesDataBy, withProtocols } from '../../reader-drivers/index.js';
import { type CardKindName, makeSimulatedCard } from './simulated-card.js';

const takesData = takesDataBy([PATIENT_APPLICATION, PROFESSIONAL_APPLICATION]);
const INITIALIZE_UPDATE = 0x50;
/** Two and a half block waiting times of the line in this process: long enough to ask for more, or to say NULL. */
const LONG_MS = 40;

export function simulatorTarget(
  name: string,
  application: CardKindName,
  profile: CardProfile,
): ConformanceTarget {
  const fresh = (card: Card): FreshCard => ({
    connect: async () => connectInProcess(card),
    openLine: async (first = 'T=1') =>
      lineInProcess(withProtocols(card, first === 'T=0' ? ['T=0', 'T=1'] : ['T=1']), {
        takesData,
        answerTime: ([, ins]) => (ins === INITIALIZE_UPDATE ? LONG_MS : 0),
      }),
    copy: () => fresh(card.fork()),
  });
  const freshCard = () => fresh(makeSimulatedCard(application, profile));
  return { name, kind: 'simulator', application, freshCard, connect: () => freshCard().connect() };
}
