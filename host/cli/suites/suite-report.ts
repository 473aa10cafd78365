/** The suites of the group signature side by side: bytes, memory, operations, predicted card time, host time. */

import { GROUP_SUITES, type GroupSuite, type GroupSuiteName } from '../../../apdu/index.js';
import { groupNeeds } from '../../../applet/index.js';
import {
  type BenchCase,
  type BenchEnvironment,
  type CardProfile,
  type MedianInterval,
  type OperationCount,
  priceCommand,
  roundMs,
  runBench,
} from '../../../perf/index.js';
import {
  generateIssuerKeys,
  loadGroupVerifier,
  loadMclCurve,
  loadNobleGroupVerifier,
  makeGroupOpener,
  type OpenableMember,
  seededRng,
  verifyBatch,
} from '../../index.js';
import {
  makeSuiteMember,
  STATEMENT_OF_EQ_9,
  SUITE_STEPS,
  type SuiteMember,
  type SuiteStep,
} from './suite-card.js';

export type SuiteReport = {
  readonly suites: readonly SuiteFigures[];
  /** Host microseconds, where they were measured. */
  readonly host: {
    readonly rounds: number;
    readonly seed: number;
    readonly environment: BenchEnvironment;
  } | null;
};

export type SuiteFigures = {
  readonly suite: GroupSuiteName;
  /** On the wire. */
  readonly bytes: Readonly<Record<'signature' | 'groupKey' | 'credential' | 'openingProof', number>>;
  /** On the card. */
  readonly nvmBytes: Readonly<Record<'credential' | 'coupon', number>>;
  readonly steps: Readonly<Record<SuiteStep, SuiteStepFigures>>;
  readonly hostUs: Readonly<Record<string, MedianInterval>> | null;
};

export type SuiteStepFigures = {
  readonly ramPeakBytes: number;
  readonly operations: readonly OperationCount[];
  /** Milliseconds of the coprocessor by profile; null is "no data". */
  readonly predictedCryptoMs: Readonly<Record<string, number | null>>;
};

export type SuiteReportOptions = {
  readonly profiles: readonly CardProfile[];
  readonly seed: number;
  /** Rounds of the host measurement; 0 leaves it out. */
  readonly rounds: number;
};

/** Signatures of a batch in the measurement; each result is for one of them. */
export const BATCH = 64;

type Measured = { readonly suite: GroupSuite; readonly member: SuiteMember; readonly figures: SuiteFigures };

/** What each suite takes on the card, and its host work to be timed; the same in every run with one seed. */
async function measuredSuites(
  profiles: readonly CardProfile[],
  seed: number,
): Promise<{ readonly measured: readonly Measured[]; readonly cases: readonly BenchCase[] }> {
  const measured: Measured[] = [];
  const cases: BenchCase[] = [];
  for (const suite of Object.values(GROUP_SUITES)) {
    const curve = await loadMclCurve(suite.curve.name);
    const rng = seededRng(seed, suite.name);
    const keys = generateIssuerKeys(curve, suite, 1, rng);
    const member = await makeSuiteMember(curve, suite, keys, rng);
    const openingKey = curve.encodeG2(curve.mcl.mul(curve.g2, curve.scalar(member.key.secretKey)));
    const { membershipKey, key } = member;
    const entry: OpenableMember = { doctorId: 'D-104217', membershipKey, openingKey, hintKey: key.hintKey };
    const loaded = loadGroupVerifier(curve, keys.published);
    const noble = loadNobleGroupVerifier(keys.published);
    if (!loaded.ok || !noble.ok) throw new Error(`the group key of ${suite.name} is refused`);
    const { verifier } = loaded;
    const register = { members: () => [entry], memberWith: () => entry };
    const log = { record: () => {} };
    const opener = makeGroupOpener(verifier, { openingKey: keys.openingKey, register, log });
    const signed = { ...STATEMENT_OF_EQ_9, signature: member.sign(4) };
    const proof = opener.prove(
      { signed, member: entry, judgeNonce: new Uint8Array(16) },
      { rng, counter: 1 },
    );
    if (!proof) throw new Error(`${suite.name}: no proof of a true opening`);
    const figures = suiteFigures(suite, member, keys.published.publicKey.length, proof.length, profiles);
    measured.push({ suite, member, figures });
    const must = (ok: boolean) => {
      if (!ok) throw new Error(`${suite.name}: a good signature is refused`);
    };
    let counter = 10;
    const batch = Array.from({ length: BATCH }, (_, i) => ({ sender: `sender ${i}`, signed }));
    const coupon = member.makeCoupon(5);
    cases.push(
      { name: `${suite.name} verify`, run: () => must(verifier.verify(signed).ok) },
      {
        name: `${suite.name} verifyBatch`,
        run: () => must(verifyBatch(verifier, batch, { rng }).verdicts.every(({ ok }) => ok)),
      },
      { name: `${suite.name} verifyNoble`, run: () => must(noble.verifier.verify(signed).ok) },
      { name: `${suite.name} open`, run: () => must(opener.open(signed).ok) },
      { name: `${suite.name} sign`, run: () => void member.sign(1000 + counter++) },
      { name: `${suite.name} spendCoupon`, run: () => void member.spendCoupon(coupon.slice()) },
    );
  }
  return { measured, cases };
}

