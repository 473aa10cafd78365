/** Keys in files: who can read them, and what a passphrase seals. */

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileKeyStore, KeyFileError, seededRng } from '../../../host/index.js';

const place = mkdtempSync(join(tmpdir(), 'imis-keys-'));
const rng = seededRng(95, 'key files');
const KEY = rng.bytes(32);
let folders = 0;
const newFolder = () => join(place, `keys-${folders++}`);
const storeIn = (folder: string, passphrase?: string) => new FileKeyStore(folder, rng, passphrase);

afterAll(() => rmSync(place, { recursive: true }));

describe('keys in files', () => {
  it('are for their owner only, whole, and gone when destroyed', () => {
    const folder = newFolder();
    const store = storeIn(folder);
    store.save('service', KEY);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['service.key']);
    expect(statSync(join(folder, 'service.key')).mode & 0o777).toBe(0o600);
    expect(storeIn(folder).load('service')).toEqual(KEY);
    chmodSync(join(folder, 'service.key'), 0o640);
    expect(() => store.load('service')).toThrow(/read by others/);
    store.destroy('service');
    expect(store.load('service')).toBeUndefined();
  });

  it('under a passphrase open with it alone, unchanged and under their own name', () => {
    const folder = newFolder();
    const file = join(folder, 'service.key');
    storeIn(folder, 'correct horse').save('service', KEY);
    const sealed = readFileSync(file);
    expect(sealed.includes(Buffer.from(KEY))).toBe(false);
    expect(storeIn(folder, 'correct horse').load('service')).toEqual(KEY);
    expect(() => storeIn(folder, 'wrong').load('service')).toThrow(KeyFileError);
    expect(() => storeIn(folder).load('service')).toThrow(/passphrase is needed/);
    writeFileSync(join(folder, 'other.key'), sealed, { mode: 0o600 });
    expect(() => storeIn(folder, 'correct horse').load('other')).toThrow(/does not open/);
    for (const changed of [sealed.subarray(0, 30), sealed.map((byte, at) => (at === 50 ? byte ^ 1 : byte))]) {
      writeFileSync(file, changed);
      expect(() => storeIn(folder, 'correct horse').load('service')).toThrow(/does not open/);
    }
  });

  it('that lie open are not taken where a passphrase is given', () => {
    const folder = newFolder();
    storeIn(folder).save('service', KEY);
    expect(() => storeIn(folder, 'correct horse').load('service')).toThrow(/not sealed/);
  });
});
