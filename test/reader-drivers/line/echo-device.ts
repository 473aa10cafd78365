import type { CardDevice } from '../../../reader-drivers/index.js';
import { responseTo } from './counting-card.js';

/** Answers every command with what `responseTo` foretells; counts how often it was started and executed. */
export class EchoDevice implements CardDevice {
  /** Warm resets. */
  resets = 0;
  /** Times that it got power. */
  starts = 0;
  executed = 0;
  powered = false;
  constructor(private readonly atr: Uint8Array) {}
  powerOn(): Uint8Array {
    this.starts++;
    this.powered = true;
    return this.atr;
  }
  reset(): Uint8Array {
    this.resets++;
    return this.atr;
  }
  powerOff(): void {
    this.powered = false;
  }
  process(command: Uint8Array): Uint8Array {
    this.executed++;
    return responseTo(command);
  }
}
