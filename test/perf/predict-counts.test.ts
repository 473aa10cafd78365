import { describe, expect, it } from 'vitest';
import {
  CountsError,
  loadAllProfiles,
  loadCalibration,
  loadProfile,
  type OperationCounts,
  parseOperationCounts,
  predictCounts,
  priceCall,
  readOperationCounts,
} from '../../perf/index.js';

const j3r180 = loadProfile('nxp-jcop4-j3r180');
const commands = loadCalibration();

/** Etu of TA1 = 18 at 4 MHz in ms, 11 etu a character since TC1 is 255; two blocks of four bytes and guard time. */
const t1Ms = (etuMs: number, bytes: number, characterEtu: number) =>
  etuMs * (characterEtu * (bytes + 8) + 2 * 22);
const J3R180_ETU = 31 / 4000;

function countsOf(fields: object): OperationCounts {
  return readOperationCounts(fields, 'test');
}

function msOf(api: Readonly<Record<string, number>>, profile = j3r180): number {
  const base = predictCounts(profile, countsOf({ api: {} }));
  const prediction = predictCounts(profile, countsOf({ api }));
  if (prediction.ms === null || base.ms === null) throw new Error(JSON.stringify(prediction));
  return prediction.ms - base.ms;
}

function timed(operation: string, key: string): OperationCounts {
  const command = commands.find((entry) => entry.operation === operation && entry.maps_to === key);
  if (!command?.counts) throw new Error(`no counts for ${operation} on ${key}`);
  return command.counts;
}

describe('whole commands, by hand from the figures of the profile', () => {
  it('bigNatStorage on JCOP4: bytecode, a field write, two copies', () => {
    const prediction = predictCounts(j3r180, timed('bigNatStorage', 'NXP_JCOP4_J3R180_P71'));
    const bytecode = (55 * 4.95 + 19 * 13.72 + 16 * (4 * 4.95 + 2 * 13.72)) / 1000;
    // 4 header, Lc, 32 data, Le; 32 data, status word
    const wire = t1Ms(J3R180_ETU, 38 + 34, 11);
    expect(prediction.ms).toBeCloseTo(bytecode + 0.07 * 1.854 + 2 * 0.16 + wire + 7, 9);
  });

  it('eccGen on JCOP4: a key pair', () => {
    const prediction = predictCounts(j3r180, timed('eccGen', 'NXP_JCOP4_J3R180_P71'));
    const bytecode = (28 * 4.95 + 7 * 13.72 + 14 * (4 * 4.95 + 2 * 13.72)) / 1000;
    expect(prediction.ms).toBeCloseTo(bytecode + 26.5 + 0.36 + t1Ms(J3R180_ETU, 7 + 67, 11) + 7, 9);
  });

  it('eccDoubleGenerator on J3H145: both coordinates cost 57 ms more', () => {
    const profile = loadProfile('NXP_JCOP3_J3H145g_P60');
    const prediction = predictCounts(profile, timed('eccDoubleGenerator', 'NXP_JCOP3_J3H145g_P60'));
    const invokeUs = 97.56;
    const call = (4 * 3.77 + 2 * 41.24) / 1000;
    const bytecode = (334 * 3.77 + 162 * 41.24 + 89 * invokeUs) / 1000 + call;
    const keys = 17.34 + 2 * 11.68 + 2 * 1.34;
    const crypto = 8.6 + 55.1 + 57;
    // TA1 = 95: 512 / 16 cycles, no TC1
    const wire = t1Ms(32 / 4000, 71 + 67, 12);
    expect(prediction.ms).toBeCloseTo(bytecode + keys + crypto + 0.46 + wire + 7, 9);
    expect(prediction.ms === null || prediction.breakdown.crypto).toBeCloseTo(crypto, 9);
  });
});

describe('calls on JCOP4 J3R180, by hand', () => {
  it.each<[string, number]>([
    // 256 bits of exponent where 32 bytes were set; see below
    ['Cipher.doFinal|RSAPriv|512|ebitsfull', 1.904 + 512 * 0.01156],
    ['Cipher.doFinal|RSAPub|512|ebits2', 1.904 + 2 * 0.01156],
    // no 640-bit modulus was timed: 736 is the next
    ['Cipher.doFinal|RSAPub|640|ebits2', 2.067 + 2 * 0.01725],
    ['Cipher.init|RSAPub|512', 6.2],
    ['RSAPriv.setExponent|512|1', 6.08],
    ['RSAPub.setModulus|512|64', 1.854],
    ['ECPub.setG|256', 3.36],
    ['KeyAgreement.generateSecret|alg6|256', 20.1],
    ['Signature.sign|256|4', 31.96 - (4 / 5) * 5.32],
    // one block left after 100 bytes before and 10 more; two blocks from the start
    ['MessageDigest.doFinal|10|prev100', 0.886 + 1.41077],
    ['MessageDigest.doFinal|110|prev0', 0.886 + 2 * 1.41077],
    ['MessageDigest.update|64|tot0-1', 6.2616 - 4 * 1.41077 + 1.41077],
    ['MessageDigest.update|10|tot1-1', 0.16],
    ['MessageDigest.reset|', 8.0016 - 7.92],
    ['RandomData.generateData|32', 0.764 + 2 * 0.0258],
    // 130 bytes lie on two pages of 128
    ['Util.arrayCopyNonAtomic|R2E|130', 0.16 + 2 * 1.854],
    ['Util.arrayCopyNonAtomic|R2R|512', 0.32],
    ['persistent_array_stores', 1.854],
  ])('%s', (name, ms) => {
    expect(msOf({ [name]: 1 })).toBeCloseTo(ms, 6);
    expect(msOf({ [name]: 2.5 })).toBeCloseTo(2.5 * ms, 6);
  });

  it('bounds a short exponent by the shortest timed one where the line starts below nothing', () => {
    const short = msOf({ 'Cipher.doFinal|RSAPub|512|ebits2': 1 }, loadProfile('athena-idprotect'));
    expect(short).toBeCloseTo(-1.306 + 17 * 0.18626, 6);
  });

  it('takes the bytes set for the key as the full exponent', () => {
    const both = msOf({ 'Cipher.doFinal|RSAPriv|512|ebitsfull': 1, 'RSAPriv.setExponent|512|32': 1 });
    expect(both).toBeCloseTo(1.904 + 256 * 0.01156 + 6.08, 6);
  });
});

