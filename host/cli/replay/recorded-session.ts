/**
 * A recorded session: what went to each card and came back, the image each card started from and the
 * random bytes it drew, so that the same programs answer the same bytes again. It holds every secret
 * of the cards, PINs included.
 */

import { createHash } from 'node:crypto';
import {
  ByteWriter,
  type CardImage,
  encodeCardImage,
  type FileFormat,
  type FileResult,
  MalformedFile,
  openFile,
  parseCardImage,
  type SavedCard,
  sealFile,
} from '../../../applet/index.js';

/** The format of a session file. */
export const SESSION_FORMAT: FileFormat = { name: 'IMISRS', version: 1 };

/** A card that took part. */
export type SessionCard = {
  /** Who carries it. */
  readonly holder: string;
  readonly start: SavedCard;
  /** {@link memoryDigest} after the last event. */
  readonly endDigest: Uint8Array;
};

/** A command with its response, or a reset (no command) with the answer to it. */
export type SessionEvent = {
  readonly kind: 'command' | 'reset';
  /** Index of the card. */
  readonly card: number;
  readonly command: Uint8Array;
  readonly response: Uint8Array;
  /** What the card drew from its random number generator, one draw after the other. */
  readonly random: Uint8Array;
};

export type RecordedSession = {
  readonly cards: readonly SessionCard[];
  /** In the order in which they happened. */
  readonly events: readonly SessionEvent[];
};

const DIGEST_BYTES = 32;

/** SHA-256 over both memories and whether there is power. */
export function memoryDigest(image: CardImage): Uint8Array {
  const hash = createHash('sha256').update(image.nvm).update(image.ram);
  return new Uint8Array(hash.update(Uint8Array.of(image.powered ? 1 : 0)).digest());
}

/** The bytes of a session file. */
export function encodeSession(session: RecordedSession): Uint8Array {
  const content = new ByteWriter().uint(session.cards.length, 1);
  for (const { holder, start, endDigest } of session.cards) {
    content.text(holder).sized(encodeCardImage(start)).raw(endDigest);
  }
  content.uint(session.events.length, 4);
  for (const event of session.events) {
    content.uint(event.kind === 'reset' ? 1 : 0, 1).uint(event.card, 1);
    content.sized(event.command).sized(event.response).sized(event.random);
  }
  return sealFile(SESSION_FORMAT, content.bytes());
}

/** The session in a file. */
export function parseSession(file: Uint8Array): FileResult<RecordedSession> {
  return openFile(SESSION_FORMAT, file, (content) => {
    const cards = Array.from({ length: content.uint(1) }, () => ({
      holder: content.text(),
      start: parseStart(content.sized()),
      endDigest: content.raw(DIGEST_BYTES),
    }));
    const events: SessionEvent[] = [];
    for (let left = content.uint(4); left > 0; left--) {
      const kind = content.flag() ? 'reset' : 'command';
      const card = content.uint(1);
      if (card >= cards.length) throw new MalformedFile(`event ${events.length + 1} names no card`);
      events.push({
        kind,
        card,
        command: content.sized(),
        response: content.sized(),
        random: content.sized(),
      });
    }
    return { cards, events };
  });
}

function parseStart(file: Uint8Array): SavedCard {
  const image = parseCardImage(file);
  if (image.ok) return image.value;
  const { fault } = image;
  throw new MalformedFile(
    fault.kind === 'damaged'
      ? `in the image of a card, ${fault.what}`
      : `the image of a card is unreadable (${fault.kind})`,
  );
}
