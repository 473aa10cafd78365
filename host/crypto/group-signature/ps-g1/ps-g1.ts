/** PS-G1 as a scheme of the host: Pointcheval and Sanders (CT-RSA 2016), commitment in G1. */

import type { GroupScheme } from '../group-scheme.js';
import { generatePsKeys, PsIssuer } from './issuer.js';
import { PsOpener } from './opener.js';
import { verifyPsOpening } from './opening-proof.js';
import { loadPsVerifier, psVerifier } from './verifier.js';
import { loadNoblePsVerifier } from './verifier-noble.js';

export const PS_G1: GroupScheme = {
  name: 'ps-g1',
  usesHintKey: true,
  usesOpeningShares: true,
  generateKeys: generatePsKeys,
  makeIssuer: (curve, keys, register, rng) => new PsIssuer(curve, keys, register, rng),
  loadVerifier: loadPsVerifier,
  loadNobleVerifier: loadNoblePsVerifier,
  makeOpener: (verifier, ports) => new PsOpener(psVerifier(verifier), ports),
  verifyOpening: (verifier, opening, records) => verifyPsOpening(psVerifier(verifier), opening, records),
};
