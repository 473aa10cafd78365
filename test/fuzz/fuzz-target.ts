/** A card in a known state that a fuzz round starts from, seen from inside: what it would take now. */

import { type AccessLeaf, type CommandSpec, fileRule, type LifeCycle } from '../../apdu/index.js';
import {
  type Card,
  type CardKind,
  type CardSnapshot,
  type CryptoEngine,
  nobleEngine,
} from '../../applet/index.js';
import type { CardView } from '../support/apdu-fuzzer.js';
import { cardOf } from '../support/personalised-card.js';
import { PeerSession } from '../support/professional-peer.js';
import { type ChannelInside, channelOf } from '../support/secure-channel.js';
import { Choices } from '../support/seeded-random.js';
import type { CommandProtector } from '../support/transmit.js';
import { leafName, provableLeaves } from './declared.js';
import type { FuzzStart } from './fuzz-start.js';

type Application = ReturnType<CardKind['makeApplication']>;
type CardOs = Parameters<CardKind['makeApplication']>[0];

/** Told of every handler that runs, with what was proven at that moment. */
export type HandlerWatch = (command: string, proven: readonly string[], lifeCycle: LifeCycle) => void;

export class FuzzTarget implements CardView {
  readonly card: Card;
  private readonly snapshot: CardSnapshot;
  private readonly leaves: readonly AccessLeaf[];
  private readonly ramFields: ReadonlyMap<string, Uint8Array>;
  private os!: CardOs;
  private application!: Application;
  private channel = 0;
  private chip = new Choices(1);

  constructor(
    readonly start: FuzzStart,
    private readonly reached: HandlerWatch,
    engine: CryptoEngine = nobleEngine,
  ) {
    const ports = { engine, random: (length: number) => this.chip.bytes(length) };
    this.leaves = provableLeaves(start.spec);
    this.card = cardOf(this.watched(start.kind), { ports }, start.image);
    this.ramFields = new Map(
      this.card.owners.ram.map(({ name, offset, length }) => [name, this.os.ram.view(offset, length)]),
    );
    this.snapshot = this.card.snapshot();
  }

  /** The card as at the start, with the random numbers that a seed gives. */
  rewind(seed: number): void {
    this.card.restore(this.snapshot);
    this.chip = new Choices(seed);
    this.useChannel(0);
  }

  get lifeCycle(): LifeCycle {
    return this.application.lifeCycle;
  }

  get openChannels(): readonly number[] {
    const open = this.field('open channels')[0]!;
    return [0, 1, 2, 3].filter((channel) => channel === 0 || (open & (1 << channel)) !== 0);
  }

  useChannel(channel: number): void {
    this.channel = channel;
    this.os.memory.useChannel(channel);
  }

  permits({ states, access, fileOperation }: CommandSpec): boolean {
    if (!states.includes(this.lifeCycle)) return false;
    if (access === 'by algorithm') return true;
    const files = Object.values(this.start.spec.files);
    const rules = access === 'by file' ? files.map((file) => fileRule(file, fileOperation)) : [access];
    const { security } = this.os;
    security.inSession = this.session !== undefined;
    const permitted = rules.some((rule) => security.satisfies(rule, this.lifeCycle));
    security.inSession = false;
    return permitted;
  }

  get session(): CommandProtector | undefined {
    const field = (name: string) => this.field(`channel ${this.channel}: session: ${name}`);
    if (field('active')[0] === 0) return undefined;
    const keys = Buffer.concat([field('encryption key'), field('MAC key')]);
    const session = new PeerSession(keys);
    session.counter = field('send sequence counter').reduce((sum, byte) => sum * 256 + byte, 0);
    return session;
  }

  get secureChannel(): ChannelInside | undefined {
    return channelOf((name) => this.field(`channel ${this.channel}: ${name}`).slice());
  }

  private field(name: string): Uint8Array {
    const bytes = this.ramFields.get(name);
    if (!bytes) throw new Error(`the card has no transient field "${name}"`);
    return bytes;
  }

  /** The same kind of card; tells of every handler that a command reaches. */
  private watched(kind: CardKind): CardKind {
    return {
      ...kind,
      makeApplication: (os) => {
        const application = kind.makeApplication(os);
        this.os = os;
        this.application = application;
        const companions = application.companions.map((companion) => this.telling(companion));
        return Object.create(this.telling(application), { companions: { value: companions } }) as Application;
      },
    };
  }

  private telling(application: Application): Application {
    const handlers = Object.fromEntries(
      Object.entries(application.handlers).map(([id, handler]) => [
        id,
        (request: never) => {
          this.tell(id);
          return handler(request);
        },
      ]),
    );
    return Object.create(application, { handlers: { value: handlers } }) as Application;
  }

  private tell(command: string): void {
    const { lifeCycle, leaves, os } = this;
    const proven = leaves.filter((leaf) => os.security.satisfies(leaf, lifeCycle)).map(leafName);
    this.reached(command, proven, lifeCycle);
  }
}
