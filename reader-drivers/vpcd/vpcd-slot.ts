import type { CardDevice } from '../connection/card-device.js';
import { TransportError } from '../connection/transport-error.js';
import { VPCD_CONTROL, VPCD_MAX_PAYLOAD } from './vpcd-frames.js';

/** What the reader asked the card end to do, for a log. `response-too-long`: see {@link VpcdSlot.answer}. */
export type VpcdSlotEvent = {
  readonly kind: 'power-on' | 'power-off' | 'reset' | 'exchange' | 'response-too-long';
};

/** No precise diagnosis (ISO/IEC 7816-4, table 5). */
const NO_DIAGNOSIS = Uint8Array.of(0x6f, 0x00);

/** What the messages of the virtual reader mean for a card; knows the power state, knows no socket. */
export class VpcdSlot {
  readonly #device: CardDevice;
  readonly #onEvent: (event: VpcdSlotEvent) => void;
  #atr: Uint8Array | undefined;
  #powered = false;

  constructor(device: CardDevice, onEvent: (event: VpcdSlotEvent) => void = () => undefined) {
    this.#device = device;
    this.#onEvent = onEvent;
  }

  /**
   * Answer to one message of the reader, undefined where the protocol has none: only the ATR query and
   * commands are answered, an answer to anything else would be taken for the next one.
   * A response beyond the frame size (65,533 data bytes) becomes `6F00`.
   * @throws {TransportError} `protocol` for an unknown message or a command to a card without power.
   */
  answer(message: Uint8Array): Uint8Array | undefined {
    if (message.length > 1) return this.#command(message);
    switch (message[0]) {
      case VPCD_CONTROL.powerOff:
        this.powerLost();
        return undefined;
      case VPCD_CONTROL.powerOn:
        // Asked of a card that is on, it is a cold reset: the supply drops first (ISO/IEC 7816-3, 6.2.2).
        this.powerLost();
        this.#atr = this.#device.powerOn();
        this.#powered = true;
        this.#onEvent({ kind: 'power-on' });
        return undefined;
      case VPCD_CONTROL.reset:
        this.#atr = this.#powered ? this.#device.reset() : this.#device.powerOn();
        this.#powered = true;
        this.#onEvent({ kind: 'reset' });
        return undefined;
      case VPCD_CONTROL.atr:
        return this.#answerToReset();
      default:
        throw new TransportError(
          'protocol',
          `the virtual reader sent an unknown message of ${message.length} bytes`,
        );
    }
  }

  /** The supply is gone: told by the reader, or because the card was taken out. */
  powerLost(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#device.powerOff();
    this.#onEvent({ kind: 'power-off' });
  }

  /** The query doubles as presence poll and comes before the first power-on: the card is asked once, by a brief power-up. */
  #answerToReset(): Uint8Array {
    if (this.#atr === undefined) {
      this.#atr = this.#device.powerOn();
      this.#device.powerOff();
    }
    return this.#atr;
  }

  #command(command: Uint8Array): Uint8Array {
    if (!this.#powered)
      throw new TransportError('protocol', 'the virtual reader sent a command to a card without power');
    const response = this.#device.process(command);
    this.#onEvent({ kind: 'exchange' });
    if (response.length <= VPCD_MAX_PAYLOAD) return response;
    this.#onEvent({ kind: 'response-too-long' });
    return NO_DIAGNOSIS;
  }
}
