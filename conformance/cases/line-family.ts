/** What cases of the line share: how they reach the card's contacts, and commands that any card of ISO/IEC 7816-4 takes. */

import { fromHex } from '../../apdu/index.js';
import {
  BOTH,
  type CaseDefaults,
  type CaseEntry,
  type ConformanceCase,
  caseFamily,
  type Feature,
} from '../case.js';
import { expectThat, NotApplicable, statusText } from '../checks.js';
import type { LineCard, LineProtocol } from '../line/line-card.js';
import { type T0Answer, t0Exchange } from '../line/t0-line.js';
import { T1Line } from '../line/t1-line.js';
import type { TestCard } from '../test-card.js';

type LineEntry<Subject> = Omit<CaseEntry, 'run'> & {
  /** `card` for the keys and random numbers of its issuer. */
  readonly run: (subject: Subject, card: TestCard) => Promise<void>;
};

type LineDefaults = Pick<CaseDefaults, 'category' | 'features'> & { readonly clause?: string };

function lineFamily<Subject>(
  defaults: LineDefaults,
  line: LineProtocol,
  subjectOf: (line: LineCard) => Subject,
  entries: readonly LineEntry<Subject>[],
): readonly ConformanceCase[] {
  const onLine = (features: readonly Feature[]) => ['line' as const, ...features];
  return caseFamily(
    { ...defaults, features: onLine(defaults.features), applications: BOTH, fixture: 'any', line },
    entries.map((entry) => ({
      ...entry,
      features: onLine(entry.features ?? defaults.features),
      run: (card) => entry.run(subjectOf(card.line), card),
    })),
  );
}

/** Cases that hear the card before any protocol: they reset it themselves. */
export const resetFamily = (defaults: LineDefaults, entries: readonly LineEntry<LineCard>[]) =>
  lineFamily(defaults, 'any', (line) => line, entries);

/** Cases that begin right after ATR and PPS for T=0. */
export const t0Family = (defaults: LineDefaults, entries: readonly LineEntry<LineCard>[]) =>
  lineFamily(defaults, 'T=0', (line) => line, entries);

/** Cases that begin right after ATR and PPS for T=1. */
export const t1Family = (defaults: LineDefaults, entries: readonly LineEntry<T1Line>[]) =>
  lineFamily(defaults, 'T=1', (line) => new T1Line(line), entries);

/** SELECT by the name of the application, no answer wanted: header and data. */
export function selectApplication({ aid }: LineCard): {
  readonly header: readonly number[];
  readonly data: Uint8Array;
} {
  return { header: [0x00, 0xa4, 0x04, 0x0c, aid.length], data: aid };
}

/** The same as a command APDU. */
export function selectApdu(line: LineCard): Uint8Array {
  const { header, data } = selectApplication(line);
  return Uint8Array.of(...header, ...data);
}

/** SELECT with the file control information wanted. */
export function selectForInformation({ aid }: LineCard): Uint8Array {
  return Uint8Array.of(0x00, 0xa4, 0x04, 0x00, aid.length, ...aid);
}

/** The same with Le, as T=1 carries it: the whole answer at once. */
export function selectAtOnce(line: LineCard): Uint8Array {
  return Uint8Array.of(...selectForInformation(line), 0x00);
}

/** READ BINARY of EF.DIR by its short identifier: an answer that does not change (ISO/IEC 7816-4:2020, 12.2.1). */
export const READ_DIRECTORY: Uint8Array = fromHex('00b09e0000');
/** Commands whose answer is another one at each execution: INITIALIZE UPDATE, GET CHALLENGE. */
const DRAWING: readonly Uint8Array[] = [fromHex('8050000008010203040506070800'), fromHex('0084000010')];

/** The first of them that this card takes; `send` gives the status word. @throws {NotApplicable} */
export async function drawingCommand(send: (command: Uint8Array) => Promise<number>): Promise<Uint8Array> {
  for (const command of DRAWING) if ((await send(command)) === 0x9000) return command;
  throw new NotApplicable('this card draws no challenge now');
}

export const swOf = (response: Uint8Array): number => (response.at(-2)! << 8) | response.at(-1)!;

export function expectSw(sw: number, ...allowed: readonly number[]): void {
  expectThat(allowed.includes(sw), allowed.map(statusText).join(' or '), statusText(sw));
}

/** SW1 that says that the command was not executed. */
export function expectRefused(sw: number): void {
  expectThat(sw >= 0x6400 && sw < 0x7000, 'a checking or execution error', statusText(sw));
}

/** The card still takes commands as before. */
export async function expectT0Alive(line: LineCard): Promise<T0Answer> {
  const { header, data } = selectApplication(line);
  const answer = await t0Exchange(line, header, data);
  expectSw(answer.sw, 0x9000);
  return answer;
}

export async function expectT1Alive(t1: T1Line): Promise<void> {
  const response = await t1.exchange(selectApdu(t1.line));
  expectSw(swOf(response), 0x9000);
}
