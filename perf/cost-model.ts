/**
 * Predicted time of one command on a real card: operations of the coprocessor port, NVM page writes and
 * the wire. Interpreted code, key objects, engine initialisation and the host are not in it.
 */
import type { CardProfile, CardTiming, FigureLabel } from './card-profile.js';
import { weakerLabel } from './card-profile.js';
import type { CommandFigures, OperationCount } from './command-figures.js';
import { pageWritePrice } from './nvm-price.js';
import type { PriceRule } from './price-rule.js';
import { PRICE_RULES } from './price-rules.js';
import { type Price, priceTerm } from './price-term.js';
import { wireMs } from './wire.js';

/** What a prediction covers, to stand above every table that shows one. */
export const PREDICTION_HEADING = 'crypto + NVM + wire only';

/** Price of all calls of one operation; `ms` null is "no data". */
export type OperationPrice = OperationCount & {
  readonly ms: number | null;
  readonly label: FigureLabel | null;
  readonly source: string;
};

/** Price of one command; null is "no data", and `missing` says what the profile lacks for it. */
export type CommandPrice = {
  readonly predictedMs: number | null;
  readonly cryptoMs: number | null;
  readonly nvmMs: number | null;
  readonly wireMs: number | null;
  /** Weakest label of all parts; null without a prediction. */
  readonly label: FigureLabel | null;
  readonly operations: readonly OperationPrice[];
  readonly missing: readonly string[];
};

const RULES: ReadonlyMap<string, PriceRule> = new Map(PRICE_RULES.map((rule) => [rule.operation, rule]));

/** Prices one command on one card. Never throws for a figure the profile lacks. */
export function priceCommand(profile: CardProfile, figures: CommandFigures): CommandPrice {
  const { timing } = profile;
  if (timing === null) return withoutTiming(profile, figures);
  const priced = figures.operations.map((operation) => ({
    operation,
    price: priceOperation(timing, operation),
  }));
  const crypto = sum(priced.map(({ price }) => price));
  const nvm: Price =
    figures.nvmPageWrites === 0 ? NOTHING : times(pageWritePrice(profile, timing), figures.nvmPageWrites);
  const wire: Price = { ms: wireMs(timing.wire, figures), label: timing.wire.label };
  const total = sum([crypto, nvm, wire]);
  return {
    predictedMs: total.ms,
    cryptoMs: crypto.ms,
    nvmMs: nvm.ms,
    wireMs: wire.ms,
    label: total.ms === null ? null : total.label,
    operations: priced.map(({ operation, price }) => describe(operation, price)),
    missing: total.ms === null ? total.missing : [],
  };
}

/** Price of `count` calls over `length` bytes each. */
export function priceOperation(timing: CardTiming, { name, length, count }: OperationCount): Price {
  const rule = RULES.get(name);
  if (rule === undefined) return { ms: null, missing: [`a price rule for ${name}`] };
  return times(priceRule(timing, rule, length), count);
}

/** Terms only subtract what a row contains, so a sum below zero means that the two rows do not fit together. */
function priceRule(timing: CardTiming, rule: PriceRule, length: number): Price {
  const price = sum(rule.terms.map((term) => priceTerm(timing, term, length)));
  return price.ms !== null && price.ms < 0
    ? { ms: null, missing: [`consistent figures for ${rule.operation}`] }
    : price;
}

const NOTHING: Price = { ms: 0, label: 'measured' };

function sum(prices: readonly Price[]): Price {
  const missing = prices.flatMap((price) => (price.ms === null ? price.missing : []));
  if (missing.length > 0) return { ms: null, missing: [...new Set(missing)] };
  return prices.reduce(
    (total, price) =>
      total.ms === null || price.ms === null
        ? total
        : { ms: total.ms + price.ms, label: weakerLabel(total.label, price.label) },
    NOTHING,
  );
}

function times(price: Price, count: number): Price {
  return price.ms === null ? price : { ms: price.ms * count, label: price.label };
}

function describe(operation: OperationCount, price: Price): OperationPrice {
  return {
    ...operation,
    ms: price.ms,
    label: price.ms === null ? null : price.label,
    source: RULES.get(operation.name)?.source ?? 'not in the price list',
  };
}

function withoutTiming(profile: CardProfile, figures: CommandFigures): CommandPrice {
  const missing = [`any timing of profile ${profile.id}`];
  return {
    predictedMs: null,
    cryptoMs: null,
    nvmMs: null,
    wireMs: null,
    label: null,
    operations: figures.operations.map((operation) => describe(operation, { ms: null, missing })),
    missing,
  };
}
