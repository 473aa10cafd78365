/**
 * Lattice reduction for the attacks: LLL in exact integers (Cohen, A Course in Computational Algebraic
 * Number Theory, algorithm 2.6.7), and the hidden number problem that it solves (Boneh and Venkatesan, 1996).
 */

type Vector = bigint[];

/**
 * Reduces the rows of a basis in place, δ = 3/4. Keeps `d[i]`, the determinant of the Gram matrix of the
 * first i rows, and `lambda[i][j]` = d[j+1]·μ[i][j], all integers.
 */
export function reduceBasis(basis: Vector[]): Vector[] {
  const n = basis.length;
  const d: bigint[] = [1n, ...Array<bigint>(n).fill(0n)];
  const lambda = basis.map(() => Array<bigint>(n).fill(0n));
  d[1] = dot(basis[0]!, basis[0]!);

  const orthogonalise = (k: number): void => {
    for (let j = 0; j <= k; j++) {
      let u = dot(basis[k]!, basis[j]!);
      for (let i = 0; i < j; i++) u = (d[i + 1]! * u - lambda[k]![i]! * lambda[j]![i]!) / d[i]!;
      if (j < k) lambda[k]![j] = u;
      else d[k + 1] = u;
    }
    if (d[k + 1] === 0n) throw new Error('the rows are linearly dependent');
  };

  const shorten = (k: number, l: number): void => {
    const q = roundedQuotient(lambda[k]![l]!, d[l + 1]!);
    if (q === 0n) return;
    subtractMultiple(basis[k]!, basis[l]!, q);
    lambda[k]![l]! -= q * d[l + 1]!;
    for (let i = 0; i < l; i++) lambda[k]![i]! -= q * lambda[l]![i]!;
  };

  const swap = (k: number, known: number): void => {
    [basis[k], basis[k - 1]] = [basis[k - 1]!, basis[k]!];
    for (let j = 0; j < k - 1; j++) {
      [lambda[k]![j], lambda[k - 1]![j]] = [lambda[k - 1]![j]!, lambda[k]![j]!];
    }
    const l = lambda[k]![k - 1]!;
    const b = (d[k - 1]! * d[k + 1]! + l * l) / d[k]!;
    for (let i = k + 1; i <= known; i++) {
      const t = lambda[i]![k]!;
      lambda[i]![k] = (d[k + 1]! * lambda[i]![k - 1]! - l * t) / d[k]!;
      lambda[i]![k - 1] = (b * t + l * lambda[i]![k]!) / d[k + 1]!;
    }
    d[k] = b;
  };

  for (let k = 1, known = 0; k < n; ) {
    if (k > known) {
      known = k;
      orthogonalise(k);
    }
    shorten(k, k - 1);
    const l = lambda[k]![k - 1]!;
    if (4n * d[k + 1]! * d[k - 1]! < 3n * d[k]! * d[k]! - 4n * l * l) {
      swap(k, known);
      k = Math.max(1, k - 1);
    } else {
      for (let i = k - 2; i >= 0; i--) shorten(k, i);
      k++;
    }
  }
  return basis;
}

/** What one signature s = k + c·sk mod r tells whoever knows k mod `modulus`. */
export type NonceLeak = {
  readonly response: bigint;
  readonly challenge: bigint;
  readonly modulus: bigint;
  /** k mod modulus. */
  readonly residue: bigint;
};

/**
 * Candidates for sk from partly known nonces. With k = residue + modulus·h, h < r/modulus and
 * h ≡ (s − residue)/modulus − sk·c/modulus: all h are small for one sk only, which is a short vector of a
 * lattice with one dimension for each signature and two more.
 */
export function hiddenNumbers(order: bigint, leaks: readonly NonceLeak[]): bigint[] {
  const n = leaks.length;
  const rows = leaks.map((leak, i) => unit(n + 2, i, order * 2n * leak.modulus));
  const key = Array<bigint>(n + 2).fill(0n);
  const target = Array<bigint>(n + 2).fill(0n);
  for (const [i, { response, challenge, modulus, residue }] of leaks.entries()) {
    const inverse = inverseModulo(modulus, order);
    // each coordinate becomes 2·modulus·h − r, between −r and r
    key[i] = -2n * modulus * modulo(challenge * inverse, order);
    target[i] = 2n * modulus * modulo((response - residue) * inverse, order) - order;
  }
  key[n] = 1n;
  target[n + 1] = order;
  const reduced = reduceBasis([...rows, key, target]);
  return reduced
    .filter((row) => row[n + 1] === order || row[n + 1] === -order)
    .map((row) => modulo(row[n + 1] === order ? row[n]! : -row[n]!, order));
}

/** x with x ≡ residue (mod modulus) for every pair of coprime moduli. */
export function chineseRemainder(
  residues: readonly { readonly residue: bigint; readonly modulus: bigint }[],
): { readonly residue: bigint; readonly modulus: bigint } {
  return residues.reduce(
    (known, next) => {
      const step = modulo(
        (next.residue - known.residue) * inverseModulo(known.modulus, next.modulus),
        next.modulus,
      );
      return { residue: known.residue + known.modulus * step, modulus: known.modulus * next.modulus };
    },
    { residue: 0n, modulus: 1n },
  );
}

/** The inverse, by the extended Euclidean algorithm. @throws {Error} where there is none. */
export function inverseModulo(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulo(value, modulus), modulus, 1n, 0n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  if (a !== 1n) throw new Error('no inverse');
  return modulo(x, modulus);
}

/** The residue from 0 to modulus − 1. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function dot(a: Vector, b: Vector): bigint {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0n);
}

function subtractMultiple(from: Vector, row: Vector, factor: bigint): void {
  for (let i = 0; i < from.length; i++) from[i]! -= factor * row[i]!;
}

function unit(length: number, at: number, value: bigint): Vector {
  return Array.from({ length }, (_, i) => (i === at ? value : 0n));
}

/** Nearest integer to a/b for b > 0. */
function roundedQuotient(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && quotient * 2n * b !== doubled ? quotient - 1n : quotient;
}