/** Work of every suite on this machine, for a bench; `imis perf suites` has what its card's share takes on a card. */
export async function suiteCases(seed: number): Promise<readonly BenchCase[]> {
  const { cases } = await measuredSuites([], seed);
  return cases.map((each) => ({
    ...each,
    name: each.name.replace('verifyBatch', `verifyBatch of ${BATCH}`),
    onHost: true as const,
  }));
}

/** Everything but host time is the same in every run with one seed. */
export async function suiteReport({ profiles, seed, rounds }: SuiteReportOptions): Promise<SuiteReport> {
  const { measured, cases } = await measuredSuites(profiles, seed);
  if (rounds === 0) return { suites: measured.map(({ figures }) => figures), host: null };
  const bench = await runBench(cases, { rounds, seed });
  const suites = measured.map(({ suite, figures }) => {
    const own = bench.results.filter(({ name }) => name.startsWith(`${suite.name} `));
    const hostUs = own.map(({ name, hostUs: us }) => {
      const work = name.slice(suite.name.length + 1);
      return [work, work === 'verifyBatch' ? perSignature(us) : us] as const;
    });
    return { ...figures, hostUs: Object.fromEntries(hostUs) };
  });
  return { suites, host: { rounds, seed, environment: bench.environment } };
}

function perSignature({ median, low, high }: MedianInterval): MedianInterval {
  return { median: median / BATCH, low: low / BATCH, high: high / BATCH };
}

function suiteFigures(
  suite: GroupSuite,
  member: SuiteMember,
  groupKey: number,
  openingProof: number,
  profiles: readonly CardProfile[],
): SuiteFigures {
  const { credentialBytes, couponBytes } = groupNeeds(suite);
  const steps = Object.keys(SUITE_STEPS).map((step) => {
    const { operations, ramPeakBytes } = member.steps[step as SuiteStep];
    const figures = { operations, ramPeakBytes, bytesIn: 0, bytesOut: 0, nvmBytes: 0, nvmPageWrites: 0 };
    const predicted = profiles.map((profile) => [
      profile.id,
      roundMs(priceCommand(profile, figures).cryptoMs),
    ]);
    return [step, { ramPeakBytes, operations, predictedCryptoMs: Object.fromEntries(predicted) }];
  });
  return {
    suite: suite.name,
    bytes: { signature: suite.signatureBytes, groupKey, credential: suite.credentialBytes, openingProof },
    nvmBytes: { credential: credentialBytes, coupon: couponBytes },
    steps: Object.fromEntries(steps) as SuiteFigures['steps'],
    hostUs: null,
  };
}
