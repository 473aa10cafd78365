/** A visit whose cards remember, for every command, the card before it and the random numbers of the chip. */

import {
  type ApplicationSpec,
  type CommandSpec,
  INTEROPERABILITY_APPLICATIONS,
  matchCommand,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  parseCommandApdu,
  splitClassByte,
} from '../../apdu/index.js';
import {
  Card,
  type CardLimits,
  type CryptoEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
} from '../../applet/index.js';
import { CARD_HOLDERS, type CardHolder as VisitHolder } from '../../host/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { memoEngine } from '../support/memo-engine.js';

/** Whose cards a run has: those of a visit, and an agent's. */
export const RECORDED_HOLDERS = [...CARD_HOLDERS, 'agent'] as const;
export type CardHolder = VisitHolder | 'agent';

const KIND = {
  patient: PATIENT_CARD,
  agent: PATIENT_CARD,
  doctor: PROFESSIONAL_CARD,
  pharmacy: PROFESSIONAL_CARD,
} as const;
const SELECT_INS = 0xa4;
const BY_NAME = 0x04;

/** One APDU of the uncut run. */
export type RecordedCommand = {
  readonly holder: CardHolder;
  /** Position among the commands of this card. */
  readonly index: number;
  readonly apdu: Uint8Array;
  readonly response: Uint8Array;
  /** What the chip's random number generator gave while it ran. */
  readonly random: readonly Uint8Array[];
  /** Page programs and erases as the meter counted them. */
  readonly operations: number;
  readonly spec: CommandSpec | undefined;
  /** Whether the APDU is a link of a chain and not its last. */
  readonly chained: boolean;
  /** The card just before and just after it; kept where something was written. */
  readonly before?: Card;
  readonly after?: Card;
};

/** The random number generator of a chip: recorded at first, then played back command by command. */
class RandomTape {
  recorded: Uint8Array[] = [];
  private playback: Uint8Array[] | undefined;
  private beyond = 0;

  constructor(private readonly live: (length: number) => Uint8Array) {}

  play(recorded: readonly Uint8Array[]): void {
    this.playback = [...recorded];
    this.beyond = 0;
  }

  next(length: number): Uint8Array {
    if (!this.playback) {
      const bytes = this.live(length);
      this.recorded.push(bytes.slice());
      return bytes;
    }
    const bytes = this.playback.shift();
    // A command that now draws more than it did gets numbers that are the same for every card.
    return bytes?.length === length ? bytes.slice() : new Uint8Array(length).fill(0x41 + this.beyond++);
  }
}

export const specOf = (holder: CardHolder): ApplicationSpec =>
  KIND[holder] === PATIENT_CARD ? PATIENT_APPLICATION : PROFESSIONAL_APPLICATION;

function declarationOf(holder: CardHolder, apdu: Uint8Array) {
  const parsed = parseCommandApdu(apdu);
  if ('fault' in parsed) return { spec: undefined, chained: false };
  const { base, chained } = splitClassByte(parsed.cla);
  // no header of one application means something else in another
  const match = [specOf(holder), ...INTEROPERABILITY_APPLICATIONS]
    .map((application) => matchCommand(application, base, parsed.ins, parsed.p1, parsed.p2))
    .find((found): found is CommandSpec => typeof found !== 'string');
  return { spec: match, chained };
}

/** A card as its manufacturer left it, and the random number generator of its chip. */
export type BlankCard = {
  readonly nvm: Uint8Array;
  readonly random: (length: number) => Uint8Array;
};

/** What a test adds to a run. */
export type RunOptions = {
  readonly limits?: CardLimits;
  readonly engine?: CryptoEngine;
  /** Told after every command of the uncut run. */
  readonly onCommand?: (command: RecordedCommand, card: Card) => void;
};

export class RecordedRun {
  readonly commands: Record<CardHolder, RecordedCommand[]> = {
    patient: [],
    doctor: [],
    pharmacy: [],
    agent: [],
  };
  /** The cards that a scenario works with, under power. */
  readonly chips: Readonly<Partial<Record<CardHolder, Card>>>;
  private readonly tapes: Readonly<Partial<Record<CardHolder, RandomTape>>>;
  private readonly engine: CryptoEngine;
  private readonly limits: CardLimits;

  constructor(
    readonly title: string,
    blanks: Readonly<Partial<Record<CardHolder, BlankCard>>>,
    private readonly options: RunOptions = {},
  ) {
    this.limits = options.limits ?? DEFAULT_LIMITS;
    this.engine = memoEngine(options.engine);
    const held = Object.entries(blanks) as [CardHolder, BlankCard][];
    this.tapes = Object.fromEntries(held.map(([holder, { random }]) => [holder, new RandomTape(random)]));
    this.chips = Object.fromEntries(held.map(([holder, { nvm }]) => [holder, this.card(holder, nvm)]));
    for (const card of Object.values(this.chips)) card.powerOn();
  }

  /** A card of the holder's kind from what a flash holds, with the engine and the random numbers of this run. */
  card(holder: CardHolder, nvm: Uint8Array): Card {
    const { limits } = this;
    const tape = this.tapes[holder]!;
    const ports = {
      limits,
      engine: this.engine,
      random: (length: number) => tape.next(length),
      onFault(error: unknown) {
        throw error;
      },
    };
    return new Card(KIND[holder], ports, { nvm, ram: new Uint8Array(limits.ramBytes), powered: false });
  }

  /** Sends a recorded command to a card, with the random numbers of the uncut run. */
  repeat(card: Card, command: RecordedCommand, apdu = command.apdu): Uint8Array {
    this.tapes[command.holder]!.play(command.random);
    return card.process(apdu);
  }

  /** The commands from the last selection of the application up to, and without, `command`. */
  since(command: RecordedCommand): readonly RecordedCommand[] {
    const earlier = this.commands[command.holder].slice(0, command.index);
    const start = earlier.findLastIndex(({ apdu }) => apdu[1] === SELECT_INS && apdu[2] === BY_NAME);
    return earlier.slice(start);
  }

  /** Commands that wrote something: where the power is cut. */
  get sites(): readonly RecordedCommand[] {
    return RECORDED_HOLDERS.flatMap((holder) =>
      this.commands[holder].filter(({ operations }) => operations > 0),
    );
  }

  /** Sends a command of the uncut run to a holder's card and remembers it. */
  transmit(holder: CardHolder, apdu: Uint8Array): Uint8Array {
    const card = this.chips[holder]!;
    const tape = this.tapes[holder]!;
    const before = card.fork();
    tape.recorded = [];
    const response = card.process(apdu);
    const { nvmPageWrites, nvmPageErases } = card.figures;
    const operations = nvmPageWrites + nvmPageErases;
    const known = this.commands[holder];
    const command: RecordedCommand = {
      holder,
      index: known.length,
      apdu: apdu.slice(),
      response,
      random: tape.recorded,
      operations,
      ...declarationOf(holder, apdu),
      ...(operations > 0 ? { before, after: card.fork() } : {}),
    };
    known.push(command);
    this.options.onCommand?.(command, card);
    return response;
  }
}
