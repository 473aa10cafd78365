/** Cards that are wrong in one way each, made from a good card by changing bytes on their way. */

import { concatBytes, encodeCommandApdu, parseCommandApdu, toHex, utf8ToBytes } from '../../apdu/index.js';
import type { CardConnection } from '../../reader-drivers/index.js';
import { TransportError } from '../../reader-drivers/index.js';
import type { Fault } from './simulated-target.js';

type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

/** A fault that sees every command and the way to the good card. */
export function transmitting(make: (inner: CardConnection) => Transmit): Fault {
  return (inner) => {
    const transmit = make(inner);
    return {
      get atr() {
        return inner.atr;
      },
      protocol: inner.protocol,
      transmit,
      reset: () => inner.reset(),
      close: () => inner.close(),
    };
  };
}

/** Changes answers; `ins` limits it to one instruction. */
export function answering(
  change: (response: Uint8Array, command: Uint8Array) => Uint8Array,
  ins?: number,
): Fault {
  return transmitting((inner) => async (command) => {
    const response = await inner.transmit(command);
    return ins === undefined || command[1] === ins ? change(response, command) : response;
  });
}

/** Changes commands before the card sees them. */
export function receiving(change: (command: Uint8Array) => Uint8Array): Fault {
  return transmitting((inner) => (command) => inner.transmit(change(command)));
}

/** READ RECORD takes one mode of P2 for another. */
export function recordMode(from: number, to: number): Fault {
  return receiving((c) =>
    c[1] === 0xb2 && (c[3]! & 7) === from
      ? Uint8Array.of(...c.subarray(0, 3), (c[3]! & 0xf8) | to, ...c.subarray(4))
      : c,
  );
}

export function sw(response: Uint8Array): string {
  return toHex(response.subarray(-2));
}

export const OK = Uint8Array.of(0x90, 0x00);

/** Answers `to` instead of the status word `from`. */
export function statusInsteadOf(from: string, to: Uint8Array, ins?: number): Fault {
  return answering((response) => (sw(response) === from ? to : response), ins);
}

/** Gives the first answer of an instruction (and P1) again and again. */
export function sameAnswer(ins: number, p1?: number): Fault {
  return (inner) => {
    let kept: Uint8Array | undefined;
    return transmitting((good) => async (command) => {
      const response = await good.transmit(command);
      if (command[1] !== ins || (p1 !== undefined && command[2] !== p1)) return response;
      if (response.at(-2) === 0x90 || response.at(-2) === 0x61) kept ??= response;
      return kept ?? response;
    })(inner);
  };
}

/** Flips a bit of the data, `from` bytes before the status word. */
export function flipping(from: number, ins: number, cla?: number): Fault {
  return answering((response, command) => {
    if (response.length < from + 2 || (cla !== undefined && command[0] !== cla)) return response;
    const copy = response.slice();
    copy[copy.length - 2 - from]! ^= 0x01;
    return copy;
  }, ins);
}

/** A reset that the card does not notice. */
export const deafToReset: Fault = (inner) => ({
  get atr() {
    return inner.atr;
  },
  protocol: inner.protocol,
  transmit: (command) => inner.transmit(command),
  reset: async () => inner.atr,
  close: () => inner.close(),
});

/** The PIN of the suite's cards, which a card with such a fault would know. */
const PIN = utf8ToBytes('135790');
const VERIFY_RIGHT = encodeCommandApdu({ cla: 0, ins: 0x20, p1: 0, p2: 0x81, data: PIN });

/** Takes any beginning of the PIN for the PIN. */
export const prefixAccepted: Fault = receiving((command) => {
  const apdu = parseCommandApdu(command);
  if ('fault' in apdu || apdu.ins !== 0x20 || apdu.data.length === 0) return command;
  const isPrefix = apdu.data.every((byte, i) => byte === PIN[i]);
  return isPrefix ? VERIFY_RIGHT : command;
});

/** Gives the tries back whenever power is applied. */
export const triesBackWithPower: Fault = transmitting((inner) => {
  let first = true;
  return async (command) => {
    if (!first) return inner.transmit(command);
    first = false;
    const aid = command.subarray(5);
    const selected = await inner.transmit(command);
    if (aid.length === 0 || sw(selected) !== '9000') return selected;
    await inner.transmit(VERIFY_RIGHT);
    return inner.transmit(command);
  };
});

/** Keeps links of a chain to itself and forgets them without a word when another command comes. */
export const forgivingChains: Fault = transmitting((inner) => {
  let parts: Uint8Array[] = [];
  return async (command) => {
    const apdu = parseCommandApdu(command);
    if ('fault' in apdu) return inner.transmit(command);
    if ((apdu.cla & 0x10) !== 0 && apdu.cla < 0xa0) {
      parts.push(apdu.data.slice());
      return OK;
    }
    const data = concatBytes(...parts, apdu.data);
    parts = [];
    return inner.transmit(data.length > 255 ? command : encodeCommandApdu({ ...apdu, data }));
  };
});

/** Never answers the `n`-th command. */
export function mute(n: number): Fault {
  return transmitting((inner) => {
    let count = 0;
    return (command) => (++count < n ? inner.transmit(command) : new Promise<never>(() => undefined));
  });
}

/** Is pulled out at the `n`-th command. */
export function pulledOut(n: number): Fault {
  return transmitting((inner) => {
    let count = 0;
    return async (command) => {
      if (++count < n) return inner.transmit(command);
      throw new TransportError('card-removed', 'the card was taken out');
    };
  });
}
