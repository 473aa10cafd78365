/** A world whose cards are simulated and whose lines a test can tap: run it phase by phase, fork its cards, change what passes. */

import { type JoinMode, TEST_CARD_BATCH } from '../../apdu/index.js';
import {
  Card,
  type CardImage,
  type CardLimits,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
} from '../../applet/index.js';
import {
  CARD_HOLDERS,
  type CardHolder,
  EpochVerifier,
  enrolPatient,
  type HospitalDoor,
  HospitalTerminal,
  type IssuedPrescription,
  makeWorld,
  type OpenVisit,
  outpatientPhases,
  PatientCard,
  Pharmacy,
  type PharmacyDoor,
  type Phase,
  type Result,
  type Rng,
  SCENARIO_PINS,
  seededRng,
  transportKeysOf,
  type VisitInput,
  type World,
  type WorldPorts,
} from '../../host/index.js';
import { type EXAMPLES, exampleInput } from '../host/fhir/example-inputs.js';
import { DEFAULT_LIMITS } from './card-limits.js';

export type ScenarioOptions = {
  readonly seed?: number;
  readonly example?: (typeof EXAMPLES)[number];
  /** Limits of all cards. */
  readonly limits?: CardLimits;
  /** How the doctor's member key is made. */
  readonly joinMode?: JoinMode;
  /** Changes the example input before anybody reads it. */
  readonly change?: (input: VisitInput) => VisitInput;
  /** Where NHI keeps what it knows, where that must outlive the run. */
  readonly nhi?: Pick<WorldPorts, 'store' | 'keys'>;
};

export type ForkOptions = {
  readonly image?: CardImage;
  readonly limits?: CardLimits;
  /** Cards with one label draw the same random numbers. */
  readonly label?: string;
};

/** Names of the phases, in order. */
export type PhaseName =
  | 'register patient'
  | 'register doctor'
  | 'equip pharmacy'
  | 'refill coupons'
  | 'open visit'
  | 'submit record'
  | 'authenticate the cards to each other'
  | 'prescribe'
  | 'update patient card'
  | 'verify prescription'
  | 'collect medicine'
  | 'check what the card holds';

/** A line that a test may change while something runs: each member a function that is looked up at every use. */
export type Line<D> = { -readonly [K in keyof D]: D[K] };
/** One command in, one response out, for each card. */
export type CardLines = Record<CardHolder, (command: Uint8Array) => Promise<Uint8Array>>;

const KIND = { patient: PATIENT_CARD, doctor: PROFESSIONAL_CARD, pharmacy: PROFESSIONAL_CARD } as const;

export class Scenario {
  /** The chips in the readers; a test may put in others. */
  readonly chips: Record<CardHolder, Card>;
  readonly cardLines: CardLines;
  /** The terminal's and the pharmacy's lines to NHI. */
  hospitalLine!: Line<HospitalDoor>;
  pharmacyLine!: Line<PharmacyDoor>;
  /** What the phases so far gave. */
  lastVisit: OpenVisit | undefined;
  lastPrescription: IssuedPrescription | undefined;
  world!: World;
  private phases: readonly Phase[] = outpatientPhases();
  private next = 0;
  private forks = 0;
  /** The random number generators of the chips in the readers. */
  private readonly generators: Readonly<Record<CardHolder, Rng>>;

  private constructor(
    readonly seed: number,
    readonly limits: CardLimits,
  ) {
    const byHolder = <T>(make: (holder: CardHolder) => T) =>
      Object.fromEntries(CARD_HOLDERS.map((holder) => [holder, make(holder)])) as Record<CardHolder, T>;
    this.generators = byHolder((holder) => seededRng(seed, `chip of the ${holder}'s card`));
    this.chips = byHolder((holder) => this.chip(holder, this.generators[holder]));
    this.cardLines = byHolder((holder) => async (command) => this.chips[holder].process(command));
    for (const chip of Object.values(this.chips)) chip.powerOn();
  }

  /** Blank cards and services, before anybody is registered. */
  static async make(options: ScenarioOptions = {}): Promise<Scenario> {
    const { seed = 1, example = 'acute-bronchitis', limits = DEFAULT_LIMITS, change } = options;
    const scenario = new Scenario(seed, limits);
    const input = exampleInput(example);
    await scenario.open(change ? change(input) : input, options.joinMode ?? 'two-party', options.nhi);
    return scenario;
  }

  /** As {@link make}, run up to a phase. */
  static async at(phase: PhaseName, options: ScenarioOptions = {}): Promise<Scenario> {
    const scenario = await Scenario.make(options);
    await scenario.runTo(phase);
    return scenario;
  }

  get visit(): OpenVisit {
    return this.lastVisit ?? fail('no visit is open');
  }

  get prescription(): IssuedPrescription {
    return this.lastPrescription ?? fail('nothing was prescribed');
  }

  /** Runs one phase, or the first few up to a named one; what it answers is left to the caller. */
  async step(): Promise<Result<object> & Pick<Phase, 'name' | 'equations'>> {
    const phase = this.phases[this.next] ?? fail('the scenario is over');
    const result = await phase.run(this.world);
    if (result.ok) {
      this.next++;
      if ('visit' in result) this.lastVisit = result.visit as OpenVisit;
      if (phase.name === 'prescribe') {
        this.lastPrescription = (result as unknown as { prescription: IssuedPrescription }).prescription;
      }
    }
    return { ...result, name: phase.name, equations: phase.equations };
  }

  /** Runs every phase up to and with `name`. @throws {Error} when one is refused. */
  async runTo(name: PhaseName): Promise<void> {
    const end = this.phases.findIndex((phase) => phase.name === name);
    if (end < this.next) fail(`${name} is over`);
    while (this.next <= end) {
      const result = await this.step();
      if (!result.ok) fail(`${result.name}: ${result.reason}`);
    }
  }

