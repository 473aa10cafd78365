/**
 * What the public Java Card API lacks, made of what it has: modular arithmetic and points by the tricks of
 * JCMathLib (products through RSA, points through key agreement). The recipes are the operation counts of its own
 * commands, as they were counted for the calibration set.
 */
import { loadCalibration } from './calibration-set.js';
import type { CardProfile } from './card-profile.js';
import type { OperationCounts } from './operation-counts.js';
import { type Prediction, predictCounts } from './predict-counts.js';
import type { Price } from './price-term.js';

/** Operation of the coprocessor port → command of JCMathLib that does it. */
const RECIPES: Readonly<Record<string, string>> = {
  modmul: 'bigNatModMult',
  modreduce: 'bigNatMod',
  modadd: 'bigNatModAdd',
  modinv: 'bigNatModInv',
  'p256-mul': 'eccMultiplyRandom',
  'p256-add': 'eccAdd',
  'bn254-g1-mul': 'eccMultiplyRandom',
  'bn254-g1-add': 'eccAdd',
  'bn254-g1-decompress': 'eccFromX',
  'bls12381-g1-mul': 'eccMultiplyRandom',
  'bls12381-g1-add': 'eccAdd',
  'bls12381-g1-decompress': 'eccFromX',
};

/** Counted with the methods that this card has; for cards of which nothing was counted. */
const USUAL_CARD = 'NXP_JCOP4_J3R180_P71';
const COUNTED_BITS = 256;

/** The API calls and bytecodes of one operation, or null where the API has the operation itself. */
export function javacardRecipe(profile: CardProfile, operation: string): OperationCounts | null {
  const command = RECIPES[operation];
  if (command === undefined) return null;
  const entries = loadCalibration().filter((entry) => entry.operation === command && entry.counts !== null);
  const own = entries.find((entry) => entry.maps_to === profile.sourceKey);
  const counts = (own ?? entries.find((entry) => entry.maps_to === USUAL_CARD))?.counts;
  if (!counts) throw new Error(`the calibration set has no ${command}`);
  const inside = { ...counts, bytesIn: 0, bytesOut: 0 };
  return operation.startsWith('bls12381') ? widened(inside, 384) : inside;
}

/** Price of such an operation on a card, wire and host left out. */
export function javacardPrice(profile: CardProfile, operation: string): Price | null {
  const recipe = javacardRecipe(profile, operation);
  if (recipe === null) return null;
  const prediction: Prediction = predictCounts(profile, recipe);
  if (prediction.ms === null) return { ms: null, missing: prediction.missing };
  const { wire, host } = prediction.breakdown;
  return { ms: prediction.ms - wire - host, label: 'estimated' };
}

/** Longer numbers: loops over their bytes in proportion, calls of the API for the larger key. */
function widened(counts: OperationCounts, bits: number): OperationCounts {
  const factor = bits / COUNTED_BITS;
  const api = Object.entries(counts.api).map(([name, count]) => [
    name
      .replace('|256', `|${bits}`)
      .replace('|512', '|768')
      .replace('|32', `|${bits / 8}`),
    count,
  ]);
  return {
    ...counts,
    bytecodes: counts.bytecodes * factor,
    bytecodesLocal: counts.bytecodesLocal * factor,
    bytecodesMemory: counts.bytecodesMemory * factor,
    bytecodesInvoke: counts.bytecodesInvoke * factor,
    api: Object.fromEntries(api),
  };
}
