/** Files of every structure against plain arrays: what is written is what is read, limits are answers, a power cut leaves before or after. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, parseResponseApdu, toHex } from '../../../apdu/index.js';
import type { Card, TearVariant } from '../../../applet/index.js';
import { SEED } from '../../apdu/seed.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { cardOf, PATIENT_AID, poweredFrom } from '../../support/personalised-card.js';
import { linksOf, selectApplication } from '../../support/transmit.js';
import { TEAR_VARIANTS } from '../runtime/small-nvm.js';
import { OPEN_CARD, OPEN_FILES } from './open-files.js';

const { bytes, fixed, variable, cyclic } = OPEN_FILES;
const blank = cardOf(OPEN_CARD);
blank.powerOn();
const factory = blank.image().nvm;

function start(limits = DEFAULT_LIMITS, image = factory): Card {
  const card = poweredFrom(OPEN_CARD, image, { limits });
  selectApplication((command) => card.process(command), PATIENT_AID);
  return card;
}

type Answer = { readonly sw: string; readonly data: Uint8Array };

/** Sends one command, in links where its data are long; "6a84" and the data. */
function send(card: Card, ins: number, p1: number, p2: number, data?: Uint8Array): Answer {
  const apdus = linksOf({ cla: 0, ins, p1, p2, ...(data ? { data } : { le: 256 }) });
  const answers = apdus.map((apdu) => parseResponseApdu(card.process(apdu))!);
  return { sw: answers.at(-1)!.sw.toString(16), data: answers.at(-1)!.data };
}

const readBytes = (card: Card, offset: number) => send(card, 0xb0, 0x80 | bytes.sfi, offset);
const append = (card: Card, sfi: number, data: Uint8Array) => send(card, 0xe2, 0, sfi << 3, data);
const update = (card: Card, sfi: number, number: number, data: Uint8Array) =>
  send(card, 0xdc, number, (sfi << 3) | 4, data);

/** All records by number. */
function recordsOf(card: Card, sfi: number): string[] {
  const found: string[] = [];
  for (;;) {
    const { sw, data } = send(card, 0xb2, found.length + 1, (sfi << 3) | 4);
    if (sw !== '9000') {
      expect(sw).toBe('6a83');
      return found;
    }
    found.push(toHex(data));
  }
}

/** The whole transparent file. */
function contentOf(card: Card): Uint8Array {
  const first = readBytes(card, 0);
  const rest = send(card, 0xb0, 0x00, 0xff).data.subarray(1);
  return first.data.length < 256 ? first.data : concatBytes(first.data, rest);
}

type Step =
  | { readonly kind: 'append'; readonly data: Uint8Array }
  | { readonly kind: 'update'; readonly number: number; readonly data: Uint8Array };

const steps = (longest: number, most: number) =>
  fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('append' as const),
        data: fc.uint8Array({ minLength: 1, maxLength: longest }),
      }),
      fc.record({
        kind: fc.constant('update' as const),
        number: fc.integer({ min: 1, max: most }),
        data: fc.uint8Array({ minLength: 1, maxLength: longest }),
      }),
    ),
    { maxLength: 14 },
  );

/** What a step does to an array of records, and what the card answers. */
function expected(file: (typeof OPEN_FILES)['fixed' | 'variable' | 'cyclic'], records: string[], step: Step) {
  const data = toHex(step.data);
  const used = records.reduce((sum, record) => sum + 1 + record.length / 2, 0);
  const capacity = 'capacity' in file ? file.capacity : Number.POSITIVE_INFINITY;
  if (step.kind === 'update') {
    const before = records[step.number - 1];
    if (before === undefined) return '6a83';
    if (used - before.length / 2 + step.data.length > capacity) return '6a84';
    records[step.number - 1] = data;
    return '9000';
  }
  if (file.structure === 'cyclic') {
    records.unshift(data);
    records.splice(file.records);
    return '9000';
  }
  if (records.length === file.records || used + 1 + step.data.length > capacity) return '6a84';
  records.push(data);
  return '9000';
}

