/** The compiled program that mechanical defects are drawn from, and where each place stands in its source. */

import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CompiledFile, DrawnSite } from '../../../conformance/index.js';
import { PACKAGE_ROOT } from '../package-root.js';

const BUILD = join(PACKAGE_ROOT, 'dist');

/**
 * Files of the card's program that the draw leaves alone: its file format, what puts the parts together, the model of
 * the chip's memories: it is the simulator's, decides nothing of its own and is judged by the power-cut tests. (find-sites
 * leaves out constructors: without a field that one of them sets there is no card.)
 */
const NOT_THE_CARD = /^applet\/(image|defects)\/|\/index$|^applet\/runtime\/(?!coprocessor$)/;

/** The card's program, or the ends of the line. */
export const CHANGED_FOLDERS = ['applet', 'reader-drivers'] as const;
export type ChangedFolder = (typeof CHANGED_FOLDERS)[number];

/** The engines of T=0 and T=1, both ends of which are the card's here. */
const LINE_ENGINES =
  /^reader-drivers\/(t0\/(card|direction)|t1\/(card|chain|block|block-receiver|reception))$/;

function isSubject(path: string): boolean {
  return path.startsWith('applet/') ? !NOT_THE_CARD.test(path) : LINE_ENGINES.test(path);
}

/** The files that sites are drawn from. */
export function subjectFiles(): readonly CompiledFile[] {
  return CHANGED_FOLDERS.flatMap(filesBelow)
    .filter(isSubject)
    .map((path) => ({ path, text: readFileSync(join(BUILD, `${path}.js`), 'utf8') }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(BUILD, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return path.endsWith('.js') ? [path.slice(0, -'.js'.length)] : [];
    });
}

/** File and line of a site in the source, as `applet/os/pin.ts:56`. */
export function sourceLine({ path, start }: DrawnSite, text: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(join(BUILD, `${path}.js.map`), 'utf8')));
  const lines = text.slice(0, start).split('\n');
  const entry = map.findEntry(lines.length - 1, lines.at(-1)!.length);
  const line = 'originalLine' in entry ? entry.originalLine + 1 : 0;
  return `${path}.ts:${line}`;
}

/** The address of a compiled file. */
export function fileUrl(path: string): string {
  return pathToFileURL(join(BUILD, path)).href;
}
