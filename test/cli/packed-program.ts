/**
 * The package as a stranger gets it: `npm pack`, `npm install` of the file into an empty folder elsewhere, and the
 * program run from there. Run by `npm run test:pack`; it needs the registry for the dependencies and takes a while,
 * so it is no part of `npm test`.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the program reads at run time, and what a package must come with. */
const NEEDED = [
  'dist/host/cli/main.js',
  'perf/profiles/default.json',
  'examples/acute-bronchitis.json',
  'docs/visit.schema.json',
];

let checks = 0;
function check(condition: boolean, what: string): void {
  assert.ok(condition, what);
  checks++;
  console.log(`✓ ${what}`);
}

/** Runs a command in a folder; its standard output. */
function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  assert.equal(
    status,
    0,
    `${command} ${args.join(' ')}: ${error?.message ?? `status ${status}`}\n${stdout}${stderr}`,
  );
  return stdout;
}

const folder = mkdtempSync(join(tmpdir(), 'imis-pack-'));
try {
  // `prepare` builds before packing; its output would stand before the list
  const [packed] = JSON.parse(
    run(ROOT, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder).replace(/^[^[]*/, ''),
  ) as [{ filename: string; files: { path: string }[] }];
  const files = packed.files.map(({ path }) => path);
  check(
    NEEDED.every((path) => files.includes(path)),
    `${packed.filename} holds ${files.length} files, and all that the program needs`,
  );
  const strange = files.filter((path) => /^(?:test|node_modules|\.)|\.tsbuildinfo$/.test(path));
  check(strange.length === 0, `no tests, build records or hidden files are packed ${strange.join(' ')}`);

  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--omit=optional', `./${packed.filename}`);
  const installed = join(folder, 'node_modules', 'imis-card');
  check(
    existsSync(join(installed, 'dist')),
    'it installs into an empty folder, without the optional packages',
  );

  const visit = run(folder, 'npx', '--no-install', 'imis', 'visit', '--trace', 'none');
  check(/^The visit is complete: /m.test(visit), 'npx imis visit --trace none completes');
  const json = run(folder, 'npx', '--no-install', 'imis', 'visit', '--seed', '5', '--json');
  const here = run(ROOT, process.execPath, 'dist/host/cli/main.js', 'visit', '--seed', '5', '--json');
  check(json === here, 'imis visit --seed 5 --json is the same there as here');
  const reference = run(folder, 'npx', '--no-install', 'imis', 'spec', 'docs');
  check(
    reference === readFileSync(join(ROOT, 'docs', 'apdu-reference.md'), 'utf8'),
    'imis spec docs is the committed reference',
  );

  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  for (const door of Object.keys(exports)) {
    const name = `imis-card${door.slice(1)}`;
    const count = run(
      folder,
      process.execPath,
      '--input-type=module',
      '-e',
      'console.log(Object.keys(await import(process.argv[1])).length)',
      name,
    );
    check(Number(count) > 0, `${name} can be imported: ${count.trim()} exports`);
  }
  console.log(`${checks} checks passed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
