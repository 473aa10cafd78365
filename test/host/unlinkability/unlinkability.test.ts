/**
 * Non-linkability at the level of bytes: what the algebraic argument (docs/unlinkability.md) says of the
 * definition is asked of the bytes that the card's code makes. A test that cannot see a leak shows nothing, so
 * the same questions must flag four cards that leak.
 */

import { describe, expect, test } from 'vitest';
import type { CurveName } from '../../../apdu/index.js';
import { loadGroupVerifier } from '../../../host/index.js';
import { type BbsGroup, bbsGroup } from '../crypto/bbs-fixture.js';
import { type Group, group } from '../crypto/group-fixture.js';
import { bbsDoctors, joinedBbsKeys } from './bbs-signers.js';
import { type Couple, findings, type Sample } from './distinguishers.js';
import { fisherExact } from './fisher.js';
import { type Doctor, doctors, joinedCards, type Variant } from './signers.js';

const SEED = Number(process.env.IMIS_SEED ?? 2021);
const DOCTORS = 32;
/** Couples of two signatures of one doctor, for each doctor; as many couples of different doctors. */
const COUPLES_EACH = 4;
const COUPLES = DOCTORS * COUPLES_EACH;
/** Below this a variant counts as linkable. */
const LINKABLE = 1e-6;
/** An honest card stays above this, corrected for all questions; one seed in ten thousand may not. */
const UNREMARKABLE = 1e-4;

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

const groups = { bls12381: await group('bls12381', SEED), bn254: await group('bn254', SEED) };
const cards = new Map<Group, Awaited<ReturnType<typeof joinedCards>>>();
for (const to of Object.values(groups)) cards.set(to, await joinedCards(to, DOCTORS));
console.log(
  `seed ${SEED}: ${DOCTORS} doctors, ${COUPLES} couples of one doctor, ${COUPLES} of two, for each variant`,
);

const bbs = await bbsGroup('bn254', SEED);
const bbsKeys = await joinedBbsKeys(bbs, DOCTORS);

function sampleOf(to: Group, variant: Variant): Sample {
  return sampleFrom(doctors(to, variant, cards.get(to)!));
}

function sampleFrom(all: readonly Doctor[]): Sample {
  const same: Couple[] = [];
  const different: Couple[] = [];
  for (const [i, doctor] of all.entries()) {
    for (let j = 0; j < COUPLES_EACH; j++) {
      same.push([doctor.sign(), doctor.sign()]);
      different.push([doctor.sign(), all[(i + 2 * j + 1) % DOCTORS]!.sign()]);
    }
  }
  return { same, different };
}

function allSeen({ same, different }: Sample) {
  return [...same, ...different].flat();
}

/** A leak is no fault in the verifier's eyes: every signature holds under its epoch. */
function expectValid(to: Group | BbsGroup, sample: Sample): void {
  for (const seen of allSeen(sample).filter((_, i) => i % 37 === 0)) {
    const loaded = loadGroupVerifier(to.curve, { ...to.keys.published, epoch: seen.epoch });
    if (!loaded.ok) throw new Error(loaded.reason);
    expect(loaded.verifier.verify(seen)).toEqual({ ok: true });
    loaded.verifier.dispose();
  }
}

/** Over the whole sample: no point, no hint, no response twice. */
function expectNothingTwice(sample: Sample): void {
  const seen = allSeen(sample);
  for (const part of Object.keys(seen[0]!.fields).filter((name) => name !== 'suite' && name !== 'epoch')) {
    const values = seen.map(({ fields }) => fields[part]!.join());
    expect(new Set(values).size).toBe(values.length);
  }
}

/** Some questions tell, and only ones that the leak explains. */
function expectFlagged(to: Group | BbsGroup, sample: Sample, variant: string, question: RegExp): void {
  const found = findings(to.curve, sample);
  const flagged = found.filter(({ p }) => p < LINKABLE);
  console.log(
    `${variant}: ${flagged.length} of ${found.length} questions tell, p ${found[0]!.p.toExponential(1)} (${found[0]!.question})`,
  );
  expect(flagged.length).toBeGreaterThan(0);
  for (const finding of flagged) expect(finding.question).toMatch(question);
}

