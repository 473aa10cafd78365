import type { CardConnection } from './card-connection.js';
import type { CardDevice } from './card-device.js';
import { OneAtATime } from './one-at-a-time.js';
import { TransportError } from './transport-error.js';

/**
 * Powers `device` on and connects to it in this process: APDUs are handed over whole (`direct`), no wire.
 * Closing powers the device off. An exception of the device is a bug in it and passes through unchanged.
 */
export function connectInProcess(device: CardDevice): CardConnection {
  return new InProcessConnection(device);
}

class InProcessConnection implements CardConnection {
  readonly protocol = 'direct';
  readonly #device: CardDevice;
  readonly #guard = new OneAtATime();
  #atr: Uint8Array;

  constructor(device: CardDevice) {
    this.#device = device;
    this.#atr = device.powerOn().slice();
  }

  get atr(): Uint8Array {
    return this.#atr.slice();
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      // Both ends get bytes of their own: on a real reader neither can touch the other's memory.
      const response = this.#device.process(command.slice()).slice();
      if (response.length < 2) {
        throw new TransportError(
          'card-mute',
          `the card answered ${response.length} bytes, fewer than a status word`,
        );
      }
      return response;
    });
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      this.#atr = this.#device.reset().slice();
      return this.atr;
    });
  }

  close(): Promise<void> {
    return this.#guard.close(() => this.#device.powerOff());
  }
}
