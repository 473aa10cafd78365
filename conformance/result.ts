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
  /** For a case of the line: what passed there, one line of text for each transmission. */
  readonly line?: readonly string[];
  /** The command line that repeats this case alone. */
  readonly repeat: string;
};

/**
 * Why a case was not judged: it has nothing to say of this card or reader, it would spoil the card, the reader had no
 * card any more, or the run was broken off. The last two are made up for by a run that resumes this one.
 */
export type SkipKind = 'not applicable' | 'not allowed' | 'no card' | 'interrupted';

export type CaseResult = {
  readonly case: CaseMetadata;
  readonly target: string;
  readonly application: ApplicationName;
  readonly durationMs: number;
} & (
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly failure: CaseFailure }
  | { readonly verdict: 'skipped'; readonly kind: SkipKind; readonly reason: string }
);

/** A target as the run found it. */
export type TargetReport = {
  readonly name: string;
  readonly kind: string;
  readonly application: ApplicationName;
  /** The reader's own name, where it has one. */
  readonly reader?: string;
  readonly protocol?: string;
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

/** What the run was, for who reads its report later. */
export type RunConditions = {
  /** Name and version of this program. */
  readonly tool?: string;
  /** SHA-256 of the specification that was run, hexadecimal. */
  readonly specificationHash: string;
  /** SHA-256 of the implementation conformance statement, hexadecimal. */
  readonly icsHash?: string;
  readonly operator?: string;
  /** Beginning of the run, ISO 8601. */
  readonly date?: string;
};

/** 0 all passed, 1 a case failed or none could be judged, 2 no case was selected (usage), 3 a target could not be reached. */
export type ExitStatus = 0 | 1 | 2 | 3;

export type RunReport = {
  readonly conditions: RunConditions;
  readonly seed: number;
  readonly filter?: string;
  readonly targets: readonly TargetReport[];
  readonly results: readonly CaseResult[];
  readonly summary: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** Not failures: where the standard leaves freedom, a card may still step outside its specification. */
  readonly undeclaredStatus: readonly UndeclaredStatus[];
  /** Whether every selected case was come to. */
  readonly complete: boolean;
  readonly exitStatus: ExitStatus;
};
