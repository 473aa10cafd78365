import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CardProfile,
  listProfileIds,
  loadAllProfiles,
  loadProfile,
  memoryBudget,
  ProfileError,
  parseProfile,
} from '../../perf/index.js';

const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

function errorOf(action: () => unknown): ProfileError {
  try {
    action();
  } catch (error) {
    if (error instanceof ProfileError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('profiles of the package', () => {
  it('are twelve measured cards and the default, all valid', () => {
    expect(listProfileIds()).toHaveLength(13);
    for (const profile of loadAllProfiles()) {
      expect(profile.provenance.licence).toBe('MIT');
      if (profile.id === 'default') continue;
      expect(profile.provenance.copyright).toBe('Copyright (c) 2021 CRoCS');
      expect(profile.provenance.commit).toMatch(/^[0-9a-f]{40}$/);
      expect(profile.timing).not.toBeNull();
    }
  });

  it('load by id and by source key', () => {
    expect(loadProfile('NXP_JCOP4_J3R180_P71')).toEqual(loadProfile('nxp-jcop4-j3r180'));
  });

  it('have a default that is a memory budget only', () => {
    const profile = loadProfile('default');
    expect(profile.timing).toBeNull();
    expect(memoryBudget(profile)).toEqual({
      nvmBytes: 81_920,
      ramBytes: 4096,
      commitBufferBytes: 512,
      apduBufferBytes: 261,
      pageBytes: 128,
      enduranceCycles: 500_000,
      extendedLength: false,
    });
  });

  it('mark what is borrowed from a sister card as estimated', () => {
    const figure = loadProfile('taisys-simone-vault').timing?.primitives.aes128_cbc_256B;
    expect(figure).toMatchObject({ label: 'estimated', from: 'Taisys_SIMoME_VAULT' });
  });

  it('say why a figure is absent', () => {
    const figure = loadProfile('nxp-j2e081').timing?.primitives.ecdh_384;
    expect(figure).toEqual({ ms: null, why: 'NO_SUCH_ALGORITHM' });
  });
});

describe('a profile that cannot be had', () => {
  it('unknown: one sentence with the known ids', () => {
    const error = errorOf(() => loadProfile('nope'));
    expect(error.code).toBe('unknown-profile');
    expect(error.message).toMatch(/^There is no card profile "nope"; known profiles: .*default.*\.$/);
    for (const id of listProfileIds()) expect(error.message).toContain(id);
  });

  it('unreadable: one sentence', () => {
    const error = errorOf(() => loadProfile('./missing.json'));
    expect(error.code).toBe('unreadable-profile');
    expect(error.message).toBe('Card profile ./missing.json cannot be read.');
  });

  it('not JSON: one sentence', () => {
    expect(errorOf(() => parseProfile('{', 'x.json')).message).toBe('Card profile x.json is not valid JSON.');
  });
});

describe('a malformed profile names the path of the wrong field', () => {
  const valid = loadProfile('nxp-jcop4-j3r180');

  it.each<[string, (profile: Mutable) => void, RegExp]>([
    [
      'wrong type',
      (p) => Object.assign(p.memory.ramBytes, { value: '4 kB' }),
      /at memory\.ramBytes\.value: /,
    ],
    ['missing field', (p) => Reflect.deleteProperty(p.memory, 'pageBytes'), /at memory\.pageBytes: /],
    [
      'unknown label',
      (p) => Object.assign(p.memory.ramBytes, { label: 'guessed' }),
      /at memory\.ramBytes\.label: /,
    ],
    ['misspelt field', (p) => Object.assign(p.memory, { nvmBites: 1 }), /at memory: .*nvmBites/],
    [
      'negative time',
      (p) => Object.assign(p.timing.primitives, { ecdh_256: { ...p.timing.primitives.ecdh_256, ms: -1 } }),
      /at timing\.primitives\.ecdh_256\.ms: /,
    ],
    ['protocol of no kind', (p) => Object.assign(p.timing.wire, { kind: 't2' }), /at timing\.wire\.kind: /],
  ])('%s', (_name, spoil, expected) => {
    const profile = JSON.parse(JSON.stringify(valid)) as Mutable;
    spoil(profile);
    const error = errorOf(() => parseProfile(JSON.stringify(profile), 'x.json'));
    expect(error.code).toBe('malformed-profile');
    expect(error.message).toMatch(/^Card profile x\.json is wrong at .*\.$/);
    expect(error.message).toMatch(expected);
  });

  it('is refused when its id is not the name of its file', () => {
    writeFileSync(join(folder, 'my-card.json'), JSON.stringify(valid));
    expect(errorOf(() => loadProfile('my-card', folder)).message).toBe(
      'Card profile my-card.json is wrong at id: expected "my-card".',
    );
  });
});

describe("a vendor's profile", () => {
  it('is one file, found by id in the folder or by path anywhere', () => {
    const mine = { ...loadProfile('default'), id: 'vendor-card', title: 'Vendor card' };
    const path = join(folder, 'vendor-card.json');
    writeFileSync(path, JSON.stringify(mine));
    expect(loadProfile('vendor-card', folder).title).toBe('Vendor card');
    expect(loadProfile(path).title).toBe('Vendor card');
  });
});

type Mutable = CardProfile & { timing: NonNullable<CardProfile['timing']> };
