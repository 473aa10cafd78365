/** Inverse modulo a prime by Lehmer's algorithm: most steps of Euclid's run in machine numbers. */

/** Bits of the leading parts; sums and products of one step stay exact in a double. */
const LEADING_BITS = 50;

/**
 * Inverse of `value` (0 < value < modulus, coprime): Knuth, TAOCP volume 2, 4.5.2, algorithm L, with
 * one cofactor. Its time depends on the value, as all arithmetic on integers of this language does.
 */
export function invertModulo(value: bigint, modulus: bigint): bigint {
  // u·value ≡ x and v·value ≡ y (mod modulus)
  let x = modulus;
  let y = value;
  let u = 0n;
  let v = 1n;
  while (y !== 0n) {
    const shift = BigInt(Math.max(0, Math.floor(Math.log2(Number(x))) + 1 - LEADING_BITS));
    let p = Number(x >> shift);
    let q = Number(y >> shift);
    // The steps that the leading bits decide, collected in one matrix.
    let a = 1;
    let b = 0;
    let c = 0;
    let d = 1;
    while (q + c !== 0 && q + d !== 0) {
      const quotient = Math.floor((p + a) / (q + c));
      if (quotient !== Math.floor((p + b) / (q + d))) break;
      const nextC = a - quotient * c;
      const nextD = b - quotient * d;
      const nextQ = p - quotient * q;
      a = c;
      b = d;
      p = q;
      c = nextC;
      d = nextD;
      q = nextQ;
    }
    if (b === 0) {
      // They decided none: one step on the whole numbers.
      const quotient = x / y;
      const nextY = x - quotient * y;
      const nextV = u - quotient * v;
      x = y;
      y = nextY;
      u = v;
      v = nextV;
    } else {
      const A = BigInt(a);
      const B = BigInt(b);
      const C = BigInt(c);
      const D = BigInt(d);
      const nextX = A * x + B * y;
      const nextU = A * u + B * v;
      y = C * x + D * y;
      v = C * u + D * v;
      x = nextX;
      u = nextU;
    }
  }
  return u < 0n ? u + modulus : u;
}
