/** Every file of test vectors, made from its definition; the same bytes in every run. */

import { bbsKeyVectors } from './bbs/key-vectors.js';
import { bbsOpeningVectors } from './bbs/opening-vectors.js';
import { bbsSignatureVectors } from './bbs/signature-vectors.js';
import { makeBbsWorld } from './bbs/world.js';
import { ecdsaVectors, hpkeVectors } from './ordinary-vectors.js';
import { proxyVectors } from './proxy-vectors.js';
import { keyVectors } from './ps-g1/key-vectors.js';
import { openingVectors } from './ps-g1/opening-vectors.js';
import { signatureVectors } from './ps-g1/signature-vectors.js';
import { makeWorld } from './ps-g1/world.js';
import { type VectorFile, vectorFile } from './vector-file.js';

export function makeVectorFiles(): readonly VectorFile[] {
  return [
    psG1Vectors('bls12381'),
    psG1Vectors('bn254'),
    bbsVectors('bls12381'),
    bbsVectors('bn254'),
    ecdsaVectors(),
    hpkeVectors(),
    proxyVectors(),
  ];
}

function psG1Vectors(curve: 'bls12381' | 'bn254'): VectorFile {
  const world = makeWorld(curve);
  const suite = `ps-g1-${curve}`;
  const about = `Group signatures of the suite ${suite}; docs/group-signature-format.md says what each field is. No key here may ever be used.`;
  const vectors = [...keyVectors(world), ...signatureVectors(world), ...openingVectors(world)];
  return vectorFile(`${suite}.json`, { format: 'imis-vectors/ps-g1/1', suite, about }, vectors);
}

function bbsVectors(curve: 'bls12381' | 'bn254'): VectorFile {
  const world = makeBbsWorld(curve);
  const suite = `bbs-${curve}`;
  const about = `Group signatures of the suite ${suite}; docs/group-signature-suites.md says what they are, docs/group-signature-format.md what each field is. No key here may ever be used.`;
  const vectors = [...bbsKeyVectors(world), ...bbsSignatureVectors(world), ...bbsOpeningVectors(world)];
  return vectorFile(`${suite}.json`, { format: 'imis-vectors/bbs/1', suite, about }, vectors);
}
