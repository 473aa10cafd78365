import { describe, expect, test } from 'vitest';
import {
  bbsChallengeInput,
  bbsCommitmentInput,
  equalBytes,
  GROUP_SUITES,
  type GroupSuite,
  joinBbsSignature,
  splitBbsCredential,
  splitBbsKeyPoints,
} from '../../apdu/index.js';
import { loadGroupVerifier, loadMclCurve, type MclCurve, makeGroupOpener, sha256 } from '../../host/index.js';
import { givenRandom } from './given-random.js';
import { cardChecks } from './ps-g1-card.js';
import { hostChecks } from './ps-g1-host.js';
import { readVectors, runVectors, type TestVector } from './vector-files.js';

const nothing = () => {};

/** What is BBS's own on the host: openings by the key alone, and the signing equations on mcl. */
function bbsChecks(suite: GroupSuite, curve: MclCurve) {
  const { mcl, g1 } = curve;
  const signedOf = (v: TestVector) => ({
    domain: v.text('domain'),
    statement: v.bytes('statement'),
    signature: v.bytes('signature'),
  });
  const membersOf = (vectors: readonly TestVector[]) =>
    vectors.map((it) => ({ doctorId: it.text('doctorId'), membershipKey: it.bytes('membershipKey') }));

  function openerOf(v: TestVector, members: readonly TestVector[]) {
    const publicKey = v.bytes('publicKey');
    const loaded = loadGroupVerifier(curve, {
      epoch: v.number('epoch'),
      publicKey,
      proof: v.bytes('keyProof'),
    });
    if (!loaded.ok) throw new Error(loaded.reason);
    const all = membersOf(members);
    return makeGroupOpener(loaded.verifier, {
      openingKey: v.bytes('secret'),
      register: {
        members: () => [],
        memberWith: (d) => all.find(({ membershipKey }) => equalBytes(membershipKey, d)),
      },
      log: { record: nothing },
    });
  }

  const point = (bytes: Uint8Array) => {
    const decoded = curve.decodeG1(bytes);
    if (!decoded.ok) throw new Error(decoded.reason);
    return decoded.point;
  };

  return {
    open(v: TestVector) {
      const result = openerOf(v, v.inner('members')).open(signedOf(v));
      expect(result.ok ? 'ok' : result.reason).toBe(v.result);
      if (result.ok) {
        expect([result.member.doctorId, result.foundBy]).toEqual([v.text('signer'), v.text('foundBy')]);
      }
    },

    prove(v: TestVector) {
      const [member] = membersOf([v]);
      const proof = openerOf(v, [v]).prove(
        { signed: signedOf(v), member: member!, judgeNonce: v.bytes('judgeNonce') },
        { rng: givenRandom(v.bytes('random')), counter: v.number('counter') },
      );
      expect(proof).toEqual(v.bytes('proof'));
    },

    /** The signing equations on mcl from the secrets of the vector: the second direction beside the card. */
    sign(v: TestVector) {
      const scalar = (name: string) => curve.scalar(v.bytes(name));
      const [rho, tau, sk] = [scalar('rho'), scalar('tau'), scalar('secretKey')];
      const [kRho, kEpsilon, kSk, kTau] = v.byteList('nonces').map((it) => curve.scalar(it));
      const { a, e, keyPoints } = splitBbsCredential(suite, v.bytes('credential'))!;
      const z = point(splitBbsKeyPoints(suite, keyPoints)!.z);
      const made = v.bytes('signature');
      const n = suite.curve.g1Bytes;
      const aPrime = mcl.mul(point(a), mcl.inv(rho));
      // γ is not the card's to know: Ā is taken from the signature, and bound by the responses below
      const aBar = point(made.slice(n, 2 * n));
      const t2 = mcl.add(mcl.mul(g1, sk), mcl.mul(z, tau));
      const points = {
        a: curve.encodeG1(aPrime),
        aBar: curve.encodeG1(aBar),
        t1: curve.encodeG1(mcl.mul(g1, tau)),
        t2: curve.encodeG1(t2),
      };
      const commitments = [
        mcl.mul(g1, kTau!),
        mcl.add(mcl.mul(g1, kSk!), mcl.mul(z, kTau!)),
        mcl.sub(mcl.add(mcl.mul(aBar, kRho!), mcl.mul(aPrime, kEpsilon!)), mcl.mul(g1, kSk!)),
      ].map((it) => curve.encodeG1(it)) as [Uint8Array, Uint8Array, Uint8Array];
      const commitmentHash = sha256(bbsCommitmentInput(points, commitments));
      expect(commitmentHash).toEqual(v.bytes('commitmentHash'));
      const inputs = { groupKeyHash: v.bytes('groupKeyHash'), epoch: v.number('epoch'), commitmentHash };
      const challenge = sha256(bbsChallengeInput({ ...signedOf(v), ...inputs })).slice(0, 31);
      expect(challenge).toEqual(v.bytes('challenge'));
      const wide = new Uint8Array(32);
      wide.set(challenge, 1);
      const c = curve.scalar(wide);
      const respond = (nonce: typeof rho, secret: typeof rho) =>
        curve.encodeScalar(mcl.add(nonce, mcl.mul(c, secret)));
      const responses = {
        rho: respond(kRho!, rho),
        epsilon: respond(kEpsilon!, mcl.mul(rho, curve.scalar(e))),
        sk: respond(kSk!, sk),
        tau: respond(kTau!, tau),
      };
      expect(joinBbsSignature(suite, { points, challenge, responses })).toEqual(made);
    },
  };
}

