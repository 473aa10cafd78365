import type { CardConnection, TransportProtocol } from '../connection/card-connection.js';
import { OneAtATime } from '../connection/one-at-a-time.js';
import { TransportError } from '../connection/transport-error.js';
import { requireT0Command } from '../t0/tpdu.js';
import { type PcscBindingCard, type PcscBindingContext, SCARD } from './pcsc-binding.js';
import { pcscError } from './pcsc-error.js';
import { openContext, type PcscWaitOptions, release, waitFor } from './pcsc-readers.js';

/** How to connect: which reader, how long to wait for a card, whether to share it. */
export type PcscConnectOptions = PcscWaitOptions & {
  /** `shared` (default) lets other programs use the card too; `exclusive` fails when one does. */
  readonly share?: 'shared' | 'exclusive';
  /** Protocols to offer; default both, and the card's first is taken. */
  readonly protocols?: readonly ('T=0' | 'T=1')[];
  /** What becomes of the card at the end: `reset` (default) so that no verified PIN outlives the connection. */
  readonly onClose?: 'reset' | 'leave';
};

/** A connection through the PC/SC service. */
export interface PcscConnection extends CardConnection {
  /** Full name of the reader. */
  readonly reader: string;
  /**
   * Runs `use` while no other program reaches the card; the others wait, or see a sharing violation. Begins when no
   * other program's transaction is under way. Transactions do not nest.
   * @throws {TransportError} as `transmit`; what `use` throws, after the transaction ended.
   */
  transaction<T>(use: () => Promise<T>): Promise<T>;
}

/** How long PC/SC may take to notice that a card which stopped answering is gone, in milliseconds. */
const REMOVAL_NOTICE_MS = 1_000;

/**
 * Connects to the card in a PC/SC reader, waiting up to `timeoutMs` for one. Commands run on threads of Node.js's
 * pool, so the card may be served by this very thread.
 * @throws {TransportError} `no-binding`, `no-service`, `no-reader`, `no-card` or `timeout`, `card-mute`,
 * `sharing-violation`, `aborted`.
 */
export async function connectPcsc(options: PcscConnectOptions = {}): Promise<PcscConnection> {
  const context = await openContext(options.binding);
  let place = 'PC/SC';
  try {
    const { name } = await waitFor(context, options, (reader) => reader.cardPresent);
    place = name;
    const share = options.share === 'exclusive' ? SCARD.shareExclusive : SCARD.shareShared;
    let protocols = 0;
    for (const protocol of options.protocols ?? ['T=0', 'T=1']) {
      protocols |= protocol === 'T=0' ? SCARD.protocolT0 : SCARD.protocolT1;
    }
    const card = await context.connect(name, share, protocols);
    return new ServiceConnection({
      context,
      card,
      reader: name,
      share,
      protocols,
      onClose: options.onClose ?? 'reset',
    });
  } catch (error) {
    await release(context);
    throw pcscError(error, place);
  }
}

type ConnectionParts = {
  readonly context: PcscBindingContext;
  readonly card: PcscBindingCard;
  readonly reader: string;
  readonly share: number;
  readonly protocols: number;
  readonly onClose: 'reset' | 'leave';
};

class ServiceConnection implements PcscConnection {
  readonly #parts: ConnectionParts;
  readonly #guard = new OneAtATime();
  #atr: Uint8Array;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#atr = parts.card.atr.slice();
  }

  get reader(): string {
    return this.#parts.reader;
  }

  get atr(): Uint8Array {
    return this.#atr.slice();
  }

  get protocol(): TransportProtocol {
    return this.#parts.card.protocol === SCARD.protocolT0 ? 'T=0' : 'T=1';
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      const { card, reader } = this.#parts;
      let response: Uint8Array;
      try {
        response = await card.transmit(this.#asSent(command));
        if (response.length < 2) {
          throw new TransportError('card-mute', `${reader}: the card answered ${response.length} bytes`);
        }
      } catch (cause) {
        throw await this.#explain(pcscError(cause, reader));
      }
      return response;
    });
  }

  /** Under T=0 PC/SC takes TPDUs: case 4 without Le (PC/SC part 5, 3.2.2). @throws {TransportError} `protocol` */
  #asSent(command: Uint8Array): Uint8Array {
    // A copy: the command is read on another thread while the caller may already reuse its bytes.
    if (this.protocol !== 'T=0') return command.slice();
    const { header, data } = requireT0Command(command);
    return Buffer.concat([header, data]);
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      await this.#reconnect();
      this.#atr = this.#parts.card.atr.slice();
      return this.atr;
    });
  }

  async transaction<T>(use: () => Promise<T>): Promise<T> {
    const { card } = this.#parts;
    await this.#guard.run(() => this.#told(card.beginTransaction()));
    let result: T;
    try {
      result = await use();
    } catch (error) {
      // Why `use` failed is what the caller wants to know; a card that is gone has no transaction any more.
      await this.#guard.runNext(() => card.endTransaction(SCARD.leaveCard)).catch(() => undefined);
      throw error;
    }
    await this.#guard.runNext(() => this.#told(card.endTransaction(SCARD.leaveCard)));
    return result;
  }

  close(): Promise<void> {
    const { card, context, onClose } = this.#parts;
    return this.#guard.close(async () => {
      // The card or the reader may be gone, and the handle with it.
      await card.disconnect(onClose === 'reset' ? SCARD.resetCard : SCARD.leaveCard).catch(() => undefined);
      await release(context);
    });
  }

  #reconnect(): Promise<void> {
    const { card, share, protocols } = this.#parts;
    return this.#told(card.reconnect(share, protocols, SCARD.resetCard));
  }

  async #told<T>(said: Promise<T>): Promise<T> {
    try {
      return await said;
    } catch (cause) {
      throw pcscError(cause, this.#parts.reader);
    }
  }

  /** A card taken out during a command first shows as a failed or empty answer; the service notices a moment later. */
  async #explain(error: TransportError): Promise<TransportError> {
    const { context, reader } = this.#parts;
    if (error.code === 'no-card')
      return new TransportError('card-removed', error.message, { cause: error.cause });
    if (error.code !== 'io' && error.code !== 'card-mute') return error;
    try {
      await waitFor(context, { reader, timeoutMs: REMOVAL_NOTICE_MS }, (state) => !state.cardPresent);
    } catch {
      return error;
    }
    return new TransportError('card-removed', `${reader}: the card was taken out during a command`, {
      cause: error,
    });
  }
}
