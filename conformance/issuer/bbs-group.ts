/**
 * A BBS group of the suite: issues credentials (eq. 4), checks group signatures and opens them. Whoever knows
 * γ needs no pairing to see that Ā = γ·A'; the card cannot tell W from other bytes, so W is none of a group.
 */

import {
  BBS_P1,
  bbsChallengeInput,
  bbsCommitmentInput,
  bbsCredentialProofInput,
  bbsPublicKeyOf,
  type CurveName,
  challengeOf,
  concatBytes,
  encodeHpkeInfo,
  encodeTemplate,
  type GroupSuite,
  groupSuiteOf,
  joinBbsCredential,
  joinSchnorrProof,
  STATEMENT,
  type Statement,
  splitBbsSignature,
  utf8ToBytes,
} from '../../apdu/index.js';
import { G1, type Point } from './g1.js';
import { EPOCH, type MembershipRequest } from './group.js';
import { sealEnvelope } from './hpke.js';
import { fromBytes, sha256, toBytes } from './p256.js';
import { signStatement, type TestIssuer, TODAY } from './test-issuer.js';

export class TestBbsGroup {
  readonly suite: GroupSuite;
  readonly g1: G1;
  readonly groupKeyHash: Uint8Array;
  private readonly keyPoints: Uint8Array;
  private readonly gamma: bigint;
  private readonly z: bigint;
  private readonly p1: Point;

  constructor(
    private readonly issuer: TestIssuer,
    curve: CurveName,
  ) {
    this.suite = groupSuiteOf('bbs', curve);
    this.g1 = new G1(curve);
    this.gamma = this.g1.scalar(issuer.random('group gamma').bytes(40));
    this.z = this.g1.scalar(issuer.random('group z').bytes(40));
    this.p1 = this.g1.decode(BBS_P1[curve].encoded)!;
    const w = issuer.random('group W').bytes(this.suite.curve.g2Bytes);
    this.keyPoints = concatBytes(w, this.base(this.gamma), this.base(this.z));
    this.groupKeyHash = sha256(bbsPublicKeyOf(this.suite, this.keyPoints));
  }

  /** The parts of a credential; `gamma` is what it is made and proven with. */
  parts({ nonce: freshness, membershipKey }: MembershipRequest, gamma = this.gamma) {
    const { g1, groupKeyHash, keyPoints } = this;
    const random = this.issuer.random('credential');
    const [e, k] = [g1.scalar(random.bytes(40)), g1.scalar(random.bytes(40))];
    const c = g1.add(this.p1, g1.decode(membershipKey));
    const point = g1.multiply(c, g1.inverseScalar((gamma + e) % g1.order))!;
    const encoded = { a: g1.encode(point), e: toBytes(e) };
    const commitments = [this.base(k), g1.encode(g1.multiply(point, k)!)] as const;
    const binding = { freshness, membershipKey, groupKeyHash, ...encoded };
    const challenge = challengeOf(sha256(bbsCredentialProofInput(binding, commitments)));
    const response = toBytes((k + fromBytes(challenge) * gamma) % g1.order);
    return { ...encoded, proof: joinSchnorrProof({ challenge, response }), keyPoints };
  }

  /** The data of JOIN GROUP: COMPLETE; `changes` replace parts of the credential before NHI signs. */
  credential(request: MembershipRequest, changes: Partial<ReturnType<TestBbsGroup['parts']>> = {}) {
    return this.signed(request, joinBbsCredential({ ...this.parts(request), ...changes }));
  }

  /** Any bytes as a credential, under NHI's signature. */
  signed(
    { nonce, membershipKey }: MembershipRequest,
    groupCredential: Uint8Array,
    hint: { readonly sealedHintKey?: Uint8Array } = {},
  ) {
    const { issuer, groupKeyHash } = this;
    const signed = {
      nonce,
      suite: this.suite.id,
      epoch: EPOCH,
      groupKeyHash,
      groupCredential,
      messageId: issuer.random('message').bytes(16),
      ...hint,
      effectiveDate: TODAY,
      expirationDate: TODAY + 86_400 * 90,
    };
    const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
    return { ...signed, signature: signStatement(issuer.keys, STATEMENT.credential, fields) };
  }

  /** A credential with a hint key, sealed as in the other scheme. */
  withHintKey(request: MembershipRequest) {
    const random = this.issuer.random('hint key');
    const info = encodeHpkeInfo({
      equation: 4,
      sender: 'nhi',
      recipient: utf8ToBytes(this.issuer.doctorId),
      messageId: this.issuer.random('message').bytes(16),
    });
    const sealedHintKey = sealEnvelope(random, request.decryptionKey, random.bytes(32), info);
    return this.signed(request, joinBbsCredential(this.parts(request)), { sealedHintKey });
  }

  /** A credential under a γ of this card's own. */
  markedCredential(request: MembershipRequest) {
    return this.signed(request, joinBbsCredential(this.parts(request, this.g1.scalar(request.nonce))));
  }

  /** As rightly made, with a proof whose commitments are both the point at infinity: k = 0, any challenge. */
  emptyProof(request: MembershipRequest): Uint8Array {
    const challenge = challengeOf(sha256(request.nonce));
    return joinSchnorrProof({
      challenge,
      response: toBytes((fromBytes(challenge) * this.gamma) % this.g1.order),
    });
  }

  /** D of the member who signed these fields, encoded; `undefined` when the signature does not hold. */
  signerOf(statement: Statement, fields: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
    const { g1, groupKeyHash } = this;
    const parts = splitBbsSignature(this.suite, signature);
    if (!parts) return undefined;
    const { points, challenge, responses } = parts;
    const [a, aBar, t1, t2] = [points.a, points.aBar, points.t1, points.t2].map((it) => g1.decode(it));
    if (!a || !aBar || !t1 || !t2) return undefined;
    const c = fromBytes(challenge);
    const [rho, epsilon, sk, tau] = [responses.rho, responses.epsilon, responses.sk, responses.tau].map(
      fromBytes,
    );
    const times = (point: Point, scalar: bigint) => g1.multiply(point, scalar);
    const own = times(g1.generator, sk!);
    const z = times(g1.generator, this.z)!;
    const k1 = g1.subtract(times(g1.generator, tau!), times(t1, c));
    const k2 = g1.subtract(g1.add(own, times(z, tau!)), times(t2, c));
    const k3 = g1.subtract(
      g1.subtract(g1.add(times(aBar, rho!), times(a, epsilon!)), own),
      times(this.p1, c),
    );
    const expected = times(a, this.gamma);
    if (!k1 || !k2 || !k3 || expected?.x !== aBar.x || expected.y !== aBar.y) return undefined;
    const commitmentHash = sha256(bbsCommitmentInput(points, [g1.encode(k1), g1.encode(k2), g1.encode(k3)]));
    const { domain } = statement;
    const input = bbsChallengeInput({
      domain,
      groupKeyHash,
      epoch: EPOCH,
      commitmentHash,
      statement: fields,
    });
    if (fromBytes(challengeOf(sha256(input))) !== c) return undefined;
    const signer = g1.subtract(t2, times(t1, this.z));
    return signer && g1.encode(signer);
  }

  private base(scalar: bigint): Uint8Array {
    return this.g1.encode(this.g1.multiply(this.g1.generator, scalar)!);
  }
}
