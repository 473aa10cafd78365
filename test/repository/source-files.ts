import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folders that hold code, fixed by the architecture. */
export const CODE_FOLDERS = [
  'apdu',
  'applet',
  'conformance',
  // only what a vendor would write: an applet beside its specification
  'examples',
  'host',
  'perf',
  'reader-drivers',
  'test',
] as const;

/** A file by its path from the root, with `/`, and its text. */
export type SourceFile = { readonly path: string; readonly text: string };

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Every file under `folder` (from the root) whose name ends in one of `endings`. */
export function filesUnder(folder: string, endings: readonly string[]): SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const inner = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesUnder(inner, endings);
    if (!endings.some((ending) => entry.name.endsWith(ending))) return [];
    return [{ path: inner, text: readFileSync(path.join(ROOT, inner), 'utf8') }];
  });
}

/** Every TypeScript file of the code folders. */
export function codeFiles(): SourceFile[] {
  return CODE_FOLDERS.flatMap((folder) => filesUnder(folder, ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs']));
}

/**
 * The text with comments blanked out; line breaks stay, so that line numbers do. Strings and
 * template literals are skipped over, so that `//` in a URL is no comment.
 */
export function withoutComments(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
  return text.replace(token, (found) =>
    found.startsWith('/*') || found.startsWith('//') ? found.replace(/[^\n]/g, ' ') : found,
  );
}

/** The text with what stands in quotes replaced by as many dots; apply it after {@link withoutComments}. */
export function maskStrings(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g,
    (found) => found[0] + '.'.repeat(found.length - 2) + found[0],
  );
}

/** 1-based number of the line that holds `index`. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
