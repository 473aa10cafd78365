/** Which engine computes group signatures on BLS12-381 in this process, and why. */

import { type LoadedNativeModule, loadNativeModule, type NativeModule } from './native-module.js';

export type EngineChoice =
  | { readonly engine: 'native'; readonly module: NativeModule; readonly file: string }
  | {
      readonly engine: 'mcl-wasm';
      /** `asked`: by IMIS_ENGINE=mcl-wasm. The others are why the built engine is not taken. */
      readonly reason: 'asked' | Extract<LoadedNativeModule, { ok: false }>['reason'];
      /** A sentence without its full stop. */
      readonly detail: string;
    };

/** The accelerated engine where it has been built and is fit, unless the environment asks for mcl-wasm. */
export function chooseEngine(environment: NodeJS.ProcessEnv = process.env): EngineChoice {
  if (environment.IMIS_ENGINE === 'mcl-wasm') {
    return { engine: 'mcl-wasm', reason: 'asked', detail: 'IMIS_ENGINE=mcl-wasm asks for it' };
  }
  const loaded = loadNativeModule();
  if (!loaded.ok) return { engine: 'mcl-wasm', reason: loaded.reason, detail: loaded.detail };
  return { engine: 'native', module: loaded.module, file: loaded.file };
}
