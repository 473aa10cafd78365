/**
 * What an issuer that repeats or leaks u loses (CRYPTO: join, step 2): two members together make credentials
 * for keys that stand in no register. Hence the counter and the memory of every σ1 in the issuing service.
 */

import type { G1 } from 'mcl-wasm';
import { describe, expect, test } from 'vitest';
import { splitPsCredential } from '../../../apdu/index.js';
import type { MembershipRequest } from '../../../applet/index.js';
import {
  type GroupIssuer,
  makeGroupIssuer,
  makeGroupOpener,
  type OpenableMember,
  seededRng,
  sha256,
} from '../../../host/index.js';
import {
  DOCTOR_ID,
  type Group,
  group,
  memberRequest,
  memoryRegister,
  NONCE,
  SIGNED,
} from '../crypto/group-fixture.js';
import { g1, signAnything } from '../crypto/mcl-signer.js';

type Colluder = { readonly secretKey: Uint8Array; readonly sigma1: G1; readonly sigma2: G1 };

async function issuedBy(issuer: GroupIssuer, to: Group, request: MembershipRequest) {
  const result = await issuer.issue({ ...request, nonce: NONCE, doctorId: DOCTOR_ID });
  if (!result.ok) throw new Error(result.reason);
  return splitPsCredential(to.suite, result.credential)!;
}

/** Two members, issued to with the same counter and random numbers by a service that does not look. */
async function colluders(to: Group, register = memoryRegister()) {
  const careless = { ...register, nextCounter: () => 1, claimUnique: () => true };
  const made: (Colluder & OpenableMember)[] = [];
  for (const seed of [1, 2]) {
    const request = memberRequest(to, seed);
    const issuer = makeGroupIssuer(to.curve, to.keys, careless, seededRng(5));
    const credential = await issuedBy(issuer, to, request);
    const openingKey = to.curve.encodeG2(to.curve.mcl.mul(to.curve.g2, to.curve.scalar(request.secretKey)));
    made.push({
      ...request,
      sigma1: g1(to, credential.sigma1),
      sigma2: g1(to, credential.sigma2),
      doctorId: `D-${seed}`,
      openingKey,
      hintKey: sha256(request.secretKey),
    });
  }
  return made as [(typeof made)[0], (typeof made)[0]];
}

describe.each([
  ['BLS12-381', await group('bls12381', 91)],
  ['BN', await group('bn254', 92)],
])('on %s', (_, to) => {
  const { curve, verifier } = to;
  const { mcl } = curve;
  const inventedKey = seededRng(6).bytes(32).fill(0, 0, 1);

  /** σ1 and x·σ1 + y·sk·σ1 for any sk, from the two credentials on one σ1. */
  function mint(one: Colluder, two: Colluder, sk: Uint8Array) {
    const [a, b] = [curve.scalar(one.secretKey), curve.scalar(two.secretKey)];
    // σ2 − σ2' = y·(a − b)·σ1
    const yPart = mcl.mul(mcl.sub(one.sigma2, two.sigma2), mcl.inv(mcl.sub(a, b)));
    const xPart = mcl.sub(one.sigma2, mcl.mul(yPart, a));
    return { s1: one.sigma1, s2: mcl.add(xPart, mcl.mul(yPart, curve.scalar(sk))), secretKey: sk };
  }

  function openerOver(members: readonly OpenableMember[]) {
    const register = { members: () => members, memberWith: () => undefined };
    return makeGroupOpener(verifier, { ...to.keys, register, log: { record: () => {} } });
  }

  function expectUntraceable(signature: Uint8Array, members: readonly OpenableMember[]) {
    const signed = { ...SIGNED, signature };
    expect(verifier.verify(signed)).toEqual({ ok: true });
    expect(openerOver(members).open(signed)).toEqual({ ok: false, reason: 'unknown-signer' });
  }

  test('a reused u lets two members mint a third one that opens to nobody', async () => {
    const [one, two] = await colluders(to);
    expect(one.sigma1.isEqual(two.sigma1)).toBe(true);
    expectUntraceable(signAnything(to, mint(one, two, inventedKey), 7), [one, two]);
  });

  test('so do two leaked ones: σ divided by u is a credential on g for both', async () => {
    const leaked = [seededRng(8).bytes(32).fill(0, 0, 1), seededRng(9).bytes(32).fill(0, 0, 1)];
    const { secretKey: xy } = to.keys;
    const [x, y] = [curve.scalar(xy.subarray(0, 32)), curve.scalar(xy.subarray(32))];
    const requests = [memberRequest(to, 1), memberRequest(to, 2)];
    const divided = requests.map(({ secretKey }, i) => {
      const u = curve.scalar(leaked[i]!);
      const sigma1 = mcl.mul(curve.g1, u);
      const sigma2 = mcl.mul(sigma1, mcl.add(x, mcl.mul(y, curve.scalar(secretKey))));
      const inverse = mcl.inv(u);
      return { secretKey, sigma1: mcl.mul(sigma1, inverse), sigma2: mcl.mul(sigma2, inverse) };
    });
    expectUntraceable(signAnything(to, mint(divided[0]!, divided[1]!, inventedKey), 10), []);
  });

  test('without it, two credentials mint nothing: the issuing service repeats no σ1', async () => {
    const register = memoryRegister();
    const issuer = makeGroupIssuer(curve, to.keys, register, seededRng(5));
    const made: Colluder[] = [];
    for (const seed of [1, 2]) {
      const request = memberRequest(to, seed);
      const { sigma1, sigma2 } = await issuedBy(issuer, to, request);
      made.push({ secretKey: request.secretKey, sigma1: g1(to, sigma1), sigma2: g1(to, sigma2) });
    }
    const signature = signAnything(to, mint(made[0]!, made[1]!, inventedKey), 11);
    expect(verifier.verify({ ...SIGNED, signature })).toEqual({ ok: false, reason: 'equation' });
    // and where counter and random numbers repeat, as after a restored backup, it refuses
    const again = makeGroupIssuer(curve, to.keys, { ...register, nextCounter: () => 1 }, seededRng(5));
    const third = memberRequest(to, 3);
    expect(await again.issue({ ...third, nonce: NONCE, doctorId: DOCTOR_ID })).toEqual({
      ok: false,
      reason: 'reused-randomness',
    });
  });
});
