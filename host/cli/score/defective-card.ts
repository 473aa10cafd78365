/** Targets of the suite that have a defect: cards built from a changed build, or by a changed program. */

import { TEST_CARD_BATCH } from '../../../apdu/index.js';
import type { CardBuild } from '../../../applet/defects/index.js';
import * as applet from '../../../applet/index.js';
import type { ConformanceTarget } from '../../../conformance/index.js';
import { loadProfile, memoryBudget } from '../../../perf/index.js';
import { seededRng, transportKeysOf } from '../../index.js';
import type { CardKindName } from '../simulated-card.js';
import { type OpenLine, targetOf } from '../simulator-target.js';

/** What of the card's program a target needs; a changed copy of the program has the same. */
export type CardProgram = Pick<typeof applet, 'Card' | 'PATIENT_CARD' | 'PROFESSIONAL_CARD' | 'nobleEngine'>;

/** Random numbers of the defective cards follow from it, so that a verdict can be repeated. */
const CARD_SEED = 20_250_118;

/** Changes what a card is built from. */
export type Rebuild = (good: CardBuild) => CardBuild;

/** Blank cards without end, each with the defect. */
export function defectiveTarget(
  application: CardKindName,
  program: CardProgram,
  rebuild?: Rebuild,
  open?: OpenLine,
): ConformanceTarget {
  const limits = memoryBudget(loadProfile('default'));
  const rng = seededRng(CARD_SEED, application);
  const keys = transportKeysOf(TEST_CARD_BATCH, seededRng(CARD_SEED, 'manufacturer'));
  const kind = application === 'patient' ? program.PATIENT_CARD : program.PROFESSIONAL_CARD;
  const good = { kind, engine: program.nobleEngine, random: (length: number) => rng.bytes(length) };
  const build = rebuild ? rebuild({ ...good, parts: applet.CARD_PARTS }) : good;
  const make = () => new program.Card(build.kind, { limits, ...build }).manufacture(keys);
  return targetOf('sim', application, make, open);
}
