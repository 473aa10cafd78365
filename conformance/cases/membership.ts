/** Joining the doctors' group: the request (eq. 3) and the credential (eq. 4). */

import {
  concatBytes,
  encodeTemplate,
  GROUP_SUITES,
  type GroupSuiteName,
  joinPsCredential,
  PROFESSIONAL_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
  splitPsCredential,
} from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { type MembershipRequest, TestGroup } from '../issuer/group.js';
import { prepareProfessional } from '../issuer/personalise.js';
import { isStatementSignature, signStatement } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';

const { joinRequest, joinComplete, activate } = PROFESSIONAL_APPLICATION.commands;
const EQ_3 = 'project, PROTOCOL eq. 3';
const EQ_4 = 'project, PROTOCOL eq. 4';

type Credential = RequestOf<typeof joinComplete>['data'];

function requestData(card: TestCard, group: TestGroup, nonce = card.random.bytes(16)) {
  return { nonce, suite: group.suite.id, groupKeyHash: group.groupKeyHash };
}

/** A prepared card with an open join, and what the issuer needs for the credential. */
async function openJoin(card: TestCard): Promise<{ group: TestGroup; request: MembershipRequest }> {
  const { decryptionKey } = await prepareProfessional(card);
  const group = new TestGroup(card.issuer, 'ps-g1-bn254');
  const data = requestData(card, group);
  const { membershipKey } = await expectOk(card, joinRequest, { data });
  return { group, request: { nonce: data.nonce, membershipKey, decryptionKey } };
}

/** The credential with changed fields under a right signature of NHI. */
function resigned(card: TestCard, credential: Credential, membershipKey: Uint8Array): Credential {
  const { signature: _, ...signed } = credential;
  const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
  return { ...signed, signature: signStatement(card.issuer.keys, STATEMENT.credential, fields) };
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length - 1]! ^= 0x01;
  return copy;
}

/** A credential on the small curve with a changed part. */
function part(name: 'sigma1' | 'sigma2' | 'proof', change: (bytes: Uint8Array) => Uint8Array) {
  return ({ groupCredential }: Credential) => {
    const parts = splitPsCredential(GROUP_SUITES['ps-g1-bn254'], groupCredential)!;
    return { groupCredential: joinPsCredential({ ...parts, [name]: change(parts[name]) }) };
  };
}

const infinity = part('sigma1', () => new Uint8Array(32));

const CHANGES = [
  { name: 'issuerproof', what: 'proof of the issuer', change: part('proof', flipped) },
  { name: 'sigma2', what: 'sigma2', change: part('sigma2', flipped) },
  { name: 'sigma1', what: 'sigma1', change: part('sigma1', flipped) },
  {
    name: 'length',
    what: 'length of the credential',
    change: ({ groupCredential }: Credential) => ({
      groupCredential: concatBytes(groupCredential, new Uint8Array(32)),
    }),
  },
  {
    name: 'sealedhintkey',
    what: 'sealed hint key',
    change: ({ sealedHintKey }: Credential) => ({ sealedHintKey: sealedHintKey && flipped(sealedHintKey) }),
  },
  {
    name: 'sealedhintkey-off-curve',
    what: 'encapsulated key of the hint key, which is no point of the curve,',
    change: ({ sealedHintKey }: Credential) => ({
      sealedHintKey: sealedHintKey?.map((byte, at) => (at > 0 && at < 65 ? 0x07 : byte)),
    }),
  },
  {
    name: 'sealedhintkey-form',
    what: 'encapsulated key of the hint key, which is in another form than the uncompressed one,',
    change: ({ sealedHintKey }: Credential) => ({
      sealedHintKey: sealedHintKey?.map((byte, at) => (at === 0 ? 0x02 : byte)),
    }),
  },
];

