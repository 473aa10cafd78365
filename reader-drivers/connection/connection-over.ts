import type { CardConnection } from './card-connection.js';
import { OneAtATime } from './one-at-a-time.js';

/** What a decorator changes; everything else goes to the inner connection. */
export type ConnectionChanges = {
  readonly transmit: (command: Uint8Array) => Promise<Uint8Array>;
  readonly reset?: () => Promise<Uint8Array>;
  readonly close?: () => Promise<void>;
};

/**
 * A connection over `inner` with some operations changed: the base of every decorator.
 * Guarded like a driver, because a command of the caller may take several exchanges and no other may come between.
 */
export function connectionOver(inner: CardConnection, changes: ConnectionChanges): CardConnection {
  const guard = new OneAtATime();
  const { transmit, reset = () => inner.reset(), close = () => inner.close() } = changes;
  return {
    get atr() {
      return inner.atr;
    },
    get protocol() {
      return inner.protocol;
    },
    transmit: (command) => guard.run(() => transmit(command)),
    reset: () => guard.run(reset),
    close: () => guard.close(close),
  };
}
