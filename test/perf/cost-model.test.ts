import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../applet/index.js';
import {
  type CardProfile,
  type CommandFigures,
  loadAllProfiles,
  loadProfile,
  PRICE_RULES,
  pageWritePrice,
  priceCommand,
  priceOperation,
} from '../../perf/index.js';

const j3r180 = loadProfile('nxp-jcop4-j3r180');

function msOf(profile: CardProfile, name: string, length: number, count = 1): number | null {
  return priceOperation(profile.timing!, { name, length, count }).ms;
}

const QUIET: CommandFigures = {
  bytesIn: 20,
  bytesOut: 10,
  ramPeakBytes: 0,
  nvmBytes: 0,
  nvmPageWrites: 0,
  operations: [],
};

describe('operations on JCOP4 J3R180, by hand from the figures of its profile', () => {
  it.each<[string, number, number, number]>([
    // 119 bytes and 9 of padding fill two blocks, one byte more begins a third.
    ['sha256', 119, 1, 0.886 + 2 * 1.41077],
    ['sha256', 120, 1, 0.886 + 3 * 1.41077],
    ['sha256', 0, 1, 0.886 + 1.41077],
    ['aes128-ecb', 16, 2, 2 * (1.508 + 0.02172)],
    // The fit slopes downwards by noise: the 256-byte row bounds it.
    ['aes128-cmac', 64, 1, 2.14],
    ['rng', 32, 1, 0.764 + 2 * 0.0258],
    ['p256-keygen', 32, 1, 26.5],
    ['p256-ecdsa-sign', 32, 1, 31.96 - 5.32],
    ['p256-ecdsa-verify', 32, 1, 30.22 - 5.32],
    ['p256-ecdh', 32, 1, 20.1],
    ['p256-mul', 32, 3, 3 * 20.1],
    ['bls12381-g1-mul', 32, 3, 3 * 30.7],
    ['bn254-g1-mul', 32, 1, 20.1],
    ['bls12381-g1-decompress', 48, 1, 1.904 + 381 * 0.01156],
    ['bn254-g1-add', 32, 1, 20.1 / 384 + 1.904 + 254 * 0.01156],
    ['modmul', 32, 1, 0.01156 / 1.5],
    ['modinv', 32, 1, 1.904 + 256 * 0.01156],
    ['ram-copy', 64, 1, 0.16 / 4],
  ])('%s over %i bytes, %i times', (name, length, count, expected) => {
    expect(msOf(j3r180, name, length, count)).toBeCloseTo(expected, 9);
  });
});

describe('without a usable fit', () => {
  it('a hash is spread over the blocks of its row', () => {
    // 256 bytes and padding are five blocks.
    expect(msOf(loadProfile('nxp-jcop4-p71d321-contactless'), 'sha256', 100)).toBeCloseTo((8.54 / 5) * 2, 9);
  });

  it('a fit with a negative constant gives way to the points', () => {
    // Between 32 bytes (5.4 ms) and 64 bytes (9.2 ms).
    expect(msOf(loadProfile('nxp-j2e081'), 'aes128-ecb', 48)).toBeCloseTo((5.4 + 9.2) / 2, 9);
  });

  it('a missing MAC row is replaced by CBC, and a borrowed one is estimated', () => {
    const price = priceOperation(loadProfile('taisys-simone-vault').timing!, {
      name: 'aes128-cmac',
      length: 32,
      count: 1,
    });
    expect(price).toMatchObject({ ms: expect.closeTo(3.104 + 3 * 0.31664, 9), label: 'derived' });
  });
});

describe('labels', () => {
  it.each<[string, string]>([
    ['sha256', 'measured'],
    ['p256-ecdh', 'measured'],
    ['p256-ecdsa-sign', 'derived'],
    ['bls12381-g1-mul', 'derived'],
    ['modmul', 'estimated'],
  ])('%s is %s', (name, label) => {
    expect(priceOperation(j3r180.timing!, { name, length: 32, count: 1 })).toMatchObject({ label });
  });

  it('the weakest part labels the command', () => {
    const operations = [
      { name: 'sha256', length: 32, count: 1 },
      { name: 'modmul', length: 32, count: 1 },
    ];
    expect(priceCommand(j3r180, { ...QUIET, operations }).label).toBe('estimated');
  });
});

