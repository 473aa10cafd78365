/**
 * The card's engine with the multiplications of G1 on mcl-wasm, for tests that need many signatures: the
 * same results as noble's some eight times faster. Everything else is noble's.
 */

import { type CryptoEngine, nobleEngine } from '../../applet/index.js';
import type { MclCurve } from '../../host/index.js';

/** An engine for cards of suites over `curve`. */
export function mclEngine(curve: MclCurve): CryptoEngine {
  const { mcl, parameters } = curve;
  const coordinateBytes = parameters.g1AffineBytes / 2;
  const coordinate = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    ...nobleEngine,
    g1Multiply(name, bytes, scalar) {
      if (name !== parameters.name || bytes.length !== parameters.g1AffineBytes) return undefined;
      const point = new mcl.G1();
      const [x, y] = [bytes.subarray(0, coordinateBytes), bytes.subarray(coordinateBytes)].map(coordinate);
      point.setStr(`1 ${x} ${y}`, 16);
      const product = mcl.normalize(mcl.mul(point, curve.scalar(scalar)));
      if (product.isZero()) return undefined;
      const digits = 2 * coordinateBytes;
      const hex = [product.getX(), product.getY()].map((it) => it.getStr(16).padStart(digits, '0'));
      return new Uint8Array(Buffer.from(hex.join(''), 'hex'));
    },
  };
}
