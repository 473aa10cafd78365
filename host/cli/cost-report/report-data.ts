/** Everything that the cost report shows, computed. */

import {
  type CardProfile,
  type CardReport,
  type CardValidation,
  loadAllProfiles,
  loadCalibration,
  loadProfile,
  PLATFORMS,
  type Platform,
  reportCard,
  type ValidatedCommand,
  validateAll,
  validateCommands,
} from '../../../perf/index.js';
import type { VisitInput } from '../../index.js';
import { measureVisit } from '../memory/measured-visit.js';
import { type MemoryDocument, memoryDocument } from '../memory/memory-document.js';
import { type ProfiledRun, profiledRun } from '../profiling/profiled-run.js';
import { type SigningTimes, signingTimes } from '../profiling/signing-targets.js';
import { type SuiteReport, suiteReport } from '../suites/suite-report.js';

/** Phases that happen once in the life of a card; the visit begins behind them. */
const FIRST_PHASE_OF_A_VISIT = 'open visit';

export type CostReportData = {
  readonly profile: CardProfile;
  /** The visit proper on the chosen card, by platform. */
  readonly visit: Readonly<Record<Platform, CardReport>>;
  /** The same on every profile. */
  readonly everywhere: readonly Readonly<Record<Platform, CardReport>>[];
  readonly signing: SigningTimes;
  readonly suites: SuiteReport;
  readonly memory: readonly MemoryDocument[];
  readonly validation: readonly CardValidation[];
  readonly validated: readonly (ValidatedCommand & { readonly fittedFactor: number | null })[];
};

export async function costReportData(
  input: VisitInput,
  profile: CardProfile,
  seed: number,
): Promise<CostReportData> {
  const run = await profiledRun({ input, scenario: 'outpatient', profile, seed });
  if (run.refusal) throw new Error(run.refusal);
  const priced = (each: CardProfile) => pricedVisit(each, run);
  const timed = loadAllProfiles().filter(({ timing }) => timing !== null);
  const memory: MemoryDocument[] = [];
  for (const holder of ['patient', 'doctor'] as const) {
    const measured = await measureVisit({ input, profile, seed }, holder);
    memory.push(memoryDocument(measured.card, { profile: profile.id, state: 'visited' }, measured));
  }
  const calibration = loadCalibration();
  const validation = validateAll(calibration, loadProfile);
  return {
    profile,
    visit: priced(profile),
    everywhere: timed.map(priced),
    signing: await signingTimes(input, profile, seed),
    suites: await suiteReport({ profiles: [profile], rounds: 0, seed }),
    memory,
    validation,
    validated: validation.flatMap(({ profileId, fittedFactor }) => {
      const card = loadProfile(profileId);
      const own = calibration.filter((entry) => entry.maps_to === card.sourceKey);
      return validateCommands(card, own).map((each) => ({ ...each, fittedFactor }));
    }),
  };
}

function pricedVisit(
  profile: CardProfile,
  { commands }: ProfiledRun,
): Readonly<Record<Platform, CardReport>> {
  const first = commands.findIndex(({ phase }) => phase === FIRST_PHASE_OF_A_VISIT);
  const visit = commands.slice(first);
  const entries = PLATFORMS.map((platform) => [platform, reportCard(profile, visit, { platform })]);
  return Object.fromEntries(entries) as Readonly<Record<Platform, CardReport>>;
}
