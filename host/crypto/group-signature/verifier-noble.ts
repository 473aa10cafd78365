/**
 * The same verification rule on noble, written without mcl: the second implementation that a fault of
 * one library cannot deceive. Slower; for cross-checks and for hosts without WebAssembly. BLS12-381 only.
 */

import { bls12_381 as curve } from '@noble/curves/bls12-381.js';
import { challengeScalar, GROUP_SUITES, groupKeyProofInput, isScalar, toHex } from '../../../apdu/index.js';
import { splitGroupKeyProof } from './group-key-proof.js';
import {
  type GroupSignatureVerdict,
  type GroupVerifier,
  type LoadedVerifier,
  type PublishedGroupKey,
  readPublicKey,
  readSignature,
  type SignedStatement,
  sameChallenge,
} from './group-verifier.js';
import type { PointFault } from './mcl.js';

type G1 = InstanceType<typeof curve.G1.Point>;
type G2 = InstanceType<typeof curve.G2.Point>;
type Decoded<P> =
  | { readonly ok: true; readonly point: P }
  | { readonly ok: false; readonly reason: PointFault };

const SUITE = GROUP_SUITES.bls12381;
const { Fr, Fp12 } = curve.fields;

/** Loads a group key of the BLS12-381 suite with the checks that every verifier makes. */
export function loadNobleGroupVerifier(key: PublishedGroupKey): LoadedVerifier {
  const read = readPublicKey(SUITE, key.publicKey);
  if (!read.ok) return read;
  const x = decode(curve.G2.Point, read.x);
  if (!x.ok) return x;
  const y = decode(curve.G2.Point, read.y);
  if (!y.ok) return y;
  if (!proofHolds(read.groupKeyHash, x.point, y.point, key.proof)) return { ok: false, reason: 'proof' };
  return { ok: true, verifier: new NobleVerifier(key.epoch, read.groupKeyHash, x.point, y.point) };
}

class NobleVerifier implements GroupVerifier {
  readonly suite = SUITE;

  constructor(
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly x: G2,
    private readonly y: G2,
  ) {}

  verify(signed: SignedStatement): GroupSignatureVerdict {
    const read = readSignature(SUITE, this, signed);
    if (!read.ok) return read;
    const { parts } = read;
    const points: G1[] = [];
    for (const bytes of [parts.s1, parts.s2, parts.commitment]) {
      const decoded = decode(curve.G1.Point, bytes);
      if (!decoded.ok) return decoded;
      points.push(decoded.point);
    }
    const [s1, s2, commitment] = points as [G1, G1, G1];
    const inverse = Fr.inv(integer(challengeScalar(read.challenge)));
    const ratio = Fr.mul(integer(parts.response), inverse);
    const a = s1.multiplyUnsafe(ratio).subtract(commitment.multiplyUnsafe(inverse));
    if (a.is0()) return { ok: false, reason: 'degenerate' };
    const product = curve.pairingBatch([
      { g1: a, g2: this.y },
      { g1: s1, g2: this.x },
      { g1: s2.negate(), g2: curve.G2.Point.BASE },
    ]);
    return Fp12.eql(product, Fp12.ONE) ? { ok: true } : { ok: false, reason: 'equation' };
  }

  dispose(): void {}
}

function proofHolds(groupKeyHash: Uint8Array, x: G2, y: G2, proof: Uint8Array): boolean {
  const parts = splitGroupKeyProof(proof);
  if (!parts || !isScalar(SUITE, parts.responseX) || !isScalar(SUITE, parts.responseY)) return false;
  const c = integer(challengeScalar(parts.challenge));
  const commitment = (response: Uint8Array, point: G2) =>
    curve.G2.Point.BASE.multiplyUnsafe(integer(response)).subtract(point.multiplyUnsafe(c));
  const [rx, ry] = [commitment(parts.responseX, x), commitment(parts.responseY, y)];
  if (rx.is0() || ry.is0()) return false;
  return sameChallenge(groupKeyProofInput(groupKeyHash, rx.toBytes(true), ry.toBytes(true)), parts.challenge);
}

/** noble's decoder makes every check at once; its two messages that matter are told apart. */
function decode<P extends { is0(): boolean }>(
  Point: { fromBytes(bytes: Uint8Array): P },
  bytes: Uint8Array,
): Decoded<P> {
  try {
    const point = Point.fromBytes(bytes);
    return point.is0() ? { ok: false, reason: 'infinity' } : { ok: true, point };
  } catch (error) {
    const subgroup = error instanceof Error && error.message.includes('subgroup');
    return { ok: false, reason: subgroup ? 'subgroup' : 'encoding' };
  }
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}
