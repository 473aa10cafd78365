import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Card, nobleEngine, PATIENT_CARD } from '../../applet/index.js';
import {
  divergenceText,
  encodeSession,
  nativeEngine,
  parseSession,
  type RecordedSession,
  readSession,
  replaySession,
  type SessionEvent,
  SessionRecorder,
} from '../../host/cli/index.js';
import { seededRng } from '../../host/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { imis, ROOT, SEED, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const path = (name: string) => join(folder.path, name);
const replay = (...args: string[]) => imis(['card', 'replay', ...args]);
const VERIFY = 0x20;
const COLLECT_ANSWER_BYTES = 60;

function sessionIn(file: string): RecordedSession {
  const read = parseSession(readFileSync(file));
  if (!read.ok) throw new Error(read.fault.kind);
  return read.value;
}

/** The session with one event changed, in a file of its own. */
function altered(
  session: RecordedSession,
  name: string,
  index: number,
  change: (event: SessionEvent) => Partial<SessionEvent>,
): string {
  const events = session.events.map((event, i) => (i === index ? { ...event, ...change(event) } : event));
  writeFileSync(path(name), encodeSession({ ...session, events }));
  return path(name);
}

function withFlippedByte(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 0x01;
  return changed;
}

/** Commands of a session up to and with an event; the card of the doctor is reset once (the split for opening). */
const commandsUpTo = (session: RecordedSession, index: number): number =>
  session.events.slice(0, index + 1).filter(({ kind }) => kind === 'command').length;
const commandsOf = (session: RecordedSession): number => commandsUpTo(session, session.events.length);

