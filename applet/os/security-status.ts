/** The security status (ISO/IEC 7816-4:2020, 9.2): which PINs and which role were proven since selection. */

import { type AccessLeaf, type AccessRule, type LifeCycle, type PinName, ROLE } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';

/** An agent PIN is that of a slot: bit 2 for slot 1, bit 3 for slot 2. */
const PIN_BITS: Readonly<Record<PinName, number>> = { holder: 0x01, puk: 0x02, agent: 0x0c };
/** For PINs of other names, in the order of their declaration. */
const FURTHER_BITS = [0x10, 0x20, 0x40, 0x80] as const;
type Roles = Readonly<Record<string, number>>;
const AGENT_BITS = [0x04, 0x08] as const;

export class SecurityStatus {
  /** Whether the command in progress came under secure messaging of the session; the command processor says so. */
  inSession = false;

  protected readonly pins: RamField;
  protected readonly role: RamField;
  protected readonly pinBits: Readonly<Record<string, number>>;

  /** `pins`: what the access rules of the application call its PINs, at most four beside those of {@link PinName}. */
  constructor(memory: MemoryPlan, pins: readonly string[]) {
    const further = [...new Set(pins)].filter((name) => !(name in PIN_BITS));
    this.pinBits = { ...PIN_BITS, ...Object.fromEntries(further.map((name, i) => [name, FURTHER_BITS[i]!])) };
    this.pins = memory.transientField('verified PINs', 1, 'clear on deselect');
    this.role = memory.transientField('authenticated role', 1, 'clear on deselect');
  }

  grantPin(pin: string): void {
    this.pins.value |= this.bitsOf(pin);
  }

  revokePin(pin: string): void {
    this.pins.value &= ~this.bitsOf(pin);
  }

  hasPin(pin: string): boolean {
    return (this.pins.value & this.bitsOf(pin)) !== 0;
  }

  /** The delegation slot whose agent PIN was verified, counted from 1; 0 for none. */
  get agentSlot(): number {
    return AGENT_BITS.findIndex((bit) => (this.pins.value & bit) !== 0) + 1;
  }

  /** One agent at a time: the one of another slot is forgotten. */
  grantAgent(slot: number): void {
    this.revokePin('agent');
    this.pins.value |= AGENT_BITS[slot - 1]!;
  }

  /** On every logical channel: what is in the slot from now on was not what that PIN opened. */
  forgetAgent(slot: number): void {
    for (const copy of this.pins.copies) copy[0]! &= ~AGENT_BITS[slot - 1]!;
  }

  grantRole(role: number): void {
    this.role.value = role;
  }

  revokeRole(): void {
    this.role.value = ROLE.none;
  }

  /** Whether `rule` is met now, the application being in life-cycle state `state`. */
  satisfies(rule: AccessRule, state: LifeCycle): boolean {
    if (rule === 'always') return true;
    if (rule === 'never') return false;
    if ('all' in rule) return rule.all.every((part) => this.satisfies(part, state));
    if ('any' in rule) return rule.any.some((part) => this.satisfies(part, state));
    return this.satisfiesLeaf(rule, state);
  }

  protected satisfiesLeaf(leaf: AccessLeaf, state: LifeCycle): boolean {
    if ('pin' in leaf) return this.hasPin(leaf.pin);
    // A role is its session's: a command beside the session has none.
    if ('role' in leaf) return this.inSession && this.role.value === (ROLE as Roles)[leaf.role];
    return leaf.state === state;
  }

  /** No bit for a name that the application does not have: nobody proves such a PIN. */
  protected bitsOf(pin: string): number {
    return this.pinBits[pin] ?? 0;
  }
}
