/**
 * The card: a synchronous state machine over two memories. `powerOn` answers the ATR, `process`
 * answers a response to every command; nothing is remembered outside the memories, so a card can be
 * made from its memory image at any time between two commands.
 */

import { type ApplicationSpec, accessNameOf, encodeResponseApdu, SW } from '../../apdu/index.js';
import { MemoryPlan, type Owner, type RamField } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import type { CryptoEngine } from '../runtime/crypto-engine.js';
import { type CommandFigures, Meter } from '../runtime/meter.js';
import type { Nvm, NvmSnapshot } from '../runtime/nvm.js';
import { Ram, type RamSnapshot } from '../runtime/ram.js';
import { PowerLost, StatusError } from '../runtime/status-error.js';
import { ApplicationDirectory } from './application-directory.js';
import type { Application, CardOs } from './card-os.js';
import { CARD_PARTS, type CardParts } from './card-parts.js';
import type { CommandProcessor } from './command-processor.js';
import type { TransportKeySet, TransportKeys } from './transport-keys.js';

/** Everything a card remembers: the flash array and the RAM. */
export type CardImage = { readonly nvm: Uint8Array; readonly ram: Uint8Array; readonly powered: boolean };

/**
 * The same without what is empty, and without the flash's checksums to check again: for forks, and
 * for very many cards at once. It never changes and is good for any card of this kind and these limits.
 */
export type CardSnapshot = {
  readonly nvm: NvmSnapshot;
  readonly ram: RamSnapshot;
  readonly powered: boolean;
};

/** What a card is made of. */
export type CardPorts = {
  readonly limits: CardLimits;
  readonly engine: CryptoEngine;
  /** The random number generator of the chip. */
  readonly random: (length: number) => Uint8Array;
  /** What the card is built of; for a card that is wrong on purpose. */
  readonly parts?: CardParts;
  /** Told of errors inside the card, which the host sees as 6F00; they are bugs. */
  readonly onFault?: (error: unknown) => void;
};

/** A kind of card: its answer to reset, its application's declaration and the maker of its handlers. */
export type CardKind = {
  readonly atr: Uint8Array;
  readonly spec: ApplicationSpec;
  readonly makeApplication: (os: CardOs) => Application;
};

function accessNames({ pins }: ApplicationSpec): readonly string[] {
  return Object.entries(pins).map(([id, pin]) => accessNameOf(id, pin));
}

export class Card {
  readonly nvm: Nvm;
  private readonly ram: Ram;
  private readonly meter = new Meter();
  private readonly memory: MemoryPlan;
  private readonly processor: CommandProcessor;
  private readonly apduBuffer: RamField;
  private readonly transportKeys: TransportKeys;
  private powered: boolean;
  private lastFigures: CommandFigures;

  /** @throws {ProfileTooSmall} when the profile's memories can not hold the application. */
  constructor(
    private readonly kind: CardKind,
    private readonly ports: CardPorts,
    image?: CardImage,
  ) {
    const { limits, parts = CARD_PARTS } = ports;
    this.nvm = new parts.Nvm(limits, this.meter, image?.nvm);
    this.ram = new Ram(limits.ramBytes, this.meter, image?.ram);
    this.powered = image?.powered ?? false;
    this.memory = new MemoryPlan(this.nvm, this.ram);
    this.apduBuffer = this.memory.transientField('APDU buffer', limits.apduBufferBytes, 'APDU buffer');
    const coprocessor = new parts.Coprocessor({
      engine: ports.engine,
      charge: (operation, length) => this.meter.charge(operation, length),
      scratch: this.ram,
      random: ports.random,
    });
    this.transportKeys = new parts.TransportKeys(this.memory);
    const applications = new ApplicationDirectory();
    const os: CardOs = {
      limits,
      parts,
      memory: this.memory,
      nvm: this.nvm,
      ram: this.ram,
      coprocessor,
      security: new parts.SecurityStatus(this.memory, accessNames(kind.spec)),
      transportKeys: this.transportKeys,
      secureChannel: new parts.Scp03Channel(this.memory, coprocessor),
      files: this.memory.forApplication(
        kind.spec.id,
        () => new parts.FileSystem(this.memory, kind.spec, applications, limits),
      ),
      applications,
      selection: new parts.Selection(this.memory, applications),
    };
    const application = this.memory.forApplication(kind.spec.id, () => kind.makeApplication(os));
    applications.install(application, ...application.companions);
    this.processor = new parts.CommandProcessor(os, application);
    this.ram.beginArena(this.memory.transient.next);
    this.lastFigures = this.meter.figures(0, 0);
  }

