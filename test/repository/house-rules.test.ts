import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf } from './import-rules.js';
import {
  CODE_FOLDERS,
  codeFiles,
  filesUnder,
  lineOf,
  maskStrings,
  ROOT,
  type SourceFile,
  withoutComments,
} from './source-files.js';

const MAX_LINES = 400;
const files = codeFiles();

/** Something that no file of certain folders may contain. The pattern reads text without comments and strings. */
type Ban = {
  readonly what: string;
  readonly pattern: RegExp;
  readonly applies: (file: string) => boolean;
  /** A line that the pattern must catch: a ban that catches nothing is no ban. */
  readonly caught: string;
};

const anywhere = () => true;
const inFolders = (...folders: string[]) => {
  return (file: string) => folders.includes(folderOf(file));
};
/** Clocks are ports: the file that gives the real one to the composition root says so in its name. */
const isClock = (file: string) => /(^|[/-])clock[.-]/.test(file);

const BANS: readonly Ban[] = [
  {
    what: 'unseeded randomness',
    pattern: /\bMath\s*\.\s*random\b/g,
    applies: anywhere,
    caught: 'x = Math.random();',
  },
  { what: 'any', pattern: /\bas any\b|<any>/g, applies: anywhere, caught: 'x as any' },
  {
    what: 'a test run alone or left out',
    pattern: /\b(?:it|test|describe|bench)(?:\.\w+)*\.(?:only|skip|todo)\b/g,
    applies: anywhere,
    caught: "it.only('x', () => {})",
  },
  {
    what: 'the time of the machine',
    pattern: /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\s*\.\s*now\b/g,
    applies: (file) => inFolders('apdu', 'applet', 'host')(file) && !isClock(file),
    caught: 'const now = Date.now();',
  },
  {
    what: 'output of a library',
    pattern: /\bconsole\s*\.|\bprocess\s*\.\s*(?:stdout|stderr)\b/g,
    applies: inFolders('apdu', 'applet', 'reader-drivers', 'host'),
    caught: "console.log('x');",
  },
  {
    what: 'a host API on the card or on the wire',
    pattern:
      /(?<![.\w])(?:(?:process|globalThis|Buffer|crypto)\s*\.|(?:setTimeout|setInterval|TextEncoder|TextDecoder)\s*\()/g,
    applies: inFolders('apdu', 'applet'),
    caught: 'crypto.getRandomValues(x)',
  },
  {
    what: 'unfinished work',
    pattern: /\bnot implemented\b/gi,
    applies: (file) => !file.startsWith('test/'),
    caught: "throw new Error('not implemented')",
  },
];

/** Bans that also hold for comments and other text. */
const TEXT_BANS: readonly Omit<Ban, 'applies'>[] = [
  // put together so that this file does not hold what it looks for
  {
    what: 'a path of one machine',
    pattern: new RegExp(
      `(?<![\\w.$}-])/(?:${['work', 'home', 'root', 'Users'].join('|')})/\\w|[A-Z]:\\\\Users`,
      'g',
    ),
    caught: ['', 'home', 'someone'].join('/'),
  },
  {
    what: 'a folder beside the checkout',
    pattern: new RegExp(`\\.\\./${'shared'}\\b`, 'g'),
    caught: ['..', 'shared', 'design'].join('/'),
  },
  {
    what: 'a switched-off check',
    pattern: new RegExp(`@${'ts'}-(?:ignore|nocheck)`, 'g'),
    caught: ['// @ts', 'ignore'].join('-'),
  },
  {
    what: 'an open task',
    pattern: new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`, 'g'),
    caught: `// ${'TO'}DO: later`,
  },
];

function hits(file: SourceFile, text: string, ban: Pick<Ban, 'what' | 'pattern'>): string[] {
  return [...text.matchAll(ban.pattern)].map(
    (match) => `${file.path}:${lineOf(text, match.index)} ${ban.what}: ${match[0]}`,
  );
}

describe('the house rules (STYLE)', () => {
  it(`keep every file within ${MAX_LINES} lines`, () => {
    const lines = files.map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }));
    const longest = lines.reduce((a, b) => (b.lines > a.lines ? b : a));
    const sum = lines.reduce((a, b) => a + b.lines, 0);
    console.log(`files: ${files.length}, lines: ${sum}, longest: ${longest.path} (${longest.lines})`);
    expect(files.length).toBeGreaterThan(0);
    expect(lines.filter((file) => file.lines > MAX_LINES)).toEqual([]);
  });

  it('name files in kebab case', () => {
    const odd = files.filter(
      ({ path: file }) => !/^[a-z0-9-]+(\.test|\.d)?\.[cm]?[tj]s$/.test(path.basename(file)),
    );
    expect(odd.map((file) => file.path)).toEqual([]);
  });

  it('ban calls', () => {
    let checks = 0;
    const found = files.flatMap((file) => {
      const code = maskStrings(withoutComments(file.text));
      const bans = BANS.filter((ban) => ban.applies(file.path) && !file.path.startsWith('test/repository/'));
      checks += bans.length;
      return bans.flatMap((ban) => hits(file, code, ban));
    });
    console.log(`calls: ${BANS.length} bans, ${checks} checks of ${files.length} files`);
    expect(checks).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });

  it('ban paths, switched-off checks and open tasks in every text', () => {
    const texts = filesUnder('', [
      '.ts',
      '.js',
      '.mjs',
      '.json',
      '.md',
      '.yml',
      '.yaml',
      '.sh',
      'run',
    ]).filter((file) => file.path !== 'package-lock.json');
    console.log(`texts: ${texts.length} files, ${TEXT_BANS.length} bans`);
    expect(texts.length).toBeGreaterThan(files.length);
    expect(texts.flatMap((file) => TEXT_BANS.flatMap((ban) => hits(file, file.text, ban)))).toEqual([]);
  });

  it.each([...BANS, ...TEXT_BANS])('would notice $what', (ban) => {
    const file = { path: 'x.ts', text: ban.caught };
    expect(hits(file, file.text, ban)).toHaveLength(1);
  });

  it('keep code in the code folders and explain each in a README', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .filter((name) => !['node_modules', 'dist', 'coverage'].includes(name));
    const elsewhere = folders
      .filter((folder) => !(CODE_FOLDERS as readonly string[]).includes(folder))
      .flatMap((folder) => filesUnder(folder, ['.ts', '.js', '.mjs']));
    expect(elsewhere.map((file) => file.path)).toEqual([]);
    const silent = CODE_FOLDERS.filter((folder) => !existsSync(path.join(ROOT, folder, 'README.md')));
    console.log(`READMEs: ${CODE_FOLDERS.length - silent.length} of ${CODE_FOLDERS.length} code folders`);
    expect(silent).toEqual([]);
  });

  it('let an index.ts re-export and do nothing else', () => {
    const doors = files.filter((file) => path.basename(file.path) === 'index.ts');
    console.log(`doors: ${doors.length}`);
    expect(doors.length).toBeGreaterThan(0);
    for (const door of doors) {
      const rest = withoutComments(door.text).replace(
        /\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})(?:\s+from\s+'[^']+')?;/g,
        '',
      );
      expect(rest.trim(), door.path).toBe('');
    }
  });

  it('pin every dependency', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const pins = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries((manifest[kind] ?? {}) as Record<string, string>),
    );
    console.log(`dependencies: ${pins.length}`);
    expect(pins.length).toBeGreaterThan(0);
    expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
