import { connect } from 'node:net';
import { TransportError } from '../connection/transport-error.js';
import { encodeVpcdFrame, VpcdFrameReader } from './vpcd-frames.js';
import type { VpcdSlot } from './vpcd-slot.js';

/** Where a link goes and how long the reader may take to notice it. */
export type VpcdLinkOptions = {
  readonly host: string;
  readonly port: number;
  readonly noticeTimeoutMs: number;
  readonly signal: AbortSignal;
};

/** An open link to the virtual reader: a card in the slot. */
export type VpcdLink = {
  /** Sends what is still to be sent, closes, resolves when the socket is gone. */
  close(): Promise<void>;
  /** Resolves when the link is gone, whoever closed it; to the exception when answering failed. */
  readonly closed: Promise<{ readonly failure?: unknown }>;
};

/**
 * Connects, serves `slot` over the connection and resolves at the reader's first message. Waiting for that message
 * tells a free slot from one that is taken: the operating system accepts the connection in both cases.
 * @throws {TransportError} `no-service`, `timeout`, `aborted`.
 */
export async function openVpcdLink(slot: VpcdSlot, options: VpcdLinkOptions): Promise<VpcdLink> {
  const { host, port, noticeTimeoutMs, signal } = options;
  const place = `${host}:${port}`;
  const frames = new VpcdFrameReader();
  const socket = connect({ host, port, noDelay: true });
  let failure: { failure?: unknown } = {};

  const closed = new Promise<{ failure?: unknown }>((resolve) => {
    socket.once('close', () => {
      slot.powerLost();
      resolve(failure);
    });
  });
  const close = async (): Promise<void> => {
    socket.destroySoon();
    await closed;
  };

  let notice: () => void = () => undefined;
  socket.on('data', (piece) => {
    if (socket.writableEnded) return;
    notice();
    try {
      for (const message of frames.push(piece)) {
        const answer = slot.answer(message);
        if (answer !== undefined) socket.write(encodeVpcdFrame(answer));
      }
    } catch (error) {
      failure = { failure: error };
      socket.destroy();
    }
  });

  await new Promise<void>((resolve, reject) => {
    const fail = (error: TransportError): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = (): void =>
      fail(new TransportError('aborted', `putting the card into ${place} was given up`));
    const timer = setTimeout(() => {
      fail(
        new TransportError(
          'timeout',
          `the virtual reader at ${place} does not notice the card: its slot is taken`,
        ),
      );
    }, noticeTimeoutMs);
    notice = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      notice = () => undefined;
      resolve();
    };
    // Stays for the life of the socket: a reader that dies is an ordinary removal, told by 'close'.
    socket.on('error', (cause) => {
      const advice = 'start pcscd with the virtual reader of vsmartcard-vpcd';
      fail(new TransportError('no-service', `nothing listens on ${place}: ${advice}`, { cause }));
    });
    socket.once('close', () => {
      fail(new TransportError('no-service', `the virtual reader at ${place} closed the connection`));
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  return { close, closed };
}
