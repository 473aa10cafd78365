/** The native engine answers as the reference engine does, byte for byte, and can take its place between two commands. */

import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, PATIENT_APPLICATION, toHex } from '../../apdu/index.js';
import { Card, type CryptoEngine, nobleEngine, P256_ORDER, PATIENT_CARD } from '../../applet/index.js';
import { nativeEngine } from '../../host/cli/index.js';
import { SEED, seedProperties } from '../apdu/seed.js';
import { runSession } from '../applet/os/session-script.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { personalisePatientOver } from '../support/personalised-card.js';
import { TRANSPORT_KEYS } from '../support/secure-channel.js';
import { seededBytes } from '../support/seeded-random.js';
import type { Transmit } from '../support/transmit.js';

seedProperties();

const ORDER = BigInt(`0x${toHex(P256_ORDER)}`);
const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));
const bigintOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);
const invert = (value: bigint): bigint => {
  let result = 1n;
  let square = value;
  for (let rest = ORDER - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % ORDER;
    square = (square * square) % ORDER;
  }
  return result;
};

/** Scalars at the ends of their range, and bit patterns that carries run through. */
const EDGE_SCALARS = [
  ...[1n, 2n, 3n, ORDER - 1n, ORDER - 2n, ORDER >> 1n, (ORDER >> 1n) + 1n],
  ...[2n ** 50n, 2n ** 50n - 1n, 2n ** 128n, 2n ** 255n, 2n ** 224n - 1n],
];
const NO_SCALARS = [0n, ORDER, ORDER + 1n, 2n ** 256n - 1n];
const EDGE_DIGESTS = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n];

const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const scalar = fc.oneof(
  { weight: 9, arbitrary: anyBytes(32) },
  { weight: 1, arbitrary: fc.constantFrom(...EDGE_SCALARS, ...NO_SCALARS).map(bytes32) },
);
const digest = fc.oneof(
  { weight: 9, arbitrary: anyBytes(32) },
  { weight: 1, arbitrary: fc.constantFrom(...EDGE_DIGESTS).map(bytes32) },
);

/** The same result, as plain arrays of their own: a Buffer would share its pool and slice into views. */
function expectSame(work: (engine: CryptoEngine) => Uint8Array | boolean | undefined): void {
  const native = work(nativeEngine);
  expect(native).toEqual(work(nobleEngine));
  if (typeof native !== 'object') return;
  expect(Object.getPrototypeOf(native)).toBe(Uint8Array.prototype);
  expect(native.buffer.byteLength).toBe(native.length);
}

describe('signatures of the native engine', () => {
  it('are those of the reference engine for random keys and digests', () => {
    fc.assert(
      fc.property(scalar, digest, (secretKey, hash) => {
        expectSame((engine) => engine.p256EcdsaSign(secretKey, hash));
      }),
      { numRuns: 600 },
    );
  });

  it('are those of the reference engine for every edge scalar with every edge digest', () => {
    let signed = 0;
    for (const secretKey of [...EDGE_SCALARS, ...NO_SCALARS].map(bytes32)) {
      for (const hash of EDGE_DIGESTS.map(bytes32)) {
        expectSame((engine) => engine.p256EcdsaSign(secretKey, hash));
        if (nativeEngine.p256EcdsaSign(secretKey, hash)) signed++;
      }
    }
    expect(signed).toBe(EDGE_SCALARS.length * EDGE_DIGESTS.length);
  });

  it('refuse keys and digests of another length', () => {
    for (const length of [0, 31, 33]) {
      expectSame((engine) => engine.p256EcdsaSign(new Uint8Array(length).fill(1), bytes32(5n)));
      expectSame((engine) => engine.p256EcdsaSign(bytes32(5n), new Uint8Array(length)));
    }
  });

  it('are those of RFC 6979, A.2.5, for SHA-256, with the lower s', () => {
    const key = fromHex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721');
    const vectors = [
      [
        'sample',
        'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
        'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
      ],
      [
        'test',
        'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
        '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
      ],
    ] as const;
    for (const [message, r, s] of vectors) {
      const signature = nativeEngine.p256EcdsaSign(key, nativeEngine.sha256(Buffer.from(message)))!;
      expect(toHex(signature.slice(0, 32)).toUpperCase()).toBe(r);
      const low = [bigintOf(fromHex(s)), ORDER - bigintOf(fromHex(s))].find((value) => value <= ORDER >> 1n)!;
      expect(bigintOf(signature.slice(32))).toBe(low);
    }
  });
});

