/** Bytes that are no valid point, in every way that a curve has. */

import type { PsG1 } from './definition.js';

export type Torsion = {
  /** Name of the order. */
  readonly name: string;
  readonly point: Uint8Array;
  /** The torsion added to a good point. */
  readonly added: (encoded: Uint8Array) => Uint8Array;
};

/** What can be wrong with a point; infinity has an encoding on BLS12-381 only. */
export function spoiled(ps: PsG1) {
  const isBls = ps.curve === 'bls12381';
  const { length } = ps.base(1n);
  const n2 = ps.encodeG2(ps.g2).length;
  const infinity = (bytes: number) => {
    const encoded = new Uint8Array(bytes);
    if (isBls) encoded[0] = 0xc0;
    return encoded;
  };
  return {
    garbage: new Uint8Array(length).fill(0xff),
    infinity: infinity(length),
    infinityReason: 'infinity',
    g2Garbage: new Uint8Array(n2).fill(0xff),
    g2Infinity: infinity(n2),
    g2InfinityReason: isBls ? 'infinity' : 'encoding',
    torsion: isBls ? torsionOf(ps) : [],
  };
}

/** (0, 2) of order 3, and r·P for a point P outside the subgroup, of general order. */
function torsionOf(ps: PsG1): readonly Torsion[] {
  const { g1 } = ps;
  const general = g1.multiply(ps.point(g1.outsideSubgroup()), ps.r)!;
  const points = [
    ['order-3', { x: 0n, y: 2n }],
    ['general-order', general],
  ] as const;
  return points.map(([name, point]) => ({
    name,
    point: g1.encode(point),
    added: (encoded) => g1.encode(g1.add(ps.point(encoded), point)!),
  }));
}

/** A copy with other bytes from `at` on. */
export function replaced(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(by, at);
  return copy;
}
