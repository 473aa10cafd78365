/**
 * Strict parsers of ISO/IEC 19794-2:2005 (7), ISO/IEC 19794-2:2011 (8) and ANSI INCITS 378-2004 (6). What a
 * standard reserves is refused, so that nothing enters the gallery that two readers could understand differently.
 */

import {
  type ExtendedBlock,
  type FingerPosition,
  type FingerRecord,
  type FingerView,
  type ImageSize,
  MINUTIA_TYPES,
  type Minutia,
  type ParsedRecord,
  type RecordFormat,
} from './finger-record.js';
import { RecordFaultSignal, RecordReader } from './record-reader.js';

/** "FMR\0", then the version. */
export const MAGIC = 0x464d_5200;
export const VERSION_20 = 0x2032_3000;
const VERSION_30 = 0x3033_3000;

const HEADER_2005_BYTES = 24;
const HEADER_2011_BYTES = 15;
/** Most views of one record in the formats of 2004 and 2005: 16 impressions of each of 11 positions. */
const MOST_VIEWS = 176;
/** A record of 64 KiB would hold 42 full views; more is nobody's finger. It also keeps the long form of ANSI out. */
const MOST_BYTES = 65_535;
/** Values of a quality of 2011 that say that there is none. */
const NO_QUALITY_2011 = [254, 255];

/** How a format of 2004 or 2005 writes an angle. */
type AngleUnit = '360/256' | '2 degrees';

/** The record in `bytes`, or the first thing that is wrong with it. */
export function parseFingerRecord(bytes: Uint8Array): ParsedRecord {
  try {
    return { ok: true, record: readRecord(new RecordReader(bytes), bytes.length) };
  } catch (error) {
    if (error instanceof RecordFaultSignal) return { ok: false, fault: error.fault };
    throw error;
  }
}

function readRecord(reader: RecordReader, total: number): FingerRecord {
  reader.expect(total >= HEADER_2011_BYTES && total <= MOST_BYTES, 'length');
  reader.expect(reader.uint(4) === MAGIC, 'magic', 4);
  const version = reader.uint(4);
  if (version === VERSION_30) return read2011(reader, total);
  reader.expect(version === VERSION_20, 'magic', 4);
  reader.expect(total >= HEADER_2005_BYTES, 'truncated');
  // ISO counts in four bytes, of which the first two are zero below 64 KiB; ANSI in two, which never are.
  const firstTwo = reader.uint(2);
  if (firstTwo !== 0) {
    reader.expect(firstTwo === total, 'length', 2);
    const owner = reader.uint(4);
    reader.expect(owner !== 0, 'reserved-bits', 4);
    return readViews(reader, 'ansi-378:2004', '2 degrees');
  }
  reader.expect(reader.uint(2) === total, 'length', 4);
  return readViews(reader, 'iso-19794-2:2005', '360/256');
}

function readViews(reader: RecordReader, format: RecordFormat, unit: AngleUnit): FingerRecord {
  const captureDevice = reader.uint(2);
  const image = readImage(reader);
  const count = reader.uint(1);
  reader.expect(count > 0 && count <= MOST_VIEWS, 'view-count', 1);
  reader.expect(reader.uint(1) === 0, 'reserved-bits', 1);
  const views: FingerView[] = [];
  for (let i = 0; i < count; i++) views.push(readView(reader, i, image, unit));
  reader.view = undefined;
  reader.expect(reader.left === 0, 'trailing-bytes');
  return { format, captureDevice, views };
}

function readImage(reader: RecordReader): ImageSize {
  const [width, height, xPerCm, yPerCm] = [reader.uint(2), reader.uint(2), reader.uint(2), reader.uint(2)];
  expectImage(reader, { width, height, xPerCm, yPerCm });
  return { width, height, xPerCm, yPerCm };
}

function expectImage(reader: RecordReader, { width, height, xPerCm, yPerCm }: ImageSize): void {
  reader.expect(width > 0 && height > 0, 'image-size');
  reader.expect(xPerCm > 0 && yPerCm > 0, 'resolution');
}

function readView(reader: RecordReader, index: number, image: ImageSize, unit: AngleUnit): FingerView {
  reader.view = index;
  const position = readPosition(reader);
  const numberAndType = reader.uint(1);
  const quality = reader.uint(1);
  reader.expect(quality <= 100, 'quality', 1);
  const count = reader.uint(1);
  const minutiae = readMinutiae(reader, count, image, unit, 6);
  return {
    position,
    viewNumber: numberAndType >> 4,
    impressionType: numberAndType & 15,
    quality,
    image,
    minutiae,
    extended: readExtended(reader),
  };
}

function readPosition(reader: RecordReader): FingerPosition {
  const position = reader.uint(1);
  reader.expect(position <= 10, 'finger-position', 1);
  return position as FingerPosition;
}

