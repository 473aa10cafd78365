import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARD_IMAGE_FORMAT, sealFile } from '../../applet/index.js';
import { CliError, cardFromImage, readCardImage, writeCardImage } from '../../host/cli/index.js';
import { listProfileIds } from '../../perf/index.js';
import { imis, SEED, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const path = (name: string) => join(folder.path, name);
const SELECT = '00A4040C06F0494D495301';

describe('imis card image', () => {
  const visited = path('visited.image');
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    const run = await imis(['card', 'image', 'save', visited, '--seed', SEED]);
    expect([run.status, run.stdout]).toEqual([
      0,
      `The visited patient card, profile nxp-jcop4-j3r180: ${visited}\n`,
    ]);
    expect(run.stderr).toMatch(/every secret of the card/);
  });

  it('is for its owner only and the only file left behind', () => {
    expect(statSync(visited).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(['visited.image']);
  });

  it('shows what it holds', async () => {
    const run = await imis(['card', 'image', 'show', visited]);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(
      /^patient card, profile nxp-jcop4-j3r180, power off, made with a seed\nNVM 139360 bytes in 1088 /,
    );
  });

  it('goes on: what one run changed the next one finds, power and selection included', async () => {
    const next = path('next.image');
    const lines = `${SELECT} => 9000\n0020008104FFFFFFFF => 63C2\n`;
    const first = await imis(['apdu', '--image', visited, '--save-image', next], { stdin: lines });
    expect([first.status, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^ATR /);
    const second = await imis(['apdu', '--image', next], { stdin: '00200081 => 63C2\n' });
    expect(second.status, second.stdout + second.stderr).toBe(0);
    expect(second.stdout).toMatch(/^The image has power: the card goes on where it was, without a reset\.$/m);
  });

  it('made with a seed is refused for a served card, also after it was saved again', async () => {
    const again = path('again.image');
    const run = await imis(['apdu', '--image', visited, '--save-image', again], {
      stdin: `${SELECT} => 9000\n`,
    });
    expect(run.status, run.stdout + run.stderr).toBe(0);
    for (const image of [visited, again]) {
      const sentence = sentenceOf(await imis(['card', 'serve', '--image', image]), 2);
      expect(sentence).toMatch(
        /is refused for a served card: it was made with --seed, and its keys are known\.$/,
      );
    }
    const shown = await imis(['card', 'image', 'show', again]);
    expect(shown.stdout).toMatch(/power on, made with a seed$/m);
  });

  it('made without a seed is served', async () => {
    const own = path('own.image');
    expect((await imis(['card', 'image', 'save', own, '--state', 'blank'])).status).toBe(0);
    expect((await readCardImage(own)).seeded).toBe(false);
    const served = await imis(['card', 'serve', '--image', own, '--vpcd', '127.0.0.1:1']);
    expect(sentenceOf(served, 3)).toMatch(/nothing listens/);
  });

  it.each([
    [
      'apdu',
      '--profile',
      'nxp-j2e081',
      /was made for other limits: .*, 32,767 in the profile "nxp-j2e081"\.$/,
    ],
    ['card serve', '--card', 'professional', /holds a patient card, not a professional card\.$/],
    ['card memory', '--state', 'blank', /^--state does not go with --image/],
  ])(
    'is refused where it is another card than asked for: imis %s %s %s',
    async (name, option, value, says) => {
      const run = await imis([...name.split(' '), '--image', visited, option, value]);
      expect(sentenceOf(run, 2)).toMatch(says);
    },
  );

  it('is refused by every other profile, card and layout, in one clear sentence', async () => {
    const saved = await readCardImage(visited);
    const profiles = listProfileIds().filter((id) => id !== saved.profile);
    for (const profile of profiles) {
      expect(() => cardFromImage('FILE', saved, { profile })).toThrow(
        new RegExp(
          `^FILE was made for other limits: bytes of NVM: 139,360 there, [\\d,]+ in the profile "${profile}"\\.$`,
        ),
      );
    }
    expect(cardFromImage(visited, saved, { profile: saved.profile }).application).toBe('patient');
    expect(() => cardFromImage('FILE', { ...saved, application: 'purse' })).toThrow(
      /^FILE holds a purse card, which this program does not know\.$/,
    );
    expect(() => cardFromImage('FILE', { ...saved, layout: new Uint8Array(32) })).toThrow(
      /^FILE was written by another version of the card's programs, which keep their data elsewhere\.$/,
    );
    console.log(`${profiles.length} profiles refuse it`);
  });

  it('tells each kind of damage in one sentence', async () => {
    const whole = readFileSync(visited);
    const changed = (name: string, content: Uint8Array) => {
      writeFileSync(path(name), content);
      return path(name);
    };
    const flipped = Buffer.from(whole);
    flipped[50_000]! ^= 0x10;
    const newer = sealFile({ ...CARD_IMAGE_FORMAT, version: 7 }, new Uint8Array(9));
    const cases = [
      [changed('flipped', flipped), /is damaged: its checksum is wrong\.$/],
      [changed('short', whole.subarray(0, 1_000)), /is cut short: it has 1000 of \d+ bytes\.$/],
      [changed('stub', whole.subarray(0, 12)), /is cut short: it ends after 12 bytes, within its header\.$/],
      [changed('long', Buffer.concat([whole, Buffer.alloc(3)])), /is damaged: 3 bytes follow its end\.$/],
      [
        changed('newer', newer),
        /has version 7; this program reads a card image up to version 1: take a newer one\.$/,
      ],
      [changed('text', Buffer.from('hello')), /is not a card image\.$/],
      [changed('empty', Buffer.alloc(0)), /is not a card image\.$/],
      [changed('odd', sealFile(CARD_IMAGE_FORMAT, new Uint8Array(9))), /is damaged: /],
      [path('none'), /can not be read; check the path\.$/],
      [folder.path, /can not be read; check the path\.$/],
    ] as const;
    for (const [file, says] of cases) {
      const fault = await readCardImage(file).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(CliError);
      const { message, exitStatus } = fault as CliError;
      expect([message.includes(file), exitStatus]).toEqual([true, 2]);
      expect(message).toMatch(says);
    }
    expect(sentenceOf(await imis(['card', 'image', 'show', path('flipped')]), 2)).toMatch(/is damaged/);
    console.log(`${cases.length} kinds of damage`);
  });

  it('is never written by half: where it can not be written, what was there stays', async () => {
    const target = path('a-folder');
    mkdirSync(target);
    const before = readdirSync(folder.path);
    const card = cardFromImage(visited, await readCardImage(visited));
    const save = (file: string) => writeCardImage(file, card, { profile: 'nxp-jcop4-j3r180', seeded: true });
    await expect(save(target)).rejects.toThrow(`The file ${target} can not be written; check the path.`);
    await expect(save(path('none/x'))).rejects.toThrow(/can not be written/);
    expect(readdirSync(folder.path)).toEqual(before);
    expect(existsSync(path('none'))).toBe(false);
    writeFileSync(path('old'), 'old', { mode: 0o644 });
    await save(path('old'));
    expect(readFileSync(path('old')).equals(readFileSync(visited))).toBe(true);
    expect(statSync(path('old')).mode & 0o777).toBe(0o600);
  });
});