/** Join of one suite with every proof checked. */
function joins(suite: GroupSuiteName) {
  return {
    name: `request-${suite}`,
    title: `the join request proves knowledge of sk on ${suite} and carries the signature of SK_D over all of it`,
    clause: EQ_3,
    async run(card: TestCard) {
      const { signingKey, decryptionKey } = await prepareProfessional(card);
      const group = new TestGroup(card.issuer, suite);
      const { nonce, groupKeyHash, suite: id } = requestData(card, group);
      const answer = await expectOk(card, joinRequest, { data: { nonce, suite: id, groupKeyHash } });
      const { membershipKey, membershipProof, signature } = answer;
      const { g1Bytes } = group.suite.curve;
      expectThat(membershipKey.length === g1Bytes, `${g1Bytes} bytes of D`, `${membershipKey.length}`);
      expectThat(
        group.isMembershipProof(nonce, membershipKey, membershipProof),
        'a proof of knowledge of sk bound to nonce, ID_D and group',
        'a proof that does not verify',
      );
      const fields = encodeTemplate(STATEMENT.doctorRegistration.fields, {
        doctorId: card.issuer.doctorId,
        nonce,
        groupKeyHash,
        membershipKey,
        membershipProof,
        decryptionKey,
      });
      expectThat(
        isStatementSignature(signingKey, STATEMENT.doctorRegistration, fields, signature),
        'a signature of SK_D on the statement of eq. 3',
        'a signature that does not verify',
      );
    },
  };
}

