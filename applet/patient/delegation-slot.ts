/** Slots for agents: a proxy key that works after its own PIN and for collecting only (CRYPTO, section 3). */

import {
  AGENT_PINS,
  decodeTemplate,
  encodeTemplate,
  maxLength,
  type SlotName,
  STORED_WARRANT,
  type StoredWarrant,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import type { CardParts } from '../os/card-parts.js';
import type { Pin } from '../os/pin.js';
import type { MemoryPlan, NvmString } from '../runtime/allocation.js';
import { refuse, StatusError } from '../runtime/status-error.js';

/** Numbers of the slots, from 1. */
export const SLOT_NUMBERS = { 'slot 1': 1, 'slot 2': 2 } as const satisfies Record<SlotName, number>;

/** What a slot keeps. It is taken while the proxy key is there. */
export type SlotMemory = {
  readonly pin: Pin;
  /** SK_AP. */
  readonly proxyKey: NvmString;
  /** The warrant with its signatures ({@link STORED_WARRANT}). */
  readonly warrant: NvmString;
};

/** @throws {ProfileTooSmall} */
export function planSlots(memory: MemoryPlan, parts: CardParts): readonly SlotMemory[] {
  return [AGENT_PINS.agent1, AGENT_PINS.agent2].map((spec, i) => ({
    pin: new parts.Pin(memory, spec),
    proxyKey: memory.string(`slot ${i + 1}: proxy key`, 32),
    warrant: memory.string(`slot ${i + 1}: warrant`, maxLength(STORED_WARRANT)),
  }));
}

/** A slot whose PIN has no tries left is as good as empty, also before it is swept. */
function isUsable({ proxyKey, pin }: SlotMemory): boolean {
  return !proxyKey.isEmpty && pin.triesLeft > 0;
}

export class DelegationSlots {
  constructor(
    private readonly os: CardOs,
    private readonly slots: readonly SlotMemory[],
  ) {}

  isTaken(number: number): boolean {
    return isUsable(this.slot(number));
  }

  get anyFree(): boolean {
    return this.slots.some((slot) => !isUsable(slot));
  }

  /** A slot that is taken; 6A88 otherwise. */
  taken(number: number): SlotMemory {
    const slot = this.slot(number);
    return isUsable(slot) ? slot : refuse(SW.referenceDataNotFound);
  }

  /** The warrant of a slot that is taken. */
  warrant(number: number): StoredWarrant {
    return decodeTemplate(STORED_WARRANT, this.taken(number).warrant.read());
  }

  /** Fills an empty slot, all or nothing; what was proven to it before was forgotten when it was emptied. */
  fill(number: number, content: { proxyKey: Uint8Array; pin: Uint8Array; warrant: StoredWarrant }): void {
    const { pin, proxyKey, warrant } = this.slot(number);
    this.os.nvm.atomically(() => {
      proxyKey.write(content.proxyKey);
      warrant.write(encodeTemplate(STORED_WARRANT, content.warrant));
      pin.set(content.pin);
    });
  }

  /** Adds NHI's signature to the warrant. */
  certify(number: number, warrant: StoredWarrant): void {
    this.os.nvm.atomically(() => this.taken(number).warrant.write(encodeTemplate(STORED_WARRANT, warrant)));
  }

  /** Erases a slot and what was proven to it, on every channel. */
  destroy(number: number): void {
    const { pin, proxyKey, warrant } = this.slot(number);
    this.os.nvm.atomically(() => {
      for (const content of [proxyKey, warrant]) content.write(new Uint8Array(0));
      pin.erase();
    });
    this.os.security.forgetAgent(number);
  }

  /** Destroys what the power kept a wrong last try from destroying. */
  sweep(): void {
    this.slots.forEach((slot, i) => {
      if (!slot.proxyKey.isEmpty && !isUsable(slot)) this.destroy(i + 1);
    });
  }

  /**
   * Returns when `candidate` is the agent PIN of the slot; otherwise answers 63Cx. The wrong try that was the
   * last one destroys the slot.
   */
  checkPin(number: number, candidate: Uint8Array): void {
    this.sweep();
    const { pin } = this.taken(number);
    this.os.security.forgetAgent(number);
    try {
      pin.check(candidate);
    } catch (error) {
      if (error instanceof StatusError && pin.triesLeft === 0) this.destroy(number);
      throw error;
    }
  }

  private slot(number: number): SlotMemory {
    return this.slots[number - 1]!;
  }
}