describe('signatures of one doctor', () => {
  test.each(['bls12381', 'bn254'] as const satisfies readonly CurveName[])(
    'look like signatures of different doctors, whatever is asked (%s)',
    TIMEOUT,
    (name) => {
      const to = groups[name];
      const sample = sampleOf(to, 'honest');
      expectValid(to, sample);
      const found = findings(to.curve, sample);
      console.log(
        `${name}: ${found.length} questions; least p ${found[0]!.p.toPrecision(3)} (${found[0]!.question})`,
      );
      expect(found.length).toBeGreaterThan(1_000);
      expect(found[0]!.p).toBeGreaterThan(UNREMARKABLE);
      expectNothingTwice(sample);
    },
  );

  test.each([
    ['t reused', /^equal (s1|s2|hint|byte|bit)|bits of (s[12]|hint)|anywhere/],
    ['k from a counter', /^a key that nonces/],
    ['hint over a constant', /^equal (hint|byte|bit)|bits of hint|anywhere/],
    ['stale epoch', /^equal (epoch|byte|bit)|bits of epoch/],
  ] as const)('are told by the same questions when the card leaks: %s', TIMEOUT, (variant, question) => {
    const to = groups.bls12381;
    const sample = sampleOf(to, variant);
    expectValid(to, sample);
    expectFlagged(to, sample, variant, question);
  });
});

describe('signatures of one doctor under BBS', () => {
  test('look like signatures of different doctors, whatever is asked', TIMEOUT, () => {
    const sample = sampleFrom(bbsDoctors(bbs, 'honest', bbsKeys));
    expectValid(bbs, sample);
    const found = findings(bbs.curve, sample);
    console.log(
      `BBS: ${found.length} questions; least p ${found[0]!.p.toPrecision(3)} (${found[0]!.question})`,
    );
    expect(found.length).toBeGreaterThan(1_000);
    expect(found[0]!.p).toBeGreaterThan(UNREMARKABLE);
    expectNothingTwice(sample);
  });

  test.each([
    ['τ reused', /^equal (t1|t2|byte|bit)\b|bits of t[12] |anywhere/],
    ['k_sk from a counter', /^a key that nonces/],
  ] as const)('are told by the same questions when the card leaks: %s', TIMEOUT, (variant, question) => {
    const sample = sampleFrom(bbsDoctors(bbs, variant, bbsKeys));
    expectValid(bbs, sample);
    expectFlagged(bbs, sample, variant, question);
  });
});

describe('the test itself', () => {
  test('Fisher’s exact test against the lady tasting tea and tables worked out by hand', () => {
    // Fisher 1935: all four of four, one in seventy, twice for both tails
    expect(fisherExact({ seen: 4, of: 4 }, { seen: 0, of: 4 })).toBeCloseTo(2 / 70, 12);
    expect(fisherExact({ seen: 3, of: 4 }, { seen: 1, of: 4 })).toBeCloseTo((2 * 17) / 70, 12);
    expect(fisherExact({ seen: 2, of: 4 }, { seen: 2, of: 4 })).toBe(1);
    expect(fisherExact({ seen: 0, of: 9 }, { seen: 0, of: 9 })).toBe(1);
  });

  test('sees a field that is equal twice as often by chance, at this sample size', () => {
    // the least of "equal in x of the couples" that is flagged when two doctors agree in half of theirs
    const questions = 1_700;
    const tells = (x: number) =>
      fisherExact({ seen: x, of: COUPLES }, { seen: COUPLES / 2, of: COUPLES }) * questions < LINKABLE;
    const least = Array.from({ length: COUPLES + 1 }, (_, x) => x).find((x) => x > COUPLES / 2 && tells(x))!;
    console.log(`a bit that agrees in ${least} of ${COUPLES} couples of one doctor is flagged`);
    expect(least / COUPLES).toBeLessThan(0.9);
  });
});