describe.each(['bbs-bls12381', 'bbs-bn254'] as const)('the vectors of %s', (name) => {
  const suite = GROUP_SUITES[name];
  const vectors = readVectors(`${name}.json`);

  test('hold on the host: mcl for everything, noble for keys and signatures', async () => {
    const curve = await loadMclCurve(suite.curve.name);
    const host = hostChecks(suite, curve);
    const bbs = bbsChecks(suite, curve);
    const counts = await runVectors(vectors, {
      'generate-group-key': host.generateKeys,
      'load-group-key': host.loadKey,
      join: nothing,
      issue: host.issue,
      'accept-credential': nothing,
      'bbs-sign': bbs.sign,
      'make-coupon': nothing,
      'spend-coupon': nothing,
      verify: host.verify,
      batch: host.batch,
      'bbs-open': bbs.open,
      'bbs-prove-opening': bbs.prove,
      'verify-opening': host.verifyOpening,
    });
    console.log(`${name}: ${JSON.stringify(counts)}`);
    expect(Object.keys(counts).length).toBe(13);
  });

  test('hold on the card: join, credential, signature, coupon', async () => {
    const card = cardChecks(suite);
    const checks = {
      join: card.join,
      'accept-credential': card.acceptCredential,
      'bbs-sign': card.sign,
      'make-coupon': card.makeCoupon,
      'spend-coupon': card.spendCoupon,
    };
    const onCard = vectors.filter(({ kind }) => kind in checks);
    await runVectors(onCard, checks);
    expect(onCard.length).toBeGreaterThan(20);
  });

  test('have every reason of a refusal', () => {
    const points = name === 'bbs-bls12381' ? ['encoding', 'infinity', 'subgroup'] : ['encoding', 'infinity'];
    const reasons = (kind: string) =>
      [...new Set(vectors.filter((it) => it.kind === kind).map(({ result }) => result))].sort();
    expect(reasons('verify')).toEqual(
      ['challenge', 'equation', 'length', 'ok', 'response-range', 'zero-challenge', ...points].sort(),
    );
    expect(reasons('load-group-key')).toEqual(
      ['encoding', 'format', 'infinity', 'ok', 'proof', 'subgroup', 'suite'].sort(),
    );
    expect(reasons('issue')).toEqual(['known-member', 'ok', 'proof', 'reused-randomness', ...points].sort());
    expect(reasons('accept-credential')).toEqual(
      ['encoding', 'group-key', 'length', 'ok', 'proof', ...points.filter((it) => it === 'subgroup')].sort(),
    );
    expect(reasons('spend-coupon')).toEqual(['destroyed', 'epoch', 'length', 'ok']);
    expect(reasons('bbs-open')).toEqual(['challenge', 'length', 'ok', 'unknown-signer']);
    expect(reasons('verify-opening')).toEqual(
      ['challenge', 'length', 'ok', 'proof', 'proof-format', 'unregistered'].sort(),
    );
  });
});
