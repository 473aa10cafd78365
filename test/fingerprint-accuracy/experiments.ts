/** The experiments behind the figures of docs/fingerprint.md, each of one material and one seed. */

import {
  type EdgeIndex,
  indexEdges,
  LEAST_MINUTIAE,
  Matcher,
  type PreparedTemplate,
  prepareTemplate,
} from '../../host/index.js';
import { type ErrorRates, errorRates, rankOne } from './figures.js';
import { type ImpressionName, impression, type Material } from './stand-in.js';

const matcher = new Matcher();

export type OneFinger = ErrorRates & {
  readonly people: number;
  /** Of the probes that the quality gate lets in. */
  readonly rankOne: number;
  readonly recapture: number;
};

/**
 * One finger of each person, `views` enrolled impressions against one more, everybody against everybody. Probes below
 * the quality gate are counted and asked for again, as in service; `enrolled` is the material of the enrolment.
 */
export function oneFinger(
  material: Material,
  set: string,
  people: number,
  views = 1,
  enrolled = material,
): OneFinger {
  const gallery = Array.from({ length: people }, (_, person) =>
    Array.from({ length: views }, (_, view) => capture(enrolled, { set, person, impression: view }).template),
  );
  const genuine: number[] = [];
  const strangers: number[] = [];
  let recapture = 0;
  const scores = gallery.map((_, person) => {
    const probe = capture(material, { set, person, impression: 100 });
    recapture += probe.tries - 1;
    const index = indexEdges(probe.template);
    const row = Float64Array.from(gallery, (templates) => bestOf(index, templates));
    row.forEach((score, other) => void (other === person ? genuine : strangers).push(score));
    return row;
  });
  return { people, rankOne: rankOne(scores), recapture, ...errorRates(genuine, strangers) };
}

function bestOf(probe: EdgeIndex, templates: readonly PreparedTemplate[]): number {
  let best = -Infinity;
  for (const template of templates) best = Math.max(best, matcher.compare(probe, template));
  return best;
}

/** The first of some impressions that has enough minutiae. */
function capture(material: Material, name: ImpressionName) {
  for (let tries = 1; tries < 20; tries++) {
    const view = impression(material, { ...name, impression: name.impression + 1000 * (tries - 1) });
    if (view.minutiae.length >= LEAST_MINUTIAE) return { template: prepareTemplate(view), tries };
  }
  throw new Error('a finger that no impression shows well enough');
}

/** Scores of `count` comparisons of different fingers: each probe against as many templates. */
export function strangerScores(material: Material, set: string, count: number): Float64Array {
  const side = Math.ceil(Math.sqrt(count));
  const templates = Array.from(
    { length: side },
    (_, person) => capture(material, { set, person, impression: 0 }).template,
  );
  const scores = new Float64Array(count);
  let n = 0;
  for (let probe = 0; n < count; probe++) {
    const index = indexEdges(
      capture(material, { set: `${set}/strangers`, person: probe, impression: 0 }).template,
    );
    for (let g = 0; g < side && n < count; g++) scores[n++] = matcher.compare(index, templates[g]!);
  }
  return scores;
}
