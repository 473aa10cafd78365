import Module from 'node:module';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/index.js';
import {
  connectPcsc,
  listPcscReaders,
  pcscEvents,
  type TransportErrorCode,
  waitForPcscCard,
  waitForPcscRemoval,
} from '../../reader-drivers/index.js';
import { type FakeReader, fakeCard, fakePcscBinding } from './fake-pcsc-binding.js';

const EMPTY: FakeReader = { name: 'Alpha Reader 00 00', card: undefined };
const COMMAND = fromHex('00A4040000');

describe('finding a card', () => {
  it('lists the readers and what is in them', async () => {
    const binding = fakePcscBinding([EMPTY, { name: 'Beta Reader 01 00', card: fakeCard() }]);
    expect(await listPcscReaders({ binding })).toEqual([
      { name: 'Alpha Reader 00 00', cardPresent: false, cardMute: false, inUse: 'no' },
      {
        name: 'Beta Reader 01 00',
        cardPresent: true,
        cardMute: false,
        inUse: 'no',
        atr: fromHex('3B8880014E6F6465436172641D'),
      },
    ]);
    expect(binding.openContexts).toBe(0);
  });

  it('takes the whole name before a part of a name, and a part in any case', async () => {
    const readers = [
      { name: 'Reader 00', card: fakeCard() },
      { name: 'Reader 0', card: fakeCard() },
    ];
    const binding = fakePcscBinding(readers);
    expect((await waitForPcscCard({ binding, reader: 'Reader 0' })).name).toBe('Reader 0');
    expect((await waitForPcscCard({ binding, reader: 'reader' })).name).toBe('Reader 00');
    expect((await waitForPcscCard({ binding })).name).toBe('Reader 00');
  });

  it.each<[string, FakeReader[], object, TransportErrorCode, string]>([
    ['no reader at all', [], {}, 'no-reader', 'no reader matches any reader; there is none'],
    ['no such reader', [EMPTY], { reader: 'Gamma' }, 'no-reader', '"Gamma"; there are: Alpha Reader 00 00'],
    ['no such reader in time', [EMPTY], { reader: 'Gamma', timeoutMs: 20 }, 'no-reader', 'Gamma'],
    ['no card', [EMPTY], {}, 'no-card', 'there is no card in any reader'],
    [
      'no card in time',
      [EMPTY],
      { reader: 'alpha', timeoutMs: 20 },
      'timeout',
      'the reader "alpha" within 20 ms',
    ],
  ])('%s', async (_, readers, options, code, message) => {
    const binding = fakePcscBinding(readers);
    const failure = { name: 'TransportError', code, message: expect.stringContaining(message) };
    await expect(waitForPcscCard({ ...options, binding })).rejects.toMatchObject(failure);
    await expect(connectPcsc({ ...options, binding })).rejects.toMatchObject(failure);
    expect(binding.openContexts).toBe(0);
  });

  it('sees a reader and a card that come later, and a card that goes', async () => {
    const readers: FakeReader[] = [];
    const binding = fakePcscBinding(readers);
    const waiting = waitForPcscCard({ binding, timeoutMs: 30_000 });
    readers.push({ name: 'Late Reader', card: undefined });
    setTimeout(() => {
      readers[0]!.card = fakeCard();
    }, 10);
    expect((await waiting).name).toBe('Late Reader');
    const leaving = waitForPcscRemoval({ binding, reader: 'Late', timeoutMs: 30_000 });
    readers[0]!.card = undefined;
    expect((await leaving).cardPresent).toBe(false);
  });

  it('is given up by a signal, before or during the wait', async () => {
    const binding = fakePcscBinding([EMPTY]);
    const abort = new AbortController();
    const waiting = waitForPcscCard({ binding, timeoutMs: 30_000, signal: abort.signal });
    setTimeout(() => abort.abort(), 10);
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect(waitForPcscCard({ binding, signal: abort.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(binding.openContexts).toBe(0);
  });
});

describe('events', () => {
  it('tell of what is there, of readers and cards that come and go, and end with the signal', async () => {
    const readers: FakeReader[] = [{ name: 'Alpha', card: fakeCard() }];
    const binding = fakePcscBinding(readers);
    const stop = new AbortController();
    const steps: (() => void)[] = [
      () => readers.push({ name: 'Beta', card: undefined }),
      () => Object.assign(readers[1]!, { card: fakeCard() }),
      // taken out and put in again between two looks: the service's counter tells
      () => Object.assign(readers[1]!, { changes: 2 }),
      () => Object.assign(readers[0]!, { card: undefined }),
      () => readers.pop(),
      () => stop.abort(),
    ];
    const seen: string[] = [];
    const NEWS = [2, 3, 4, 6, 7, 9];
    for await (const { kind, reader } of pcscEvents({ binding, signal: stop.signal })) {
      seen.push(`${kind} ${reader.name}`);
      if (NEWS.includes(seen.length)) steps.shift()!();
    }
    expect(seen).toEqual([
      'reader-added Alpha',
      'card-inserted Alpha',
      'reader-added Beta',
      'card-inserted Beta',
      'card-removed Beta',
      'card-inserted Beta',
      'card-removed Alpha',
      'card-removed Beta',
      'reader-removed Beta',
    ]);
    expect(binding.openContexts).toBe(0);
  });

  it('end with the loop over them', async () => {
    const binding = fakePcscBinding([{ name: 'Alpha', card: undefined }]);
    for await (const { kind } of pcscEvents({ binding })) {
      expect(kind).toBe('reader-added');
      break;
    }
    expect(binding.openContexts).toBe(0);
  });

  it('say that there is no service', async () => {
    const binding = fakePcscBinding([], NO_SERVICE);
    await expect(pcscEvents({ binding }).next()).rejects.toMatchObject({ code: 'no-service' });
  });
});

// Numbers of PC/SC part 5, written down anew: the driver has its own.
const NO_SERVICE = 0x8010001d;
const NO_CARD = 0x8010000c;
const REMOVED = 0x80100069;
const NOT_TRANSACTED = 0x80100016;

describe('what stands in the way has a code', () => {
  it.each<[string, number, TransportErrorCode, RegExp]>([
    ['not running', NO_SERVICE, 'no-service', /^PC\/SC: no PC\/SC service runs/],
    ['stopped', 0x8010001e, 'no-service', /stopped/],
    ['broken off', 0x80100013, 'no-service', /broke off/],
    ['unheard of', 0x80100fff, 'io', /^PC\/SC: PC\/SC reports 80100FFF$/],
  ])('of the service: %s', async (_, refusal, code, message) => {
    await expect(listPcscReaders({ binding: fakePcscBinding([], refusal) })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, number, TransportErrorCode]>([
    ['sharing violation', 0x8010000b, 'sharing-violation'],
    ['unresponsive card', 0x80100066, 'card-mute'],
    ['protocol mismatch', 0x8010000f, 'card-mute'],
    ['no card', NO_CARD, 'no-card'],
    ['reader unplugged', 0x80100017, 'no-reader'],
    ['reader unknown', 0x80100009, 'no-reader'],
    ['not transacted', NOT_TRANSACTED, 'io'],
  ])('of connecting: %s', async (_, refuses, code) => {
    const binding = fakePcscBinding([{ name: 'Reader', card: fakeCard(), refuses }]);
    const failure = { code, message: expect.stringMatching(/^Reader: /), cause: { code: refuses } };
    await expect(connectPcsc({ binding })).rejects.toMatchObject(failure);
    expect(binding.openContexts).toBe(0);
  });

  it('of the package: it is missing', async () => {
    const loader = Module as unknown as { _resolveFilename(name: string, ...rest: unknown[]): string };
    const original = loader._resolveFilename;
    loader._resolveFilename = (name, ...rest) => {
      if (name === 'koffi') throw new Error("Cannot find module 'koffi'");
      return original.call(loader, name, ...rest);
    };
    try {
      await expect(listPcscReaders()).rejects.toMatchObject({
        code: 'no-binding',
        message: expect.stringMatching(/"koffi" .* run npm ci without --omit=optional$/),
      });
    } finally {
      loader._resolveFilename = original;
    }
  });
});

describe('a connection', () => {
  it('asks for what it was told, resets and closes', async () => {
    const card = fakeCard((command) => Buffer.concat([command, Buffer.from('9000', 'hex')]));
    const reader: FakeReader = { name: 'Reader', card };
    const binding = fakePcscBinding([reader]);
    const connection = await connectPcsc({ binding, share: 'exclusive', protocols: ['T=1'] });
    expect(reader.asked).toEqual([1, 2]);
    expect([connection.reader, connection.protocol]).toEqual(['Reader', 'T=1']);
    expect(toHex(await connection.transmit(COMMAND))).toBe('00a40400009000');
    expect(toHex(await connection.reset())).toBe('3b8880014e6f6465436172641d');
    await connection.close();
    await connection.close();
    expect(card.calls).toEqual(['transmit', 'reconnect 1 2 1', 'disconnect 1']);
    expect(binding.openContexts).toBe(0);
    await expect(connection.transmit(COMMAND)).rejects.toMatchObject({ code: 'closed' });
  });

  it('leaves the card as it is when told so, and names T=0', async () => {
    const card = { ...fakeCard(), protocol: 1 };
    const connection = await connectPcsc({
      binding: fakePcscBinding([{ name: 'Reader', card }]),
      onClose: 'leave',
    });
    expect(connection.protocol).toBe('T=0');
    await connection.close();
    expect(card.calls).toEqual(['disconnect 0']);
  });

  it('closes even when the card and the reader are gone', async () => {
    const card = fakeCard();
    const binding = fakePcscBinding([{ name: 'Reader', card }]);
    const connection = await connectPcsc({ binding });
    card.broken = REMOVED;
    await connection.close();
    expect(card.calls).toEqual(['disconnect 1']);
    expect(binding.openContexts).toBe(0);
  });

  it.each<[string, number, TransportErrorCode]>([
    ['removed', REMOVED, 'card-removed'],
    ['not there', NO_CARD, 'card-removed'],
    ['reset', 0x80100068, 'card-reset'],
    ['no service', NO_SERVICE, 'no-service'],
    ['reader unplugged', 0x80100017, 'no-reader'],
  ])('tells why a command failed: %s', async (_, refusal, code) => {
    const connection = await connectPcsc({
      binding: fakePcscBinding([{ name: 'Reader', card: fakeCard(() => refusal) }]),
    });
    await expect(connection.transmit(COMMAND)).rejects.toMatchObject({ code, cause: { code: refusal } });
  });

  it('keeps other programs out for a transaction, which ends whatever happens in it', async () => {
    const card = fakeCard();
    const connection = await connectPcsc({ binding: fakePcscBinding([{ name: 'Reader', card }]) });
    const answer = await connection.transaction(() => connection.transmit(COMMAND));
    expect(toHex(answer)).toBe('9000');
    await expect(connection.transaction(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(card.calls).toEqual(['begin', 'transmit', 'end 0', 'begin', 'end 0']);
    card.calls.length = 0;
    const hasty = connection.transaction(() =>
      Promise.all([connection.transmit(COMMAND), connection.transmit(COMMAND)]),
    );
    await expect(hasty).rejects.toMatchObject({ code: 'busy' });
    expect(card.calls, 'it ends after the command that was under way').toEqual([
      'begin',
      'transmit',
      'end 0',
    ]);
    card.broken = REMOVED;
    await expect(connection.transaction(async () => 1)).rejects.toMatchObject({ code: 'card-removed' });
  });

  it('tells a card taken out during a command from one that failed in another way', async () => {
    const reader: FakeReader = { name: 'Reader', card: fakeCard(() => NOT_TRANSACTED) };
    const binding = fakePcscBinding([reader]);
    const connection = await connectPcsc({ binding });
    await expect(connection.transmit(COMMAND)).rejects.toMatchObject({ code: 'io' });
    reader.card = undefined;
    await expect(connection.transmit(COMMAND)).rejects.toMatchObject({ code: 'card-removed' });
  });

  it('calls a response without status word mute', async () => {
    const card = fakeCard(() => Uint8Array.of(0x90));
    const connection = await connectPcsc({ binding: fakePcscBinding([{ name: 'Reader', card }]) });
    await expect(connection.transmit(COMMAND)).rejects.toMatchObject({ code: 'card-mute' });
  });
});