  /** Runs what is left. @throws {Error} when a phase is refused. */
  async runToEnd(): Promise<void> {
    await this.runTo('check what the card holds');
  }

  /** The same people come again: the next phase is `open visit`; both cards are selected anew. */
  async again(): Promise<void> {
    this.phases = outpatientPhases();
    this.next = this.phases.findIndex((phase) => phase.name === 'open visit');
    await this.world.patientCard.select();
    await this.world.doctorCard.select();
  }

  /** Another card with everything that a holder's card remembers; random numbers of its own, or by `label`. */
  fork(holder: CardHolder, options: ForkOptions = {}): Card {
    const {
      image = this.chips[holder].image(),
      limits = this.limits,
      label = `fork ${++this.forks}`,
    } = options;
    return this.chip(holder, seededRng(this.seed, label), image, limits);
  }

  /** Puts a card in the reader that is made of nothing but the memory image of the one there, and its generator. */
  rebuild(holder: CardHolder): void {
    this.chips[holder] = this.chip(holder, this.generators[holder], this.chips[holder].image());
  }

  /** A card with the persistent memory of a holder's card and other limits, just powered. */
  rehouse(holder: CardHolder, limits: CardLimits): Card {
    const { nvm } = this.chips[holder].image();
    const image = { nvm, ram: new Uint8Array(limits.ramBytes), powered: false };
    const card = this.fork(holder, { image, limits });
    card.powerOn();
    return card;
  }

  /** A blank patient card of the batch, under power. */
  blankPatient(label: string): { chip: Card; card: PatientCard } {
    const chip = this.chip('patient', seededRng(this.seed, `chip of ${label}`));
    chip.powerOn();
    return { chip, card: new PatientCard(async (command) => chip.process(command)) };
  }

  /** Another insured person with a card of their own, selected and with the PIN verified. */
  async enrolAnother(nationalId: string, paidUntil?: number): Promise<{ chip: Card; card: PatientCard }> {
    const { chip, card } = this.blankPatient(nationalId);
    const { input } = this.world;
    const enrolled = await enrolPatient({
      ...this.world,
      patientCard: card,
      input: {
        ...input,
        patient: { ...input.patient, nationalId, name: 'Another Person' },
        insurance: { ...input.insurance, paidUntil: paidUntil ?? input.insurance.paidUntil },
      },
    });
    if (!enrolled.ok) fail(enrolled.reason);
    await card.verifyPin(SCENARIO_PINS.patient.pin);
    return { chip, card };
  }

  /** The cards' holders give their PINs. */
  async verifyPins(...holders: readonly CardHolder[]): Promise<void> {
    const { patientCard, doctorCard, pharmacyCard } = this.world;
    const cards = { patient: patientCard, doctor: doctorCard, pharmacy: pharmacyCard };
    for (const holder of holders) {
      const verified = await cards[holder].verifyPin(SCENARIO_PINS[holder].pin);
      if (!verified.ok) fail(verified.reason);
    }
  }

  /** Takes the power from the card in a reader and gives it back; a test may look at it. */
  reinsert: (holder: CardHolder) => Uint8Array = (holder) => this.chips[holder].reset();

  private chip(holder: CardHolder, random: Rng, image?: CardImage, limits = this.limits): Card {
    const ports = {
      limits,
      engine: nobleEngine,
      random: (length: number) => random.bytes(length),
      onFault(error: unknown) {
        throw error;
      },
    };
    const card = new Card(KIND[holder], ports, image);
    return image ? card : card.manufacture(transportKeysOf(TEST_CARD_BATCH, random));
  }

  private async open(
    input: VisitInput,
    joinMode: JoinMode,
    kept: ScenarioOptions['nhi'] = {},
  ): Promise<void> {
    const transmit = (holder: CardHolder) => (command: Uint8Array) => this.cardLines[holder](command);
    const rngFor = (party: string) => seededRng(this.seed, party);
    const cards = {
      patient: transmit('patient'),
      doctor: transmit('doctor'),
      pharmacy: transmit('pharmacy'),
    };
    const world = await makeWorld(input, {
      cards,
      rngFor,
      joinMode,
      ...kept,
      reinsert: async (holder) => void this.reinsert(holder),
    });
    const { nhi, clock } = world;
    const nhiKeys = nhi.publicKeys;
    const hospitalId = input.hospital.id;
    const pharmacyId = input.pharmacy.id;
    const verifier = new EpochVerifier({
      curve: world.curve,
      issuerKey: nhiKeys.signatureKey,
      clock,
      published: () => nhi.groupKeys,
    });
    // The terminal and the pharmacy of the world again, with the same random numbers, on lines that can be tapped.
    this.pharmacyLine = { ...nhi.pharmacyDoor(pharmacyId) };
    this.hospitalLine = { ...nhi.hospitalDoor(hospitalId) };
    const hospital = new HospitalTerminal({
      hospitalId,
      nhi: this.hospitalLine,
      nhiKeys,
      clock,
      rng: rngFor('hospital'),
    });
    const pharmacy = await Pharmacy.open({
      pharmacyId,
      nhiKeys,
      verifier,
      clock,
      rng: rngFor('pharmacy'),
      nhi: this.pharmacyLine,
    });
    this.world = { ...world, hospital, pharmacy };
  }
}

/** Runs `work` while some members of a line are replaced; the replacements get the real ones. */
export async function during<D extends object, T>(
  line: D,
  changes: (real: D) => Partial<D>,
  work: () => Promise<T>,
): Promise<T> {
  const real = { ...line };
  Object.assign(line, changes(real));
  try {
    return await work();
  } finally {
    Object.assign(line, real);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
