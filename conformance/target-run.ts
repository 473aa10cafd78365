/** The cases of one target, one after the other: each becomes a verdict, whatever the card does. */

import { type ApplicationSpec, type DecodedExchange, statusesOf, toHex, uintToBytes } from '../apdu/index.js';
import type { ConformanceCase } from './case.js';
import { CheckFailure, NotApplicable } from './checks.js';
import { decodeEvents } from './failure-trace.js';
import { Fixtures, PersonalisationFailure } from './fixtures.js';
import { unclaimed } from './ics.js';
import type { TestIssuer } from './issuer/test-issuer.js';
import { lineToText } from './line/line-text.js';
import type { CaseFailure, CaseMetadata, CaseResult, SkipKind, UndeclaredStatus } from './result.js';
import { DEFAULT_ANSWER_TIMEOUT_MS, type RunOptions } from './runner.js';
import type { ConformanceTarget } from './target.js';
import type { TestCard } from './test-card.js';

export type TargetRunParts = {
  readonly target: ConformanceTarget;
  readonly spec: ApplicationSpec;
  readonly issuer: TestIssuer;
  readonly options: RunOptions;
  /** Filled with what the cards answered beyond their declarations. */
  readonly undeclared: Map<string, UndeclaredStatus>;
};

/** Codes of a transport error after which there is no card to go on with. */
const GONE = ['card-removed', 'no-card', 'no-reader', 'no-service'];
/** Codes of one that says that this reader carries no such command, whatever the card. */
const NOT_CARRIED = 'protocol';

type Outcome =
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly failure: CaseFailure }
  | { readonly verdict: 'skipped'; readonly kind: SkipKind; readonly reason: string };

export class TargetRun {
  private readonly fixtures: Fixtures;
  private readonly clock: () => number;
  /** The card went away and did not come back. */
  private gone = false;

  constructor(private readonly parts: TargetRunParts) {
    const { target, spec, issuer, options } = parts;
    const timeout = options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS;
    this.fixtures = new Fixtures(target, spec, issuer, timeout, options.allowDestructive === true);
    this.clock = options.clock ?? (() => performance.now());
  }

  async verdictOf(one: ConformanceCase): Promise<CaseResult> {
    const start = this.clock();
    const outcome = this.reasonToSkip(one) ?? (await this.outcomeOf(one));
    return this.result(one, this.clock() - start, outcome);
  }

  async leftOut(one: ConformanceCase, kind: SkipKind, reason: string): Promise<CaseResult> {
    return this.result(one, 0, { verdict: 'skipped', kind, reason });
  }

  private result(one: ConformanceCase, durationMs: number, outcome: Outcome): CaseResult {
    const { run: _, ...metadata } = one;
    const { name, application } = this.parts.target;
    return { case: metadata, target: name, application, durationMs, ...outcome };
  }

  private reasonToSkip(one: ConformanceCase): Outcome | undefined {
    const { target, options } = this.parts;
    const skip = (kind: SkipKind, reason: string): Outcome => ({ verdict: 'skipped', kind, reason });
    if (this.gone) return skip('no card', 'the card went away and did not come back');
    const lacking = unclaimed(options.statement, one, target.lacks);
    if (lacking.length > 0) return skip('not applicable', `this card does not claim: ${lacking.join(', ')}`);
    if (one.line && !this.fixtures.hasLine)
      return skip('not applicable', 'needs the line: this reader speaks the protocols by itself');
    const missing = this.fixtures.missing(one);
    if (missing !== undefined) return skip('not applicable', missing);
    if (one.destructive && !target.freshCard && !options.allowDestructive)
      return skip('not allowed', `destructive, not allowed: ${one.reason}`);
    return undefined;
  }

  private async outcomeOf(one: ConformanceCase): Promise<Outcome> {
    let card: TestCard | undefined;
    let outcome: Outcome = { verdict: 'passed' };
    try {
      card = await this.fixtures.testCard(one);
      if (one.line) await (await card.openLine()).enter(one.line);
      else await card.openSelected();
      await one.run(card);
    } catch (error) {
      outcome = this.outcomeFrom(one, error, card);
      if (GONE.includes(codeOf(error) ?? '')) await this.awaitCard();
    }
    if (card) {
      const exchanges = decodeEvents(this.parts.spec, card.events);
      this.noteUndeclared(one, exchanges, card.isOverT0);
      this.parts.options.onExchanges?.(one, exchanges);
      await card.close().catch(() => undefined);
      if (!this.gone) await this.fixtures.restore().catch(() => undefined);
    }
    return outcome;
  }

  private outcomeFrom(one: ConformanceCase, error: unknown, card: TestCard | undefined): Outcome {
    if (error instanceof NotApplicable)
      return { verdict: 'skipped', kind: error.kind, reason: error.message };
    if (codeOf(error) === NOT_CARRIED)
      return { verdict: 'skipped', kind: 'not applicable', reason: messageOf(error) };
    return { verdict: 'failed', failure: this.describe(one, error, card) };
  }

  private async awaitCard(): Promise<void> {
    const { target, options } = this.parts;
    const back = options.awaitCard ? await options.awaitCard(target) : await isThere(target);
    this.gone = !back;
  }

  private describe(one: ConformanceCase, error: unknown, card: TestCard | undefined): CaseFailure {
    const { spec, target, options } = this.parts;
    const seen = error instanceof PersonalisationFailure ? error.events : (card?.events ?? []);
    const cause = error instanceof PersonalisationFailure ? error.cause : error;
    const check = cause instanceof CheckFailure ? cause : undefined;
    const line = card?.lineEvents ?? [];
    return {
      reason: messageOf(error),
      ...(check ? { expected: check.expected, actual: check.actual } : {}),
      exchanges: decodeEvents(spec, seen),
      ...(line.length > 0 ? { line: lineToText(line) } : {}),
      repeat: `imis conformance run ${options.repeatArguments ?? `--target ${target.name}`} --filter ${one.id}`,
    };
  }

  private noteUndeclared(one: CaseMetadata, exchanges: readonly DecodedExchange[], overT0: boolean): void {
    const { spec, target, undeclared } = this.parts;
    for (const { id, sw } of exchanges) {
      const command = id === undefined ? undefined : spec.commands[id];
      if (!command || sw === undefined) continue;
      // under T=0 these belong to the protocol (ISO/IEC 7816-3:2006, 12.2.2)
      if (overT0 && (sw >> 8 === 0x61 || sw >> 8 === 0x6c)) continue;
      if (statusesOf(command, spec).some(({ status }) => (sw & status.mask) === status.sw)) continue;
      const text = toHex(uintToBytes(sw, 2)).toUpperCase();
      const key = `${spec.id} ${command.id} ${text}`;
      if (undeclared.has(key)) continue;
      const { application } = target;
      undeclared.set(key, { application, command: command.name, sw: text, caseId: one.id });
    }
  }
}

/** One attempt. */
async function isThere(target: ConformanceTarget): Promise<boolean> {
  try {
    const connection = await target.connect();
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** The code of a transport error: a library of drivers says by it what happened. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
