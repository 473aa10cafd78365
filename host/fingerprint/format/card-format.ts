/**
 * The compact card format of ISO/IEC 19794-2:2005 (8): three bytes a minutia, x and y in tenths of a
 * millimetre, then type (2 bits) and angle (6 bits of 5.625 degrees).
 */

import { type FingerView, MINUTIA_TYPES, type Minutia } from './finger-record.js';

/** Most minutiae of one finger on a card. */
export const CARD_MINUTIAE = 60;
export const CARD_MINUTIA_BYTES = 3;
/** Pixels per centimetre of a tenth of a millimetre. */
const CARD_PER_CM = 100;

export type ParsedCardFormat =
  | { readonly ok: true; readonly view: FingerView }
  | {
      readonly ok: false;
      readonly fault: 'length' | 'minutia-count' | 'minutia-type';
      /** Minutia counted from 0, where the fault is in one. */
      readonly minutia?: number;
    };

/**
 * The minutiae that stay when at most `most` may: first those of the lowest quality go, then, of equal
 * quality, those farthest from the centre of mass of all. The order of those that stay does not change.
 */
export function pruneMinutiae(minutiae: readonly Minutia[], most: number): readonly Minutia[] {
  if (minutiae.length <= most) return minutiae;
  const centreX = minutiae.reduce((sum, { x }) => sum + x, 0) / minutiae.length;
  const centreY = minutiae.reduce((sum, { y }) => sum + y, 0) / minutiae.length;
  const ranked = minutiae.map((minutia, index) => ({
    index,
    quality: minutia.quality,
    distance: (minutia.x - centreX) ** 2 + (minutia.y - centreY) ** 2,
  }));
  ranked.sort((a, b) => b.quality - a.quality || a.distance - b.distance || a.index - b.index);
  const kept = new Set(ranked.slice(0, most).map(({ index }) => index));
  return minutiae.filter((_, index) => kept.has(index));
}

/**
 * A view in the compact card format.
 * @throws {RangeError} for a coordinate beyond 25.5 mm: no finger is that long when its image is cut to it.
 */
export function encodeCardFormat(view: FingerView, most = CARD_MINUTIAE): Uint8Array {
  const { xPerCm, yPerCm } = view.image;
  const kept = pruneMinutiae(view.minutiae, most);
  // Only the distances count, so the smallest coordinates become zero.
  const left = Math.min(...kept.map(({ x }) => x));
  const top = Math.min(...kept.map(({ y }) => y));
  const bytes = new Uint8Array(CARD_MINUTIA_BYTES * kept.length);
  kept.forEach(({ type, x, y, angle }, i) => {
    const columns = Math.round(((x - left) * CARD_PER_CM) / xPerCm);
    const rows = Math.round(((y - top) * CARD_PER_CM) / yPerCm);
    if (columns > 255 || rows > 255) throw new RangeError('a minutia lies farther than 25.5 mm from another');
    bytes.set([columns, rows, (MINUTIA_TYPES.indexOf(type) << 6) | (Math.round(angle / 4) & 63)], 3 * i);
  });
  return bytes;
}

/** A view whose pixels are tenths of a millimetre, as the matcher takes any other. */
export function decodeCardFormat(bytes: Uint8Array, position: FingerView['position'] = 0): ParsedCardFormat {
  if (bytes.length % CARD_MINUTIA_BYTES !== 0) return { ok: false, fault: 'length' };
  const count = bytes.length / CARD_MINUTIA_BYTES;
  if (count > CARD_MINUTIAE) return { ok: false, fault: 'minutia-count' };
  const minutiae: Minutia[] = [];
  for (let i = 0; i < count; i++) {
    const [x, y, typeAndAngle] = [bytes[3 * i]!, bytes[3 * i + 1]!, bytes[3 * i + 2]!];
    const type = MINUTIA_TYPES[typeAndAngle >> 6];
    if (type === undefined) return { ok: false, fault: 'minutia-type', minutia: i };
    minutiae.push({ type, x, y, angle: (typeAndAngle & 63) * 4, quality: 0 });
  }
  const image = { width: 256, height: 256, xPerCm: CARD_PER_CM, yPerCm: CARD_PER_CM };
  return {
    ok: true,
    view: { position, viewNumber: 0, impressionType: 0, quality: 0, image, minutiae, extended: [] },
  };
}
