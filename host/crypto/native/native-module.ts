/**
 * The accelerated engine's module: where it lies when it has been built, and how it is loaded. It is never
 * installed with the package; `imis engine build` makes it on this machine, and nothing needs it.
 */

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PAIRING_CURVES } from '../../../apdu/index.js';

/** Number of the module's interface; `module.c` has the same. */
const INTERFACE = 1;

/** A point of G1 (144 bytes), G2 (288), an element of GT (576) in the module's own form, or a scalar (32). */
type Bytes = Uint8Array;

/** Functions of one group; `out` takes the result. */
type GroupFunctions<G extends 'g1' | 'g2'> = {
  /** 0 when `out` holds the point, else the place of the reason in {@link DECODE_FAULTS}. */
  readonly [K in `${G}Decode`]: (out: Bytes, encoded: Bytes) => number;
} & {
  readonly [K in `${G}Encode` | `${G}Negate`]: (out: Bytes, point: Bytes) => void;
} & {
  readonly [K in `${G}Add`]: (out: Bytes, a: Bytes, b: Bytes) => void;
} & {
  /** In constant time. The point must be of the subgroup. */
  readonly [K in `${G}Multiply`]: (out: Bytes, point: Bytes, scalar: Bytes) => void;
} & {
  readonly [K in `${G}IsEqual`]: (a: Bytes, b: Bytes) => boolean;
} & {
  readonly [K in `${G}IsInfinite`]: (point: Bytes) => boolean;
};

/** What the module exports. Every function throws for arguments of another type or length. */
export type NativeModule = GroupFunctions<'g1'> &
  GroupFunctions<'g2'> & {
    readonly interface: number;
    /** Over concatenated points and scalars, 1 to 2,048; in variable time, for public values only. */
    readonly g1SumOfMultiples: (out: Bytes, points: Bytes, scalars: Bytes) => void;
    /** Line coefficients of a point of G2 other than O, 19,584 bytes. */
    readonly g2Lines: (out: Bytes, point: Bytes) => void;
    /** Up to eight pairs of a point of G1 and a point of G2 or its lines. */
    readonly millerProduct: (out: Bytes, ...pairs: Bytes[]) => void;
    readonly finalExponentiation: (out: Bytes, element: Bytes) => void;
    readonly gtMultiply: (out: Bytes, a: Bytes, b: Bytes) => void;
    readonly gtIsOne: (element: Bytes) => boolean;
    /** Twelve coefficients, lowest first, each 48 bytes big-endian. */
    readonly gtEncode: (out: Bytes, element: Bytes) => void;
    readonly scalarAdd: (out: Bytes, a: Bytes, b: Bytes) => void;
    readonly scalarSubtract: (out: Bytes, a: Bytes, b: Bytes) => void;
    readonly scalarMultiply: (out: Bytes, a: Bytes, b: Bytes) => void;
    /** 0 for 0. */
    readonly scalarInvert: (out: Bytes, a: Bytes) => void;
  };

/** Reasons by the number that decoding answers. */
export const DECODE_FAULTS = { 1: 'encoding', 2: 'infinity', 3: 'subgroup' } as const;

/** Lengths of the module's own forms, bytes. */
export const NATIVE_BYTES = { g1: 144, g2: 288, gt: 576, lines: 19_584, scalar: 32 } as const;

export type LoadedNativeModule =
  | { readonly ok: true; readonly module: NativeModule; readonly file: string }
  | {
      readonly ok: false;
      /** `absent`: never built. The others: built, but not fit for use. */
      readonly reason: 'absent' | 'unsafe' | 'broken';
      /** A sentence without its full stop. */
      readonly detail: string;
      readonly file: string;
    };

/** The built module's place: a folder of this user, one for each interface and kind of machine. */
export function nativeModuleFile(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  const kind = `${INTERFACE}-${process.platform}-${process.arch}`;
  return join(cache, 'imis-card', 'engine', kind, 'imis-engine.node');
}

/** Loads the module from a file, the place of the built one by default. */
export function loadNativeModule(file = nativeModuleFile()): LoadedNativeModule {
  const refused = (reason: 'absent' | 'unsafe' | 'broken', detail: string) =>
    ({ ok: false, reason, detail, file }) as const;
  const owner = statSync(file, { throwIfNoEntry: false });
  if (!owner) return refused('absent', 'the accelerated engine has not been built');
  // Whoever can write this file runs code in our process.
  const strangers = process.getuid !== undefined && ![0, process.getuid()].includes(owner.uid);
  if (strangers || (owner.mode & 0o022) !== 0) {
    return refused('unsafe', 'the built engine belongs to, or can be changed by, another user');
  }
  try {
    const module = createRequire(import.meta.url)(file) as NativeModule;
    if (module.interface !== INTERFACE) return refused('broken', 'the built engine is of another version');
    if (!knowsGenerators(module)) return refused('broken', 'the built engine computes wrongly');
    return { ok: true, module, file };
  } catch {
    return refused('broken', 'the built engine does not load');
  }
}

/** One known answer of both groups and the pairing: e(g, g~)·e(−g, g~) = 1 and e(g, g~) ≠ 1. */
function knowsGenerators(module: NativeModule): boolean {
  const { g1Generator, g2Generator } = PAIRING_CURVES.bls12381;
  const [g1, minus, g2] = [new Uint8Array(144), new Uint8Array(144), new Uint8Array(288)];
  if (module.g1Decode(g1, g1Generator) !== 0 || module.g2Decode(g2, g2Generator) !== 0) return false;
  module.g1Negate(minus, g1);
  const [one, other] = [new Uint8Array(NATIVE_BYTES.gt), new Uint8Array(NATIVE_BYTES.gt)];
  module.millerProduct(one, g1, g2, minus, g2);
  module.finalExponentiation(one, one);
  module.millerProduct(other, g1, g2);
  module.finalExponentiation(other, other);
  return module.gtIsOne(one) && !module.gtIsOne(other);
}
