/** A BBS group of one epoch, members whose keys live on (metered) cards, and signers on mcl that follow no rule. */

import type { Fr, G1 } from 'mcl-wasm';
import {
  BBS_P1,
  type BbsSignatureParts,
  bbsChallengeInput,
  bbsCommitmentInput,
  type CurveName,
  challengeOf,
  challengeScalar,
  groupSuiteOf,
  joinBbsSignature,
  splitBbsCredential,
  splitBbsPublicKey,
  splitBbsSignature,
} from '../../../apdu/index.js';
import {
  acceptCredential,
  type CryptoEngine,
  type GroupMemberKey,
  type MembershipRequest,
  requestMembership,
  signGroup,
} from '../../../applet/index.js';
import {
  bbsVerifier,
  generateIssuerKeys,
  type JoinedMember,
  loadGroupVerifier,
  loadMclCurve,
  loadNobleGroupVerifier,
  makeGroupIssuer,
  seededRng,
  sha256,
} from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { DOCTOR_ID, EPOCH, memoryRegister, NONCE, SIGNED } from './group-fixture.js';

export async function bbsGroup(name: CurveName, seed: number) {
  const suite = groupSuiteOf('bbs', name);
  const curve = await loadMclCurve(name);
  const rng = seededRng(seed, 'nhi');
  const keys = generateIssuerKeys(curve, suite, EPOCH, rng);
  const register = memoryRegister();
  const issuer = makeGroupIssuer(curve, keys, register, rng);
  const loaded = loadGroupVerifier(curve, keys.published);
  const noble = loadNobleGroupVerifier(keys.published);
  if (!loaded.ok || !noble.ok) throw new Error('a fresh key is refused');
  const groupKeyHash = sha256(keys.published.publicKey);
  const z = curve.decodeG1(splitBbsPublicKey(keys.published.publicKey)!.z);
  if (!z.ok) throw new Error(z.reason);
  return {
    openingPoint: z.point,
    ...{ suite, curve, rng, keys, register, issuer, groupKeyHash },
    verifier: bbsVerifier(loaded.verifier),
    noble: noble.verifier,
  };
}
export type BbsGroup = Awaited<ReturnType<typeof bbsGroup>>;

export function bbsRequest(to: BbsGroup, seed: number, engine?: CryptoEngine): MembershipRequest {
  const { coprocessor } = meteredCoprocessor(seed, engine);
  const inputs = { nonce: NONCE, doctorId: DOCTOR_ID, groupKeyHash: to.groupKeyHash, counter: 1 };
  return requestMembership(coprocessor, to.suite, inputs);
}

/** The wire form of a credential on a request, or fails the test. */
export async function bbsCredential(to: BbsGroup, request: MembershipRequest): Promise<Uint8Array> {
  const result = await to.issuer.issue({ ...request, nonce: NONCE, doctorId: DOCTOR_ID });
  if (!result.ok) throw new Error(result.reason);
  return result.credential;
}

export function bbsOffer(to: BbsGroup, { membershipKey }: MembershipRequest, credential: Uint8Array) {
  return { freshness: NONCE, groupKeyHash: to.groupKeyHash, membershipKey, credential };
}

/** A card that has joined. */
export async function bbsMember(to: BbsGroup, seed: number, engine?: CryptoEngine) {
  const metered = meteredCoprocessor(seed, engine);
  const request = bbsRequest(to, seed, engine);
  const issued = await bbsCredential(to, request);
  const accepted = acceptCredential(metered.coprocessor, to.suite, bbsOffer(to, request, issued));
  if (!accepted.ok) throw new Error(accepted.reason);
  const key: GroupMemberKey = {
    secretKey: request.secretKey,
    credential: accepted.credential,
    hintKey: new Uint8Array(0),
    groupKeyHash: to.groupKeyHash,
    epoch: EPOCH,
  };
  const joined: JoinedMember = { doctorId: `D-${seed}`, membershipKey: request.membershipKey };
  return { to, key, request, joined, parts: splitBbsCredential(to.suite, issued)!, ...metered };
}
export type BbsCard = Awaited<ReturnType<typeof bbsMember>>;

export function bbsSign(card: BbsCard, counter: number, signed = SIGNED): Uint8Array {
  return signGroup(card.coprocessor, card.to.suite, card.key, signed, counter)!;
}

/** The signature with changed parts. */
export function altered(
  to: BbsGroup,
  signature: Uint8Array,
  change: (parts: BbsSignatureParts) => BbsSignatureParts,
): Uint8Array {
  return joinBbsSignature(to.suite, change(splitBbsSignature(to.suite, signature)!));
}