  /**
   * The manufacturer's last step: writes the keys with which the card's issuer personalises it. From
   * then on they are part of the card's memory. @throws {Error} for a card that has keys or had power.
   */
  manufacture(keys: TransportKeySet): this {
    if (this.powered || this.transportKeys.isPresent) throw new Error('the card has left its manufacturer');
    this.nvm.recover();
    this.transportKeys.write(keys);
    return this;
  }

  /** Applies power: transient memory is empty, persistent memory recovers from what a power cut left. */
  powerOn(): Uint8Array {
    this.ram.clear();
    this.meter.reset();
    try {
      this.nvm.recover();
      this.powered = true;
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      this.powerOff();
    }
    this.lastFigures = this.meter.figures(0, this.powered ? this.kind.atr.length : 0);
    return this.powered ? this.kind.atr.slice() : new Uint8Array(0);
  }

  /** Warm reset: as a power cycle, for a card that keeps nothing transient. */
  reset(): Uint8Array {
    return this.powerOn();
  }

  powerOff(): void {
    this.powered = false;
    this.nvm.dropTransaction();
    this.ram.clear();
  }

  /** The response to a command APDU; no bytes at all from a card without power. Never throws. */
  process(command: Uint8Array): Uint8Array {
    if (!this.powered) return new Uint8Array(0);
    this.meter.reset();
    this.ram.meterStatic();
    const response = this.answer(this.received(command));
    // Nothing of a command stays in transient memory but what the session is made of.
    this.apduBuffer.clear();
    this.ram.releaseArena();
    this.lastFigures = this.meter.figures(command.length, response.length);
    return response;
  }

  /** What the last command (or power-on) used. */
  get figures(): CommandFigures {
    return this.lastFigures;
  }

  /** A copy of everything the card remembers. */
  image(): CardImage {
    return { nvm: this.nvm.flash.bytes.slice(), ram: this.ram.bytes.slice(), powered: this.powered };
  }

  /** What the card remembers between two commands, in little memory. */
  snapshot(): CardSnapshot {
    return { nvm: this.nvm.snapshot(), ram: this.ram.snapshot(), powered: this.powered };
  }

  /** Becomes the card that the snapshot was taken of, wear included. */
  restore(snapshot: CardSnapshot): void {
    this.nvm.restore(snapshot.nvm);
    this.ram.restore(snapshot.ram);
    this.powered = snapshot.powered;
    this.meter.reset();
    this.lastFigures = this.meter.figures(0, 0);
  }

  /** A card of its own with the same content. */
  fork(): Card {
    const fork = new Card(this.kind, this.ports);
    fork.nvm.copyFrom(this.nvm);
    fork.ram.bytes.set(this.ram.bytes);
    fork.powered = this.powered;
    return fork;
  }

  /** What the silicon grants. */
  get limits(): CardLimits {
    return this.ports.limits;
  }

  /** Identifier of the application on the card. */
  get application(): string {
    return this.kind.spec.id;
  }

  get isPowered(): boolean {
    return this.powered;
  }

  /** Who owns which bytes of both memories. */
  get owners(): { readonly nvm: readonly Owner[]; readonly ram: readonly Owner[] } {
    return { nvm: this.memory.persistent.owners, ram: this.memory.transient.owners };
  }

  /** The command as it stands in the APDU buffer; a longer one is only ever refused for its length. */
  private received(command: Uint8Array): Uint8Array {
    const { bytes } = this.apduBuffer;
    if (command.length > bytes.length) return command;
    bytes.set(command);
    return bytes.subarray(0, command.length);
  }

  private answer(command: Uint8Array): Uint8Array {
    try {
      return encodeResponseApdu(this.processor.process(command));
    } catch (error) {
      if (error instanceof StatusError) return encodeResponseApdu({ data: new Uint8Array(0), sw: error.sw });
      if (error instanceof PowerLost) {
        this.powerOff();
        return new Uint8Array(0);
      }
      this.ports.onFault?.(error);
      return encodeResponseApdu({ data: new Uint8Array(0), sw: SW.noPreciseDiagnosis.sw });
    }
  }
}
