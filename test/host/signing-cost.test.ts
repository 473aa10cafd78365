/** What a group signature costs the doctor's card, in model units, with a coupon and without; and that k does not stay. */

import { beforeEach, describe, expect, it } from 'vitest';
import { GROUP_SUITES } from '../../apdu/index.js';
import { type BatchItem, BatchingVerifier, type VerificationEngine } from '../../host/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { Scenario } from '../support/scenario.js';
import { must, signRecord, statusOf } from './attacks/doctor-signatures.js';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.at('equip pharmacy', { seed: 61 });
  await scenario.verifyPins('doctor');
});

/** Calls of the last command by operation, without hashing. */
function operations(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, count } of scenario.chips.doctor.figures.operations) {
    counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

/** The secret end k of every coupon in the card's memory. */
function secretsOfCoupons(): Uint8Array[] {
  const { nvm, owners } = scenario.chips.doctor;
  const area = owners.nvm.find(({ name }) => name === 'coupons')!;
  const length = 4 + GROUP_SUITES['ps-g1-bls12381'].signatureBytes;
  const secrets: Uint8Array[] = [];
  for (let at = 0; at + 2 + length <= area.length; at += 2 + length) {
    const [high, low] = nvm.read(area.offset + at, 2);
    if (((high! << 8) | low!) === length) secrets.push(nvm.read(area.offset + at + 2 + length - 32, 32));
  }
  return secrets;
}

const holds = (memory: Uint8Array, secret: Uint8Array) => Buffer.from(memory).includes(Buffer.from(secret));

describe('a group signature on the card', () => {
  it('costs three multiplications, one modular multiplication, hash and MAC, within 4 kB of RAM', async () => {
    await signRecord(scenario.world, scenario.world.doctorCard);
    const { sha256: hashes, ...others } = operations();
    // rng for t and k together; two reductions make them scalars; encoding the three points copies x
    const expected = { 'bls12381-g1-mul': 3, modmul: 1, modadd: 1, modreduce: 2, rng: 1, 'ram-copy': 3 };
    expect(others).toEqual(expected);
    expect(hashes).toBe(13);
    expect(scenario.chips.doctor.figures.ramPeakBytes).toBeLessThanOrEqual(4_096);
  });

  it('with a coupon multiplies no point: one hash, one modular multiplication and addition', async () => {
    const { doctorCard } = scenario.world;
    must(await doctorCard.makeCoupon());
    expect(operations()).toMatchObject({ 'bls12381-g1-mul': 3, rng: 1, modreduce: 2 });
    expect(operations()).not.toHaveProperty('modmul');
    await signRecord(scenario.world, doctorCard);
    expect(operations()).toEqual({ sha256: 1, modmul: 1, modadd: 1 });
    const { ramPeakBytes } = scenario.chips.doctor.figures;
    expect(ramPeakBytes).toBeLessThanOrEqual(4_096);
    console.log(`a signature with a coupon: 0 multiplications, RAM peak ${ramPeakBytes} bytes`);
  });

  it('leaves k nowhere: not in RAM when a coupon is made, nowhere when it is spent', async () => {
    const { doctorCard } = scenario.world;
    must(await doctorCard.makeCoupon());
    must(await doctorCard.makeCoupon());
    const secrets = secretsOfCoupons();
    expect(secrets).toHaveLength(2);
    for (const k of secrets) expect(holds(scenario.chips.doctor.image().ram, k)).toBe(false);
    const [spent, kept] = secrets as [Uint8Array, Uint8Array];
    // a page of the flash may hold a part only
    const anywhere = (k: Uint8Array) => {
      const { nvm, ram } = scenario.chips.doctor.image();
      const parts = Array.from({ length: k.length - 7 }, (_, at) => k.subarray(at, at + 8));
      return parts.some((part) => holds(nvm, part) || holds(ram, part));
    };
    expect([anywhere(spent), anywhere(kept)]).toEqual([true, true]);
    await signRecord(scenario.world, doctorCard);
    // in no page of the flash either: the one that held it was erased with the command
    expect([anywhere(spent), anywhere(kept)]).toEqual([false, true]);
  });

  it('is refused with 6A84 and one sentence where RAM does not suffice, and no coupon is lost', async () => {
    const { doctorCard } = scenario.world;
    must(await doctorCard.refillCoupons(2));
    scenario.chips.doctor = scenario.rehouse('doctor', { ...DEFAULT_LIMITS, ramBytes: 2_000 });
    must(await doctorCard.select());
    await scenario.verifyPins('doctor');
    for (const attempt of [
      () => signRecord(scenario.world, doctorCard),
      () => doctorCard.makeCoupon().then(must),
    ]) {
      await expect(attempt()).rejects.toThrow(
        /refused with 6A84: .*(more RAM than this card profile has|too little memory)/,
      );
    }
    expect(must(await doctorCard.readCouponStock()).data.couponsLeft).toBe(2);
  });

  it('finds no slot on a card without memory for one, and signs all the same', async () => {
    const limits = { ...DEFAULT_LIMITS, nvmBytes: 8_192, pageBytes: 64 };
    const small = await Scenario.at('equip pharmacy', { seed: 62, limits });
    await small.verifyPins('doctor');
    const { couponSlots } = must(await small.world.doctorCard.readCouponStock()).data;
    const full = must(await scenario.world.doctorCard.readCouponStock()).data.couponSlots;
    console.log(`coupon slots: ${full} on the default profile, ${couponSlots} with 8 kB of NVM`);
    expect(full).toBe(64);
    expect(couponSlots).toBeLessThan(12);
    must(await small.world.doctorCard.refillCoupons(99));
    expect(await small.world.doctorCard.makeCoupon()).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/6A84/),
    });
    const record = await signRecord(small.world, small.world.doctorCard);
    expect(await statusOf(small.world, record)).toMatchObject({ status: 'good' });
  });
});

