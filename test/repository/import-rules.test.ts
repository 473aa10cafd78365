import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf, type Import, importFault, importsOf } from './import-rules.js';
import { codeFiles, maskStrings, ROOT, withoutComments } from './source-files.js';

const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly [key in 'dependencies' | 'devDependencies' | 'optionalDependencies']?: Record<string, string>;
};
const shipped = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
const all = new Set([...shipped, ...Object.keys(manifest.devDependencies ?? {})]);
const exists = (file: string) => existsSync(path.join(ROOT, file));

/** Imports whose file is known only when they run, by file. */
const COMPUTED: Readonly<Record<string, number>> = {
  // the instrumented build of the card's own code
  'perf/metering/metered-applet.ts': 1,
  // the module of a vendor's applet
  'host/cli/applet-module.ts': 1,
};

function fault(found: Import): string | undefined {
  // what is shipped may not need what only development installs, unless for its types
  const declared = folderOf(found.from) === 'test' || found.typeOnly ? all : new Set(shipped);
  return importFault(found, exists, declared);
}

describe('who may see whom (ARCHITECTURE)', () => {
  it('holds for every import of the code folders', () => {
    const files = codeFiles();
    const imports = files.flatMap(importsOf);
    const perFolder = new Map<string, number>();
    for (const { from } of imports) perFolder.set(folderOf(from), (perFolder.get(folderOf(from)) ?? 0) + 1);
    const counts = [...perFolder].map(([folder, count]) => `${folder} ${count}`).join(', ');
    console.log(`imports checked: ${imports.length} (${counts})`);
    expect(imports.length).toBeGreaterThan(0);
    // the reader is no parser: whatever looks like the end of an import must have been read as one
    const shippedFiles = files.filter((file) => folderOf(file.path) !== 'test');
    for (const file of shippedFiles) {
      const ends =
        maskStrings(withoutComments(file.text)).match(/\bfrom\s*['"][^'"]+['"]|\b(?:import|require)\s*\(/g) ??
        [];
      const readable = ends.length - (COMPUTED[file.path] ?? 0);
      expect(importsOf(file).length, file.path).toBeGreaterThanOrEqual(readable);
    }
    const faults = imports.flatMap((found) => {
      const wrong = fault(found);
      return wrong === undefined ? [] : [`${found.from}:${found.line} ${found.specifier}: ${wrong}`];
    });
    expect(faults).toEqual([]);
  });

  it('names every file and line of the imports it reads', () => {
    const text = [
      'import a, { b } from \'./one.js\'; import type { C } from "./two.js";',
      "import './three.js';",
      "export * from './four.js';",
      'export {',
      '  d,',
      "} from './five.js';",
      "const e = await import('./six.js'); // import f from './comment.js'",
      "/* import g from './comment.js' */ const h = require('./seven.js');",
      "import { type I, type J } from './eight.js';",
      "const text = 'no import';",
      "export type { K } from './nine.js';",
    ].join('\n');
    const found = importsOf({ path: 'host/x.ts', text }).sort((x, y) => x.line - y.line);
    expect(found.map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly])).toEqual([
      ['./one.js', 1, false],
      ['./two.js', 1, true],
      ['./three.js', 2, false],
      ['./four.js', 3, false],
      ['./five.js', 4, false],
      ['./six.js', 7, false],
      ['./seven.js', 8, false],
      ['./eight.js', 9, false],
      ['./nine.js', 11, true],
    ]);
  });

  it.each([
    ['apdu/a.ts', '../applet/index.js', false, 'apdu may not see applet'],
    ['apdu/a.ts', '@noble/hashes/sha2.js', false, 'apdu imports no package'],
    ['apdu/a.ts', 'node:fs', false, 'apdu uses no Node API'],
    ['applet/a.ts', 'mcl-wasm', false, 'applet may not import mcl-wasm'],
    ['applet/b/a.ts', '../../apdu/tlv.js', false, 'apdu is entered by apdu/index.js only'],
    ['applet/a.ts', '../host/index.js', true, 'applet may not see host'],
    ['conformance/a.ts', '../reader-drivers/index.js', false, 'may not see reader-drivers but its types'],
    ['host/a.ts', '../applet/index.js', false, 'host may not see applet'],
    ['host/a.ts', './cli/index.js', false, 'host may not see host/cli'],
    ['perf/a.ts', '../host/index.js', false, 'perf may not see host'],
    ['reader-drivers/a.ts', '../applet/index.js', false, 'reader-drivers may not see applet'],
    ['host/cli/a.ts', '../../apdu/tlv.js', false, 'entered by apdu/index.js only'],
    ['host/a.ts', './a', false, 'ends in .js'],
    ['host/a.ts', './nowhere.js', false, 'does not exist'],
    ['host/a.ts', 'left-pad', false, 'left-pad is not in package.json'],
    ['docs/a.ts', '../apdu/index.js', false, 'docs is no code folder'],
  ])('%s may not import %s', (from, specifier, typeOnly, message) => {
    const present = (file: string) => !file.includes('nowhere');
    expect(importFault({ from, line: 1, specifier, typeOnly }, present, all)).toContain(message);
  });

  it.each([
    ['applet/a.ts', '../apdu/index.js', false],
    ['applet/a.ts', '@noble/hashes/sha2.js', false],
    ['conformance/a.ts', '../reader-drivers/index.js', true],
    ['host/cli/a.ts', '../index.js', false],
    ['host/cli/a.ts', '../../applet/index.js', false],
    ['host/a.ts', 'node:fs', false],
    ['test/apdu/a.ts', '../../apdu/index.js', false],
  ])('%s may import %s', (from, specifier, typeOnly) => {
    expect(importFault({ from, line: 1, specifier, typeOnly }, () => true, all)).toBeUndefined();
  });
});
