import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importCardData, loadProfile } from '../../perf/index.js';

const bytes = (value: number, lowerBound = false) => ({
  bytes: value,
  lower_bound: lowerBound,
  raw: `${value}B`,
});

/** One card in the shape of the measured data set, with a borrowed figure and a missing one. */
const CARD = {
  title: 'Test Card',
  // TA1 = 96, TC1 = 255; card capabilities 73 with extended length in the third byte.
  atr: '3b d5 96 ff 81 01 80 73 c8 21 40 66',
  jc: '3.0',
  date: '2021/10/20 07:41:07',
  interface: 'contact',
  reader: 'Reader 0',
  protocol: 'T=1',
  memory: {
    persistent_free: bytes(32_767, true),
    transient_reset_free: bytes(2000),
    commit_capacity: bytes(1024),
    apdu_in_block: bytes(261),
    apdu_out_block: bytes(252),
  },
  fallback_card: 'Sister_Card',
  primitives: {
    ecdh_256: { ms: 20, se: 0.1, len: 256, csv_avg: 21 },
    ec_keygen_256: { ms: 30, se: 0.1, len: -1, csv_avg: 30 },
    aes128_cbc_256B: { ms: 2, se: 0.1, len: 256, csv_avg: 2, from: 'Sister_Card' },
    rsa512_pub: { ms: null, why: 'NO_SUCH_ALGORITHM' },
  },
  series: {
    sha256: {
      points: [
        [16, 2],
        [64, 4],
      ],
      fit: { t0: 1, per_unit: 1.5, unit_bytes: 64 },
    },
    rng_secure: { points: [] },
  },
  modexp_engine: { '512': { ms_per_exponent_bit: 0.01, t_fixed: 2 } },
  bytecode_us: { simple: 5, mem_access: 14, avg_aes_mix: 7 },
  nvm_putfield_ms_changed: null,
  wire_ms_per_byte_4MHz: 0.048,
};

const PROVENANCE = {
  repo: 'github.com/example/measurements',
  commit: '0123456789abcdef0123456789abcdef01234567',
  licence: 'MIT',
  doi: 'none',
  files: [{ file: 'fixed.csv' }, { file: 'variable.csv' }],
};

let data: string;
let output: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'carddata-'));
  output = join(data, 'out');
  mkdirSync(join(data, 'cards'));
  writeFileSync(join(data, 'profiles.json'), JSON.stringify({ Test_Card_1: CARD }));
  writeFileSync(join(data, 'cards', 'Test_Card_1.json'), JSON.stringify({ provenance: PROVENANCE, ops: {} }));
});
afterEach(() => rmSync(data, { recursive: true }));

describe('import of card data', () => {
  it('writes the same bytes when run again', () => {
    expect(importCardData(data, output)).toEqual(['test-card-1']);
    const first = readFileSync(join(output, 'test-card-1.json'), 'utf8');
    importCardData(data, output);
    expect(readFileSync(join(output, 'test-card-1.json'), 'utf8')).toBe(first);
  });

  it('keeps figures with their labels and provenance', () => {
    importCardData(data, output);
    const profile = loadProfile('test-card-1', output);
    expect(profile.sourceKey).toBe('Test_Card_1');
    expect(profile.provenance).toMatchObject({
      commit: PROVENANCE.commit,
      files: ['fixed.csv', 'variable.csv'],
    });
    expect(profile.memory.nvmBytes).toMatchObject({ value: 32_767, label: 'measured', lowerBound: true });
    expect(profile.memory.ramBytes).toMatchObject({ value: 2000, label: 'measured' });
    expect(profile.memory.apduBufferBytes).toMatchObject({ value: 261, label: 'estimated' });
    expect(profile.memory.extendedLength).toMatchObject({ value: true, label: 'derived' });
    expect(profile.timing?.primitives).toEqual({
      ecdh_256: { ms: 20, standardErrorMs: 0.1, lengthBytes: 256, label: 'measured' },
      ec_keygen_256: { ms: 30, standardErrorMs: 0.1, lengthBytes: null, label: 'measured' },
      aes128_cbc_256B: {
        ms: 2,
        standardErrorMs: 0.1,
        lengthBytes: 256,
        label: 'estimated',
        from: 'Sister_Card',
      },
      rsa512_pub: { ms: null, why: 'NO_SUCH_ALGORITHM' },
    });
    expect(Object.keys(profile.timing?.series ?? {})).toEqual(['sha256']);
    expect(profile.timing?.wire).toMatchObject({
      kind: 't1',
      ta1: '96',
      extraGuardTime: 255,
      ifscBytes: 254,
      ifsdBytes: 252,
    });
  });

  it('refuses data of another shape', () => {
    writeFileSync(join(data, 'profiles.json'), JSON.stringify({ Test_Card_1: { ...CARD, memory: {} } }));
    expect(() => importCardData(data, output)).toThrow(/persistent_free/);
  });
});
