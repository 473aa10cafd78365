/** The schemes that this host knows, and group signatures by suite: what services and programs call. */

import { type GroupSchemeName, type GroupSuite, suiteOfPublicKey } from '../../../apdu/index.js';
import type { Rng } from '../random.js';
import { BBS } from './bbs/bbs.js';
import type { GroupIssuer, IssuerKeys, IssuingRegister } from './group-issuer.js';
import type {
  ClaimedOpening,
  GroupOpener,
  JoinRecords,
  OpeningPorts,
  OpeningVerdict,
} from './group-opener.js';
import type { GroupScheme } from './group-scheme.js';
import type {
  LoadedMclVerifier,
  LoadedVerifier,
  MclGroupVerifier,
  PublishedGroupKey,
} from './group-verifier.js';
import type { HostCurve } from './host-curve.js';
import { PS_G1 } from './ps-g1/ps-g1.js';

/** To add a scheme: a row here. */
const SCHEMES: Readonly<Record<GroupSchemeName, GroupScheme>> = { 'ps-g1': PS_G1, bbs: BBS };

export function hostSchemeOf(suite: GroupSuite): GroupScheme {
  return SCHEMES[suite.scheme];
}

/** The keys of a new epoch. @throws {RangeError} when the suite is for another curve than the one loaded. */
export function generateIssuerKeys(curve: HostCurve, suite: GroupSuite, epoch: number, rng: Rng): IssuerKeys {
  if (suite.curve.name !== curve.parameters.name) {
    throw new RangeError(`the suite ${suite.name} is not for the curve ${curve.parameters.name}`);
  }
  return hostSchemeOf(suite).generateKeys(curve, epoch, rng);
}

/** The issuing service under these keys. @throws {RangeError} when they are of no known suite. */
export function makeGroupIssuer(
  curve: HostCurve,
  keys: IssuerKeys,
  register: IssuingRegister,
  rng: Rng,
): GroupIssuer {
  const suite = suiteOfPublicKey(keys.published.publicKey);
  if (suite?.curve.name !== curve.parameters.name)
    throw new RangeError('the keys are for no suite of this curve');
  return hostSchemeOf(suite).makeIssuer(curve, keys, register, rng);
}

/** Loads a group key of any suite of the curve, with every check; done once for each epoch. */
export function loadGroupVerifier(curve: HostCurve, key: PublishedGroupKey): LoadedMclVerifier {
  const suite = suiteOfPublicKey(key.publicKey);
  if (!suite) return { ok: false, reason: 'format' };
  if (suite.curve.name !== curve.parameters.name) return { ok: false, reason: 'suite' };
  return hostSchemeOf(suite).loadVerifier(curve, suite, key);
}

/** The same on noble, written without mcl: the second implementation that a fault of one library cannot deceive. */
export function loadNobleGroupVerifier(key: PublishedGroupKey): LoadedVerifier {
  const suite = suiteOfPublicKey(key.publicKey);
  return suite ? hostSchemeOf(suite).loadNobleVerifier(suite, key) : { ok: false, reason: 'format' };
}

/** The opening service of the verifier's epoch. */
export function makeGroupOpener(verifier: MclGroupVerifier, ports: OpeningPorts): GroupOpener {
  return hostSchemeOf(verifier.suite).makeOpener(verifier, ports);
}

/** An outsider's verification of an opening; needs the group public key and the join register, no secret. */
export function verifyOpening(
  verifier: MclGroupVerifier,
  opening: ClaimedOpening,
  records: JoinRecords,
): OpeningVerdict {
  return hostSchemeOf(verifier.suite).verifyOpening(verifier, opening, records);
}
