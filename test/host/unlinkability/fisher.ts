/** Fisher's exact test of a table of two rows: did a property occur more often in one sample than in the other? */

const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]!;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** How often a property was seen among how many. */
export type Count = { readonly seen: number; readonly of: number };

/**
 * Two-sided p-value, the smaller tail doubled: the chance of a difference at least as large when the
 * property has one probability in both samples. Exact for any sample size, no normal approximation.
 */
export function fisherExact(a: Count, b: Count): number {
  const total = a.of + b.of;
  const seen = a.seen + b.seen;
  const probability = (x: number) =>
    Math.exp(logChoose(a.of, x) + logChoose(b.of, seen - x) - logChoose(total, seen));
  const [least, most] = [Math.max(0, seen - b.of), Math.min(a.of, seen)];
  let [below, above] = [0, 0];
  for (let x = least; x <= most; x++) {
    if (x <= a.seen) below += probability(x);
    if (x >= a.seen) above += probability(x);
  }
  return Math.min(1, 2 * Math.min(below, above));
}
