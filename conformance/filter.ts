/** Filters: which cases to run, as a small expression. */

import type { ConformanceCase } from './case.js';

/** The expression is none. The message is one sentence that says what was expected and where. */
export class FilterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FilterError';
  }
}

/** The grammar, for `--help` and documents. */
export const FILTER_GRAMMAR = `A filter is made of terms with "and", "or" (a comma means the same), "not" and parentheses.
A term is a case's identifier, a category, an identifier with * for any characters, or a part of one; or
  id:PATTERN  category:NAME  clause:TEXT  feature:NAME  application:NAME  fixture:NAME
  origin:generated  origin:hand-written  destructive:yes  destructive:no
clause:TEXT holds where the clause contains the text; quotes keep blanks together: clause:"7816-4:2020, 11.5.6".`;

type Matcher = (one: ConformanceCase) => boolean;
type Token = { readonly text: string; readonly at: number; readonly quoted: boolean };

/**
 * The cases that a filter names; no filter names all. An empty answer is a usage error of the caller.
 * @throws {FilterError}
 */
export function selectCases(
  cases: readonly ConformanceCase[],
  filter: string | undefined,
): readonly ConformanceCase[] {
  if (filter === undefined || filter.trim() === '') return cases;
  const matches = new FilterParser(tokensOf(filter), cases).parse();
  return cases.filter(matches);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:([(),])|((?:[^\s(),"]|"[^"]*")+)|("))/gy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const match = pattern.exec(text);
    if (!match || match[3]) throw new FilterError('The filter has a quotation mark without its second one.');
    const token = match[1] ?? match[2]!;
    tokens.push({ text: token.replaceAll('"', ''), at: match.index, quoted: token.includes('"') });
  }
  return tokens;
}

class FilterParser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly cases: readonly ConformanceCase[],
  ) {}

  parse(): Matcher {
    const whole = this.either();
    const rest = this.tokens[this.at];
    if (rest)
      throw new FilterError(`The filter has "${rest.text}" where "and", "or" or its end is expected.`);
    return whole;
  }

  private either(): Matcher {
    const parts = [this.both()];
    while (this.take(',', 'or')) {
      // a comma at the end, or two of them, name nothing more
      const next = this.tokens[this.at];
      if (!next || (!next.quoted && (next.text === ',' || next.text === ')'))) continue;
      parts.push(this.both());
    }
    return (one) => parts.some((part) => part(one));
  }

  private both(): Matcher {
    const parts = [this.negated()];
    while (this.take('and')) parts.push(this.negated());
    return (one) => parts.every((part) => part(one));
  }

  private negated(): Matcher {
    if (this.take('not')) {
      const inner = this.negated();
      return (one) => !inner(one);
    }
    if (this.take('(')) {
      const inner = this.either();
      if (!this.take(')'))
        throw new FilterError('The filter has an opening parenthesis without its closing one.');
      return inner;
    }
    const token = this.tokens[this.at++];
    if (!token || (!token.quoted && [')', ',', 'and', 'or'].includes(token.text)))
      throw new FilterError(
        `The filter has ${token ? `"${token.text}"` : 'its end'} where a term is expected.`,
      );
    return termMatcher(this.cases, token.text);
  }

  private take(...texts: readonly string[]): boolean {
    const token = this.tokens[this.at];
    if (!token || token.quoted || !texts.includes(token.text)) return false;
    this.at++;
    return true;
  }
}

const KEYS: Readonly<Record<string, (one: ConformanceCase, value: string) => boolean>> = {
  id: (one, value) => glob(value).test(one.id),
  category: (one, value) => one.category === value,
  clause: (one, value) => one.clause.toLowerCase().includes(value.toLowerCase()),
  feature: (one, value) => (one.features as readonly string[]).includes(value),
  application: (one, value) => (one.applications as readonly string[]).includes(value),
  fixture: (one, value) => one.fixture === value,
  origin: (one, value) => one.origin === value,
  destructive: (one, value) => one.destructive === (value === 'yes'),
};

function termMatcher(cases: readonly ConformanceCase[], term: string): Matcher {
  const [, key, value] = /^([a-z]+):(.+)$/s.exec(term) ?? [];
  if (key !== undefined && value !== undefined) {
    const holds = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (!holds)
      throw new FilterError(`The filter asks for "${key}:"; known are ${Object.keys(KEYS).join(', ')}.`);
    return (one) => holds(one, value);
  }
  if (cases.some((one) => one.id === term)) return (one) => one.id === term;
  if (cases.some((one) => one.category === term)) return (one) => one.category === term;
  if (!term.includes('*')) return (one) => one.id.includes(term);
  const pattern = glob(term);
  return (one) => pattern.test(one.id);
}

function glob(term: string): RegExp {
  const parts = term.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