describe('imis card replay', () => {
  const file = path('visit.session');
  let session: RecordedSession;
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    const run = await imis(['visit', '--seed', SEED, '--trace', 'none', '--record', file]);
    expect(run.status).toBe(0);
    session = sessionIn(file);
  });

  it('agrees with a recorded visit to the last byte', async () => {
    const run = await replay(file);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(
      new RegExp(
        `^All agree: ${commandsOf(session)} of ${commandsOf(session)} commands, 1 resets, 3 cards, `,
      ),
    );
    console.log(run.stdout.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('agrees with the other example, recorded with random numbers of the system', async () => {
    const other = path('other.session');
    const input = join(ROOT, 'examples', 'diabetes-follow-up.json');
    expect((await imis(['visit', '--input', input, '--trace', 'none', '--record', other])).status).toBe(0);
    const run = await replay(other);
    expect([run.status, run.stderr]).toEqual([0, '']);
    console.log(run.stdout.trim());
  });

  it('agrees under the native engine as well', () => {
    const result = replaySession(session, { engine: nativeEngine });
    expect(result.divergence).toBe(undefined);
    expect(result.commands).toBe(commandsOf(session));
  });

  it('gives the same file when written again', () => {
    expect(Buffer.from(encodeSession(session)).equals(readFileSync(file))).toBe(true);
  });

  it('stops at an altered response and shows both decoded', async () => {
    const index = session.events.findIndex(
      ({ response, command }) => response.length > COLLECT_ANSWER_BYTES && command[1] === 0xb0,
    );
    const { holder } = session.cards[session.events[index]!.card]!;
    const changed = altered(session, 'response', index, ({ response }) => ({
      response: withFlippedByte(response, 40),
    }));
    const run = await replay(changed);
    expect([run.status, run.stderr]).toEqual([1, '']);
    const { length } = session.events[index]!.response;
    expect(run.stdout).toContain(
      `✗ Command ${commandsUpTo(session, index)}, ${holder}: the response differs from byte 41 on (${length} bytes recorded, ${length} now).`,
    );
    expect(run.stdout).toMatch(/^ {2}recorded:\n {4}READ BINARY .*\n/m);
    expect(run.stdout).toMatch(/^ {2}now:\n {4}READ BINARY .*\n/m);
    expect(run.stdout).toMatch(/^ {2}first difference: "[^"]+": \S+ recorded, \S+ now$/m);
    expect(run.stdout).toMatch(new RegExp(`^Replayed until there: ${commandsUpTo(session, index)} of `, 'm'));
  });

  it('stops at an altered byte wherever it is', () => {
    let found = 0;
    for (const [index, { response }] of session.events.entries()) {
      // All of the first phase, then some: later ones take a longer replay each.
      if (index > 10 && index % 8 !== 0) continue;
      const at = (index * 7) % response.length;
      const events = session.events.with(index, {
        ...session.events[index]!,
        response: withFlippedByte(response, at),
      });
      const { divergence } = replaySession({ ...session, events }, { engine: nativeEngine });
      expect(divergence).toMatchObject({
        kind: 'response',
        command: commandsUpTo(session, index),
        byte: at,
      });
      found++;
    }
    console.log(`${found} of ${session.events.length} responses altered, each found at its place`);
    expect(found).toBeGreaterThan(15);
  });

  it('masks the PIN of an altered VERIFY', async () => {
    const index = session.events.findIndex(({ command }) => command[1] === VERIFY);
    const changed = altered(session, 'pin', index, ({ command }) => ({
      command: withFlippedByte(command, command.length - 1),
    }));
    const run = await replay(changed);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/^ {4}VERIFY/m);
    expect(run.stdout).toMatch(/•••• \(secret, \d+ bytes\)/);
    expect(run.stdout).toMatch(/^ {4} {2}= 9000 [^\n]*$/m);
    expect(run.stdout).toMatch(/^ {4} {2}= 63C2 [^\n]*$/m);
    const pin = Buffer.from(session.events[index]!.command.subarray(5));
    for (const secret of [pin.toString('latin1'), pin.toString('hex')]) {
      expect(run.stdout.toLowerCase().includes(secret.toLowerCase())).toBe(false);
    }
  });

  it('replays resets, and random numbers that come after them', () => {
    const recorder = new SessionRecorder('test', false);
    const rng = recorder.random('tester', seededRng(Number(SEED), 'tester'));
    const ports = {
      limits: DEFAULT_LIMITS,
      engine: nobleEngine,
      random: (length: number) => rng.bytes(length),
    };
    const card = new Card(PATIENT_CARD, ports);
    recorder.inserted('tester', card);
    const send = (hex: string) => {
      const command = new Uint8Array(Buffer.from(hex, 'hex'));
      recorder.exchanged('tester', command, card.process(command));
    };
    for (let round = 0; round < 2; round++) {
      recorder.reset('tester', card.reset());
      send('00A4040C06F0494D495301');
      send('0047000001');
      send('0084000010');
    }
    const recorded = recorder.session();
    const read = parseSession(encodeSession(recorded));
    expect(read.ok && replaySession(read.value)).toMatchObject({ commands: 6, resets: 2 });
    expect(replaySession(recorded).divergence).toBe(undefined);
    expect(replaySession(recorded).randomBytes).toBeGreaterThanOrEqual(32);
    const other = { ...recorded.events[4]!, response: Uint8Array.of(0x3b) };
    const { divergence } = replaySession({ ...recorded, events: recorded.events.with(4, other) });
    expect(divergence).toMatchObject({ kind: 'response', command: 3, byte: 1 });
    expect(divergenceText(divergence!)).toMatch(/recorded:\n {4}answer to reset, 1 bytes\n {2}now:/);
  });

  it('notices other random numbers, too few and too many', () => {
    const index = session.events.findIndex(({ random }) => random.length > 0);
    const { random } = session.events[index]!;
    const divergenceWith = (changed: Uint8Array) =>
      replaySession({
        ...session,
        events: session.events.with(index, { ...session.events[index]!, random: changed }),
      }).divergence;
    const more = divergenceWith(Uint8Array.from([...random, 0]));
    expect(more).toMatchObject({
      kind: 'random',
      command: index + 1,
      expectedBytes: random.length + 1,
      actualBytes: random.length,
    });
    expect(divergenceWith(withFlippedByte(random, 0))).toBeDefined();
    expect(divergenceWith(random.subarray(1))).toBeDefined();
  });

  it('notices a card whose memory is another one at the end', () => {
    const cards = session.cards.map((card, i) =>
      i === 1 ? { ...card, endDigest: withFlippedByte(card.endDigest, 0) } : card,
    );
    const { divergence } = replaySession({ ...session, cards }, { engine: nativeEngine });
    expect(divergence).toMatchObject({ kind: 'memory at the end', holder: 'doctor' });
    expect(divergenceText(divergence!)).toContain("the memory of the doctor's card at the end");
  });

  it('goes back in time: a card as it was after N commands, which goes on from there', async () => {
    const patient = session.cards.findIndex(({ holder }) => holder === 'patient');
    // the last command that the patient's card answers without random numbers
    const at = session.events.findLastIndex(({ card, random }) => card === patient && random.length === 0);
    const stop = commandsUpTo(session, at - 1);
    const image = path('then.image');
    const run = await replay(file, '--to', String(stop), '--save-image', image);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(new RegExp(`^Stopped: ${stop} of ${commandsOf(session)} commands`));
    const rest = session.events.slice(at).filter(({ card }) => card === patient);
    const draws = rest.findIndex(({ random }) => random.length > 0);
    const same = draws < 0 ? rest : rest.slice(0, draws);
    expect(same.length).toBeGreaterThan(0);
    const lines = same.map(
      ({ command, response }) =>
        `${Buffer.from(command).toString('hex')} => ${Buffer.from(response.subarray(-2)).toString('hex')}\n`,
    );
    const next = await imis(['apdu', '--image', image], { stdin: lines.join('') });
    expect(next.status, next.stderr).toBe(0);
    console.log(`stopped after ${stop} commands, ${same.length} more agree by hand`);
    expect(replaySession(session, { to: 0 })).toMatchObject({ commands: 0, responseBytes: 0 });
  });

  it('refuses what is no session, and what the session does not have', async () => {
    const whole = readFileSync(file);
    writeFileSync(path('flipped'), withFlippedByte(whole, whole.length >> 1));
    writeFileSync(path('short'), whole.subarray(0, -1));
    const cases = [
      [[path('flipped')], /is damaged: its checksum is wrong\.$/],
      [[file, '--to', '9999'], /^--to 9999 is beyond the end: /],
      [
        [file, '--save-image', path('x'), '--card', 'nurse'],
        /no card of the nurse in .*: patient, doctor, pharmacy\.$/,
      ],
    ] as const;
    await Promise.all(
      cases.map(async ([args, says]) => expect(sentenceOf(await replay(...args), 2)).toMatch(says)),
    );
    const files = [
      [path('short'), /is cut short: it has \d+ of \d+ bytes\.$/],
      [path('none'), /can not be read; check the path\.$/],
      [join(ROOT, 'package.json'), /is not a recorded session\.$/],
    ] as const;
    for (const [name, says] of files) await expect(readSession(name)).rejects.toThrow(says);
    console.log(`${cases.length + files.length} refusals`);
  });
});