describe('NVM page writes', () => {
  it('cost a changed field write each', () => {
    const price = priceCommand(j3r180, { ...QUIET, nvmPageWrites: 3 });
    expect(price.nvmMs).toBeCloseTo(3 * 1.854, 9);
  });

  it('fall back to the transactional copy, two pages and their journal', () => {
    const profile = loadProfile('infineon-secora-id-x');
    expect(pageWritePrice(profile, profile.timing!)).toEqual({ ms: 6.32 / 4, label: 'estimated' });
  });

  it.each(['feitian-h19cr-2023', 'infineon-cjtop-80k'])(
    'have no data where the row is too fast: %s',
    (id) => {
      const price = priceCommand(loadProfile(id), { ...QUIET, nvmPageWrites: 1 });
      expect(price).toMatchObject({ nvmMs: null, predictedMs: null });
      expect(price.missing).toEqual(['a believable changed field write']);
    },
  );

  it('none cost nothing, whatever the card', () => {
    expect(priceCommand(loadProfile('feitian-h19cr-2023'), QUIET)).toMatchObject({ nvmMs: 0, missing: [] });
  });
});

describe('a command', () => {
  it('is the sum of crypto, NVM and wire', () => {
    const price = priceCommand(j3r180, {
      ...QUIET,
      nvmPageWrites: 1,
      operations: [{ name: 'p256-ecdh', length: 32, count: 1 }],
    });
    // TA1 = 18: 31 cycles per etu at 4 MHz; TC1 = 255: 11 etu per character.
    const wireMs = ((11 * 38 + 2 * 22) * 31) / 4000;
    expect(price.wireMs).toBeCloseTo(wireMs, 9);
    expect(price.predictedMs).toBeCloseTo(20.1 + 1.854 + wireMs, 9);
  });

  it('has no data for an operation without a rule, and names it', () => {
    const price = priceCommand(j3r180, { ...QUIET, operations: [{ name: 'des3', length: 8, count: 1 }] });
    expect(price).toMatchObject({ predictedMs: null, cryptoMs: null, label: null });
    expect(price.missing).toEqual(['a price rule for des3']);
    expect(price.wireMs).toBeGreaterThan(0);
  });

  it('has no data for GCM on any card', () => {
    for (const profile of loadAllProfiles()) {
      const price = priceCommand(profile, {
        ...QUIET,
        operations: [{ name: 'aes128-gcm', length: 16, count: 1 }],
      });
      expect(price.predictedMs, profile.id).toBeNull();
    }
  });

  it('has no data at all on a profile without timing', () => {
    const price = priceCommand(loadProfile('default'), QUIET);
    expect(price).toMatchObject({ predictedMs: null, cryptoMs: null, nvmMs: null, wireMs: null });
    expect(price.missing).toEqual(['any timing of profile default']);
  });

  it('names each missing primitive once', () => {
    const operations = [
      { name: 'p256-ecdh', length: 32, count: 1 },
      { name: 'p256-mul', length: 32, count: 2 },
      { name: 'bls12381-g1-mul', length: 32, count: 1 },
    ];
    const price = priceCommand(loadProfile('feitian-h19cr-2023'), { ...QUIET, operations });
    expect(price.missing).toEqual(['ecdh_256', 'ecdh_384']);
  });
});

describe('every price rule on every card', () => {
  it('there is one for each operation that the card meters', () => {
    expect(PRICE_RULES.map(({ operation }) => operation).sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('gives a time above zero or says what is missing', () => {
    for (const profile of loadAllProfiles()) {
      if (profile.timing === null) continue;
      for (const { operation } of PRICE_RULES) {
        for (const length of [1, 16, 32, 48, 1000]) {
          const price = priceOperation(profile.timing, { name: operation, length, count: 1 });
          if (price.ms === null)
            expect(price.missing.length, `${profile.id} ${operation}`).toBeGreaterThan(0);
          else expect(price.ms, `${profile.id} ${operation} ${length}`).toBeGreaterThan(0);
        }
      }
    }
  });
});