describe('signatures that wait at NHI', () => {
  it('are verified together, and a bad one is named alone', async () => {
    const { world } = scenario;
    const records = [];
    for (let i = 0; i < 4; i++) records.push(await signRecord(world, world.doctorCard, i));
    const verifier = world.nhi.verifierOf(1)!;
    const batches: number[] = [];
    const engine: VerificationEngine = {
      verify: (signed) => {
        batches.push(1);
        return verifier.verify(signed);
      },
      verifyBatch: (items: readonly BatchItem[]) => {
        batches.push(items.length);
        return items.map(({ signed }) => verifier.verify(signed));
      },
    };
    const queue = new BatchingVerifier(engine);
    const signed = records.map((record) => record.signed);
    const bad = { ...signed[0]!, statement: signed[1]!.statement };
    const verdicts = await Promise.all([...signed, bad].map((one, i) => queue.verify(`H-${i}`, one)));
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, true, true, true, false]);
    expect(await queue.verify('H-9', signed[0]!)).toEqual({ ok: true });
    expect(batches).toEqual([5, 1]);
    // NHI's own desk, all at once
    const answers = await Promise.all(records.map((record) => statusOf(world, record)));
    expect(answers.every((answer) => answer.ok && answer.status === 'good')).toBe(true);
  });

  it('get an error and no verdict when the engine fails, and the next one is served', async () => {
    let failing = true;
    const engine: VerificationEngine = {
      verify() {
        if (failing) throw new Error('worker-lost');
        return { ok: true };
      },
      verifyBatch: () => [],
    };
    const queue = new BatchingVerifier(engine);
    const signed = { domain: 'd', statement: new Uint8Array(1), signature: new Uint8Array(1) };
    await expect(queue.verify('H', signed)).rejects.toThrow('worker-lost');
    failing = false;
    expect(await queue.verify('H', signed)).toEqual({ ok: true });
  });
});
