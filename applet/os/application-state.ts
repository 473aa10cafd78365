/** What every application keeps: life cycle, PINs, security environment. */

import {
  type AlgorithmSpec,
  findAlgorithm,
  type LifeCycle,
  type PinApplicationSpec,
  SW,
} from '../../apdu/index.js';
import type { NvmField, RamField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';
import type { CardOs } from './card-os.js';
import type { Pin } from './pin.js';

/** Life-cycle states as stored; never-written memory reads as the first. */
const LIFE_CYCLE: readonly LifeCycle[] = ['initialisation', 'operational', 'terminated', 'deactivated'];

export class ApplicationState {
  readonly pins: { readonly holder: Pin; readonly puk: Pin };
  private readonly lifeCycleByte: NvmField;
  private readonly algorithmByte: RamField;

  constructor(
    private readonly os: CardOs,
    readonly spec: PinApplicationSpec,
  ) {
    const { memory, parts } = os;
    this.lifeCycleByte = memory.field('life cycle', 1);
    this.pins = {
      holder: new parts.Pin(memory, spec.pins.holder),
      puk: new parts.Pin(memory, spec.pins.puk),
    };
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
