import type { CardConnection, TransportProtocol } from '../connection/card-connection.js';
import { OneAtATime } from '../connection/one-at-a-time.js';
import { TransportError } from '../connection/transport-error.js';
import { requireT0Command } from '../t0/tpdu.js';
import { type PcscBindingCard, type PcscBindingContext, SCARD } from './pcsc-binding.js';
import { pcscError } from './pcsc-error.js';
import { openContext, type PcscWaitOptions, waitFor } from './pcsc-readers.js';

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
}

/** Longest response APDU, 65,536 data bytes and the status word; the binding's own default holds 258. */
const MAX_RESPONSE_LENGTH = 65_538;
/** How long PC/SC may take to notice that a card which stopped answering is gone, in milliseconds. */
const REMOVAL_NOTICE_MS = 1_000;

/**
 * Connects to the card in a PC/SC reader, waiting up to `timeoutMs` for one. Not for a card that is served from this
 * very thread: closing blocks it while pcscd may be waiting for that card.
 * @throws {TransportError} `no-binding`, `no-service`, `no-reader`, `no-card` or `timeout`, `card-mute`,
 * `sharing-violation`, `aborted`.
 */
export async function connectPcsc(options: PcscConnectOptions = {}): Promise<PcscConnection> {
  const context = openContext(options.binding);
  let place = 'PC/SC';
  try {
    const { name } = await waitFor(context, options, (reader) => reader.cardPresent);
    place = name;
    const reader = context.listReaders().find((candidate) => candidate.name === name);
    if (reader === undefined) throw new TransportError('no-reader', `${name}: the reader was unplugged`);
    const share = options.share === 'exclusive' ? SCARD.shareExclusive : SCARD.shareShared;
    let protocols = 0;
    for (const protocol of options.protocols ?? ['T=0', 'T=1']) {
      protocols |= protocol === 'T=0' ? SCARD.protocolT0 : SCARD.protocolT1;
    }
    const card = await reader.connect(share, protocols);
    return new ServiceConnection({
      context,
      card,
      reader: name,
      share,
      protocols,
      onClose: options.onClose ?? 'reset',
    });
  } catch (error) {
    context.close();
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
    this.#atr = Uint8Array.from(parts.card.atr ?? []);
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
        response = await card.transmit(this.#asSent(command), { maxRecvLength: MAX_RESPONSE_LENGTH });
        if (response.length < 2) {
          throw new TransportError('card-mute', `${reader}: the card answered ${response.length} bytes`);
        }
      } catch (cause) {
        throw await this.#explain(pcscError(cause, reader));
      }
      return Uint8Array.from(response);
    });
  }

  /** Under T=0 PC/SC takes TPDUs: case 4 without Le (PC/SC part 5, 3.2.2). @throws {TransportError} `protocol` */
  #asSent(command: Uint8Array): Buffer {
    if (this.protocol !== 'T=0') return Buffer.from(command);
    const { header, data } = requireT0Command(command);
    return Buffer.concat([header, data]);
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      await this.#reconnect();
      this.#atr = Uint8Array.from(this.#parts.card.atr ?? []);
      return this.atr;
    });
  }

  close(): Promise<void> {
    const { card, context, onClose } = this.#parts;
    return this.#guard.close(async () => {
      try {
        // By reconnecting, on a thread: `disconnect` would block this one for as long as the card takes to reset.
        if (onClose === 'reset') await this.#reconnect();
      } catch {
        // No card left to reset.
      }
      try {
        card.disconnect(SCARD.leaveCard);
      } catch {
        // The reader is gone, and the handle with it.
      } finally {
        context.close();
      }
    });
  }

  async #reconnect(): Promise<void> {
    const { card, reader, share, protocols } = this.#parts;
    try {
      await card.reconnect(share, protocols, SCARD.resetCard);
    } catch (cause) {
      throw pcscError(cause, reader);
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
