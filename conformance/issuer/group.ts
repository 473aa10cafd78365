/**
 * The doctors' group of the suite: issues credentials (eq. 4) and checks proofs and group signatures.
 * The issuer knows x and y, so no pairing is needed: σ2 = (x + y·sk)·σ1 gives sk·σ1 = y⁻¹·(σ2 − x·σ1).
 */

import { createHmac } from 'node:crypto';
import {
  challengeOf,
  encodeHpkeInfo,
  encodeTemplate,
  GROUP_SUITES,
  type GroupSuite,
  type GroupSuiteName,
  HINT_BYTES,
  joinPsCredential,
  joinSchnorrProof,
  membershipProofInput,
  psChallengeInput,
  psCredentialProofInput,
  STATEMENT,
  type Statement,
  splitPsSignature,
  splitSchnorrProof,
  uintToBytes,
  utf8ToBytes,
} from '../../apdu/index.js';
import { G1 } from './g1.js';
import { sealEnvelope } from './hpke.js';
import { fromBytes, type P256Keys, sha256, toBytes } from './p256.js';
import type { SeededRandom } from './seeded-random.js';
import { signStatement, type TestIssuer, TODAY } from './test-issuer.js';

export const EPOCH = 7;

/** What a card asks to be a member with (eq. 3). */
export type MembershipRequest = {
  readonly nonce: Uint8Array;
  readonly membershipKey: Uint8Array;
  /** Where the hint key is sealed to. */
  readonly decryptionKey: Uint8Array;
};

/** What an issuer that means no good would sign. */
export type CredentialChanges = {
  readonly sigma1?: Uint8Array;
  /** σ1 has a part of order three, and the challenge is such that it vanishes: the proof of u holds all the same. */
  readonly torsion?: true;
};
export type RenewalChanges = CredentialChanges & {
  readonly doctorId?: string;
  readonly expirationDate?: number;
  /** The epoch that the proof of u is bound to, where it is not that of the record. */
  readonly provenEpoch?: number;
  readonly signer?: P256Keys;
};

const DATES = { effectiveDate: TODAY, expirationDate: TODAY + 86_400 * 90 };

export class TestGroup {
  readonly suite: GroupSuite;
  readonly g1: G1;
  readonly groupKeyHash: Uint8Array;
  /** K_i of the credential issued last: the hint of each signature is made with it. */
  hintKey: Uint8Array | undefined;
  private readonly x: bigint;
  private readonly y: bigint;

  constructor(
    private readonly issuer: TestIssuer,
    suite: GroupSuiteName,
    /** Another label, another group. */
    label = 'group',
  ) {
    this.suite = GROUP_SUITES[suite];
    this.g1 = new G1(this.suite.curve.name);
    this.x = this.g1.scalar(issuer.random(`${label} x`).bytes(40));
    this.y = this.g1.scalar(issuer.random(`${label} y`).bytes(40));
    this.groupKeyHash = issuer.random(`${label} key hash`).bytes(32);
  }

  /** The data of JOIN GROUP: COMPLETE; `changes` replace fields before NHI signs. */
  credential(request: MembershipRequest, changes: CredentialChanges = {}) {
    const { issuer } = this;
    const { nonce, membershipKey, decryptionKey } = request;
    const random = issuer.random('credential');
    const groupCredential = this.certify(random, membershipKey, nonce, changes);
    this.hintKey = random.bytes(32);
    const sealed = this.seal(random, decryptionKey, this.hintKey);
    const signed = { nonce, ...this.epochFields(EPOCH), groupCredential, ...sealed, ...DATES };
    const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
    return { ...signed, signature: signStatement(issuer.keys, STATEMENT.credential, fields) };
  }

  /** The data of JOIN GROUP: RENEW for an epoch, signed by NHI or by `signer`. */
  renewal(
    { membershipKey, decryptionKey }: Omit<MembershipRequest, 'nonce'>,
    epoch: number,
    changes: RenewalChanges = {},
  ) {
    const { issuer } = this;
    const random = issuer.random(`renewal ${epoch}`);
    const freshness = uintToBytes(changes.provenEpoch ?? epoch, 4);
    const groupCredential = this.certify(random, membershipKey, freshness, changes);
    this.hintKey = random.bytes(32);
    const sealed = this.seal(random, decryptionKey, this.hintKey);
    const dates = { ...DATES, expirationDate: changes.expirationDate ?? DATES.expirationDate };
    const signed = { ...this.epochFields(epoch), groupCredential, ...sealed, ...dates };
    const doctorId = changes.doctorId ?? issuer.doctorId;
    const fields = encodeTemplate(STATEMENT.renewal.fields, { doctorId, membershipKey, ...signed });
    const signature = signStatement(changes.signer ?? issuer.keys, STATEMENT.renewal, fields);
    return { ...signed, signature };
  }

