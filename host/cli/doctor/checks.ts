/** What `imis doctor` looks at: each check tells what it found and the command that mends it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseEngine, loadMclCurve } from '../../index.js';
import { compilerName, compilerVersion } from '../accelerator/build.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { examinePcsc } from '../readers/pcsc-service.js';
import type { Finding } from './finding.js';

/** All findings, the required before the optional. */
export async function examine(): Promise<readonly Finding[]> {
  return [nodeVersion(), await mclWasm(), acceleratedEngine(), compiler(), ...(await examinePcsc()).findings];
}

function nodeVersion(): Finding {
  const { engines } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const wanted = engines.node.replace(/^>=/, '');
  const name = 'Node.js';
  if (isAtLeast(process.versions.node, wanted)) {
    return { name, state: 'ok', detail: `${process.version}, ${process.platform} ${process.arch}` };
  }
  const detail = `${process.version} is older than ${wanted}`;
  return { name, state: 'failed', detail, mend: `install Node.js ${wanted} or newer` };
}

/** Whether a dotted version is another or newer. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [i, part] of want!.entries()) if ((have![i] ?? 0) !== part) return (have![i] ?? 0) > part;
  return true;
}

async function mclWasm(): Promise<Finding> {
  const name = 'mcl-wasm';
  try {
    await Promise.all([loadMclCurve('bls12381'), loadMclCurve('bn254')]);
    return { name, state: 'ok', detail: 'loads and knows the generators of BLS12-381 and BN' };
  } catch {
    return { name, state: 'failed', detail: 'it does not load', mend: 'npm ci' };
  }
}

function acceleratedEngine(): Finding {
  const name = 'group signatures';
  const choice = chooseEngine();
  if (choice.engine === 'native') {
    const detail = `BLS12-381 on the accelerated engine (${choice.file}), BN on mcl-wasm`;
    return { name, state: 'ok', detail };
  }
  const detail = `BLS12-381 and BN on mcl-wasm: ${choice.detail}`;
  switch (choice.reason) {
    case 'asked':
      return { name, state: 'ok', detail };
    case 'absent':
      return { name, state: 'absent', detail, mend: 'imis engine build' };
    case 'unsafe':
    case 'broken':
      return { name, state: 'failed', detail, mend: 'imis engine remove, then imis engine build' };
  }
}

function compiler(): Finding {
  const name = 'C compiler';
  const version = compilerVersion();
  if (version !== undefined) return { name, state: 'ok', detail: version };
  const detail = `there is no "${compilerName()}"; only imis engine build and the PC/SC binding need one`;
  return { name, state: 'absent', detail, mend: 'Debian: apt-get install build-essential' };
}
