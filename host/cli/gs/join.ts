/** A join on files: both parties' steps in the order of equations 3 and 4, and the register for openings. */

import { fromHex, GROUP_SUITES, toHex, utf8ToBytes } from '../../../apdu/index.js';
import type { MembershipRequest } from '../../../applet/index.js';
import {
  combineOpeningShares,
  deriveHintKey,
  type HostCurve,
  hostSchemeOf,
  type MclGroupVerifier,
  makeGroupIssuer,
  openingShare,
  systemRng,
} from '../../index.js';
import { CliError } from '../cli-error.js';
import type { GsFile } from './file-formats.js';
import { FileIssuingRegister, publishedKey } from './group-files.js';
import { beginJoin, JOIN_COUNTERS, loadMember, splitKey } from './software-card.js';

export type JoinFiles = {
  readonly group: GsFile<'group'>;
  readonly issuer: GsFile<'issuer'>;
  readonly opener: GsFile<'opener'>;
  readonly register: GsFile<'register'>;
};

/** The new member's file, and the services' files as they are afterwards. @throws {CliError} when a party refuses. */
export async function joinGroup(
  { group, issuer, opener, register }: JoinFiles,
  doctor: string,
  verifier: MclGroupVerifier,
): Promise<Omit<JoinFiles, 'group'> & { readonly member: GsFile<'member'> }> {
  const { curve, groupKeyHash } = verifier;
  const suite = GROUP_SUITES[group.suite];
  const scheme = hostSchemeOf(suite);

  // Service → member: a nonce. Member → service: D and the proof of sk (eq. 3).
  const nonce = systemRng.bytes(16);
  const request = beginJoin({ suite: group.suite, doctor, nonce, groupKeyHash });
  const { secretKey, membershipKey, proof } = request;

  // Service → member: the credential (eq. 4).
  const records = new FileIssuingRegister(issuer, register.joins);
  const keys = {
    secretKey: fromHex(issuer.secretKey),
    openingKey: new Uint8Array(0), // the issuing service has none
    published: publishedKey(group),
  };
  const issued = await makeGroupIssuer(curve, keys, records, systemRng).issue({
    nonce,
    doctorId: utf8ToBytes(doctor),
    membershipKey,
    proof,
  });
  if (!issued.ok) throw new CliError(`The issuing service refuses the join: ${issued.reason}.`);

  const openingKey = scheme.usesOpeningShares
    ? sharedOpeningKey(curve, group.suite, request)
    : new Uint8Array(0);
  const hintKey = scheme.usesHintKey
    ? deriveHintKey(fromHex(opener.masterKey), {
        epoch: group.epoch,
        doctorId: doctor,
        cardSerial: systemRng.bytes(8),
        joinCounter: register.joins.length + 1,
      })
    : new Uint8Array(0);

  const member: GsFile<'member'> = {
    format: 'imis-gs-member/1',
    suite: group.suite,
    epoch: group.epoch,
    doctor,
    secretKey: toHex(secretKey),
    membershipKey: toHex(membershipKey),
    credential: toHex(issued.credential),
    nonce: toHex(nonce),
    hintKey: toHex(hintKey),
    groupKeyHash: toHex(groupKeyHash),
    counter: JOIN_COUNTERS,
  };
  loadMember(member); // the card's checks, before anything is kept
  const openable = {
    doctor,
    membershipKey: toHex(membershipKey),
    openingKey: toHex(openingKey),
    hintKey: toHex(hintKey),
    revoked: false,
  };
  const join = { doctor, membershipKey: toHex(membershipKey), nonce: toHex(nonce), proof: toHex(proof) };
  return {
    member,
    issuer: records.changed(),
    opener: { ...opener, members: [...opener.members, openable] },
    register: { ...register, joins: [...register.joins, join] },
  };
}

/** Member → opening service: T~ in two shares, neither of which is sk. @throws {CliError} when it refuses them. */
function sharedOpeningKey(
  curve: HostCurve,
  suite: GsFile<'member'>['suite'],
  { secretKey, membershipKey }: Pick<MembershipRequest, 'secretKey' | 'membershipKey'>,
): Uint8Array {
  const { a, b } = splitKey(suite, secretKey);
  const shares = [openingShare(curve, b), openingShare(curve, a)] as const;
  const combined = combineOpeningShares(curve, { membershipKey, shares });
  a.fill(0);
  b.fill(0);
  if (!combined.ok) throw new CliError(`The opening service refuses the shares: ${combined.reason}.`);
  return combined.openingKey;
}
