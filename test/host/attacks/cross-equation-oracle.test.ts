/**
 * Cross-equation oracle: somebody who may have statements of one equation signed wants a signature for
 * another. Mounted against encodings without tag or without lengths, where it works, and against ours.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hashInput,
  psChallengeInput,
  STATEMENT,
  type Statement,
  signatureInput,
  toHex,
  utf8ToBytes,
} from '../../../apdu/index.js';
import { signGroup } from '../../../applet/index.js';
import {
  generateEcKeyPair,
  loadNobleGroupVerifier,
  seededRng,
  signEcdsa,
  verifyEcdsa,
} from '../../../host/index.js';
import { group, member } from '../crypto/group-fixture.js';

const SEED = Number(process.env.IMIS_SEED ?? 14);
console.log(`seed ${SEED}`);
const to = await group('bls12381', 61);
const card = await member(to, 1);
const loaded = loadNobleGroupVerifier(to.keys.published);
if (!loaded.ok) throw new Error(loaded.reason);
const verifiers = [to.verifier, loaded.verifier];

const STATEMENTS: readonly Statement[] = Object.values(STATEMENT);
const byGroup = STATEMENTS.filter(({ domain }) => domain.startsWith('IMIS-v1/gs/'));
const byKey = STATEMENTS.filter(({ domain }) => !domain.startsWith('IMIS-v1/gs/'));

/** A statement of one equation, byte for byte one of another: what an oracle would be given. */
const bytes = utf8ToBytes('a statement that two equations could both mean');

describe('a group signature', () => {
  test('on one equation is none on any other, though the statements are equal', () => {
    expect(byGroup.length).toBeGreaterThanOrEqual(3);
    for (const [i, { domain }] of byGroup.entries()) {
      const signature = signGroup(
        card.coprocessor,
        to.suite,
        card.key,
        { domain, statement: bytes },
        100 + i,
      )!;
      for (const other of byGroup) {
        const expected = other.domain === domain ? { ok: true } : { ok: false, reason: 'equation' };
        for (const verifier of verifiers) {
          expect(verifier.verify({ domain: other.domain, statement: bytes, signature })).toEqual(expected);
        }
      }
    }
  });

  test('without tags the oracle answers for every equation', () => {
    const untagged = { domain: '', statement: bytes };
    const signature = signGroup(card.coprocessor, to.suite, card.key, untagged, 120)!;
    // a verifier that leaves the tag out as well cannot tell which equation was meant
    expect(to.verifier.verify({ ...untagged, signature })).toEqual({ ok: true });
    for (const { domain } of byGroup) {
      expect(to.verifier.verify({ domain, statement: bytes, signature }).ok).toBe(false);
    }
  });

  test('is on one list of hash inputs only: no byte moves from one part to its neighbour', () => {
    const parts = { s1: 48, s2: 48, commitment: 48, hint: 8 };
    const filled = Object.fromEntries(
      Object.entries(parts).map(([name, length]) => [name, new Uint8Array(length).fill(length)]),
    ) as Record<keyof typeof parts, Uint8Array>;
    const groupKeyHash = new Uint8Array(32);
    const input = (domain: string, statement: string) =>
      toHex(
        psChallengeInput({ ...filled, groupKeyHash, epoch: 1, domain, statement: utf8ToBytes(statement) }),
      );
    expect(input('IMIS-v1/gs/eq1', '0x')).not.toBe(input('IMIS-v1/gs/eq10', 'x'));
    expect(new Set(byGroup.map(({ domain }) => input(domain, 'x'))).size).toBe(byGroup.length);
  });
});

describe('an ordinary signature', () => {
  const { secretKey, publicKey } = generateEcKeyPair(seededRng(SEED));

  test('on one equation is none on any other, though the statements are equal', () => {
    for (const { domain } of byKey) {
      const signature = signEcdsa(secretKey, signatureInput(domain, bytes));
      const accepted = byKey.filter((other) =>
        verifyEcdsa(publicKey, signatureInput(other.domain, bytes), signature),
      );
      expect(accepted.map((it) => it.domain)).toEqual([domain]);
    }
  });

  test('where tag and statement are only joined, an oracle for equation 1 signs for equation 17', () => {
    const joined = (domain: string, statement: string) => utf8ToBytes(domain + statement);
    const asked = joined('IMIS-v1/sig/eq1', '7 collect everything');
    const wanted = joined('IMIS-v1/sig/eq17', ' collect everything');
    expect(verifyEcdsa(publicKey, wanted, signEcdsa(secretKey, asked))).toBe(true);
    const framed = signEcdsa(
      secretKey,
      signatureInput('IMIS-v1/sig/eq1', utf8ToBytes('7 collect everything')),
    );
    expect(
      verifyEcdsa(publicKey, signatureInput('IMIS-v1/sig/eq17', utf8ToBytes(' collect everything')), framed),
    ).toBe(false);
  });
});

describe('the encoding', () => {
  test('has one tag for each statement', () => {
    const tags = STATEMENTS.map(({ domain }) => domain);
    expect(new Set(tags).size).toBe(tags.length);
    for (const { equation, domain } of STATEMENTS) {
      const numbered = /eq(\d+)$/.exec(domain);
      if (numbered) expect(Number(numbered[1])).toBe(equation);
    }
  });

  test('of two different lists is never the same bytes', () => {
    const list = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 4 });
    const tag = fc.constantFrom('a', 'ab', 'b', '');
    fc.assert(
      fc.property(tag, list, tag, list, (tagA, a, tagB, b) => {
        const same = tagA === tagB && a.length === b.length && a.every((it, i) => toHex(it) === toHex(b[i]!));
        return (toHex(hashInput(tagA, a)) === toHex(hashInput(tagB, b))) === same;
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
