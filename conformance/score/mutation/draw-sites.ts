/**
 * Draws sites by a seed. Every site has a rank of its own, a hash of the seed and of what stands there; the
 * lowest ranks are drawn. So an edit of the program changes the draw at the place of the edit and nowhere else,
 * and a site keeps its identifier while its line moves.
 */

import { createHash } from 'node:crypto';
import { findSites } from './find-sites.js';
import type { Operator, Site } from './site.js';

/** A compiled file: its path from the root of the build, without extension, and its text. */
export type CompiledFile = { readonly path: string; readonly text: string };

export type DrawnSite = Site & { readonly id: string; readonly path: string };

/** At most so many sites of one function, and of one operator in the whole draw. */
const PER_FUNCTION = 1;
const PART_OF_OPERATOR = 0.3;

/** Every site of the files, with its identifier. */
export function sitesOf(files: readonly CompiledFile[]): readonly DrawnSite[] {
  return files.flatMap(({ path, text }) => {
    const seen = new Map<string, number>();
    return findSites(text).map((site) => {
      const name = [path, site.within, site.operator, site.before, site.after].join('\n');
      const ordinal = seen.get(name) ?? 0;
      seen.set(name, ordinal + 1);
      return { ...site, path, id: `mechanical/${hash(`${name}\n${ordinal}`).slice(0, 10)}` };
    });
  });
}

/** `count` sites by the seed, without those of `excluded`. */
export function drawSites(
  sites: readonly DrawnSite[],
  seed: number,
  count: number,
  excluded: ReadonlySet<string>,
): readonly DrawnSite[] {
  const ranked = sites
    .map((site) => ({ site, rank: hash(`${seed}\n${site.id}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const functions = new Map<string, number>();
  const operators = new Map<Operator, number>();
  const drawn: DrawnSite[] = [];
  for (const { site } of ranked) {
    if (drawn.length === count) break;
    const place = `${site.path} ${site.within}`;
    const here = functions.get(place) ?? 0;
    const alike = operators.get(site.operator) ?? 0;
    if (here >= PER_FUNCTION || alike >= count * PART_OF_OPERATOR) continue;
    // an excluded site takes its place in the draw all the same, or another would depend on the exclusion
    functions.set(place, here + 1);
    if (excluded.has(site.id)) continue;
    operators.set(site.operator, alike + 1);
    drawn.push(site);
  }
  return drawn;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
