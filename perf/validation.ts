/** Predicted against measured: error figures per card, and the one constant that is fitted. */
import { median } from './bootstrap.js';
import type { TimedCommand } from './calibration-set.js';
import type { CardProfile } from './card-profile.js';
import { predictCounts } from './predict-counts.js';

/** One timed command with its prediction. */
export type ValidatedCommand = {
  readonly command: TimedCommand;
  readonly predictedMs: number;
  /** (predicted − measured) ÷ measured. */
  readonly relativeError: number;
};

/** Absolute relative errors of a set: how many, median, 90th percentile; null for an empty set. */
export type ErrorFigures = {
  readonly n: number;
  readonly median: number | null;
  readonly p90: number | null;
};

/** One row of the error table. */
export type CardValidation = {
  readonly card: string;
  readonly profileId: string;
  /** Timed commands of the card, and those of them that could be predicted. */
  readonly timed: number;
  readonly all: ErrorFigures;
  readonly above100ms: ErrorFigures;
  /** The fitted factor, or null where nothing was fitted. */
  readonly fittedFactor: number | null;
};

const LONG_MS = 100;

/** Median and p90 (nearest rank) of absolute values. */
export function errorFigures(errors: readonly number[]): ErrorFigures {
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  if (sizes.length === 0) return { n: 0, median: null, p90: null };
  return { n: sizes.length, median: median(sizes), p90: sizes[Math.ceil(0.9 * sizes.length) - 1]! };
}

/** Every timed command that the card's profile can price. */
export function validateCommands(
  profile: CardProfile,
  commands: readonly TimedCommand[],
): readonly ValidatedCommand[] {
  return commands.flatMap((command) => {
    const prediction = command.counts === null ? null : predictCounts(profile, command.counts);
    if (prediction === null || prediction.ms === null) return [];
    return [validated(command, prediction.ms)];
  });
}

/**
 * Error figures of one card. Where a constant was fitted, each command is predicted with the constant
 * fitted to all others (leave one out), so that no figure is of data it was fitted to.
 */
export function validateCard(profile: CardProfile, commands: readonly TimedCommand[]): CardValidation {
  const factor = profile.timing?.bytecode?.fittedFactor?.value ?? null;
  const results =
    factor === null
      ? validateCommands(profile, commands)
      : commands.flatMap((command) => {
          const others = commands.filter((other) => other !== command);
          return validateCommands(withFactor(profile, fitBytecodeFactor(profile, others)), [command]);
        });
  const errors = (of: readonly ValidatedCommand[]) => errorFigures(of.map((each) => each.relativeError));
  return {
    card: commands[0]?.card ?? profile.title,
    profileId: profile.id,
    timed: commands.length,
    all: errors(results),
    above100ms: errors(results.filter(({ command }) => command.measuredMs > LONG_MS)),
    fittedFactor: factor,
  };
}

/**
 * The factor on bytecode time that makes the sum of absolute relative errors least; with one unknown that
 * is a weighted median, which single commands cannot pull.
 *
 * @returns null when nothing can be predicted
 */
export function fitBytecodeFactor(profile: CardProfile, commands: readonly TimedCommand[]): number | null {
  const plain = withFactor(profile, null);
  const wishes = commands.flatMap(({ counts, measuredMs }) => {
    const prediction = counts === null ? null : predictCounts(plain, counts);
    if (prediction === null || prediction.ms === null || prediction.breakdown.bytecode === 0) return [];
    const { bytecode } = prediction.breakdown;
    return [{ factor: (measuredMs - prediction.ms + bytecode) / bytecode, weight: bytecode / measuredMs }];
  });
  wishes.sort((a, b) => a.factor - b.factor);
  const half = wishes.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { factor, weight } of wishes) {
    passed += weight;
    if (passed >= half) return factor;
  }
  return null;
}

/** The profile with another fitted factor, or none. */
function withFactor(profile: CardProfile, value: number | null): CardProfile {
  if (!profile.timing?.bytecode) return profile;
  const { fittedFactor, ...bytecode } = profile.timing.bytecode;
  const source = fittedFactor?.source ?? 'fit';
  return {
    ...profile,
    timing: {
      ...profile.timing,
      bytecode: value === null ? bytecode : { ...bytecode, fittedFactor: { value, source } },
    },
  };
}

function validated(command: TimedCommand, predictedMs: number): ValidatedCommand {
  const relativeError = (predictedMs - command.measuredMs) / command.measuredMs;
  return { command, predictedMs, relativeError };
}

/** The error table of docs/cost-model.md. */
export function formatErrorTable(rows: readonly CardValidation[]): string {
  const percent = (value: number | null) => (value === null ? 'no data' : `${(100 * value).toFixed(1)} %`);
  return [
    '| card timed | profile | timed | predicted | median | p90 | over 100 ms | median | p90 | fitted |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(
      ({ card, profileId, timed, all, above100ms: long, fittedFactor }) =>
        `| ${card} | \`${profileId}\` | ${timed} | ${all.n} | ${percent(all.median)} | ${percent(all.p90)} | ${long.n} | ${percent(long.median)} | ${percent(long.p90)} | ${fittedFactor === null ? 'nothing' : `bytecode × ${fittedFactor}`} |`,
    ),
  ].join('\n');
}

/** The table's rows, in the order in which cards first occur. */
export function validateAll(
  commands: readonly TimedCommand[],
  profileOf: (sourceKey: string) => CardProfile,
): readonly CardValidation[] {
  return [...new Set(commands.map((command) => command.maps_to))].map((key) =>
    validateCard(
      profileOf(key),
      commands.filter((command) => command.maps_to === key),
    ),
  );
}
