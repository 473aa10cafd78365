/**
 * What the power-cut test runs through, and the search for secrets in RAM. A feature registers its own scenario here: a name, and a
 * function that records one run of it (`recordScenario` for the host's world, or a `RecordedRun` of
 * cards alone). Everything else, rules included, follows from the recorded commands.
 */

import { EXAMPLES } from '../host/fhir/example-inputs.js';
import { recordAgent } from './agent-run.js';
import { recordFiles } from './files-run.js';
import { recordInteroperability } from './interoperability-run.js';
import { recordIssuer } from './issuer-run.js';
import { recordMember } from './member-run.js';
import type { RecordedRun, RunOptions } from './recorded-run.js';
import { recordVisit } from './visit-run.js';

export type TearScenario = {
  readonly name: string;
  /** Records one run; another seed draws other random numbers. */
  readonly record: (seed: number, watch?: RunOptions) => Promise<RecordedRun>;
};

export const TEAR_SCENARIOS: readonly TearScenario[] = [
  ...EXAMPLES.map((example) => ({
    name: `visit: ${example}`,
    record: (seed: number, watch?: RunOptions) => recordVisit({ example, seed }, watch),
  })),
  { name: 'NHI at a card in use', record: recordIssuer },
  { name: 'coupons and a new epoch', record: recordMember },
  { name: 'an agent collects', record: recordAgent },
  { name: 'what a doctor and the holder write', record: recordFiles },
  { name: 'a card opened to other software', record: recordInteroperability },
];
