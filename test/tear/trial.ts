/** The power fails within one command: at every page operation, in every variant, and again while the card recovers. */

import { equalBytes, parseResponseApdu, toHex } from '../../apdu/index.js';
import type { Card, Owner, TearVariant } from '../../applet/index.js';
import { TEAR_VARIANTS } from '../applet/runtime/small-nvm.js';
import type { Choices } from '../support/seeded-random.js';
import { exchange } from '../support/transmit.js';
import { Collector, isCollection, remainingCollections } from './collections.js';
import type { RecordedCommand, RecordedRun } from './recorded-run.js';
import { Replay } from './replay.js';
import type { TearReport } from './report.js';
import { isTryCounter, WIPED_AFTERWARDS, WRITTEN_AHEAD } from './rules.js';
import { isGroupSignature, randomnessBefore, randomnessOf, SIGNATURES_AFTERWARDS } from './signatures.js';

export type TrialOptions = {
  /** Cut recovery at every operation in every variant, or at one point chosen by the seed. */
  readonly recovery: 'every point' | 'one point';
  readonly choices: Choices;
  readonly report: TearReport;
};

/** How many commands after the one that was cut the card is asked to go on with. */
const COMMANDS_AFTERWARDS = 2;
const PIECE_BYTES = 128;
/** One card in so many that lost the power twice is asked to go on, too: its memory is compared in any case. */
const SECOND_LIVES = 6;

const contentOf = (card: Card): Uint8Array => card.nvm.read(0, card.nvm.capacity);

const rangeOf = (content: Uint8Array, { offset, length }: Owner): Uint8Array =>
  content.subarray(offset, offset + length);

const numberOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/** What a card that was never cut answers from a given persistent state. */
type Reference = { readonly content: Uint8Array; readonly answers: readonly string[] };

export class Trial {
  private readonly before: Uint8Array;
  private readonly after: Uint8Array;
  private readonly owners: readonly Owner[];
  private readonly references: Reference[] = [];
  private turn = 0;

  constructor(
    private readonly run: RecordedRun,
    private readonly command: RecordedCommand,
    private readonly options: TrialOptions,
  ) {
    this.before = contentOf(command.before!);
    this.after = contentOf(command.after!);
    this.owners = command.before!.owners.nvm;
  }

  /** @throws {Error} naming the cut after which the card is not what it must be. */
  cutEverywhere(): void {
    for (const variant of TEAR_VARIANTS) {
      let reached = 0;
      while (this.cutAt(reached, variant)) reached++;
      if (reached !== this.command.operations) {
        this.fail(
          variant,
          reached,
          `${this.command.operations} page operations were metered, ${reached} could be cut`,
        );
      }
    }
  }

  /** Whether operation `at` came before the command had ended. */
  private cutAt(at: number, variant: TearVariant): boolean {
    const { run, command } = this;
    const card = command.before!.fork();
    const cut = tearAt(card, at, variant);
    const response = run.repeat(card, command);
    if (!cut.reached) {
      if (!equalBytes(response, command.response))
        this.fail(variant, at, 'the uncut command answers otherwise');
      if (!equalBytes(contentOf(card), this.after))
        this.fail(variant, at, 'the uncut command stores otherwise');
      return false;
    }
    if (response.length > 0) this.fail(variant, at, 'a card without power answered');
    this.options.report.cut(command, variant);
    this.recover(card.image().nvm, at, variant);
    return true;
  }

  private recover(torn: Uint8Array, at: number, variant: TearVariant): void {
    const { run, command, options } = this;
    const card = run.card(command.holder, torn);
    if (card.powerOn().length === 0) this.fail(variant, at, 'no answer to reset');
    const { nvmPageWrites, nvmPageErases } = card.figures;
    const content = contentOf(card);
    this.judge(content, variant, at);
    this.carryOn(card, content, variant, at);

    const cutRecovery = (point: number, second: TearVariant): void => {
      const again = run.card(command.holder, torn);
      const cut = tearAt(again, point, second);
      const where = `${variant}, then ${second} at recovery operation ${point}`;
      if (again.powerOn().length > 0 || !cut.reached)
        this.fail(where, at, 'an answer to reset without power');
      options.report.recoveryCut(command);
      const third = run.card(command.holder, again.image().nvm);
      third.powerOn();
      if (!equalBytes(contentOf(third), content))
        this.fail(where, at, 'recovery is not the same when it is cut');
      if (this.turn++ % SECOND_LIVES === 0) this.carryOn(third, content, where, at);
    };
    const operations = nvmPageWrites + nvmPageErases;
    if (options.recovery === 'one point') {
      if (operations > 0) cutRecovery(options.choices.below(operations), options.choices.of(TEAR_VARIANTS));
      return;
    }
    for (let point = 0; point < operations; point++) {
      for (const second of TEAR_VARIANTS) cutRecovery(point, second);
    }
  }