describe('verification of the native engine', () => {
  const agree = (key: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean => {
    const verdict = nativeEngine.p256EcdsaVerify(key, hash, signature);
    expect(verdict).toBe(nobleEngine.p256EcdsaVerify(key, hash, signature));
    return verdict;
  };
  const signatureOf = (r: bigint, s: bigint): Uint8Array => fromHex(toHex(bytes32(r)) + toHex(bytes32(s)));

  it('accepts either s and nothing changed, as the reference engine', () => {
    const seen = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(anyBytes(32), digest, fc.nat(511), fc.boolean(), (secretKey, hash, bit, compressed) => {
        const publicKey = nobleEngine.p256PublicKey(secretKey);
        fc.pre(publicKey !== undefined);
        const key = compressed ? publicKey! : nobleEngine.p256Uncompress(publicKey!)!;
        const signature = nobleEngine.p256EcdsaSign(secretKey, hash)!;
        expect(agree(key, hash, signature)).toBe(true);
        const s = bigintOf(signature.slice(32));
        expect(agree(key, hash, signatureOf(bigintOf(signature.slice(0, 32)), ORDER - s))).toBe(true);
        seen.right += 2;
        const changed = signature.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(agree(key, hash, changed)).toBe(false);
        seen.wrong++;
      }),
      { numRuns: 60 },
    );
    console.log(`seed ${SEED}: ${JSON.stringify(seen)}`);
  });

  it('agrees where the points that it adds are equal or opposite, and where the digest is zero', () => {
    const random = seededBytes(SEED, 'verification');
    const n = ORDER;
    for (let i = 0; i < 8; i++) {
      const d = bigintOf(random(32)) % n;
      const k = bigintOf(random(32)) % n;
      const key = nobleEngine.p256PublicKey(bytes32(d))!;
      const r = p256.Point.BASE.multiply(k).toAffine().x % n;
      const sOf = (h: bigint): bigint => (invert(k) * (h + r * d)) % n;
      // h/r·G = Q: a doubling
      const equal = (r * d) % n;
      expect(agree(key, bytes32(equal), signatureOf(r, sOf(equal)))).toBe(true);
      // h/r·G = −Q: the point at infinity, for any s
      expect(agree(key, bytes32(n - equal), signatureOf(r, k))).toBe(false);
      expect(agree(key, bytes32(0n), signatureOf(r, sOf(0n)))).toBe(true);
      expect(agree(key, bytes32(n), signatureOf(r, sOf(0n)))).toBe(true);
    }
  });

  it('refuses what is no signature and no key', () => {
    const key = nobleEngine.p256PublicKey(bytes32(7n))!;
    const hash = bytes32(99n);
    const signature = nobleEngine.p256EcdsaSign(bytes32(7n), hash)!;
    for (const edge of [...NO_SCALARS, ...EDGE_SCALARS]) {
      expect(agree(key, hash, signatureOf(edge, bigintOf(signature.slice(32))))).toBe(false);
      expect(agree(key, hash, signatureOf(bigintOf(signature.slice(0, 32)), edge))).toBe(false);
    }
    expect(agree(key, hash, signature.slice(1))).toBe(false);
    expect(agree(key, hash.slice(1), signature)).toBe(false);
    for (const point of badPoints()) expect(agree(point, hash, signature)).toBe(false);
  });
});

/** What is no point on the curve in one of the two forms. */
function badPoints(): Uint8Array[] {
  const good = nobleEngine.p256Uncompress(nobleEngine.p256PublicKey(bytes32(7n))!)!;
  const hybrid = good.slice();
  hybrid[0] = 6 | (good[64]! & 1);
  const off = good.slice();
  off[64]! ^= 1;
  // Half of all x have no point on the curve.
  const offCompressed = Array.from({ length: 8 }, (_, i) => fromHex(`02${toHex(bytes32(BigInt(i)))}`)).filter(
    (bytes) => nobleEngine.p256Uncompress(bytes) === undefined,
  );
  const large = fromHex(`02${'ff'.repeat(32)}`);
  return [hybrid, off, ...offCompressed, large, new Uint8Array(1), new Uint8Array(65), good.slice(0, 33)];
}

describe('the other operations of the native engine', () => {
  it('are those of the reference engine', () => {
    fc.assert(
      fc.property(scalar, anyBytes(32), fc.uint8Array({ maxLength: 300 }), (secretKey, other, message) => {
        expectSame((engine) => engine.sha256(message));
        expectSame((engine) => engine.p256PublicKey(secretKey));
        const publicKey = nobleEngine.p256PublicKey(other);
        fc.pre(publicKey !== undefined);
        expectSame((engine) => engine.p256Uncompress(publicKey!));
        expectSame((engine) => engine.p256Ecdh(secretKey, publicKey!));
        expectSame((engine) => engine.p256Ecdh(secretKey, engine.p256Uncompress(publicKey!)!));
      }),
      { numRuns: 60 },
    );
  });

  it('refuse the same points', () => {
    const points = badPoints();
    for (const point of points) {
      expectSame((engine) => engine.p256Uncompress(point));
      expectSame((engine) => engine.p256Ecdh(bytes32(7n), point));
    }
    for (const value of [...EDGE_SCALARS, ...NO_SCALARS]) {
      expectSame((engine) => engine.p256PublicKey(bytes32(value)));
    }
    console.log(`${points.length} bad points`);
  });
});

describe('a card', () => {
  it('whose engine changes before every command answers the same bytes and ends in the same image', () => {
    const run = (engineOf: (command: number) => CryptoEngine) => {
      const random = seededBytes(11, 'chip');
      const made = (command: number, image?: ReturnType<Card['image']>) =>
        new Card(PATIENT_CARD, { limits: DEFAULT_LIMITS, engine: engineOf(command), random }, image);
      let card = made(0).manufacture(TRANSPORT_KEYS);
      const responses: string[] = [];
      const transmit: Transmit = (command) => {
        card = made(responses.length, card.image());
        const response = card.process(command);
        responses.push(toHex(response));
        return response;
      };
      card.powerOn();
      personalisePatientOver(card, transmit, PATIENT_APPLICATION.commands, {});
      runSession(transmit);
      return { responses, image: card.image() };
    };
    const reference = run(() => nobleEngine);
    const mixed = run((command) => (command % 2 === 0 ? nativeEngine : nobleEngine));
    const native = run(() => nativeEngine);
    for (const other of [mixed, native]) {
      expect(other.responses).toEqual(reference.responses);
      expect(Buffer.compare(other.image.nvm, reference.image.nvm)).toBe(0);
      expect(Buffer.compare(other.image.ram, reference.image.ram)).toBe(0);
    }
    console.log(`${reference.responses.length} commands under either engine`);
    expect(reference.responses.length).toBeGreaterThan(80);
  });
});
