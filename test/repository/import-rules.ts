import path from 'node:path';
import { lineOf, maskStrings, type SourceFile, withoutComments } from './source-files.js';

/** One import, re-export or dynamic import. */
export type Import = {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Erased by the compiler: `import type` or `export type`. */
  readonly typeOnly: boolean;
};

/** What a folder may import: other folders by their door, packages, Node's own modules. */
type Rule = {
  readonly folders: readonly string[];
  /** Folders of which only types may be used. */
  readonly types?: readonly string[];
  readonly packages: 'none' | 'any' | RegExp;
  readonly node: boolean;
};

/** ARCHITECTURE: who may see whom. `host/cli` is the composition root. */
export const RULES: { readonly [folder: string]: Rule } = {
  apdu: { folders: [], packages: 'none', node: false },
  applet: { folders: ['apdu'], packages: /^@noble\//, node: false },
  'reader-drivers': { folders: ['apdu'], packages: 'any', node: true },
  conformance: { folders: ['apdu'], types: ['reader-drivers'], packages: 'any', node: true },
  perf: { folders: ['apdu', 'applet', 'reader-drivers'], packages: 'any', node: true },
  host: { folders: ['apdu', 'reader-drivers'], packages: 'any', node: true },
  'host/cli': {
    folders: ['apdu', 'applet', 'reader-drivers', 'conformance', 'perf', 'host'],
    packages: 'any',
    node: true,
  },
  // a vendor's applet sees what a vendor's package would
  examples: { folders: ['apdu', 'applet'], packages: 'none', node: false },
  test: {
    folders: ['apdu', 'applet', 'reader-drivers', 'conformance', 'perf', 'host', 'host/cli', 'examples'],
    packages: 'any',
    node: true,
  },
};

/** The folder of {@link RULES} that a path belongs to. */
export function folderOf(file: string): string {
  return file.startsWith('host/cli/') ? 'host/cli' : file.split('/')[0]!;
}

const STATEMENT =
  /(?:^|[;}\n])\s*(import|export)\s+((?:type\s+)?(?:[\w$*\s,]|\{[^}]*\})*?)\s*from\s*(['"])([^'"]+)\3/dg;
const BARE = /(?:^|[;}\n])\s*import\s*(['"])([^'"]+)\1/dg;
const DYNAMIC = /\b(?:import|require|createRequire\([^)]*\))\s*\(\s*(['"`])([^'"`]+)\1/dg;

/** Every import of a file. */
export function importsOf(file: SourceFile): Import[] {
  const text = withoutComments(file.text);
  // an import within a string is none, so the patterns read masked text and the names come from the whole
  const code = maskStrings(text);
  const found = (match: RegExpExecArray, name: number, typeOnly: boolean): Import => {
    const [start, end] = match.indices![name]!;
    const line = lineOf(text, match.index + match[0].search(/[a-z]/));
    return { from: file.path, line, specifier: text.slice(start, end), typeOnly };
  };
  return [
    // `import { type X }` is no type import: the compiler keeps the import and drops the names
    ...[...code.matchAll(STATEMENT)].map((match) => found(match, 4, /^type\s/.test(match[2]!))),
    ...[...code.matchAll(BARE), ...code.matchAll(DYNAMIC)].map((match) => found(match, 2, false)),
  ];
}

/** What is wrong with an import, or `undefined`. `exists` tells whether a path from the root is a file. */
export function importFault(
  found: Import,
  exists: (file: string) => boolean,
  declared: ReadonlySet<string>,
): string | undefined {
  const own = folderOf(found.from);
  const rule = RULES[own];
  if (!rule) return `${own} is no code folder`;
  const { specifier } = found;
  if (specifier.startsWith('node:')) return rule.node ? undefined : `${own} uses no Node API`;
  if (!specifier.startsWith('.')) {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    if (rule.packages === 'none') return `${own} imports no package`;
    if (rule.packages !== 'any' && !rule.packages.test(specifier)) return `${own} may not import ${name}`;
    return declared.has(name) ? undefined : `${name} is not in package.json`;
  }
  const target = path.posix.join(path.posix.dirname(found.from), specifier);
  if (!/\.(js|json)$/.test(target)) return 'a relative import ends in .js';
  if (!exists(target) && !exists(target.replace(/\.js$/, '.ts'))) return `${target} does not exist`;
  const other = folderOf(target);
  if (other === own) return undefined;
  const permitted = rule.folders.includes(other) || (found.typeOnly && rule.types?.includes(other) === true);
  if (!permitted) return `${own} may not see ${other}${rule.types?.includes(other) ? ' but its types' : ''}`;
  // examples have no common door: each stands for itself
  if (other === 'examples') return undefined;
  return target === `${other}/index.js` ? undefined : `${other} is entered by ${other}/index.js only`;
}
