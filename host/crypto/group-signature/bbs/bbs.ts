/** BBS with an encrypted identity as a scheme of the host; docs/group-signature-suites.md has the algebra. */

import type { GroupScheme } from '../group-scheme.js';
import { BbsIssuer, generateBbsKeys } from './issuer.js';
import { BbsOpener, verifyBbsOpening } from './opener.js';
import { bbsVerifier, loadBbsVerifier } from './verifier.js';
import { loadNobleBbsVerifier } from './verifier-noble.js';

export const BBS: GroupScheme = {
  name: 'bbs',
  usesHintKey: false,
  usesOpeningShares: false,
  generateKeys: generateBbsKeys,
  makeIssuer: (curve, keys, register, rng) => new BbsIssuer(curve, keys, register, rng),
  loadVerifier: loadBbsVerifier,
  loadNobleVerifier: loadNobleBbsVerifier,
  makeOpener: (verifier, ports) => new BbsOpener(bbsVerifier(verifier), ports),
  verifyOpening: (verifier, opening, records) => verifyBbsOpening(bbsVerifier(verifier), opening, records),
};
