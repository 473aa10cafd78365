/** `imis engine` and `imis doctor`, in caches of their own; what the built engine computes is test/engine's matter. */

import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeModuleFile } from '../../host/index.js';
import { imis, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

/** Variables under which nothing is built yet, and the place where it would be. */
function emptyCache(name: string) {
  const variables = { XDG_CACHE_HOME: join(folder.path, name), IMIS_ENGINE: '' };
  return { variables, file: nativeModuleFile(variables) };
}

/** Puts bytes where the built engine is looked for. */
function plant(file: string, bytes: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes, { mode: 0o700 });
}

type Finding = {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly mend?: string;
};

async function doctor(variables: Readonly<Record<string, string>>) {
  const run = await imis(['doctor', '--json'], { variables });
  const { ok, findings } = JSON.parse(run.stdout) as { ok: boolean; findings: Finding[] };
  expect(run.status).toBe(ok ? 0 : 1);
  const of = (name: string) => findings.find((finding) => finding.name === name)!;
  return { run, ok, findings, of, engine: of('group signatures') };
}

describe('imis engine build', () => {
  const { variables, file } = emptyCache('build');

  it('refuses other bytes than were published, before it unpacks them', async () => {
    const tarballs = join(folder.path, 'tarballs');
    mkdirSync(tarballs);
    writeFileSync(join(tarballs, 'chainsafe-blst-0.2.11.tgz'), 'not what was published');
    const run = await imis(['engine', 'build', '--tarballs', tarballs], { variables });
    expect(sentenceOf(run, 1)).toMatch(/is not @chainsafe\/blst@0\.2\.11 as it was published/);
    expect(existsSync(file)).toBe(false);
  });

  it('says that a tarball is missing', async () => {
    const run = await imis(['engine', 'build', '--tarballs', folder.path], { variables });
    expect(sentenceOf(run, 1)).toMatch(/chainsafe-blst-0\.2\.11\.tgz is not in /);
  });

  it('says that the registry is out of reach', async () => {
    const offline = {
      ...variables,
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(folder.path, 'npm'),
    };
    const run = await imis(['engine', 'build'], { variables: offline });
    expect(sentenceOf(run, 1)).toMatch(/npm could not fetch @chainsafe\/blst@0\.2\.11/);
    expect(existsSync(file)).toBe(false);
  });

  it('says that there is no compiler', async () => {
    const run = await imis(['engine', 'build'], { variables: { ...variables, CC: 'no-such-compiler' } });
    expect(sentenceOf(run, 1)).toMatch(/no C compiler "no-such-compiler" \(Debian: /);
  });

  it('says that there is no npm', async () => {
    const nowhere = { ...variables, PATH: join(folder.path, 'almost empty') };
    mkdirSync(nowhere.PATH);
    symlinkSync('/bin/true', join(nowhere.PATH, 'cc'));
    const run = await imis(['engine', 'build'], { variables: nowhere });
    expect(sentenceOf(run, 1)).toMatch(/npm, which fetches its sources, was not found/);
  });
});

describe('imis engine remove', () => {
  it('removes what was built, once', async () => {
    const { variables, file } = emptyCache('remove');
    const nothing = await imis(['engine', 'remove'], { variables });
    expect([nothing.status, nothing.stdout]).toEqual([0, 'There is no accelerated engine to remove.\n']);
    plant(file, 'anything');
    const removed = await imis(['engine', 'remove'], { variables });
    expect([removed.status, removed.stdout]).toEqual([0, 'The accelerated engine is removed.\n']);
    expect(existsSync(file)).toBe(false);
  });
});

describe('imis doctor', () => {
  it('finds a sound machine without the engine, and names the command that builds it', async () => {
    const { variables } = emptyCache('absent');
    const { ok, of, engine, findings } = await doctor(variables);
    expect(ok).toBe(true);
    expect(of('Node.js')).toMatchObject({ state: 'ok' });
    expect(of('mcl-wasm')).toMatchObject({ state: 'ok' });
    expect(engine).toMatchObject({ state: 'absent', mend: 'imis engine build' });
    for (const { state, mend } of findings) expect(mend === undefined).toBe(state === 'ok');
    const text = await imis(['doctor'], { variables });
    expect([text.status, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/^-- {2}group signatures .*mcl-wasm.*\n +To mend it: imis engine build$/m);
  });

  it('says so when an engine is there but not fit', async () => {
    const broken = emptyCache('broken');
    plant(broken.file, 'no shared object');
    const found = await doctor(broken.variables);
    expect(found.ok).toBe(false);
    expect(found.engine).toMatchObject({
      state: 'failed',
      mend: 'imis engine remove, then imis engine build',
    });
    const open = emptyCache('open');
    plant(open.file, 'no shared object');
    chmodSync(open.file, 0o722);
    expect((await doctor(open.variables)).engine.detail).toMatch(/can be changed by, another user/);
  });

  it('leaves the engine aside when it is asked to', async () => {
    const { variables, file } = emptyCache('asked');
    plant(file, 'never looked at');
    const { ok, engine } = await doctor({ ...variables, IMIS_ENGINE: 'mcl-wasm' });
    expect(ok).toBe(true);
    expect(engine).toMatchObject({ state: 'ok' });
    expect(engine.detail).toContain('IMIS_ENGINE=mcl-wasm');
  });

  it('tells of a missing compiler', async () => {
    const { of } = await doctor({ ...emptyCache('absent').variables, CC: 'no-such-compiler' });
    expect(of('C compiler')).toMatchObject({ state: 'absent' });
  });
});
