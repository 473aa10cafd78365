/** Which cases are for which clause. */

import type { ConformanceCase } from '../case.js';

const DOCUMENT =
  /^(?:ISO\/IEC [\d-]+(?::\d+)?|GlobalPlatform [^,]+|RFC \d+|NIST SP [\d-]+(?: part \d)?|SEC \d|project[^,]*)/;
/** Where status words are defined, whatever document the clause before is from. */
const STATUS_WORDS = /^5\.6 /;

/** Identifiers of cases by clause. Parts of a clause are separated by semicolons; a part without a document is of the one before. */
export function clausesOf(
  cases: readonly Pick<ConformanceCase, 'id' | 'clause'>[],
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const one of cases) {
    let document = '';
    for (const text of one.clause.split(';')) {
      const bare = text
        .trim()
        .replace(/: .*$/, '')
        .replace(/^7816-/, 'ISO/IEC 7816-');
      document = DOCUMENT.exec(bare)?.[0] ?? document;
      const part = STATUS_WORDS.test(bare) ? `ISO/IEC 7816-4:2020, ${bare}` : bare;
      const key = DOCUMENT.test(part) ? part : `${document}, ${part}`;
      found.set(key, (found.get(key) ?? new Set()).add(one.id));
    }
  }
  return found;
}
