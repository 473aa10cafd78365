/** Members of a BBS group: the credential (eq. 4) and signatures that only the opening service tells apart. */

import {
  type CurveName,
  concatBytes,
  encodeTemplate,
  equalBytes,
  PROFESSIONAL_APPLICATION,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { TestBbsGroup } from '../issuer/bbs-group.js';
import type { MembershipRequest } from '../issuer/group.js';
import { prepareProfessional } from '../issuer/personalise.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { commands, algorithms } = PROFESSIONAL_APPLICATION;
const { joinRequest, joinComplete, activate, makeCoupon, readCouponStock } = commands;
const { computeSignature, manageSecurityEnvironment } = commands;
const EQ_4 = 'project, docs/group-signature-suites.md, join';
const SIGN = 'project, docs/group-signature-suites.md, sign';

/** A prepared card with an open join of a BBS group. */
async function openJoin(
  card: TestCard,
  curve: CurveName = 'bn254',
): Promise<{ group: TestBbsGroup; request: MembershipRequest }> {
  const { decryptionKey } = await prepareProfessional(card);
  const group = new TestBbsGroup(card.issuer, curve);
  const nonce = card.random.bytes(16);
  const data = { nonce, suite: group.suite.id, groupKeyHash: group.groupKeyHash };
  const { membershipKey } = await expectOk(card, joinRequest, { data });
  return { group, request: { nonce, membershipKey, decryptionKey } };
}

type Refused = {
  readonly name: string;
  readonly what: string;
  readonly make: (group: TestBbsGroup, request: MembershipRequest) => ReturnType<TestBbsGroup['credential']>;
};

const flipped = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy[copy.length - 1]! ^= 0x01;
  return copy;
};

const REFUSED: readonly Refused[] = [
  ...(['a', 'e', 'proof'] as const).map((part) => ({
    name: `wrong-${part}`,
    what: `a changed ${part === 'proof' ? 'proof of the issuer' : part}`,
    make: (group: TestBbsGroup, request: MembershipRequest) =>
      group.credential(request, { [part]: flipped(group.parts(request)[part]) }),
  })),
  {
    name: 'infinity',
    what: 'the point at infinity',
    make: (group, request) => group.credential(request, { a: new Uint8Array(32) }),
  },
  {
    name: 'own-opening-key',
    what: "an opening key of this card's own",
    make: (group, request) => {
      const { keyPoints } = group.parts(request);
      const own = concatBytes(keyPoints.subarray(0, -32), group.suite.curve.g1Generator);
      return group.credential(request, { keyPoints: own });
    },
  },
  {
    name: 'own-issuing-key',
    what: "an issuing key of this card's own, rightly proven,",
    make: (group, request) => group.markedCredential(request),
  },
  {
    name: 'proof-of-nothing',
    what: 'a proof whose commitments are the point at infinity',
    make: (group, request) => group.credential(request, { proof: group.emptyProof(request) }),
  },
  {
    name: 'with-hint-key',
    what: 'a hint key, of which this scheme has no use,',
    make: (group, request) => group.withHintKey(request),
  },
  {
    name: 'length',
    what: 'a byte more',
    make: (group, request) => {
      const { groupCredential } = group.credential(request);
      return group.signed(request, concatBytes(groupCredential, Uint8Array.of(0)));
    },
  },
];

/** A member's operational card, PIN verified, that signs one visit confirmation as often as it is asked. */
async function memberCard(card: TestCard, curve: CurveName) {
  const { group, request } = await openJoin(card, curve);
  await expectOk(card, joinComplete, { data: group.credential(request) });
  await expectOk(card, activate, {});
  await verifyPin(card);
  const { reference, input } = algorithms.visitConfirmation;
  const algorithm = Uint8Array.of(reference);
  const data = encodeTemplate(input, {
    envelopeHash: card.random.bytes(32),
    challenge: card.random.bytes(16),
    hospitalId: 'H-1',
    replyKey: card.issuer.sealingKeys.publicKey,
  });
  /** The signature, after it verified and opened to the key that joined. */
  const sign = async (): Promise<Uint8Array> => {
    await expectOk(card, manageSecurityEnvironment, { p2: 'digital signature', data: { algorithm } });
    const { groupSignature } = await expectOk(card, computeSignature, { data });
    const signer = group.signerOf(STATEMENT.visitConfirmation, data, groupSignature);
    expectThat(
      signer !== undefined && equalBytes(signer, request.membershipKey),
      'a group signature that verifies and opens to the membership key',
      'one that does not',
    );
    return groupSignature;
  };
  return { group, sign };
}

/** No point of one signature stands in the other. */
function expectNothingInCommon(group: TestBbsGroup, one: Uint8Array, other: Uint8Array): void {
  const { g1Bytes } = group.suite.curve;
  for (let at = 0; at < 4; at++) {
    const point = (bytes: Uint8Array) => bytes.subarray(at * g1Bytes, (at + 1) * g1Bytes);
    expectDifferent(point(one), point(other), 'points');
  }
}

function signs(curve: CurveName) {
  return {
    name: `bbs-signs-${curve}`,
    title: `a member of a BBS group on ${curve} signs; the signature opens to its D, and two have no part in common`,
    clause: SIGN,
    async run(card: TestCard) {
      const { group, sign } = await memberCard(card, curve);
      expectNothingInCommon(group, await sign(), await sign());
    },
  };
}

export const BBS_MEMBERSHIP_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'blank',
    features: ['group-signature', 'personalisation'],
    clause: EQ_4,
  },
  [
    signs('bls12381'),
    signs('bn254'),
    {
      name: 'bbs-signs-with-coupon',
      title:
        'each BBS coupon makes one signature, which verifies and opens like any; then signatures are made without',
      clause: `${SIGN}; CRYPTO section 2: a coupon is spent once`,
      async run(card) {
        const { group, sign } = await memberCard(card, 'bn254');
        await expectOk(card, makeCoupon, {});
        const { couponsLeft } = await expectOk(card, makeCoupon, {});
        expectThat(couponsLeft === 2, 'two coupons', `${couponsLeft}`);
        const first = await sign();
        for (const expected of [1, 0]) {
          const left = await expectOk(card, readCouponStock, {});
          expectThat(left.couponsLeft === expected, `${expected} coupons left`, `${left.couponsLeft}`);
          expectNothingInCommon(group, first, await sign());
        }
      },
    },
    ...REFUSED.map(({ name, what, make }) => ({
      name: `bbs-${name}`,
      title: `a BBS credential with ${what} is refused, though NHI signed it`,
      clause: `${EQ_4}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card: TestCard) {
        const { group, request } = await openJoin(card);
        await expectRefusal(card, joinComplete, { data: make(group, request) }, SW.incorrectData);
        // the right one still completes the join: nothing was half-stored
        await expectOk(card, joinComplete, { data: group.credential(request) });
      },
    })),
    {
      name: 'bbs-point-outside-subgroup',
      title: 'on BLS12-381 a BBS credential point outside the subgroup of prime order is refused',
      clause: 'project, CRYPTO: subgroup membership is proven by r·P = O',
      async run(card) {
        const { group, request } = await openJoin(card, 'bls12381');
        const data = group.credential(request, { a: group.g1.outsideSubgroup() });
        await expectRefusal(card, joinComplete, { data }, SW.incorrectData);
      },
    },
  ],
);
