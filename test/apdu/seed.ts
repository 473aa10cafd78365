import fc from 'fast-check';

/** Seed of the property tests: `IMIS_SEED`, else a constant; printed so that a failure can be repeated. */
export const SEED = Number(process.env.IMIS_SEED ?? 20_250_118);

/** Seeds every property of the test file that calls it. */
export function seedProperties(): void {
  fc.configureGlobal({ seed: SEED });
  console.log(`seed ${SEED}`);
}
