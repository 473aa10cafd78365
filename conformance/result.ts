/** What a run found. */

import type { DecodedExchange } from '../apdu/index.js';
import type { ApplicationName, ConformanceCase } from './case.js';

/** Everything about a case but its code. */
export type CaseMetadata = Omit<ConformanceCase, 'run'>;

/** Why a card failed a case. */
export type CaseFailure = {
  /** One sentence. */
  readonly reason: string;
  readonly expected?: string;
  readonly actual?: string;
  /** The exchanges of the case up to the failure, decoded, secrets left out; the last is the one that failed. */
  readonly exchanges: readonly DecodedExchange[];
  /** The command line that repeats this case alone. */
  readonly repeat: string;
};

export type CaseResult = {
  readonly case: CaseMetadata;
  readonly target: string;
  readonly application: ApplicationName;
  readonly durationMs: number;
} & (
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly failure: CaseFailure }
  | { readonly verdict: 'skipped'; readonly reason: string }
);

/** A target as the run found it. */
export type TargetReport = {
  readonly name: string;
  readonly kind: string;
  readonly application: ApplicationName;
  /** Hexadecimal; absent when there was no card. */
  readonly atr?: string;
  /** Why the card could not be reached. */
  readonly unreachable?: string;
};

/** A status word that a card answered although the command does not declare it. */
export type UndeclaredStatus = {
  readonly application: ApplicationName;
  readonly command: string;
  /** Hexadecimal. */
  readonly sw: string;
  /** The first case that saw it. */
  readonly caseId: string;
};

/** 0 all passed, 1 a case failed, 2 no case was selected (usage), 3 a target could not be reached. */
export type ExitStatus = 0 | 1 | 2 | 3;

export type RunReport = {
  readonly seed: number;
  readonly filter?: string;
  readonly targets: readonly TargetReport[];
  readonly results: readonly CaseResult[];
  readonly summary: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** Not failures: where the standard leaves freedom, a card may still step outside its specification. */
  readonly undeclaredStatus: readonly UndeclaredStatus[];
  readonly exitStatus: ExitStatus;
};
