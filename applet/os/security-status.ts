/** The security status (ISO/IEC 7816-4:2020, 9.2): which PINs and which role were proven since selection. */

import { type AccessLeaf, type AccessRule, type LifeCycle, type PinName, ROLE } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';

const PIN_BIT: Readonly<Record<PinName, number>> = { holder: 0x01, puk: 0x02 };

export class SecurityStatus {
  /** Whether the command in progress came under secure messaging of the session; the command processor says so. */
  inSession = false;

  private readonly pins: RamField;
  private readonly role: RamField;

  constructor(memory: MemoryPlan) {
    this.pins = memory.transientField('verified PINs', 1, 'clear on deselect');
    this.role = memory.transientField('authenticated role', 1, 'clear on deselect');
  }

  grantPin(pin: PinName): void {
    this.pins.value |= PIN_BIT[pin];
  }

  revokePin(pin: PinName): void {
    this.pins.value &= ~PIN_BIT[pin];
  }

  hasPin(pin: PinName): boolean {
    return (this.pins.value & PIN_BIT[pin]) !== 0;
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

  private satisfiesLeaf(leaf: AccessLeaf, state: LifeCycle): boolean {
    if ('pin' in leaf) return this.hasPin(leaf.pin);
    // A role is its session's: a command beside the session has none.
    if ('role' in leaf) return this.inSession && this.role.value === ROLE[leaf.role];
    return leaf.state === state;
  }
}
