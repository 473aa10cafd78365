/**
 * Rounds of random and nearly valid APDUs. A round follows from the seed and its number alone: it
 * begins from a card in a known state, and every answer is judged. A round that fails is made shorter
 * as long as it still fails.
 */

import {
  COMMON_STATUS,
  type CommandSpec,
  type CommandStatus,
  findStatusWord,
  matchCommand,
  parseCommandApdu,
  splitClassByte,
  statusesOf,
  toHex,
} from '../../apdu/index.js';
import type { CryptoEngine } from '../../applet/index.js';
import { ApduFuzzer, type FuzzKind } from '../support/apdu-fuzzer.js';
import { Choices } from '../support/seeded-random.js';
import { statusName } from './declared.js';
import type { FuzzStart } from './fuzz-start.js';
import { FuzzTarget } from './fuzz-target.js';
import { FuzzTallies } from './tally.js';

/** Commands of a round. */
const ROUND = 24;
/** Longest answer: 256 bytes and the status word. */
const LONGEST_ANSWER = 258;
const GET_RESPONSE_INS = 0xc0;
/** Commands that the command processor carries out itself; they never count as reaching a handler. */
const WITHOUT_HANDLER = ['getResponse', 'manageChannel'];

export class FuzzFailure extends Error {
  constructor(
    seed: number,
    round: number,
    start: string,
    apdus: readonly Uint8Array[],
    reason: string,
    cause?: unknown,
  ) {
    const list = apdus.map((apdu) => `  ${toHex(apdu)}`).join('\n');
    super(`seed ${seed}, round ${round}, from "${start}": ${reason}\n${list}`, { cause });
    this.name = 'FuzzFailure';
  }
}

type Verdict = { readonly reason: string; readonly cause?: unknown };

export class Fuzz {
  readonly tallies = new FuzzTallies();
  private readonly targets: readonly FuzzTarget[];
  private reachedNow = false;

  constructor(
    starts: readonly FuzzStart[],
    readonly seed: number,
    engine?: CryptoEngine,
  ) {
    const { tallies } = this;
    this.targets = starts.map(
      (start) =>
        new FuzzTarget(
          start,
          (command, proven, lifeCycle) => {
            this.reachedNow = true;
            tallies.commands.add(command);
            for (const what of proven) tallies.proven.add(what);
            tallies.lifeCycles.add(lifeCycle);
          },
          engine,
        ),
    );
  }

  /** Rounds from `first` on until at least `count` APDUs were sent; answers the number of the next round. */
  run(count: number, first = 0, onRound: () => void = () => undefined): number {
    const end = this.tallies.total + count;
    let round = first;
    while (this.tallies.total < end) {
      this.round(round++);
      onRound();
    }
    return round;
  }

  /** @throws {FuzzFailure} with the shortest list of APDUs that still fails. */
  round(round: number): void {
    const choices = new Choices(Math.imul(this.seed + 1, 0x85ebca6b) ^ Math.imul(round + 1, 0xc2b2ae35));
    const target = this.targetOf(choices);
    const { start, card } = target;
    const chipSeed = choices.below(0x7fffffff);
    target.rewind(chipSeed);
    const fuzzer = new ApduFuzzer(start.spec, choices, start.dictionary, target);
    const sent: Uint8Array[] = [];
    let waiting = false;
    const send = (apdu: Uint8Array, kind: FuzzKind): void => {
      sent.push(apdu);
      const verdict = this.judge(target, apdu, (sw, command) => {
        waiting = sw >> 8 === 0x61;
        this.count(sw, command, kind);
      });
      if (verdict) throw this.shortest(target, chipSeed, round, sent, verdict);
    };
    while (sent.length < ROUND) {
      const length = sent.length;
      for (const { apdu, kind } of fuzzer.next()) send(apdu, kind);
      if (waiting && choices.oneIn(2)) {
        const channel = sent.at(-1)![0]! & 0x03;
        send(Uint8Array.of(channel, GET_RESPONSE_INS, 0, 0, choices.below(256)), 'valid');
      }
      if (sent.length === length || !card.isPowered) break;
    }
  }