describe('files of records against plain arrays', () => {
  it.each([fixed, variable, cyclic])('$structure', (file) => {
    let refused = 0;
    fc.assert(
      fc.property(steps(file.size, file.records + 1), (script) => {
        const card = start();
        const records: string[] = [];
        for (const step of script) {
          const answer = expected(file, records, step);
          const { sw } =
            step.kind === 'append'
              ? append(card, file.sfi, step.data)
              : update(card, file.sfi, step.number, step.data);
          expect(sw).toBe(answer);
          if (answer !== '9000') refused++;
        }
        expect(recordsOf(card, file.sfi)).toEqual(records);
        expect(recordsOf(start(DEFAULT_LIMITS, card.image().nvm), file.sfi), 'without power').toEqual(
          records,
        );
      }),
      { seed: SEED, numRuns: 60 },
    );
    console.log(`seed ${SEED}, ${file.structure}: ${refused} steps refused`);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('a transparent file against a plain array', () => {
  it('writes at offsets, grows, is cut off, and leaves no byte behind', () => {
    const write = fc.record({
      kind: fc.constant('write' as const),
      offset: fc.integer({ min: 0, max: 255 }),
      data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    const erase = fc.record({
      kind: fc.constant('erase' as const),
      offset: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(write, erase), { maxLength: 12 }), (script) => {
        const card = start();
        let content: number[] = [];
        for (const step of script) {
          const { offset } = step;
          const p1 = 0x80 | bytes.sfi;
          if (step.kind === 'erase') {
            expect(send(card, 0x0e, p1, offset, new Uint8Array(0)).sw).toBe(
              offset > content.length ? '6b00' : '9000',
            );
            content = content.slice(0, Math.max(offset, 0));
          } else {
            const end = offset + step.data.length;
            const answer = offset > content.length ? '6b00' : end > bytes.size ? '6a84' : '9000';
            expect(send(card, 0xd6, p1, offset, step.data).sw).toBe(answer);
            if (answer === '9000') content.splice(offset, step.data.length, ...step.data);
          }
          expect(toHex(contentOf(card))).toBe(toHex(Uint8Array.from(content)));
        }
        const owner = card.owners.nvm.find(({ name }) => name.startsWith(bytes.name))!;
        const stored = card.nvm.read(owner.offset + 2, owner.length - 2);
        expect(
          stored.subarray(content.length).every((byte) => byte === 0),
          'nothing behind the end',
        ).toBe(true);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('a record made shorter leaves nothing of the longer one in memory', () => {
    const card = start();
    append(card, variable.sfi, new Uint8Array(30).fill(0xa5));
    append(card, variable.sfi, Uint8Array.of(1));
    update(card, variable.sfi, 1, Uint8Array.of(2));
    const owner = card.owners.nvm.find(({ name }) => name.startsWith(variable.name))!;
    expect(card.nvm.read(owner.offset, owner.length)).not.toContain(0xa5);
    expect(Buffer.from(card.nvm.flash.bytes).includes(Buffer.alloc(4, 0xa5))).toBe(false);
  });
});

/** Writes that change as much as a file can hold. */
const WRITES: readonly { readonly what: string; readonly run: (card: Card) => Answer }[] = [
  {
    what: 'UPDATE BINARY',
    run: (card) => send(card, 0xd6, 0x80 | bytes.sfi, 2, new Uint8Array(200).fill(0x77)),
  },
  { what: 'ERASE BINARY', run: (card) => send(card, 0x0e, 0x80 | bytes.sfi, 1, new Uint8Array(0)) },
  { what: 'UPDATE RECORD', run: (card) => update(card, variable.sfi, 1, new Uint8Array(40).fill(0x55)) },
  { what: 'APPEND RECORD', run: (card) => append(card, cyclic.sfi, new Uint8Array(8).fill(0x33)) },
];

/** A card with something in every file. */
function filled(): Uint8Array {
  const card = start();
  send(card, 0xd6, 0x80 | bytes.sfi, 0, new Uint8Array(150).fill(0x11));
  for (let number = 1; number <= 3; number++) {
    const data = new Uint8Array(8).fill(number);
    for (const { sfi } of [fixed, variable, cyclic]) expect(append(card, sfi, data).sw).toBe('9000');
  }
  return card.image().nvm;
}

describe('writing a file where the silicon ends', () => {
  const image = filled();
  const stateOf = (card: Card) => toHex(card.nvm.read(0, card.nvm.capacity));

  it.each(WRITES)('$what: a commit buffer that is too small is 6581 and nothing has changed', ({ run }) => {
    let smallest = DEFAULT_LIMITS.commitBufferBytes;
    for (
      let commitBufferBytes = 0;
      commitBufferBytes <= DEFAULT_LIMITS.commitBufferBytes;
      commitBufferBytes += 4
    ) {
      const card = start({ ...DEFAULT_LIMITS, commitBufferBytes }, image);
      const before = stateOf(card);
      const { sw } = run(card);
      if (sw === '9000') {
        smallest = Math.min(smallest, commitBufferBytes);
        continue;
      }
      expect(sw).toBe('6581');
      expect(stateOf(card)).toBe(before);
    }
    console.log(`enough from ${smallest} bytes of commit buffer on`);
    expect(smallest).toBeGreaterThan(0);
    expect(smallest).toBeLessThan(DEFAULT_LIMITS.commitBufferBytes);
  });

  it.each(WRITES)('$what: a power cut at any page operation leaves before or after', ({ run }) => {
    const uncut = start(DEFAULT_LIMITS, image);
    const before = stateOf(uncut);
    run(uncut);
    const { nvmPageWrites, nvmPageErases } = uncut.figures;
    const after = stateOf(uncut);
    expect(after).not.toBe(before);
    let cuts = 0;
    for (const variant of TEAR_VARIANTS) {
      for (let at = 0; at < nvmPageWrites + nvmPageErases; at++) {
        const card = start(DEFAULT_LIMITS, image);
        let operation = 0;
        card.nvm.flash.tear = (): TearVariant | undefined => (operation++ === at ? variant : undefined);
        expect(() => run(card)).toThrow();
        card.nvm.flash.tear = () => undefined;
        const recovered = start(DEFAULT_LIMITS, card.image().nvm);
        expect([before, after]).toContain(stateOf(recovered));
        cuts++;
      }
    }
    console.log(`${cuts} cuts`);
    expect(cuts).toBeGreaterThan(4);
  });
});

describe('extended lengths and chains', () => {
  const data = new Uint8Array(280).map((_, i) => i);
  const header = `00d6${(0x80 | bytes.sfi).toString(16)}00`;

  it('give the same file', () => {
    const limits = { ...DEFAULT_LIMITS, extendedLength: true, apduBufferBytes: 600 };
    const extended = start(limits);
    expect(toHex(extended.process(fromHex(`${header}000118${toHex(data)}`)))).toBe('9000');
    const chained = start();
    expect(send(chained, 0xd6, 0x80 | bytes.sfi, 0, data).sw).toBe('9000');
    expect(toHex(contentOf(chained))).toBe(toHex(data));
    const whole = parseResponseApdu(extended.process(fromHex('00b08b00000000')))!;
    expect([toHex(whole.data), whole.sw]).toEqual([toHex(data), 0x9000]);
    const warned = parseResponseApdu(extended.process(fromHex('00b08b00000200')))!;
    expect([toHex(warned.data), warned.sw]).toEqual([toHex(data), 0x6282]);
  });

  it('are refused where the profile has none, and a chain that is interrupted writes nothing', () => {
    const card = start();
    expect(toHex(card.process(fromHex(`${header}000118${toHex(data)}`)))).toBe('6700');
    const [link] = linksOf({ cla: 0, ins: 0xd6, p1: 0x80 | bytes.sfi, p2: 0, data });
    expect(toHex(card.process(link!))).toBe('9000');
    expect(toHex(card.process(fromHex('0084000010')))).toBe('6883');
    expect(contentOf(card)).toHaveLength(0);
    expect(send(card, 0xd6, 0x80 | bytes.sfi, 0, data).sw).toBe('9000');
  });

  it('a chain that the message buffer does not hold is 6A84 and writes nothing', () => {
    const card = start();
    const long = linksOf({ cla: 0, ins: 0xd6, p1: 0x80 | bytes.sfi, p2: 0, data: new Uint8Array(1100) });
    // a host stops at the refusal; what comes after it would be a command of its own
    let answer = '9000';
    for (const apdu of long) if (answer === '9000') answer = toHex(card.process(apdu));
    expect(answer).toBe('6a84');
    expect(contentOf(card)).toHaveLength(0);
  });
});
