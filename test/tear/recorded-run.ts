/** A visit whose cards remember, for every command, the card before it and the random numbers of the chip. */

import {
  type ApplicationSpec,
  type CommandSpec,
  matchCommand,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  parseCommandApdu,
  splitClassByte,
} from '../../apdu/index.js';
import { Card, type CardImage, PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import { CARD_HOLDERS, type CardHolder, type Result, SCENARIO_PINS, seededRng } from '../../host/index.js';
import { memoEngine } from '../support/memo-engine.js';
import { Scenario, type ScenarioOptions } from '../support/scenario.js';
import { apdusOf } from '../support/transmit.js';

export type { CardHolder };

const KIND = { patient: PATIENT_CARD, doctor: PROFESSIONAL_CARD, pharmacy: PROFESSIONAL_CARD } as const;
/** More than one transaction wipes at once. */
const COUPONS_AT_RENEWAL = 4;
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

const specOf = (holder: CardHolder): ApplicationSpec =>
  holder === 'patient' ? PATIENT_APPLICATION : PROFESSIONAL_APPLICATION;

function declarationOf(holder: CardHolder, apdu: Uint8Array) {
  const parsed = parseCommandApdu(apdu);
  if ('fault' in parsed) return { spec: undefined, chained: false };
  const { base, chained } = splitClassByte(parsed.cla);
  const match = matchCommand(specOf(holder), base, parsed.ins, parsed.p1, parsed.p2);
  return { spec: typeof match === 'string' ? undefined : match, chained };
}

export class RecordedRun {
  readonly commands: Record<CardHolder, RecordedCommand[]> = { patient: [], doctor: [], pharmacy: [] };
  private readonly tapes: Record<CardHolder, RandomTape>;
  private readonly engine = memoEngine();

  private constructor(
    private readonly scenario: Scenario,
    readonly title: string,
  ) {
    const tapeOf = (holder: CardHolder) => {
      const rng = seededRng(scenario.seed, `chip of the ${holder}'s card`);
      return new RandomTape((length) => rng.bytes(length));
    };
    this.tapes = { patient: tapeOf('patient'), doctor: tapeOf('doctor'), pharmacy: tapeOf('pharmacy') };
    for (const holder of CARD_HOLDERS) {
      // from the factory: the flash holds the transport keys and nothing else
      scenario.chips[holder] = this.card(holder, scenario.chips[holder].image().nvm);
      scenario.chips[holder].powerOn();
      scenario.cardLines[holder] = async (apdu) => this.record(holder, apdu);
    }
  }

  /** The whole visit, and afterwards what holders do to their PINs. */
  static async of(options: ScenarioOptions): Promise<RecordedRun> {
    const scenario = await Scenario.make(options);
    const title = `${options.example ?? 'acute-bronchitis'}, seed ${scenario.seed}`;
    const run = new RecordedRun(scenario, title);
    await scenario.runToEnd();
    await run.renewMembership();
    for (const holder of CARD_HOLDERS) run.maintainPin(holder);
    return run;
  }

  /** A card of the holder's kind from what a flash holds, with the engine and the random numbers of this run. */
  card(holder: CardHolder, nvm?: Uint8Array): Card {
    const { limits } = this.scenario;
    const ports = {
      limits,
      engine: this.engine,
      random: (length: number) => this.tapes[holder].next(length),
      onFault(error: unknown) {
        throw error;
      },
    };
    const image: CardImage | undefined = nvm && { nvm, ram: new Uint8Array(limits.ramBytes), powered: false };
    return new Card(KIND[holder], ports, image);
  }

  /** Sends a recorded command to a card, with the random numbers of the uncut run. */
  repeat(card: Card, command: RecordedCommand, apdu = command.apdu): Uint8Array {
    this.tapes[command.holder].play(command.random);
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
    return CARD_HOLDERS.flatMap((holder) => this.commands[holder].filter(({ operations }) => operations > 0));
  }

  private record(holder: CardHolder, apdu: Uint8Array): Uint8Array {
    const card = this.scenario.chips[holder];
    const before = card.fork();
    const tape = this.tapes[holder];
    tape.recorded = [];
    const response = card.process(apdu);
    const { nvmPageWrites, nvmPageErases } = card.figures;
    const operations = nvmPageWrites + nvmPageErases;
    const known = this.commands[holder];
    known.push({
      holder,
      index: known.length,
      apdu: apdu.slice(),
      response,
      random: tape.recorded,
      operations,
      ...declarationOf(holder, apdu),
      ...(operations > 0 ? { before, after: card.fork() } : {}),
    });
    return response;
  }

  /** A new epoch reaches the doctor's card while it has coupons left. */
  private async renewMembership(): Promise<void> {
    const { nhi, doctorCard, input } = this.scenario.world;
    const must = <T extends object>(result: Result<T>): T => {
      if (!result.ok) throw new Error(result.reason);
      return result;
    };
    must(await doctorCard.select());
    must(await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin));
    must(await doctorCard.refillCoupons(COUPONS_AT_RENEWAL));
    nhi.beginEpoch();
    const { renewal } = must(await nhi.doctors.renewal(input.doctor.licence));
    must(await doctorCard.renewMembership(renewal));
    must(await doctorCard.readCouponStock());
  }

  /** A wrong PIN, a change of the PIN, a wrong PUK and a reset with the right one. */
  private maintainPin(holder: CardHolder): void {
    const { commands, aid } = specOf(holder) as typeof PATIENT_APPLICATION;
    const text = (value: string) => Uint8Array.from(Buffer.from(value));
    const p2 = 'holder PIN' as const;
    const { pin, puk } = SCENARIO_PINS[holder];
    const [wrongPin, newPin, wrongPuk] = ['0000', '7351', '00000000'].map(text) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const select = Uint8Array.from(
      Buffer.from(`00a4040c${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`, 'hex'),
    );
    for (const apdus of [
      apdusOf(commands.verify, { p2, data: wrongPin }),
      apdusOf(commands.changeReferenceData, { p2, data: { current: wrongPin, replacement: newPin } }),
      apdusOf(commands.changeReferenceData, { p2, data: { current: text(pin), replacement: newPin } }),
      apdusOf(commands.verify, { p2, data: text(pin) }),
      apdusOf(commands.resetRetryCounter, { p2, data: { puk: wrongPuk, replacement: newPin } }),
      apdusOf(commands.resetRetryCounter, { p2, data: { puk: text(puk), replacement: text(pin) } }),
      [...apdusOf(commands.verify, { p2, data: text(pin) }), ...apdusOf(commands.verify, { p2 })],
    ]) {
      // Each on its own, so that repeating what came before does not spend tries.
      for (const apdu of [select, ...apdus]) this.record(holder, apdu);
    }
  }
}