  /** All of the command happened or nothing, but for what is written ahead; no try came back. */
  private judge(content: Uint8Array, variant: TearVariant, at: number): void {
    const { before, after, owners } = this;
    const rest = [content, before, after].map((bytes) => bytes.slice()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    for (const owner of owners) {
      const [now, was, becomes] = [content, before, after].map((bytes) =>
        rangeOf(bytes, owner),
      ) as typeof rest;
      if (isTryCounter(owner.name)) {
        const tries = now[0]!;
        const spent = tries === was[0] || tries === was[0]! - 1;
        if (!spent && tries !== becomes[0])
          this.fail(variant, at, `${owner.name} went from ${was[0]} to ${tries}`);
      } else if (owner.name in WRITTEN_AHEAD) {
        const value = numberOf(now);
        if (value < numberOf(was) || value > numberOf(becomes))
          this.fail(variant, at, `${owner.name} is ${value}`);
      } else if (owner.name === WIPED_AFTERWARDS[this.command.spec?.id ?? '']) {
        const wiped = now.every((byte, i) => byte === was[i] || byte === becomes[i]);
        if (!wiped) this.fail(variant, at, `${owner.name} is neither as it was nor wiped`);
      } else continue;
      for (const bytes of rest) rangeOf(bytes, owner).fill(0);
    }
    const [now, was, becomes] = rest;
    const happened = equalBytes(now, becomes);
    if (!happened && !equalBytes(now, was)) {
      const odd = owners.filter((owner) => {
        const bytes = rangeOf(now, owner);
        return !equalBytes(bytes, rangeOf(was, owner)) || !equalBytes(bytes, rangeOf(becomes, owner));
      });
      this.fail(variant, at, `neither before nor after: ${odd.map(({ name }) => name).join(', ')}`);
    }
    const exact = equalBytes(content, before) ? 'before' : equalBytes(content, after) ? 'after' : 'ahead';
    this.options.report.outcome(exact);
  }

  /** The recovered card answers, from power-on over the repeated command to the next ones, as one that was never cut. */
  private carryOn(card: Card, content: Uint8Array, variant: string, at: number): void {
    const expected = this.referenceFor(content).answers;
    const answers = this.life(card);
    const odd = answers.findIndex((answer, i) => answer !== expected[i]);
    if (odd >= 0) {
      this.fail(variant, at, `answer ${odd} of the life afterwards is ${answers[odd]}, not ${expected[odd]}`);
    }
    this.options.report.carriedOn();
  }

  private referenceFor(content: Uint8Array): Reference {
    const known = this.references.find((reference) => equalBytes(reference.content, content));
    if (known) return known;
    const card = this.command.before!.fork();
    for (const owner of this.owners) {
      // in pieces that any commit buffer takes
      for (let at = 0; at < owner.length; at += PIECE_BYTES) {
        const piece = rangeOf(content, owner).subarray(at, at + PIECE_BYTES);
        card.nvm.write(owner.offset + at, piece);
      }
    }
    if (!equalBytes(contentOf(card), content)) throw new Error('bytes that nobody owns have changed');
    card.powerOn();
    const made = { content, answers: this.life(card) };
    this.references.push(made);
    if (equalBytes(content, this.before)) this.noteRepetition(made);
    return made;
  }

  /** Answers from selection on: the commands before the one that was cut, itself, others like it, the next ones. */
  private life(card: Card): string[] {
    const { run, command } = this;
    const replay = new Replay(run, card);
    const answers: string[] = [];
    for (const earlier of run.since(command)) answers.push(toHex(replay.send(earlier)));
    const collections = new Set<string>();
    const collector = isCollection(command) ? new Collector(command) : undefined;
    const ask = (instead?: Uint8Array): void => {
      const answer = replay.send(command, instead);
      answers.push(toHex(answer));
      const signature = collector?.signatureIn(answer);
      if (signature) collections.add(signature);
    };
    if (isGroupSignature(command)) answers.push(...this.signAgain(card, replay));
    else ask();
    if (collector) {
      const permitted = remainingCollections(command);
      for (let i = 0; i <= permitted; i++) ask(collector.another());
      // One signature each, the one that was cut off included.
      if (collections.size !== permitted) {
        throw new Error(`${permitted} collections are permitted, the card signed ${collections.size}`);
      }
    }
    const next = run.commands[command.holder].slice(
      command.index + 1,
      command.index + 1 + COMMANDS_AFTERWARDS,
    );
    for (const later of next) answers.push(toHex(replay.send(later)));
    return answers;
  }

  /** The signature that was cut off and further ones: no two of this card, earlier ones included, share their randomness. */
  private signAgain(card: Card, replay: Replay): string[] {
    const { run, command } = this;
    const answers: string[] = [];
    const used = randomnessBefore(run, command);
    for (let i = 0; i <= SIGNATURES_AFTERWARDS; i++) {
      let first = true;
      const answer = exchange(
        (apdu) => {
          const response = first ? replay.send(command) : card.process(apdu);
          if (first) answers.push(toHex(response));
          first = false;
          return response;
        },
        [command.apdu],
      );
      answers.push(toHex(answer.data));
      const randomness = randomnessOf(answer);
      if (!randomness) continue;
      if (used.includes(randomness)) throw new Error('two group signatures have the same randomness');
      used.push(randomness);
    }
    return answers;
  }

  /** Whether the command, repeated on a card on which nothing of it happened, does what it did. */
  private noteRepetition({ answers }: Reference): void {
    const { command, run, options } = this;
    const repeated = parseResponseApdu(
      Uint8Array.from(Buffer.from(answers[run.since(command).length]!, 'hex')),
    );
    options.report.repeated(command, repeated?.sw === parseResponseApdu(command.response)?.sw);
  }

  private fail(variant: string, at: number, what: string): never {
    const { run, command } = this;
    const name = `${command.holder} card, command ${command.index} ${command.spec?.name ?? toHex(command.apdu)}`;
    throw new Error(`${run.title}: ${name}, power cut at page operation ${at} (${variant}): ${what}`);
  }
}

/** Cuts the power at page operation `at` of what the card does next. */
function tearAt(card: Card, at: number, variant: TearVariant): { readonly reached: boolean } {
  let operation = 0;
  card.nvm.flash.tear = () => (operation++ === at ? variant : undefined);
  return {
    get reached() {
      return operation > at;
    },
  };
}
