/**
 * Brings `dist/` up to date before any test runs, so that the tests of the program never see a stale build. A build
 * that fails is told to them and fails them alone: all other tests run from source.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** What the compiler said when the program could not be built; empty when it was. */
    readonly programFault: string;
  }
}

export default function setup(project: TestProject): void {
  const build = (): void => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, '-b', '--pretty', 'false'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    project.provide('programFault', status === 0 ? '' : `the program does not compile:\n${stdout}${stderr}`);
  };
  build();
  project.onTestsRerun(async () => build());
}
