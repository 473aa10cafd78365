/** Programs of others that a test needs. */

import { spawnSync } from 'node:child_process';

/** Why `program` can not be run here, or undefined. @throws {Error} with the reason in CI, where nothing may be missing. */
export function whyNoTool(program: string, versionOption = '--version'): string | undefined {
  if (spawnSync(program, [versionOption]).error === undefined) return undefined;
  const reason = `${program} is not installed`;
  if (process.env.CI) throw new Error(`required here (CI is set), but ${reason}`);
  console.log(`skipped: ${reason}`);
  return reason;
}
