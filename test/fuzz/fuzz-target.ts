/** A card in a known state that a fuzz round starts from, and what is told of it. */

import { type AccessLeaf, ROLE } from '../../apdu/index.js';
import {
  type Card,
  type CardKind,
  type CardSnapshot,
  type CryptoEngine,
  nobleEngine,
} from '../../applet/index.js';
import type { FuzzStart } from '../applet/os/fuzz-starts.js';
import { cardOf } from '../support/personalised-card.js';
import { PeerSession } from '../support/professional-peer.js';
import { Choices } from '../support/seeded-random.js';

/** Told of every handler that runs, with what was proven at that moment. */
export type HandlerWatch = (command: string, proven: readonly string[], lifeCycle: string) => void;

type Role = Extract<AccessLeaf, { role: string }>['role'];
/** Roles that access rules name. */
const ROLES = Object.keys(ROLE).filter((role) => role !== 'none' && role !== 'holder') as Role[];

/** The same kind of card; tells of every handler that a command reaches. */
function watched(kind: CardKind, reached: HandlerWatch): CardKind {
  return {
    ...kind,
    makeApplication(os) {
      const application = kind.makeApplication(os);
      const tell = (id: string): void => {
        const { lifeCycle } = application;
        const leaves: readonly AccessLeaf[] = [{ pin: 'holder' }, ...ROLES.map((role) => ({ role }))];
        const proven = leaves.filter((leaf) => os.security.satisfies(leaf, lifeCycle));
        reached(
          id,
          proven.map((leaf) => Object.values(leaf).join()),
          lifeCycle,
        );
      };
      const handlers = Object.fromEntries(
        Object.entries(application.handlers).map(([id, handler]) => [
          id,
          (request: never) => {
            tell(id);
            return handler(request);
          },
        ]),
      );
      return Object.create(application, { handlers: { value: handlers } }) as typeof application;
    },
  };
}

export class FuzzTarget {
  readonly card: Card;
  private readonly snapshot: CardSnapshot;
  private chip = new Choices(1);

  constructor(
    readonly start: FuzzStart,
    reached: HandlerWatch,
    engine: CryptoEngine = nobleEngine,
  ) {
    const ports = { engine, random: (length: number) => this.chip.bytes(length) };
    this.card = cardOf(watched(start.kind, reached), { ports }, start.image);
    this.snapshot = this.card.snapshot();
  }

  /** The card as at the start, with the random numbers that a seed gives. */
  rewind(seed: number): void {
    this.card.restore(this.snapshot);
    this.chip = new Choices(seed);
  }

  /** The session of the start; its counter is read from the card when a checksum is made. */
  get session(): PeerSession | undefined {
    const { sessionKey } = this.start;
    return sessionKey && new MirroredSession(sessionKey, this.card);
  }
}

class MirroredSession extends PeerSession {
  constructor(
    key: Uint8Array,
    private readonly card: Card,
  ) {
    super(key);
  }

  override checksum(header: Uint8Array, objects: Uint8Array): Uint8Array {
    const { ram } = this.card.image();
    const name = 'channel 0: session: send sequence counter';
    const owner = this.card.owners.ram.find((candidate) => candidate.name === name)!;
    this.counter = ram
      .subarray(owner.offset, owner.offset + owner.length)
      .reduce((sum, byte) => sum * 256 + byte, 0);
    return super.checksum(header, objects);
  }
}
