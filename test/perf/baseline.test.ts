import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BASELINE_FILE, SIGNING_TARGET_MS } from '../../host/cli/index.js';
import { formatMovedUnits, movedUnits, parseModelUnits } from '../../perf/index.js';
import { imis } from '../cli/imis.js';

const committed = parseModelUnits(readFileSync(BASELINE_FILE, 'utf8'), 'outpatient.json');

it('model units are those of the committed baseline; `npm run baseline` renews it', async () => {
  const { status, stdout } = await imis(['perf', 'baseline']);
  expect(status, `model units moved; if that is meant: npm run baseline\n${stdout}`).toBe(0);
});

it.each(['ps-g1-bls12381', 'ps-g1-bn254'])('%s keeps its time on native code of a JCOP4', (suite) => {
  const online = committed.rows[`${suite}, with a coupon`]!['ms native']!;
  const alone = committed.rows[`${suite}, without a coupon`]!['ms native']!;
  console.log(`${suite}: ${online} ms with a coupon, ${alone} ms without`);
  expect(online).toBeLessThan(SIGNING_TARGET_MS.withCoupon);
  expect(alone).toBeLessThan(SIGNING_TARGET_MS.withoutCoupon);
});

it('a moved unit is told with what it was', () => {
  const [before, after] = [1, 2].map((nvmPageWrites) => ({
    ...committed,
    rows: { 'open visit | doctor: VERIFY': { nvmPageWrites, bytesIn: 13 } },
  }));
  const moved = movedUnits(before!, after!);
  expect(moved).toEqual([{ row: 'open visit | doctor: VERIFY', unit: 'nvmPageWrites', before: 1, after: 2 }]);
  expect(formatMovedUnits(moved)).toMatch(/nvmPageWrites +1 +2 +\+100\.0 %/);
});