  /** A start; the end of a card's life less often, as nearly everything is refused there. */
  private targetOf(choices: Choices): FuzzTarget {
    const target = choices.of(this.targets);
    return target.start.isOver && !choices.oneIn(4) ? choices.of(this.targets) : target;
  }

  private count(sw: number, command: CommandSpec | undefined, kind: FuzzKind): void {
    const { tallies } = this;
    tallies.total++;
    tallies.kinds.add(kind);
    tallies.statusWords.add(familyOf(sw));
    const done = sw === 0x9000 || sw >> 8 === 0x61;
    if (this.reachedNow) tallies.reaching++;
    else if (done && command && WITHOUT_HANDLER.includes(command.id)) tallies.commands.add(command.id);
  }

  /** What is wrong with the answer to an APDU, if anything. */
  private judge(
    { card, start }: FuzzTarget,
    apdu: Uint8Array,
    answered: (sw: number, command: CommandSpec | undefined) => void,
  ): Verdict | undefined {
    this.reachedNow = false;
    let response: Uint8Array;
    try {
      response = card.process(apdu);
    } catch (cause) {
      return { reason: `threw ${cause}`, cause };
    }
    if (response.length < 2) return { reason: 'no status word' };
    const sw = (response.at(-2)! << 8) | response.at(-1)!;
    const command = commandOf(start, apdu);
    answered(sw, command);
    if (!declares(command ? statusesOf(command) : COMMON_STATUS, sw)) {
      return { reason: `${command?.id ?? 'no command'} answered ${sw.toString(16)}, which is not declared` };
    }
    if (response.length > LONGEST_ANSWER) return { reason: `${response.length} bytes of answer` };
    const { ramPeakBytes } = card.figures;
    if (ramPeakBytes > card.limits.ramBytes) return { reason: `${ramPeakBytes} bytes of RAM` };
    if (card.nvm.inTransaction) return { reason: 'a transaction was left open' };
    return undefined;
  }

  /** Leaves out one APDU after the other as long as something is still wrong. */
  private shortest(
    target: FuzzTarget,
    chipSeed: number,
    round: number,
    sent: readonly Uint8Array[],
    first: Verdict,
  ): FuzzFailure {
    const failing = (apdus: readonly Uint8Array[]): { length: number; verdict: Verdict } | undefined => {
      target.rewind(chipSeed);
      for (const [i, apdu] of apdus.entries()) {
        const verdict = this.judge(target, apdu, () => undefined);
        if (verdict) return { length: i + 1, verdict };
      }
      return undefined;
    };
    let shortest = sent;
    let verdict = first;
    for (let i = 0; i < shortest.length; ) {
      const without = shortest.toSpliced(i, 1);
      const still = failing(without);
      if (still) {
        shortest = without.slice(0, still.length);
        verdict = still.verdict;
      } else i++;
    }
    return new FuzzFailure(this.seed, round, target.start.name, shortest, verdict.reason, verdict.cause);
  }
}

/** As a tally writes it. */
const familyOf = (sw: number): string => statusName(sw, findStatusWord(sw)?.mask);

/** The declared command that an APDU's header names. */
function commandOf(start: FuzzStart, apdu: Uint8Array): CommandSpec | undefined {
  const parsed = parseCommandApdu(apdu);
  if ('fault' in parsed) return undefined;
  const match = matchCommand(start.spec, splitClassByte(parsed.cla).base, parsed.ins, parsed.p1, parsed.p2);
  return typeof match === 'string' ? undefined : match;
}

const declares = (statuses: readonly CommandStatus[], sw: number): boolean =>
  statuses.some(({ status }) => (sw & status.mask) === status.sw);
