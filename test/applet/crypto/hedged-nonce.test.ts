import { expect, test } from 'vitest';
import { isScalar, PAIRING_CURVES, toHex } from '../../../apdu/index.js';
import { hedgedNonces } from '../../../applet/index.js';
import { meteredCoprocessor } from './metered-coprocessor.js';

const { order } = PAIRING_CURVES.bls12381;
const key = new Uint8Array(32).fill(3);

/** The first nonce of a source whose random number generator starts at `seed`. */
function first(seed: number, secretKey = key, counter = 1, domain = 'IMIS-v1/nonce/a'): string {
  return toHex(hedgedNonces(meteredCoprocessor(seed).coprocessor, order, secretKey, counter).draw(domain));
}

test('a nonce changes with the random bytes, the key, the counter and the use, each alone', () => {
  const other = new Uint8Array(32).fill(4);
  const nonces = [first(1), first(2), first(1, other), first(1, key, 2), first(1, key, 1, 'IMIS-v1/nonce/b')];
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(first(1)).toBe(nonces[0]);
});

test('a broken generator repeats no nonce within one source or over counters', () => {
  const drawn = new Set<string>();
  for (let counter = 0; counter < 20; counter++) {
    const source = hedgedNonces(meteredCoprocessor(7).coprocessor, order, key, counter);
    for (let i = 0; i < 3; i++) {
      const nonce = source.draw('IMIS-v1/nonce/a');
      expect(isScalar(PAIRING_CURVES.bls12381, nonce)).toBe(true);
      drawn.add(toHex(nonce));
    }
  }
  expect(drawn.size).toBe(60);
});
