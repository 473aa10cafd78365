/** Random and nearly valid APDUs: the card always answers, with a declared status word, within its budget. */

import { describe, expect, it } from 'vitest';
import {
  COMMON_STATUS,
  type CommandSpec,
  type CommandStatus,
  matchCommand,
  parseCommandApdu,
  splitClassByte,
  statusesOf,
  toHex,
} from '../../../apdu/index.js';
import type { Card, CardKind } from '../../../applet/index.js';
import { SEED } from '../../apdu/seed.js';
import { ApduFuzzer, type FuzzKind } from '../../support/apdu-fuzzer.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { cardOf } from '../../support/personalised-card.js';
import { PeerSession } from '../../support/professional-peer.js';
import { channelInside } from '../../support/secure-channel.js';
import { Choices } from '../../support/seeded-random.js';
import { type FuzzStart, patientStarts, professionalStarts } from './fuzz-starts.js';

/** Commands after which the card starts again from its state. */
const ROUND = 20;

/** The same card; tells of every handler that a command reaches. */
function watchHandlers(kind: CardKind, reached: (id: string) => void): CardKind {
  return {
    ...kind,
    makeApplication(os) {
      const application = kind.makeApplication(os);
      const handlers = Object.fromEntries(
        Object.entries(application.handlers).map(([id, handler]) => [
          id,
          (request: never) => {
            reached(id);
            return handler(request);
          },
        ]),
      );
      return Object.create(application, { handlers: { value: handlers } }) as typeof application;
    },
  };
}

/** The declared command that an APDU's header names. */
function commandOf(start: FuzzStart, apdu: Uint8Array): CommandSpec | undefined {
  const parsed = parseCommandApdu(apdu);
  if ('fault' in parsed) return undefined;
  const { base } = splitClassByte(parsed.cla);
  const match = matchCommand(start.spec, base, parsed.ins, parsed.p1, parsed.p2);
  return typeof match === 'string' ? undefined : match;
}

const declares = (statuses: readonly CommandStatus[], sw: number): boolean =>
  statuses.some(({ status }) => (sw & status.mask) === status.sw);

class Tally {
  private readonly counts = new Map<string, number>();
  add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }
  get keys(): string[] {
    return [...this.counts.keys()].sort();
  }
  toString(): string {
    return this.keys.map((key) => `${key} ${this.of(key)}`).join(', ');
  }
}

/** The session of a start as it stands on the card now. */
function sessionOf(card: Card, start: FuzzStart): PeerSession | undefined {
  if (!start.sessionKey) return undefined;
  const { ram } = card.image();
  const owner = card.owners.ram.find(({ name }) => name === 'channel 0: session: send sequence counter')!;
  const session = new PeerSession(start.sessionKey);
  session.counter = ram.slice(owner.offset, owner.offset + 4).reduce((sum, byte) => sum * 256 + byte, 0);
  return session;
}

type Tallies = {
  readonly statusWords: Tally;
  readonly handlers: Tally;
  readonly kinds: Tally;
  total: number;
  reaching: number;
};

/** Sends `count` APDUs to cards in the given states; every answer is judged. */
function fuzz(starts: readonly FuzzStart[], count: number, seed: number): Tallies {
  const choices = new Choices(seed);
  const tallies: Tallies = {
    statusWords: new Tally(),
    handlers: new Tally(),
    kinds: new Tally(),
    total: 0,
    reaching: 0,
  };
  let reachedNow = false;
  let waiting = false;
  const reached = (id: string): void => {
    reachedNow = true;
    tallies.handlers.add(id);
  };
  const judge = (start: FuzzStart, card: Card, apdu: Uint8Array, kind: FuzzKind): void => {
    reachedNow = false;
    const where = () => `seed ${seed}, APDU ${tallies.total} on "${start.name}": ${toHex(apdu)}`;
    let response: Uint8Array;
    try {
      response = card.process(apdu);
    } catch (error) {
      throw new Error(where(), { cause: error });
    }
    tallies.total++;
    tallies.kinds.add(kind);
    if (reachedNow) tallies.reaching++;
    if (response.length < 2) throw new Error(`no status word: ${where()}`);
    const sw = (response.at(-2)! << 8) | response.at(-1)!;
    waiting = sw >> 8 === 0x61;
    const command = commandOf(start, apdu);
    tallies.statusWords.add(sw >> 8 === 0x61 ? '61xx' : sw.toString(16));
    if (!declares(command ? statusesOf(command) : COMMON_STATUS, sw)) {
      throw new Error(`${command?.id ?? 'no command'} answered ${sw.toString(16)}: ${where()}`);
    }
    if (response.length > 258) throw new Error(`${response.length} bytes: ${where()}`);
    const { ramPeakBytes } = card.figures;
    if (ramPeakBytes > DEFAULT_LIMITS.ramBytes) throw new Error(`${ramPeakBytes} bytes of RAM: ${where()}`);
  };
  while (tallies.total < count) {
    const start = choices.of(starts);
    const card = cardOf(watchHandlers(start.kind, reached), { seed: tallies.total }, start.image);
    const role = /doctor|staff|pharmacy|nhi/.exec(start.name)?.[0];
    const fuzzer = new ApduFuzzer(start.spec, start.state, choices, start.dictionary, role);
    for (let sent = 0; sent < ROUND; ) {
      const inside = start.state === 'initialisation' ? channelInside(card) : undefined;
      if (inside) fuzzer.know('host cryptogram', inside.cryptogram);
      for (const { apdu, kind } of fuzzer.next(sessionOf(card, start), inside?.channel)) {
        judge(start, card, apdu, kind);
        sent++;
        const length = choices.below(256);
        if (waiting && choices.oneIn(2)) judge(start, card, Uint8Array.of(0x00, 0xc0, 0, 0, length), 'valid');
      }
    }
  }
  return tallies;
}

function report(name: string, { total, reaching, statusWords, handlers, kinds }: Tallies): void {
  const share = ((100 * reaching) / total).toFixed(1);
  console.log(
    `seed ${SEED}, ${name}: ${total} APDUs (${kinds}), ${share} % reach a handler\n  ${statusWords}\n  ${handlers}`,
  );
}

describe('malformed and nearly valid APDUs', () => {
  it('never upset the patient card', () => {
    const starts = patientStarts();
    const tallies = fuzz(starts, 14_000, SEED);
    report('patient card', tallies);
    expect(tallies.reaching / tallies.total).toBeGreaterThan(0.35);
    const handlers = Object.keys(starts[0]!.spec.commands).filter(
      (id) => id !== 'getResponse' && id !== 'manageChannel',
    );
    expect(tallies.handlers.keys).toEqual(handlers.sort());
    expect(tallies.statusWords.of('9000')).toBeGreaterThan(1_000);
    for (const sw of [
      '61xx',
      '6700',
      '6882',
      '6883',
      '6884',
      '6982',
      '6985',
      '6987',
      '6988',
      '6a80',
      '6a86',
    ]) {
      expect(tallies.statusWords.of(sw), sw).toBeGreaterThan(0);
    }
  });

  it('never upset the professional card', () => {
    const starts = professionalStarts();
    const tallies = fuzz(starts, 6_000, SEED + 1);
    report('professional card', tallies);
    expect(tallies.reaching / tallies.total).toBeGreaterThan(0.35);
    expect(tallies.handlers.keys.length).toBeGreaterThan(14);
    expect(tallies.statusWords.of('9000')).toBeGreaterThan(500);
  });
});