export const MEMBERSHIP_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'blank',
    features: ['group-signature', 'personalisation'],
    clause: EQ_4,
  },
  [
    joins('ps-g1-bls12381'),
    joins('ps-g1-bn254'),
    {
      name: 'before-keys',
      title: 'no join before identity key, decryption key and identifier are there',
      clause: `${EQ_3}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const group = new TestGroup(card.issuer, 'ps-g1-bn254');
        await expectRefusal(card, joinRequest, { data: requestData(card, group) }, SW.conditionsNotSatisfied);
        await prepareProfessional(card, { doctorId: undefined });
        await expectRefusal(card, joinRequest, { data: requestData(card, group) }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'unknown-suite',
      title: 'a suite that the card does not offer is refused',
      clause: `${EQ_3}; ISO/IEC 7816-4:2020, 5.6 (6A81)`,
      async run(card) {
        await prepareProfessional(card);
        const data = { ...requestData(card, new TestGroup(card.issuer, 'ps-g1-bn254')), suite: 0x7f };
        await expectRefusal(card, joinRequest, { data }, SW.functionNotSupported);
      },
    },
    {
      name: 'request-again',
      title: 'a join begun again takes a new member key',
      clause: EQ_3,
      async run(card) {
        await prepareProfessional(card);
        const group = new TestGroup(card.issuer, 'ps-g1-bn254');
        const data = requestData(card, group);
        const first = await expectOk(card, joinRequest, { data });
        const second = await expectOk(card, joinRequest, { data });
        expectDifferent(first.membershipKey, second.membershipKey, 'membership keys');
        expectDifferent(first.membershipProof, second.membershipProof, 'proofs');
      },
    },
    {
      name: 'complete-once',
      title: 'the credential completes the join; a member joins no second time',
      async run(card) {
        const { group, request } = await openJoin(card);
        const data = group.credential(request);
        await expectOk(card, joinComplete, { data });
        await expectRefusal(card, joinComplete, { data }, SW.conditionsNotSatisfied);
        await expectRefusal(card, joinRequest, { data: requestData(card, group) }, SW.conditionsNotSatisfied);
        await expectOk(card, activate, {});
      },
    },
    {
      name: 'complete-without-request',
      title: 'a credential without an open join is refused',
      clause: `${EQ_4}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, 'ps-g1-bn254');
        const membershipKey = GROUP_SUITES['ps-g1-bn254'].curve.g1Generator;
        const data = group.credential({ nonce: card.random.bytes(16), membershipKey, decryptionKey });
        await expectRefusal(card, joinComplete, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'other-nonce',
      title: 'the credential of another join is refused',
      clause: `${EQ_4}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const { group, request } = await openJoin(card);
        const data = group.credential({ ...request, nonce: card.random.bytes(16) });
        await expectRefusal(card, joinComplete, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'signature-of-a-stranger',
      title: 'a credential that NHI did not sign is refused',
      clause: `${EQ_4}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const { group, request } = await openJoin(card);
        const credential = group.credential(request);
        const data = { ...credential, signature: flipped(credential.signature) };
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
        const { signature: _, ...signed } = credential;
        const { membershipKey } = request;
        const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
        const signature = signStatement(card.issuer.strangerKeys, STATEMENT.credential, fields);
        await expectRefusal(card, joinComplete, { data: { ...signed, signature } }, SW.incorrectData);
      },
    },
    {
      name: 'without-hint-key',
      title: 'a credential of a suite with hints that brings no hint key is refused, though NHI signed it',
      clause: `${EQ_4}; docs/group-signature-format.md; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const { group, request } = await openJoin(card);
        const { sealedHintKey: _, ...credential } = group.credential(request);
        const data = resigned(card, credential, request.membershipKey);
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
        await expectOk(card, joinComplete, { data: group.credential(request) });
      },
    },
    ...CHANGES.map(({ name, what, change }) => ({
      name: `wrong-${name}`,
      title: `a credential with a changed ${what} is refused, though NHI signed it`,
      clause: `${EQ_4}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card: TestCard) {
        const { group, request } = await openJoin(card);
        const credential = group.credential(request);
        const changed = { ...credential, ...change(credential) };
        const data = resigned(card, changed, request.membershipKey);
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
        // the right one still completes the join: nothing was half-stored
        await expectOk(card, joinComplete, { data: credential });
      },
    })),
    {
      name: 'point-at-infinity',
      title: 'a credential with the point at infinity is refused',
      clause: 'project, CRYPTO: the point at infinity is never a valid value',
      async run(card) {
        const { group, request } = await openJoin(card);
        const changed = { ...group.credential(request), ...infinity(group.credential(request)) };
        const data = resigned(card, changed, request.membershipKey);
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
      },
    },
    {
      name: 'point-outside-subgroup',
      title: 'on BLS12-381 a credential point outside the subgroup of prime order is refused',
      clause: 'project, CRYPTO: subgroup membership is proven by r·P = O',
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
        const request = requestData(card, group);
        const { membershipKey } = await expectOk(card, joinRequest, { data: request });
        const credential = group.credential(
          { nonce: request.nonce, membershipKey, decryptionKey },
          { sigma1: group.g1.outsideSubgroup() },
        );
        await expectRefusal(card, joinComplete, { data: credential }, SW.incorrectData);
      },
    },
    {
      name: 'point-wrongly-encoded',
      title:
        'on BLS12-381 a credential point without the flag of its form, or with that of infinity, is refused',
      clause: 'project, docs/group-signature-format.md: points in compressed form, flags as ZCash has them',
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
        const { nonce, ...request } = requestData(card, group);
        const { membershipKey } = await expectOk(card, joinRequest, { data: { nonce, ...request } });
        const credential = group.credential({ nonce, membershipKey, decryptionKey });
        for (const flag of [0x80, 0x40]) {
          const parts = splitPsCredential(group.suite, credential.groupCredential)!;
          const sigma2 = parts.sigma2.map((byte, at) => (at === 0 ? byte ^ flag : byte));
          const groupCredential = joinPsCredential({ ...parts, sigma2 });
          const data = resigned(card, { ...credential, groupCredential }, membershipKey);
          await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
        }
        await expectOk(card, joinComplete, { data: credential });
      },
    },
    {
      name: 'torsion-under-a-proof',
      title:
        'a credential point with a part of order three is refused although the proof of the issuer holds',
      clause: 'project, CRYPTO: subgroup membership is proven by r·P = O',
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
        const { nonce, ...request } = requestData(card, group);
        const { membershipKey } = await expectOk(card, joinRequest, { data: { nonce, ...request } });
        const data = group.credential({ nonce, membershipKey, decryptionKey }, { torsion: true });
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
      },
    },
    {
      name: 'half-joined-not-activated',
      title: 'a card whose join was begun and not completed is not activated',
      clause: 'project specification, ACTIVATE FILE (6985)',
      async run(card) {
        await openJoin(card);
        await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'join-survives-power-cycle',
      title: 'an open join is completed after the power was away',
      async run(card) {
        const { group, request } = await openJoin(card);
        await card.powerCycle();
        await card.select();
        await expectOk(card, joinComplete, { data: group.credential(request) });
      },
    },
    {
      name: 'join-closed-afterwards',
      title: 'an operational card joins no group',
      clause: `${EQ_3}; project specification, states of JOIN GROUP`,
      fixture: 'operational',
      async run(card) {
        const group = new TestGroup(card.issuer, 'ps-g1-bn254');
        await expectRefusal(card, joinRequest, { data: requestData(card, group) }, SW.conditionsNotSatisfied);
      },
    },
  ],
);