  /** The data of JOIN GROUP: COMPLETE, ISSUER-MADE: NHI draws sk; `otherKey` seals another one than that of D. */
  issuerMade(nonce: Uint8Array, decryptionKey: Uint8Array, { otherKey = false } = {}) {
    const { g1, issuer } = this;
    const random = issuer.random('issuer-made');
    const secretKey = g1.scalar(random.bytes(40));
    const membershipKey = g1.encode(g1.multiply(g1.generator, secretKey)!);
    const groupCredential = this.certify(random, membershipKey, nonce);
    const sealedKey = toBytes(otherKey ? secretKey + 1n : secretKey);
    const sealed = this.seal(random, decryptionKey, Buffer.concat([sealedKey, random.bytes(32)]));
    const signed = { nonce, ...this.epochFields(EPOCH), membershipKey, groupCredential, ...sealed, ...DATES };
    const fields = encodeTemplate(STATEMENT.issuerMadeCredential.fields, signed);
    return { ...signed, signature: signStatement(issuer.keys, STATEMENT.issuerMadeCredential, fields) };
  }

  private epochFields(epoch: number) {
    return { suite: this.suite.id, epoch, groupKeyHash: this.groupKeyHash };
  }

  /** σ1 = u·g, σ2 = x·σ1 + (u·y)·D and the proof of u. */
  private certify(
    random: SeededRandom,
    membershipKey: Uint8Array,
    freshness: Uint8Array,
    changes: CredentialChanges = {},
  ): Uint8Array {
    const { g1, groupKeyHash } = this;
    const u = g1.scalar(random.bytes(40));
    const sigma1 = g1.multiply(g1.generator, u)!;
    const sigma2 = g1.add(
      g1.multiply(sigma1, this.x),
      g1.multiply(g1.decode(membershipKey), (u * this.y) % g1.order),
    )!;
    const shown = changes.torsion ? g1.add(sigma1, g1.pointOfOrderThree())! : sigma1;
    const points = { sigma1: changes.sigma1 ?? g1.encode(shown), sigma2: g1.encode(sigma2) };
    for (let k = g1.scalar(random.bytes(40)); ; k++) {
      const commitment = g1.encode(g1.multiply(g1.generator, k)!);
      const input = psCredentialProofInput({ freshness, membershipKey, groupKeyHash, ...points }, commitment);
      const challenge = challengeOf(sha256(input));
      // the card computes with −c modulo the order: that number must be a multiple of three
      if (changes.torsion && (g1.order - fromBytes(challenge)) % 3n !== 0n) continue;
      const response = toBytes((k + fromBytes(challenge) * u) % g1.order);
      return joinPsCredential({ ...points, proof: joinSchnorrProof({ challenge, response }) });
    }
  }

  private seal(random: SeededRandom, decryptionKey: Uint8Array, keys: Uint8Array) {
    const messageId = random.bytes(16);
    const recipient = utf8ToBytes(this.issuer.doctorId);
    const info = encodeHpkeInfo({ equation: 4, sender: 'nhi', recipient, messageId });
    return { messageId, sealedHintKey: sealEnvelope(random, decryptionKey, keys, info) };
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

  /** Whether the hint of a signature is the one by which the opening service finds the member of `hintKey`. */
  hasHint(signature: Uint8Array): boolean {
    const parts = splitPsSignature(this.suite, signature);
    if (!parts || !this.hintKey) return false;
    const expected = createHmac('sha256', this.hintKey).update(parts.s1).digest().subarray(0, HINT_BYTES);
    return Buffer.compare(expected, parts.hint) === 0;
  }

  /** Whether some member of the group signed these fields. */
  isGroupSignature(statement: Statement, fields: Uint8Array, signature: Uint8Array, epoch = EPOCH): boolean {
    const { g1, groupKeyHash } = this;
    const parts = splitPsSignature(this.suite, signature);
    const [s1, s2, commitment] = [parts?.s1, parts?.s2, parts?.commitment].map((p) => p && g1.decode(p));
    if (!parts || !s1 || !s2 || !commitment) return false;
    const digest = sha256(
      psChallengeInput({
        ...parts,
        domain: statement.domain,
        groupKeyHash,
        epoch,
        statement: fields,
      }),
    );
    const memberPart = g1.multiply(g1.subtract(s2, g1.multiply(s1, this.x)), g1.inverseScalar(this.y));
    const left = g1.multiply(s1, fromBytes(parts.response));
    const right = g1.add(commitment, g1.multiply(memberPart, fromBytes(challengeOf(digest))));
    return left !== undefined && left.x === right?.x && left.y === right.y;
  }
}
