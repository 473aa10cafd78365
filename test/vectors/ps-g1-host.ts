/** The host against the vectors of PS-G1, on mcl and, where it verifies, on noble too. */

import { expect } from 'vitest';
import {
  concatBytes,
  equalBytes,
  type GroupSuite,
  joinPsSignature,
  psChallengeInput,
  splitPsCredential,
  toHex,
  utf8ToBytes,
} from '../../apdu/index.js';
import {
  combineOpeningShares,
  deriveHintKey,
  type GroupOpener,
  generateIssuerKeys,
  loadGroupVerifier,
  loadNobleGroupVerifier,
  type MclCurve,
  type MclGroupVerifier,
  makeGroupIssuer,
  makeGroupOpener,
  openingShare,
  type PublishedGroupKey,
  seededRng,
  sha256,
  verifyBatch,
  verifyOpening,
} from '../../host/index.js';
import { givenRandom } from './given-random.js';
import type { TestVector } from './vector-files.js';

const outcome = (result: { readonly ok: true } | { readonly ok: false; readonly reason: string }) =>
  result.ok ? 'ok' : result.reason;

export function hostChecks(suite: GroupSuite, curve: MclCurve) {
  const verifiers = new Map<string, MclGroupVerifier>();

  const publishedOf = (v: TestVector, proof = 'keyProof'): PublishedGroupKey => ({
    epoch: v.number('epoch'),
    publicKey: v.bytes('publicKey'),
    proof: v.bytes(proof),
  });

  /** One verifier for each key and epoch: loading costs more than verifying. */
  function verifierOf(v: TestVector): MclGroupVerifier {
    const name = `${v.number('epoch')} ${v.text('publicKey')}`;
    const known = verifiers.get(name);
    if (known) return known;
    const loaded = loadGroupVerifier(curve, publishedOf(v));
    if (!loaded.ok) throw new Error(loaded.reason);
    verifiers.set(name, loaded.verifier);
    return loaded.verifier;
  }

  function nobleOf(v: TestVector) {
    const loaded = loadNobleGroupVerifier(publishedOf(v));
    if (!loaded.ok) throw new Error(loaded.reason);
    return loaded.verifier;
  }

  const signedOf = (v: TestVector) => ({
    domain: v.text('domain'),
    statement: v.bytes('statement'),
    signature: v.bytes('signature'),
  });

  function openerOf(v: TestVector, members: readonly TestVector[]): GroupOpener {
    const all = members.map((it) => ({
      doctorId: it.text('doctorId'),
      membershipKey: it.bytes('membershipKey'),
      openingKey: it.bytes('openingKey'),
      hintKey: it.bytes('hintKey'),
    }));
    return makeGroupOpener(verifierOf(v), {
      openingKey: new Uint8Array(32),
      register: { members: () => all, memberWith: (d) => all.find((it) => equalBytes(it.membershipKey, d)) },
      log: { record: () => {} },
    });
  }

  return {
    generateKeys(v: TestVector) {
      const rng = givenRandom(v.bytes('random'));
      const keys = generateIssuerKeys(curve, suite, v.number('epoch'), rng);
      expect(keys).toEqual({
        secretKey: v.bytes('secretKey'),
        openingKey: v.bytes('openingKey'),
        published: { epoch: v.number('epoch'), publicKey: v.bytes('publicKey'), proof: v.bytes('proof') },
      });
      expect(rng.left()).toBe(0);
      expect(sha256(v.bytes('publicKey'))).toEqual(v.bytes('groupKeyHash'));
    },

    loadKey(v: TestVector) {
      const key = publishedOf(v, 'proof');
      expect(outcome(loadGroupVerifier(curve, key))).toBe(v.result);
      const noble = loadNobleGroupVerifier(key);
      // noble is told no curve: it takes the key for what it says it is
      if (v.result === 'suite') expect(noble.ok && noble.verifier.suite.name).not.toBe(suite.name);
      else expect(outcome(noble)).toBe(v.result);
    },

    async issue(v: TestVector) {
      const has = (name: string) => (bytes: Uint8Array) =>
        v.byteList(name).some((it) => equalBytes(it, bytes));
      const claimed = has('claimed');
      const register = {
        hasMember: has('joined'),
        nextCounter: () => v.number('counter'),
        claimUnique: (value: Uint8Array) => !claimed(value),
      };
      const keys = {
        secretKey: v.bytes('secretKey'),
        openingKey: new Uint8Array(0),
        published: publishedOf(v),
      };
      const issuer = makeGroupIssuer(curve, keys, register, givenRandom(v.bytes('random')));
      const result = await issuer.issue({
        nonce: v.bytes('nonce'),
        doctorId: utf8ToBytes(v.text('doctorId')),
        membershipKey: v.bytes('membershipKey'),
        proof: v.bytes('proof'),
      });
      expect(outcome(result)).toBe(v.result);
      if (result.ok) expect(result.credential).toEqual(v.bytes('credential'));
    },

    hintKey(v: TestVector) {
      const inputs = {
        epoch: v.number('epoch'),
        doctorId: v.text('doctorId'),
        cardSerial: v.bytes('cardSerial'),
        joinCounter: v.number('joinCounter'),
      };
      expect(deriveHintKey(v.bytes('masterKey'), inputs)).toEqual(v.bytes('hintKey'));
    },

    shares(v: TestVector) {
      expect([v.bytes('b'), v.bytes('a')].map((part) => openingShare(curve, part))).toEqual(
        v.byteList('shares'),
      );
    },

    combine(v: TestVector) {
      const [first, second] = v.byteList('shares');
      const membershipKey = v.bytes('membershipKey');
      const result = combineOpeningShares(curve, { membershipKey, shares: [first!, second!] });
      expect(outcome(result)).toBe(v.result);
      if (result.ok) expect(result.openingKey).toEqual(v.bytes('openingKey'));
    },

    /** The signing equation on mcl, from t and k: the second direction beside the card. */
    sign(v: TestVector) {
      const { mcl } = curve;
      const { sigma1, sigma2 } = splitPsCredential(suite, v.bytes('credential'))!;
      const [t, k] = [curve.scalar(v.bytes('t')), curve.scalar(v.bytes('k'))];
      const [p1, p2] = [sigma1, sigma2].map((bytes) => {
        const decoded = curve.decodeG1(bytes);
        if (!decoded.ok) throw new Error(decoded.reason);
        return mcl.mul(decoded.point, t);
      });
      const made = v.bytes('signature');
      const points = {
        s1: curve.encodeG1(p1!),
        s2: curve.encodeG1(p2!),
        commitment: curve.encodeG1(mcl.mul(p1!, k)),
      };
      const hint = made.slice(3 * suite.curve.g1Bytes, 3 * suite.curve.g1Bytes + 8);
      const { domain, statement } = signedOf(v);
      const [groupKeyHash, epoch] = [v.bytes('groupKeyHash'), v.number('epoch')];
      const digest = sha256(psChallengeInput({ ...points, hint, domain, statement, groupKeyHash, epoch }));
      expect(digest.slice(0, 31)).toEqual(v.bytes('challenge'));
      const c = curve.scalar(concatBytes(Uint8Array.of(0), digest.subarray(0, 31)));
      const response = curve.encodeScalar(mcl.add(k, mcl.mul(c, curve.scalar(v.bytes('secretKey')))));
      expect(joinPsSignature(suite, { ...points, hint, response })).toEqual(made);
    },

    verify(v: TestVector) {
      const results = [verifierOf(v), nobleOf(v)].map((verifier) => outcome(verifier.verify(signedOf(v))));
      expect(results).toEqual([v.result, v.result]);
    },

    batch(v: TestVector) {
      const items = v.inner('items').map((it) => ({ sender: 'all', signed: signedOf(it) }));
      const { verdicts } = verifyBatch(verifierOf(v), items, { rng: seededRng(toHex(v.bytes('publicKey'))) });
      expect(verdicts.map(outcome)).toEqual(v.texts('results'));
      const noble = nobleOf(v);
      expect(items.map(({ signed }) => outcome(noble.verify(signed)))).toEqual(v.texts('results'));
    },

    open(v: TestVector) {
      const result = openerOf(v, v.inner('members')).open(signedOf(v));
      expect(outcome(result)).toBe(v.result);
      if (result.ok) {
        expect([result.member.doctorId, result.foundBy]).toEqual([v.text('signer'), v.text('foundBy')]);
      }
    },

    prove(v: TestVector) {
      const member = { doctorId: v.text('doctorId'), membershipKey: v.bytes('membershipKey') };
      const proof = openerOf(v, [v]).prove(
        { signed: signedOf(v), member, judgeNonce: v.bytes('judgeNonce') },
        { rng: givenRandom(v.bytes('random')), counter: v.number('counter') },
      );
      expect(proof).toEqual(v.bytes('proof'));
    },

    verifyOpening(v: TestVector) {
      const joins = v.inner('joins');
      const records = {
        hasJoined: (doctorId: string, d: Uint8Array) =>
          joins.some((it) => it.text('doctorId') === doctorId && equalBytes(it.bytes('membershipKey'), d)),
      };
      const claim = {
        signed: signedOf(v),
        doctorId: v.text('doctorId'),
        membershipKey: v.bytes('membershipKey'),
        judgeNonce: v.bytes('judgeNonce'),
        proof: v.bytes('proof'),
      };
      expect(outcome(verifyOpening(verifierOf(v), claim, records))).toBe(v.result);
    },
  };
}
