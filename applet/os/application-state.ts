/** What every application keeps: life cycle, PINs, security environment. */

import {
  type AlgorithmSpec,
  type ApplicationSpec,
  findAlgorithm,
  type LifeCycle,
  SW,
} from '../../apdu/index.js';
import type { NvmField, RamField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';
import type { CardOs } from './card-os.js';
import type { Pin } from './pin.js';

/** Life-cycle states as stored; never-written memory reads as the first. */
const LIFE_CYCLE: readonly LifeCycle[] = ['initialisation', 'operational', 'terminated', 'deactivated'];

/** `P`: identifiers of the PINs that it keeps; an application may keep others itself. */
export class ApplicationState<P extends string = 'holder' | 'puk'> {
  readonly pins: Readonly<Record<P, Pin>>;
  private readonly lifeCycleByte: NvmField;
  private readonly algorithmByte: RamField;

  constructor(
    private readonly os: CardOs,
    readonly spec: ApplicationSpec,
    pins: readonly P[] = ['holder', 'puk'] as readonly string[] as readonly P[],
  ) {
    const { memory, parts } = os;
    this.lifeCycleByte = memory.field('life cycle', 1);
    this.pins = Object.fromEntries(pins.map((id) => [id, new parts.Pin(memory, spec.pins[id]!)])) as Record<
      P,
      Pin
    >;
    this.algorithmByte = memory.transientField('security environment: algorithm', 1);
  }

  get lifeCycle(): LifeCycle {
    return LIFE_CYCLE[this.lifeCycleByte.value]!;
  }

  set lifeCycle(state: LifeCycle) {
    this.lifeCycleByte.value = LIFE_CYCLE.indexOf(state);
  }

  setAlgorithm(algorithm: AlgorithmSpec): void {
    this.algorithmByte.value = algorithm.reference;
  }

  /** The algorithm of the security environment, permitted now; otherwise 6985 or 6982. */
  permittedAlgorithm(): AlgorithmSpec {
    const algorithm = findAlgorithm(this.spec, this.algorithmByte.value);
    if (!algorithm) return refuse(SW.conditionsNotSatisfied);
    if (!this.os.security.satisfies(algorithm.access, this.lifeCycle)) refuse(SW.securityStatusNotSatisfied);
    return algorithm;
  }
}
