/**
 * The doctors' group of the suite: issues credentials (eq. 4) and checks proofs and group signatures.
 * The issuer knows x and y, so no pairing is needed: σ2 = (x + y·sk)·σ1 gives sk·σ1 = y⁻¹·(σ2 − x·σ1).
 */

import {
  challengeOf,
  encodeHpkeInfo,
  encodeTemplate,
  GROUP_SUITES,
  type GroupSuite,
  type GroupSuiteName,
  joinPsCredential,
  joinSchnorrProof,
  membershipProofInput,
  psChallengeInput,
  psCredentialProofInput,
  STATEMENT,
  type Statement,
  splitPsSignature,
  splitSchnorrProof,
  utf8ToBytes,
} from '../../apdu/index.js';
import { G1 } from './g1.js';
import { sealEnvelope } from './hpke.js';
import { fromBytes, sha256, toBytes } from './p256.js';
import { signStatement, type TestIssuer, TODAY } from './test-issuer.js';

export const EPOCH = 7;

/** What a card asks to be a member with (eq. 3). */
export type MembershipRequest = {
  readonly nonce: Uint8Array;
  readonly membershipKey: Uint8Array;
  /** Where the hint key is sealed to. */
  readonly decryptionKey: Uint8Array;
};

export class TestGroup {
  readonly suite: GroupSuite;
  readonly g1: G1;
  readonly groupKeyHash: Uint8Array;
  private readonly x: bigint;
  private readonly y: bigint;

  constructor(
    private readonly issuer: TestIssuer,
    suite: GroupSuiteName,
  ) {
    this.suite = GROUP_SUITES[suite];
    this.g1 = new G1(this.suite.curve.name);
    this.x = this.g1.scalar(issuer.random('group x').bytes(40));
    this.y = this.g1.scalar(issuer.random('group y').bytes(40));
    this.groupKeyHash = issuer.random('group key hash').bytes(32);
  }

  /** The data of JOIN GROUP: COMPLETE; `changes` replace fields before NHI signs. */
  credential(request: MembershipRequest, changes: { readonly sigma1?: Uint8Array } = {}) {
    const { g1, issuer } = this;
    const random = issuer.random('credential');
    const u = g1.scalar(random.bytes(40));
    const k = g1.scalar(random.bytes(40));
    const sigma1 = g1.multiply(g1.generator, u)!;
    const sigma2 = g1.add(
      g1.multiply(sigma1, this.x),
      g1.multiply(g1.decode(request.membershipKey), (u * this.y) % g1.order),
    )!;
    const points = { sigma1: changes.sigma1 ?? g1.encode(sigma1), sigma2: g1.encode(sigma2) };
    const { groupKeyHash } = this;
    const { nonce, membershipKey } = request;
    const commitment = g1.encode(g1.multiply(g1.generator, k)!);
    const input = psCredentialProofInput(
      { freshness: nonce, membershipKey, groupKeyHash, ...points },
      commitment,
    );
    const challenge = challengeOf(sha256(input));
    const response = toBytes((k + fromBytes(challenge) * u) % g1.order);
    const messageId = random.bytes(16);
    const info = encodeHpkeInfo({
      equation: 4,
      sender: 'nhi',
      recipient: utf8ToBytes(issuer.doctorId),
      messageId,
    });
    const signed = {
      nonce,
      suite: this.suite.id,
      epoch: EPOCH,
      groupKeyHash,
      groupCredential: joinPsCredential({ ...points, proof: joinSchnorrProof({ challenge, response }) }),
      messageId,
      sealedHintKey: sealEnvelope(random, request.decryptionKey, random.bytes(32), info),
      effectiveDate: TODAY,
      expirationDate: TODAY + 86_400 * 90,
    };
    const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
    return { ...signed, signature: signStatement(issuer.keys, STATEMENT.credential, fields) };
  }

  /** Whether the card proved that it knows sk of D. */
  isMembershipProof(nonce: Uint8Array, membershipKey: Uint8Array, proof: Uint8Array): boolean {
    const { g1, groupKeyHash } = this;
    const point = g1.decode(membershipKey);
    const parts = splitSchnorrProof(proof);
    if (!point || !parts || g1.multiply(point, g1.order) !== undefined) return false;
    const commitment = g1.subtract(
      g1.multiply(g1.generator, fromBytes(parts.response)),
      g1.multiply(point, fromBytes(parts.challenge)),
    );
    if (!commitment) return false;
    const binding = { nonce, doctorId: utf8ToBytes(this.issuer.doctorId), groupKeyHash, membershipKey };
    const expected = challengeOf(sha256(membershipProofInput(binding, g1.encode(commitment))));
    return Buffer.compare(expected, parts.challenge) === 0;
  }

  /** Whether some member of the group signed these fields. */
  isGroupSignature(statement: Statement, fields: Uint8Array, signature: Uint8Array): boolean {
    const { g1, groupKeyHash } = this;
    const parts = splitPsSignature(this.suite, signature);
    const [s1, s2, commitment] = [parts?.s1, parts?.s2, parts?.commitment].map((p) => p && g1.decode(p));
    if (!parts || !s1 || !s2 || !commitment) return false;
    const digest = sha256(
      psChallengeInput({
        ...parts,
        domain: statement.domain,
        groupKeyHash,
        epoch: EPOCH,
        statement: fields,
      }),
    );
    const memberPart = g1.multiply(g1.subtract(s2, g1.multiply(s1, this.x)), g1.inverseScalar(this.y));
    const left = g1.multiply(s1, fromBytes(parts.response));
    const right = g1.add(commitment, g1.multiply(memberPart, fromBytes(challengeOf(digest))));
    return left !== undefined && left.x === right?.x && left.y === right.y;
  }
}