describe('every name of the calibration set and of other applets', () => {
  const OTHERS = [
    'MessageDigest.update|100|tot0-1',
    'MessageDigest.reset|',
    'RandomData.generateData|32',
    'Util.arrayCopyNonAtomic|R2E|32',
    'persistent_array_stores',
  ];
  const names = [
    ...new Set([...commands.flatMap((entry) => Object.keys(entry.counts?.api ?? {})), ...OTHERS]),
  ];

  it.each(loadAllProfiles().filter(({ timing }) => timing !== null))('is known on $id', (profile) => {
    const timing = profile.timing!;
    const priced = names.map((name) => ({
      name,
      price: priceCall({ profile, timing, api: {} }, name)?.price,
    }));
    expect(priced.filter(({ price }) => price === undefined)).toEqual([]);
    const missing = priced.filter(({ price }) => price!.ms === null);
    console.log(`${profile.id}: ${names.length - missing.length} of ${names.length} names priced`);
    for (const { name, price } of priced) {
      if (price!.ms === null) expect(price!.missing.length, name).toBeGreaterThan(0);
      else expect(price!.ms, name).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('what cannot be predicted', () => {
  it('lists unknown names and fields, and says nothing about the time', () => {
    const counts = countsOf({ api: { 'Foo.bar|1': 1, 'Cipher.init|DES|64': 0 }, nvm_erases: 3 });
    expect(predictCounts(j3r180, counts)).toEqual({
      ms: null,
      unknown: ['Cipher.init|DES|64', 'Foo.bar|1', 'nvm_erases'],
      missing: [],
    });
  });

  it('names what a profile lacks, once', () => {
    const counts = countsOf({
      api: { 'Cipher.doFinal|RSAPub|512|ebits2': 2, 'Cipher.doFinal|RSAPub|512|ebitsfull': 1 },
    });
    expect(predictCounts(loadProfile('nxp-j2e081'), counts)).toEqual({
      ms: null,
      unknown: [],
      missing: ['modular exponentiation on 512 bits'],
    });
    expect(predictCounts(loadProfile('default'), counts)).toMatchObject({
      ms: null,
      missing: ['any timing of profile default'],
    });
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'is not valid JSON.'],
    ['an array', '[]', 'is wrong at (the whole file): '],
    ['nothing known', '{"foo":1}', 'is wrong at (the whole file): expected operation counts'],
    ['a wrong count', '{"api":{"Key.getSize":"2"}}', 'is wrong at api.Key.getSize: expected number'],
    ['less than nothing', '{"putfield_changed":-1}', 'is wrong at putfield_changed: '],
    ['an entry without counts', '{"decomposition":null}', 'is wrong at decomposition: '],
    [
      'a wrong field in an entry',
      '{"decomposition":{"apdu_in":true}}',
      'is wrong at decomposition.apdu_in: ',
    ],
  ])('says in one sentence where the file is wrong: %s', (_name, text, expected) => {
    const parse = () => parseOperationCounts(text, 'x.json');
    expect(parse).toThrow(CountsError);
    expect(parse).toThrow(`Counts file x.json ${expected}`);
  });
});

describe('absent fields', () => {
  it('are nothing, and an entry is the same as its decomposition', () => {
    const decomposition = { bytecodes_local: 100, api: { 'Key.getSize': 1 } };
    expect(countsOf({ operation: 'x', time_ms: 3, decomposition })).toEqual(countsOf(decomposition));
    expect(predictCounts(j3r180, countsOf({ apdu_in: 0 }))).toMatchObject({
      // four bytes there, two back
      ms: t1Ms(J3R180_ETU, 6, 11) + 7,
    });
  });

  it('leave unsplit bytecodes at their average', () => {
    const prediction = predictCounts(j3r180, countsOf({ bytecodes: 1000 }));
    expect(prediction).toMatchObject({ breakdown: { bytecode: 6.95 } });
  });
});
