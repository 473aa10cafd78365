/** Implementation conformance statement: which features a card claims to have. */

import { type ConformanceCase, FEATURES, type Feature } from './case.js';

export type CardStatement = {
  /** Name of card and version, for the report. */
  readonly card?: string;
  /** Claimed features; cases for any other are not applicable, a claimed one that is missing fails. */
  readonly features: readonly Feature[];
  /** Hexadecimal: an application of somebody else's, against which the ISO subset is run. */
  readonly aid?: string;
};

/** The text is no statement. The message is one sentence. */
export class StatementError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StatementError';
  }
}

const MEMBERS = ['icsVersion', 'card', 'features', 'aid'];

/** Reads the JSON text of a statement. @throws {StatementError} */
export function parseStatement(text: string): CardStatement {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StatementError('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new StatementError('it is no JSON object');
  const { icsVersion, card, features, aid } = value as Record<string, unknown>;
  const odd = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (odd !== undefined) throw new StatementError(`it has the unknown member "${odd}"`);
  if (icsVersion !== 1) throw new StatementError('its icsVersion is not 1');
  if (card !== undefined && typeof card !== 'string') throw new StatementError('its card is no text');
  if (aid !== undefined && !(typeof aid === 'string' && /^([0-9a-f]{2}){5,16}$/i.test(aid)))
    throw new StatementError('its aid is not 5 to 16 bytes in hexadecimal');
  if (!Array.isArray(features)) throw new StatementError('its features are no list');
  const unknown = features.find((feature) => !(FEATURES as readonly unknown[]).includes(feature));
  if (unknown !== undefined)
    throw new StatementError(
      `it claims ${JSON.stringify(unknown)}; known features are ${FEATURES.join(', ')}`,
    );
  return {
    ...(card === undefined ? {} : { card }),
    features: features as Feature[],
    ...(aid === undefined ? {} : { aid }),
  };
}

/** A statement that claims everything, to be shortened. */
export function statementTemplate(): string {
  return `${JSON.stringify({ icsVersion: 1, card: 'name and version of the card', features: FEATURES }, null, 2)}\n`;
}

/** Features that a case needs and the card does not claim. */
export function unclaimed(
  statement: CardStatement | undefined,
  one: Pick<ConformanceCase, 'features'>,
  lacks: readonly Feature[] = [],
): readonly Feature[] {
  return one.features.filter(
    (feature) => lacks.includes(feature) || (statement && !statement.features.includes(feature)),
  );
}

const PROJECT_FEATURES: readonly Feature[] = ['personalisation'];

/** Whether a case holds for any card of ISO/IEC 7816-3 and -4, knowing nothing of its application but the name. */
export function isIsoSubset(one: ConformanceCase): boolean {
  return (
    one.fixture === 'any' &&
    one.origin === 'hand-written' &&
    /ISO\/IEC 7816/.test(one.clause) &&
    one.applications.length > 1 &&
    !one.features.some((feature) => PROJECT_FEATURES.includes(feature))
  );
}
