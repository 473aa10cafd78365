import { describe, expect, test } from 'vitest';
import { GROUP_SUITES } from '../../apdu/index.js';
import { loadMclCurve } from '../../host/index.js';
import { cardChecks } from './ps-g1-card.js';
import { hostChecks } from './ps-g1-host.js';
import { readVectors, runVectors, type TestVector } from './vector-files.js';

const nothing = () => {};

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

describe.each(['ps-g1-bls12381', 'ps-g1-bn254'] as const)('the vectors of %s', (name) => {
  const suite = GROUP_SUITES[name];
  const vectors = readVectors(`${name}.json`);

  test('hold on the host: mcl for everything, noble for keys and signatures', TIMEOUT, async () => {
    const host = hostChecks(suite, await loadMclCurve(suite.curve.name));
    const counts = await runVectors(vectors, {
      'generate-group-key': host.generateKeys,
      'load-group-key': host.loadKey,
      join: nothing,
      issue: host.issue,
      'accept-credential': nothing,
      'hint-key': host.hintKey,
      split: host.shares,
      'combine-shares': host.combine,
      sign: host.sign,
      'make-coupon': nothing,
      'spend-coupon': nothing,
      verify: host.verify,
      batch: host.batch,
      open: host.open,
      'prove-opening': host.prove,
      'verify-opening': host.verifyOpening,
    });
    console.log(`${name}: ${JSON.stringify(counts)}`);
    expect(Object.keys(counts).length).toBe(16);
  });

  test('hold on the card: join, credential, split, signature, coupon', async () => {
    const card = cardChecks(suite);
    const onCard = vectors.filter(({ kind }) =>
      ['join', 'accept-credential', 'split', 'sign', 'make-coupon', 'spend-coupon'].includes(kind),
    );
    await runVectors(onCard, {
      join: card.join,
      'accept-credential': card.acceptCredential,
      split: card.split,
      sign: card.sign,
      'make-coupon': card.makeCoupon,
      'spend-coupon': card.spendCoupon,
    });
    expect(onCard.length).toBeGreaterThan(20);
  });

  test('have every reason of a refusal but the challenge of zero, which nobody can make', () => {
    const isBls = name === 'ps-g1-bls12381';
    const reasons = (kind: string) =>
      [...new Set(vectors.filter((it: TestVector) => it.kind === kind).map(({ result }) => result))].sort();
    const points = isBls ? ['encoding', 'infinity', 'subgroup'] : ['encoding', 'infinity'];
    expect(reasons('verify')).toEqual(
      ['degenerate', 'equation', 'length', 'ok', 'response-range', ...points].sort(),
    );
    expect(reasons('load-group-key')).toEqual(
      ['encoding', 'format', 'ok', 'proof', 'subgroup', 'suite', ...(isBls ? ['infinity'] : [])].sort(),
    );
    expect(reasons('issue')).toEqual(['known-member', 'ok', 'proof', 'reused-randomness', ...points].sort());
    expect(reasons('accept-credential')).toEqual(
      ['encoding', 'length', 'ok', 'proof', ...(isBls ? ['subgroup'] : [])].sort(),
    );
    expect(reasons('spend-coupon')).toEqual(['destroyed', 'epoch', 'length', 'ok']);
    expect(reasons('combine-shares')).toEqual(
      ['encoding', 'mismatch', 'ok', 'subgroup', ...(isBls ? ['infinity'] : [])].sort(),
    );
    expect(reasons('verify-opening')).toEqual([
      'equation',
      'length',
      'ok',
      'proof',
      'proof-format',
      'unregistered',
    ]);
    expect(reasons('open')).toEqual(['equation', 'length', 'ok', 'unknown-signer']);
  });
});
