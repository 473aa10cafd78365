import type { CardConnection } from './card-connection.js';
import type { CardDevice } from './card-device.js';
import { connectionOver } from './connection-over.js';

/**
 * What passed over a connection, in order. The bytes are copies and complete: masking secrets is the business of
 * whoever shows or stores them. `answer-to-reset` comes once at the start and after each reset.
 */
export type TraceEvent =
  | { readonly kind: 'answer-to-reset'; readonly atr: Uint8Array }
  | { readonly kind: 'command'; readonly command: Uint8Array }
  | { readonly kind: 'response'; readonly command: Uint8Array; readonly response: Uint8Array }
  | { readonly kind: 'fault'; readonly command?: Uint8Array; readonly error: unknown }
  | { readonly kind: 'closed' };

/**
 * Tells `observer` of every exchange beneath this point of the stack: above the driver it sees what travels
 * (GET RESPONSE and chain links included), above the other decorators what the caller meant.
 * The observer runs before the caller gets the answer; what it throws reaches the caller.
 */
export function withTracing(inner: CardConnection, observer: (event: TraceEvent) => void): CardConnection {
  const watch = async <T>(operation: () => Promise<T>, command?: Uint8Array): Promise<T> => {
    try {
      return await operation();
    } catch (error) {
      observer({ kind: 'fault', ...(command && { command }), error });
      throw error;
    }
  };
  observer({ kind: 'answer-to-reset', atr: inner.atr.slice() });
  return connectionOver(inner, {
    transmit: async (bytes) => {
      const command = bytes.slice();
      observer({ kind: 'command', command });
      const response = await watch(() => inner.transmit(bytes), command);
      observer({ kind: 'response', command, response: response.slice() });
      return response;
    },
    reset: async () => {
      const atr = await watch(() => inner.reset());
      observer({ kind: 'answer-to-reset', atr: atr.slice() });
      return atr;
    },
    close: async () => {
      await watch(() => inner.close());
      observer({ kind: 'closed' });
    },
  });
}

/** The same at the card's end: tells `observer` of what a served card is asked, and `closed` when it loses its power. */
export function withDeviceTracing(device: CardDevice, observer: (event: TraceEvent) => void): CardDevice {
  const started = (atr: Uint8Array): Uint8Array => {
    observer({ kind: 'answer-to-reset', atr: atr.slice() });
    return atr;
  };
  return {
    powerOn: () => started(device.powerOn()),
    reset: () => started(device.reset()),
    powerOff: () => {
      device.powerOff();
      observer({ kind: 'closed' });
    },
    process: (bytes) => {
      const command = bytes.slice();
      observer({ kind: 'command', command });
      const response = device.process(bytes);
      observer({ kind: 'response', command, response: response.slice() });
      return response;
    },
  };
}
