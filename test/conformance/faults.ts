/** Cards that answer wrongly or not at all, made from a good card by changing bytes on their way. */

import { toHex } from '../../apdu/index.js';
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

function sw(response: Uint8Array): string {
  return toHex(response.subarray(-2));
}

/** Answers `to` instead of the status word `from`. */
export function statusInsteadOf(from: string, to: Uint8Array, ins?: number): Fault {
  return answering((response) => (sw(response) === from ? to : response), ins);
}

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
