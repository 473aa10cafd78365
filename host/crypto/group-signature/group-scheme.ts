/**
 * What the host asks of a group-signature scheme: issue, verify, batch, open, prove and verify an opening.
 * A scheme is a folder that implements {@link GroupScheme} and one row of the table in `schemes.ts`;
 * services, pools and programs go through that file and know no scheme by name. See README.md.
 */

import type { GroupSchemeName, GroupSuite } from '../../../apdu/index.js';
import type { Rng } from '../random.js';
import type { GroupIssuer, IssuerKeys, IssuingRegister } from './group-issuer.js';
import type {
  ClaimedOpening,
  GroupOpener,
  JoinRecords,
  OpeningPorts,
  OpeningVerdict,
} from './group-opener.js';
import type {
  LoadedMclVerifier,
  LoadedVerifier,
  MclGroupVerifier,
  PublishedGroupKey,
} from './group-verifier.js';
import type { HostCurve } from './host-curve.js';

export interface GroupScheme {
  readonly name: GroupSchemeName;
  /** Whether a member's card gets a hint key K_i, derived from {@link IssuerKeys.openingKey}. */
  readonly usesHintKey: boolean;
  /** Whether the opening service must be given T~ of each member, in shares ({@link combineOpeningShares}). */
  readonly usesOpeningShares: boolean;
  /** The keys of a new epoch, each service's apart, with proofs of knowledge. */
  generateKeys(curve: HostCurve, epoch: number, rng: Rng): IssuerKeys;
  /** Issues under one key. It uses {@link IssuerKeys.secretKey} only, never the opening key. */
  makeIssuer(curve: HostCurve, keys: IssuerKeys, register: IssuingRegister, rng: Rng): GroupIssuer;
  /** Loads a group key with every check; once for each epoch. */
  loadVerifier(curve: HostCurve, suite: GroupSuite, key: PublishedGroupKey): LoadedMclVerifier;
  /** The same rule on the second library. */
  loadNobleVerifier(suite: GroupSuite, key: PublishedGroupKey): LoadedVerifier;
  /** @throws {TypeError} for a verifier of another scheme. */
  makeOpener(verifier: MclGroupVerifier, ports: OpeningPorts): GroupOpener;
  /** An outsider's verification of an opening. @throws {TypeError} for a verifier of another scheme. */
  verifyOpening(verifier: MclGroupVerifier, opening: ClaimedOpening, records: JoinRecords): OpeningVerdict;
}
