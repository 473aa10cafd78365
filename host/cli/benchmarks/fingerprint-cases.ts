/** Fingerprints: sieve, pre-filter and full match of one probe against a gallery of one finger each, fair condition. */

import {
  CONDITIONS,
  type EdgeIndex,
  impressionOf,
  indexEdges,
  Matcher,
  type PreparedTemplate,
  prepareTemplate,
  syntheticFinger,
} from '../../index.js';
import type { RateCase } from './measure.js';

const PEOPLE = 100;
/** 10,000 full matches a second on one core. */
const FULL_MATCH_US = 100;

function template(name: string): PreparedTemplate {
  return prepareTemplate(impressionOf(syntheticFinger(name), { seed: name, condition: CONDITIONS.fair }));
}

/** What a search of 10,000 people × two fingers costs is `npm run fingerprint`. */
export function fingerprintCases(seed: number): RateCase[] {
  const matcher = new Matcher();
  const gallery = Array.from({ length: PEOPLE }, (_, person) => template(`${seed}-enrolled-${person}`));
  const probe = indexEdges(template(`${seed}-probe`));
  const against =
    (measure: (probe: EdgeIndex, enrolled: PreparedTemplate) => number) =>
    (times: number): void => {
      for (let n = 0; n < times; n++) measure(probe, gallery[n % PEOPLE]!);
    };
  return [
    { name: 'fingerprint, sieve of a finger', run: against((p, g) => matcher.likeness(p, g)) },
    { name: 'fingerprint, pre-filter of a finger', run: against((p, g) => matcher.resemblance(p, g)) },
    {
      name: 'fingerprint, full match of a finger',
      targetUs: FULL_MATCH_US,
      run: against((p, g) => matcher.compare(p, g)),
    },
  ];
}