function readMinutiae(
  reader: RecordReader,
  count: number,
  { width, height }: ImageSize,
  unit: AngleUnit,
  minutiaBytes: number,
  unreported: readonly number[] = [],
): Minutia[] {
  const minutiae: Minutia[] = [];
  for (let i = 0; i < count; i++) {
    reader.minutia = i;
    const typeAndX = reader.uint(2);
    const type = MINUTIA_TYPES[typeAndX >> 14];
    reader.expect(type !== undefined, 'minutia-type', 2);
    const x = typeAndX & 0x3fff;
    reader.expect(x < width, 'outside-image', 2);
    const reservedAndY = reader.uint(2);
    reader.expect(reservedAndY >> 14 === 0, 'reserved-bits', 2);
    reader.expect(reservedAndY < height, 'outside-image', 2);
    const angle = readAngle(reader, unit);
    const reported = minutiaBytes === 6 ? reader.uint(1) : 0;
    const quality = unreported.includes(reported) ? 0 : reported;
    reader.expect(quality <= 100, 'quality', 1);
    minutiae.push({ type: type!, x, y: reservedAndY, angle, quality });
  }
  reader.minutia = undefined;
  return minutiae;
}

function readAngle(reader: RecordReader, unit: AngleUnit): number {
  const angle = reader.uint(1);
  if (unit === '360/256') return angle;
  reader.expect(angle < 180, 'angle', 1);
  return Math.round((angle * 256) / 180) & 255;
}

/** Length of the area, then blocks of type, length with these four bytes, data. */
function readExtended(reader: RecordReader): ExtendedBlock[] {
  const length = reader.uint(2);
  return reader.within(length, 'extended-data', () => {
    const blocks: ExtendedBlock[] = [];
    while (reader.left > 0) {
      reader.expect(reader.left >= 4, 'extended-data');
      const type = reader.uint(2);
      const blockLength = reader.uint(2);
      reader.expect(blockLength >= 4 && blockLength - 4 <= reader.left, 'extended-data', 2);
      blocks.push({ type, data: reader.take(blockLength - 4) });
    }
    return blocks;
  });
}

function read2011(reader: RecordReader, total: number): FingerRecord {
  reader.expect(reader.uint(4) === total, 'length', 4);
  const count = reader.uint(2);
  reader.expect(count > 0 && count <= MOST_VIEWS, 'view-count', 2);
  const certified = reader.uint(1);
  reader.expect(certified <= 1, 'reserved-bits', 1);
  const views: FingerView[] = [];
  let captureDevice = 0;
  for (let i = 0; i < count; i++) {
    reader.view = i;
    const length = reader.uint(4);
    reader.expect(length >= 4, 'length', 4);
    const { view, device } = reader.within(length - 4, 'length', () =>
      readRepresentation(reader, certified === 1),
    );
    views.push(view);
    if (i === 0) captureDevice = device;
  }
  reader.view = undefined;
  reader.expect(reader.left === 0, 'trailing-bytes');
  return { format: 'iso-19794-2:2011', captureDevice, views };
}

/** Representation header and body (8.4, 8.5); time of capture, vendors and certificates are read over. */
function readRepresentation(reader: RecordReader, certified: boolean): { view: FingerView; device: number } {
  reader.take(9 + 1 + 2);
  const device = reader.uint(2);
  const quality = readQualityBlocks(reader);
  if (certified) reader.take(3 * reader.uint(1));
  const position = readPosition(reader);
  const viewNumber = reader.uint(1);
  reader.expect(viewNumber <= 15, 'view-count', 1);
  const [xPerCm, yPerCm] = [reader.uint(2), reader.uint(2)];
  const impressionType = reader.uint(1);
  const [width, height] = [reader.uint(2), reader.uint(2)];
  const image: ImageSize = { width, height, xPerCm, yPerCm };
  expectImage(reader, image);
  const minutiaBytes = reader.uint(1) >> 4;
  reader.expect(minutiaBytes === 5 || minutiaBytes === 6, 'reserved-bits', 1);
  const count = reader.uint(1);
  const minutiae = readMinutiae(reader, count, image, '360/256', minutiaBytes, NO_QUALITY_2011);
  const extended = readExtended(reader);
  return { view: { position, viewNumber, impressionType, quality, image, minutiae, extended }, device };
}

/** The best of the qualities that were reported; 255 says that computing one failed. */
function readQualityBlocks(reader: RecordReader): number {
  const count = reader.uint(1);
  let best = 0;
  for (let i = 0; i < count; i++) {
    const quality = reader.uint(1);
    reader.expect(quality <= 100 || quality === 255, 'quality', 1);
    if (quality !== 255) best = Math.max(best, quality);
    reader.take(4);
  }
  return best;
}
