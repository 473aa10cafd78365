/** The comparison of suites as text. */

import { formatTable } from '../../../perf/index.js';
import { SUITE_STEPS, type SuiteStep } from './suite-card.js';
import { BATCH, type SuiteReport } from './suite-report.js';

const HOST_WORK: Readonly<Record<string, string>> = {
  verify: 'verify, mcl-wasm',
  verifyBatch: `verify one of a batch of ${BATCH}, mcl-wasm`,
  verifyNoble: 'verify, noble',
  open: 'verify and open, one member',
  sign: 'sign (card model)',
  spendCoupon: 'sign with a coupon (card model)',
};

/** Tables with a column for each suite. */
export function suiteText({ suites, host }: SuiteReport): string {
  const columns = [
    { title: '', align: 'left' as const },
    ...suites.map(({ suite }) => ({ title: suite, align: 'right' as const })),
  ];
  const row = (title: string, cell: (suite: (typeof suites)[number]) => string | number) => [
    title,
    ...suites.map((suite) => String(cell(suite))),
  ];
  const section = (title: string, rows: readonly (readonly string[])[]) =>
    `${title}\n${formatTable(columns, rows)}\n`;
  const steps = Object.keys(SUITE_STEPS) as SuiteStep[];
  const ms = (value: number | null | undefined) => (typeof value === 'number' ? value.toFixed(1) : 'no data');
  const profiles = Object.keys(suites[0]!.steps.sign.predictedCryptoMs);
  const parts = [
    section('Bytes', [
      row('signature', ({ bytes }) => bytes.signature),
      row('group public key', ({ bytes }) => bytes.groupKey),
      row('credential on the wire', ({ bytes }) => bytes.credential),
      row('proof of opening', ({ bytes }) => bytes.openingProof),
      row('NVM: credential', ({ nvmBytes }) => nvmBytes.credential),
      row('NVM: one coupon', ({ nvmBytes }) => nvmBytes.coupon),
      ...steps.map((step) =>
        row(`RAM peak: ${SUITE_STEPS[step]}`, (suite) => suite.steps[step].ramPeakBytes),
      ),
    ]),
    section('Multiplications in G1', [
      ...steps.map((step) =>
        row(SUITE_STEPS[step], (suite) => countOf(suite.steps[step].operations, '-g1-mul')),
      ),
    ]),
    section('All coprocessor operations of one signature', [
      ...operationNames(suites).map((name) =>
        row(name, (suite) => countOf(suite.steps.sign.operations, name) || '–'),
      ),
    ]),
    ...(['sign', 'spendCoupon', 'accept'] as const).map((step) =>
      section(
        `Card ms, predicted, crypto only: ${SUITE_STEPS[step]}`,
        profiles.map((profile) => row(profile, (suite) => ms(suite.steps[step].predictedCryptoMs[profile]))),
      ),
    ),
  ];
  if (host) {
    const { environment, rounds, seed } = host;
    const rows = Object.entries(HOST_WORK).map(([work, title]) =>
      row(title, ({ hostUs }) => {
        const { median, low, high } = hostUs![work]!;
        return `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
      }),
    );
    parts.push(
      section('Host µs on this machine: median (95 % interval)', rows),
      `${rounds} rounds in shuffled order, seed ${seed}; Node ${environment.node}, ${environment.cores} × ${environment.cpu}, load ${environment.loadBefore.toFixed(2)} before and ${environment.loadAfter.toFixed(2)} after.\n`,
    );
  }
  return parts.join('\n');
}

/** Names of the operations of a signature, without the curve. */
function operationNames(suites: SuiteReport['suites']): readonly string[] {
  const names = suites.flatMap(({ steps }) => steps.sign.operations.map(({ name }) => withoutCurve(name)));
  return [...new Set(names)].sort();
}

function countOf(
  operations: readonly { readonly name: string; readonly count: number }[],
  end: string,
): number {
  const matching = operations.filter(({ name }) => withoutCurve(name) === withoutCurve(end));
  return matching.reduce((sum, { count }) => sum + count, 0);
}

function withoutCurve(name: string): string {
  return name.replace(/^(bls12381|bn254)?-?g1-/, 'g1-');
}
