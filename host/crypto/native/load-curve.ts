/** The curve of a process on the engine that this machine has. */

import type { CurveName } from '../../../apdu/index.js';
import type { HostCurve } from '../group-signature/host-curve.js';
import { loadMclCurve } from '../group-signature/mcl.js';
import { chooseEngine } from './engine-choice.js';
import { NativeCurve } from './native-curve.js';

let accelerated: HostCurve | undefined;

/** BLS12-381 on the accelerated engine where {@link chooseEngine} takes it, everything else on mcl-wasm. */
export async function loadHostCurve(name: CurveName): Promise<HostCurve> {
  if (name !== 'bls12381') return loadMclCurve(name);
  const choice = chooseEngine();
  if (choice.engine === 'mcl-wasm') return loadMclCurve(name);
  accelerated ??= new NativeCurve(choice.module);
  return accelerated;
}
