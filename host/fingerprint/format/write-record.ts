/** Writes ISO/IEC 19794-2:2005, the format of the wire (eq. 13). */

import { concatBytes, uintToBytes } from '../../../apdu/index.js';
import { type FingerRecord, type FingerView, type ImageSize, MINUTIA_TYPES } from './finger-record.js';
import { MAGIC, VERSION_20 } from './parse-record.js';

const HEADER_BYTES = 24;

/**
 * The record as ISO/IEC 19794-2:2005, whatever format it was read from: 24 bytes and for each view
 * 6 + 6n + extended data.
 * @throws {RangeError} for views of images that differ, or a value that its field does not hold.
 */
export function writeFingerRecord({ captureDevice, views }: Omit<FingerRecord, 'format'>): Uint8Array {
  if (views.length === 0 || views.length > 255) throw new RangeError('a record has 1 to 255 views');
  const { image } = views[0]!;
  if (views.some((view) => !sameImage(view.image, image))) {
    throw new RangeError('a record of 2005 has one image size for all views');
  }
  const bodies = views.map(viewBytes);
  const total = HEADER_BYTES + bodies.reduce((sum, body) => sum + body.length, 0);
  return concatBytes(
    uintToBytes(MAGIC, 4),
    uintToBytes(VERSION_20, 4),
    uintToBytes(total, 4),
    uintToBytes(captureDevice, 2),
    ...[image.width, image.height, image.xPerCm, image.yPerCm].map((value) => uintToBytes(value, 2)),
    Uint8Array.of(views.length, 0),
    ...bodies,
  );
}

function sameImage(a: ImageSize, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height && a.xPerCm === b.xPerCm && a.yPerCm === b.yPerCm;
}

function viewBytes({
  position,
  viewNumber,
  impressionType,
  quality,
  image,
  minutiae,
  extended,
}: FingerView): Uint8Array {
  if (minutiae.length > 255) throw new RangeError('a view has at most 255 minutiae');
  if (viewNumber > 15 || impressionType > 15)
    throw new RangeError('view number and impression type have 4 bits');
  const blocks = extended.map(({ type, data }) =>
    concatBytes(uintToBytes(type, 2), uintToBytes(data.length + 4, 2), data),
  );
  const extendedBytes = blocks.reduce((sum, block) => sum + block.length, 0);
  return concatBytes(
    Uint8Array.of(position, (viewNumber << 4) | impressionType, quality, minutiae.length),
    ...minutiae.map((minutia) => {
      if (minutia.x >= image.width || minutia.y >= image.height) {
        throw new RangeError('a minutia lies outside of its image');
      }
      return concatBytes(
        uintToBytes((MINUTIA_TYPES.indexOf(minutia.type) << 14) | minutia.x, 2),
        uintToBytes(minutia.y, 2),
        uintToBytes(minutia.angle, 1),
        uintToBytes(minutia.quality, 1),
      );
    }),
    uintToBytes(extendedBytes, 2),
    ...blocks,
  );
}
