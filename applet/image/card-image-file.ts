/**
 * A card in a file: both memories to the last bit, the limits that they were made for, the wear of
 * the flash. It holds every secret of the card in the clear.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '../../apdu/index.js';
import type { Card, CardImage } from '../os/card.js';
import type { Owner } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import { SPARE_BYTES } from '../runtime/flash.js';
import { type FlashWear, wearOf } from '../runtime/wear.js';
import { type ByteReader, MalformedFile } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type FileFormat, type FileResult, openFile, sealFile } from './checked-file.js';

/** The format of a card image file. */
export const CARD_IMAGE_FORMAT: FileFormat = { name: 'IMISCI', version: 1 };

/** A card as a file holds it. */
export type SavedCard = {
  /** Identifier of the application on the card. */
  readonly application: string;
  /** Name of the profile that the limits come from, for people. */
  readonly profile: string;
  readonly limits: CardLimits;
  /** Its random numbers followed from a seed: whoever knows the seed knows its keys. */
  readonly seeded: boolean;
  /** {@link layoutDigest} of the programs that wrote the memories. */
  readonly layout: Uint8Array;
  readonly image: CardImage;
  readonly wear: FlashWear;
};

const LAYOUT_BYTES = 32;

/** A number that stands for who owns which bytes: programs with another one can not use the memories. */
export function layoutDigest(owners: {
  readonly nvm: readonly Owner[];
  readonly ram: readonly Owner[];
}): Uint8Array {
  const lines = (memory: string, list: readonly Owner[]) =>
    list.map(({ name, offset, length }) => `${memory} ${offset} ${length} ${name}\n`);
  return sha256(utf8ToBytes([...lines('NVM', owners.nvm), ...lines('RAM', owners.ram)].join('')));
}

/** What a card is now. */
export function savedCardOf(card: Card, profile: string, seeded: boolean): SavedCard {
  return {
    application: card.application,
    profile,
    seeded,
    limits: card.limits,
    layout: layoutDigest(card.owners),
    image: card.image(),
    wear: wearOf(card.nvm.flash),
  };
}

/** The bytes of a card image file. */
export function encodeCardImage(saved: SavedCard): Uint8Array {
  const { limits, image, wear } = saved;
  const content = new ByteWriter().text(saved.application).text(saved.profile);
  content.uint(saved.seeded ? 1 : 0, 1);
  writeLimits(content, limits);
  content.raw(saved.layout);
  content
    .uint(image.powered ? 1 : 0, 1)
    .sized(image.nvm)
    .sized(image.ram);
  content.counts(wear.erases).counts(wear.programs);
  return sealFile(CARD_IMAGE_FORMAT, content.bytes());
}

/** The card in a file. */
export function parseCardImage(file: Uint8Array): FileResult<SavedCard> {
  return openFile(CARD_IMAGE_FORMAT, file, (content) => {
    const application = content.text();
    const profile = content.text();
    const seeded = content.flag();
    const limits = readLimits(content);
    const layout = content.raw(LAYOUT_BYTES);
    const powered = content.flag();
    const image = { nvm: content.sized(), ram: content.sized(), powered };
    const saved = {
      application,
      profile,
      seeded,
      limits,
      layout,
      image,
      wear: { erases: content.counts(), programs: content.counts() },
    };
    assertSizes(saved);
    return saved;
  });
}

function writeLimits(content: ByteWriter, limits: CardLimits): void {
  content
    .uint(limits.nvmBytes, 4)
    .uint(limits.ramBytes, 4)
    .uint(limits.commitBufferBytes, 4)
    .uint(limits.apduBufferBytes, 4)
    .uint(limits.pageBytes, 4)
    .uint(limits.enduranceCycles, 4)
    .uint(limits.extendedLength ? 1 : 0, 1);
}

function readLimits(content: ByteReader): CardLimits {
  return {
    nvmBytes: content.uint(4),
    ramBytes: content.uint(4),
    commitBufferBytes: content.uint(4),
    apduBufferBytes: content.uint(4),
    pageBytes: content.uint(4),
    enduranceCycles: content.uint(4),
    extendedLength: content.flag(),
  };
}

/** The memories are as large as the limits say. */
function assertSizes({ limits, image, wear }: SavedCard): void {
  if (limits.pageBytes === 0) throw new MalformedFile('its pages have no bytes');
  const pages = Math.floor(limits.nvmBytes / limits.pageBytes);
  const fits =
    image.nvm.length === pages * (limits.pageBytes + SPARE_BYTES) &&
    image.ram.length === limits.ramBytes &&
    wear.erases.length === pages &&
    wear.programs.length === pages;
  if (!fits) throw new MalformedFile('its memories do not have the sizes that its limits name');
}
