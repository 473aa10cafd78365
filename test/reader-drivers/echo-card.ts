import { concatBytes, equalBytes, fromHex, parseCommandApdu, uintToBytes } from '../../apdu/index.js';
import type { CardDevice } from '../../reader-drivers/index.js';

/** Application of the echo card, in the range of unregistered identifiers (ISO/IEC 7816-4, 8.2.1.2). */
export const ECHO_AID = fromHex('F04543484F');
export const ECHO_FCI = fromHex('6F078405F04543484F');

/** T=1 only. */
export const ATR_T1 = fromHex('3B8880014E6F6465436172641D');
/** T=0 only: no interface bytes, two historical bytes. */
export const ATR_T0 = fromHex('3B024869');

const INS = { select: 0xa4, echo: 0xee, produce: 0xe0, putNote: 0xda, getNote: 0xca } as const;

/**
 * A card that is good for testing the way to it: SELECT by AID gives the FCI, ECHO (EE) returns its data,
 * PRODUCE (E0) returns as many bytes as asked for, PUT and GET DATA keep a byte in volatile memory, and every
 * signal is written down.
 */
export class EchoCard implements CardDevice {
  readonly signals: string[] = [];
  readonly #atr: Uint8Array;
  #powered = false;
  #note = 0;

  constructor(atr: Uint8Array = ATR_T1) {
    this.#atr = atr;
  }

  powerOn(): Uint8Array {
    return this.#start('on');
  }

  reset(): Uint8Array {
    return this.#start('reset');
  }

  powerOff(): void {
    this.signals.push('off');
    this.#powered = false;
  }

  process(bytes: Uint8Array): Uint8Array {
    if (!this.#powered) throw new Error('a command to a card without power');
    const command = parseCommandApdu(bytes);
    if ('fault' in command) return uintToBytes(0x6700, 2);
    const ok = (data: Uint8Array): Uint8Array => concatBytes(data, uintToBytes(0x9000, 2));
    switch (command.ins) {
      case INS.select:
        if (command.p1 !== 4 || !equalBytes(command.data, ECHO_AID)) return uintToBytes(0x6a82, 2);
        return ok(command.le === undefined ? new Uint8Array() : ECHO_FCI);
      case INS.echo:
        return ok(command.data);
      case INS.produce:
        return ok(Uint8Array.from({ length: command.le ?? 0 }, (_, index) => index % 251));
      case INS.putNote:
        this.#note = command.p2;
        return ok(new Uint8Array());
      case INS.getNote:
        return ok(Uint8Array.of(this.#note));
      default:
        return uintToBytes(0x6d00, 2);
    }
  }

  #start(signal: string): Uint8Array {
    this.signals.push(signal);
    this.#powered = true;
    this.#note = 0;
    return this.#atr;
  }
}