/** The point of its encoding. */
export function point(to: BbsGroup, bytes: Uint8Array): G1 {
  const decoded = to.curve.decodeG1(bytes);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.point;
}

/** A scalar of the test's choosing. */
export function scalar(to: BbsGroup, seed: number, label = 'scalar'): Fr {
  return to.curve.scalar(seededRng(seed, label).bytes(32));
}

/** Points of a signature, and what its signer claims to know of them. */
export type BbsClaim = Readonly<
  Record<'a' | 'aBar' | 't1' | 't2', G1> & Record<'rho' | 'epsilon' | 'sk' | 'tau', Fr>
>;

/** The prover of the scheme on mcl: right whenever the claim is true, wrong whenever it is not. */
export function proveClaim(to: BbsGroup, claim: BbsClaim, seed: number, signed = SIGNED): Uint8Array {
  const { curve, suite, groupKeyHash } = to;
  const { mcl, g1 } = curve;
  const [kRho, kEpsilon, kSk, kTau] = ['rho', 'epsilon', 'sk', 'tau'].map((it) => scalar(to, seed, it)) as [
    Fr,
    Fr,
    Fr,
    Fr,
  ];
  const { add, mul, sub } = mcl;
  const commitments = [
    mul(g1, kTau),
    add(mul(g1, kSk), mul(to.openingPoint, kTau)),
    sub(add(mul(claim.aBar, kRho), mul(claim.a, kEpsilon)), mul(g1, kSk)),
  ].map((it) => curve.encodeG1(it)) as [Uint8Array, Uint8Array, Uint8Array];
  const points = {
    a: curve.encodeG1(claim.a),
    aBar: curve.encodeG1(claim.aBar),
    t1: curve.encodeG1(claim.t1),
    t2: curve.encodeG1(claim.t2),
  };
  const commitmentHash = sha256(bbsCommitmentInput(points, commitments));
  const challenge = challengeOf(
    sha256(bbsChallengeInput({ ...signed, groupKeyHash, epoch: EPOCH, commitmentHash })),
  );
  const c = curve.scalar(challengeScalar(challenge));
  const response = (nonce: Fr, secret: Fr) => curve.encodeScalar(add(nonce, mul(c, secret)));
  const responses = {
    rho: response(kRho, claim.rho),
    epsilon: response(kEpsilon, claim.epsilon),
    sk: response(kSk, claim.sk),
    tau: response(kTau, claim.tau),
  };
  return joinBbsSignature(suite, { points, challenge, responses });
}

/** The claim of an honest member, with the signer's randomness from the seed. */
export function honestClaim(
  to: BbsGroup,
  credential: { readonly a: Uint8Array; readonly e: Uint8Array },
  secretKey: Uint8Array,
  seed: number,
): BbsClaim {
  const { curve, keys } = to;
  const { mcl, g1 } = curve;
  const [rho, tau, sk] = [scalar(to, seed, 'r'), scalar(to, seed, 't'), curve.scalar(secretKey)];
  const a = mcl.mul(point(to, credential.a), mcl.inv(rho));
  return {
    a,
    aBar: mcl.mul(a, curve.scalar(keys.secretKey)),
    t1: mcl.mul(g1, tau),
    t2: mcl.add(mcl.mul(g1, sk), mcl.mul(to.openingPoint, tau)),
    rho,
    epsilon: mcl.mul(rho, curve.scalar(credential.e)),
    sk,
    tau,
  };
}

/** A claim of somebody without credential: any A', and the Ā for which P1 = ρ·Ā + ε·A' − sk·g is true. */
export function withoutCredential(to: BbsGroup, seed: number): BbsClaim {
  const { mcl, g1 } = to.curve;
  const [rho, epsilon, sk, tau] = ['rho', 'epsilon', 'sk', 'tau'].map((it) =>
    scalar(to, seed, `claim ${it}`),
  ) as [Fr, Fr, Fr, Fr];
  const a = mcl.mul(g1, scalar(to, seed, 'any point'));
  const p1 = point(to, BBS_P1[to.suite.curve.name].encoded);
  const rest = mcl.sub(mcl.add(p1, mcl.mul(g1, sk)), mcl.mul(a, epsilon));
  const ciphertext = {
    t1: mcl.mul(g1, tau),
    t2: mcl.add(mcl.mul(g1, sk), mcl.mul(to.openingPoint, tau)),
  };
  return { a, aBar: mcl.mul(rest, mcl.inv(rho)), ...ciphertext, rho, epsilon, sk, tau };
}
