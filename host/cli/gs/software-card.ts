/**
 * A member without a card: the card's own code for joining and signing (`applet/crypto`) behind a coprocessor
 * that counts nothing and has memory enough. So what `imis gs` makes is what a card makes, and no second
 * implementation of signing has to be kept right. A file has no tamper resistance: for trials only.
 */

import { fromHex, GROUP_SUITES, utf8ToBytes } from '../../../apdu/index.js';
import {
  acceptCredential,
  Coprocessor,
  type GroupMemberKey,
  type MembershipRequest,
  nobleEngine,
  type OpeningSplit,
  requestMembership,
  signGroup,
  splitForOpening,
} from '../../../applet/index.js';
import { systemRng } from '../../index.js';
import { CliError } from '../cli-error.js';
import type { GsFile } from './file-formats.js';

type MemberFile = GsFile<'member'>;

const coprocessor = new Coprocessor({
  engine: nobleEngine,
  charge: () => {},
  random: (length) => systemRng.bytes(length),
  scratch: { hold: (_, work) => work() },
});

export type JoinInputs = {
  readonly suite: MemberFile['suite'];
  readonly doctor: string;
  readonly nonce: Uint8Array;
  readonly groupKeyHash: Uint8Array;
};

/** Draws sk and proves it (eq. 3). */
export function beginJoin({ suite, doctor, nonce, groupKeyHash }: JoinInputs): MembershipRequest {
  const inputs = { nonce, doctorId: utf8ToBytes(doctor), groupKeyHash, counter: 1 };
  return requestMembership(coprocessor, GROUP_SUITES[suite], inputs);
}

/** Splits sk for the register of openings; once for each key. */
export function splitKey(suite: MemberFile['suite'], secretKey: Uint8Array): OpeningSplit {
  return splitForOpening(coprocessor, GROUP_SUITES[suite], secretKey, 2);
}

/** Counters that a join has used up. */
export const JOIN_COUNTERS = 2;

/** The key in the form that signs, after the checks that a card makes. @throws {CliError} for a credential that fails one. */
export function loadMember(file: MemberFile): GroupMemberKey {
  const offer = {
    freshness: fromHex(file.nonce),
    groupKeyHash: fromHex(file.groupKeyHash),
    membershipKey: fromHex(file.membershipKey),
    credential: fromHex(file.credential),
  };
  const accepted = acceptCredential(coprocessor, GROUP_SUITES[file.suite], offer);
  if (!accepted.ok) {
    throw new CliError(`The credential of ${file.doctor} is refused as a card would: ${accepted.reason}.`);
  }
  return {
    secretKey: fromHex(file.secretKey),
    credential: accepted.credential,
    hintKey: fromHex(file.hintKey),
    groupKeyHash: offer.groupKeyHash,
    epoch: file.epoch,
  };
}

/** Signs; `file.counter` must have been written with this value before. @throws {CliError} for a key that is none. */
export function signStatement(file: MemberFile, domain: string, statement: Uint8Array): Uint8Array {
  const key = loadMember(file);
  try {
    const signature = signGroup(
      coprocessor,
      GROUP_SUITES[file.suite],
      key,
      { domain, statement },
      file.counter,
    );
    if (!signature) throw new CliError(`The member key of ${file.doctor} is no valid key.`);
    return signature;
  } finally {
    key.secretKey.fill(0);
    key.hintKey.fill(0);
  }
}
