import { setTimeout as delay } from 'node:timers/promises';
import type { CardDevice } from '../connection/card-device.js';
import { TransportError } from '../connection/transport-error.js';
import { openVpcdLink, type VpcdLink } from './vpcd-link.js';
import { VpcdSlot, type VpcdSlotEvent } from './vpcd-slot.js';

/** Port of the first slot as packaged; the second slot is the next port. */
export const VPCD_DEFAULT_PORT = 0x8c7b;

/** What happens at the card end, for a log: what the reader asked for, and the card going in and out. */
export type VpcdEvent = VpcdSlotEvent | { readonly kind: 'inserted' | 'removed' | 'reader-lost' };

/** Where the virtual reader is and how long to try. Times in milliseconds. */
export type VpcdOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default {@link VPCD_DEFAULT_PORT}. */
  readonly port?: number;
  /** How long the reader may take to notice a card; default 5,000 (it polls a few times a second). */
  readonly noticeTimeoutMs?: number;
  /** After the reader went away: how often and at what distance to try again; default 20 times, 500 ms apart. */
  readonly reconnect?: { readonly attempts: number; readonly delayMs: number };
  readonly onEvent?: (event: VpcdEvent) => void;
};

/**
 * Puts `device` into a slot of pcscd's virtual reader and serves it until {@link VpcdCardEnd.close}.
 * Resolves when the reader has noticed the card.
 * @throws {TransportError} `no-service` when nothing listens, `timeout` when the slot is taken by another card.
 */
export async function serveVpcd(device: CardDevice, options: VpcdOptions = {}): Promise<VpcdCardEnd> {
  const end = new VpcdCardEnd(device, options);
  await end.insert();
  return end;
}

/**
 * A card end for a slot of the virtual reader. The card is the TCP client: a connection is a card in the slot,
 * closing it takes the card out, and with it the power. {@link insert} and {@link remove} in turn, as hands do.
 */
export class VpcdCardEnd {
  /**
   * Settles when this end is finished: resolves after {@link close}; rejects with `no-service` when the reader went
   * away and did not come back, or with the exception of a device that failed. Unhandled it harms nobody.
   */
  readonly ended: Promise<void>;
  readonly #slot: VpcdSlot;
  readonly #options: VpcdOptions;
  readonly #onEvent: (event: VpcdEvent) => void;
  #finish!: (failure?: unknown) => void;
  #finished = false;
  /** Present while the card is in the slot or on its way into it; aborted to take it out. */
  #presence: AbortController | undefined;
  #link: VpcdLink | undefined;

  constructor(device: CardDevice, options: VpcdOptions = {}) {
    this.#options = options;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#slot = new VpcdSlot(device, this.#onEvent);
    this.ended = new Promise((resolve, reject) => {
      this.#finish = (failure) => {
        this.#finished = true;
        if (failure === undefined) resolve();
        else reject(failure);
      };
    });
    this.ended.catch(() => undefined);
  }

  /** Puts the card in; resolves when the reader has noticed it. Does nothing when it is in. @throws {TransportError} */
  async insert(): Promise<void> {
    if (this.#finished) throw new TransportError('closed', 'the card end is closed');
    if (this.#presence !== undefined) return;
    const presence = new AbortController();
    this.#presence = presence;
    try {
      await this.#open(presence);
    } catch (error) {
      if (this.#presence === presence) this.#presence = undefined;
      throw error;
    }
  }

  /** Takes the card out: it loses power at once; the reader notices at its next poll. Does nothing when it is out. */
  async remove(): Promise<void> {
    const link = this.#link;
    this.#presence?.abort();
    this.#presence = undefined;
    this.#link = undefined;
    await link?.close();
  }

  /** Takes the card out for good. */
  async close(): Promise<void> {
    await this.remove();
    this.#finish();
  }

  async #open(presence: AbortController): Promise<void> {
    const { host = '127.0.0.1', port = VPCD_DEFAULT_PORT, noticeTimeoutMs = 5_000 } = this.#options;
    const link = await openVpcdLink(this.#slot, { host, port, noticeTimeoutMs, signal: presence.signal });
    this.#link = link;
    this.#onEvent({ kind: 'inserted' });
    void link.closed.then(({ failure }) => this.#closed(presence, failure));
  }

  #closed(presence: AbortController, failure: unknown): void {
    this.#onEvent({ kind: 'removed' });
    if (presence.signal.aborted) return;
    this.#link = undefined;
    if (failure !== undefined) {
      this.#presence = undefined;
      this.#finish(failure);
      return;
    }
    this.#onEvent({ kind: 'reader-lost' });
    void this.#reopen(presence);
  }

  /** The reader went away (pcscd restarted): the card stays put and is there when the reader comes back. */
  async #reopen(presence: AbortController): Promise<void> {
    const { attempts, delayMs } = this.#options.reconnect ?? { attempts: 20, delayMs: 500 };
    let last: unknown = new TransportError('no-service', 'the virtual reader went away');
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await delay(delayMs, undefined, { signal: presence.signal });
        return await this.#open(presence);
      } catch (error) {
        if (presence.signal.aborted) return;
        last = error;
      }
    }
    if (this.#presence === presence) this.#presence = undefined;
    this.#finish(last);
  }
}
