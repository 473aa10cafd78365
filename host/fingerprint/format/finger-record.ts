/** A finger minutiae record as values, whatever format it came in. */

/** What a minutia is; sensors disagree often, so nothing that decides here depends on it. */
export type MinutiaType = 'other' | 'ending' | 'bifurcation';

/** Code of a type in every format: its index. The fourth value of the two bits is reserved. */
export const MINUTIA_TYPES: readonly MinutiaType[] = ['other', 'ending', 'bifurcation'];

export type Minutia = {
  readonly type: MinutiaType;
  /** Pixels from the left edge of the image. */
  readonly x: number;
  /** Pixels from the upper edge of the image. */
  readonly y: number;
  /** 0 to 255, in units of 360/256 degrees, counter-clockwise from the right. */
  readonly angle: number;
  /** 1 to 100; 0 means that none was reported. */
  readonly quality: number;
};

/** 0 unknown, 1 to 5 right thumb to little finger, 6 to 10 left thumb to little finger. */
export type FingerPosition = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export const FINGER_NAMES: readonly string[] = [
  'unknown finger',
  ...['right', 'left'].flatMap((hand) =>
    ['thumb', 'index finger', 'middle finger', 'ring finger', 'little finger'].map(
      (name) => `${hand} ${name}`,
    ),
  ),
];

/** Size and resolution of the image that the minutiae were found in. */
export type ImageSize = {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels per centimetre; 197 is 500 dpi. */
  readonly xPerCm: number;
  readonly yPerCm: number;
};

/** A block of extended data, passed on and never looked into. */
export type ExtendedBlock = { readonly type: number; readonly data: Uint8Array };

/** One impression of one finger. */
export type FingerView = {
  readonly position: FingerPosition;
  /** 0 to 15, counts the impressions of one finger. */
  readonly viewNumber: number;
  /** 0 to 15 as in the standards: 0 live-scan plain, 1 live-scan rolled, 2 and 3 not live-scan, 8 swipe. */
  readonly impressionType: number;
  /** 0 to 100, of the whole impression. */
  readonly quality: number;
  readonly image: ImageSize;
  readonly minutiae: readonly Minutia[];
  readonly extended: readonly ExtendedBlock[];
};

export type RecordFormat = 'iso-19794-2:2005' | 'iso-19794-2:2011' | 'ansi-378:2004';

export type FingerRecord = {
  readonly format: RecordFormat;
  /** Identifier of the capture device as the format has it; 0 when unknown. */
  readonly captureDevice: number;
  readonly views: readonly FingerView[];
};

/** Why bytes are no finger minutiae record. */
export type RecordFaultCode =
  /** Neither of the formats begins like this. */
  | 'magic'
  /** The length field is not the number of bytes. */
  | 'length'
  /** The bytes end within a field. */
  | 'truncated'
  /** Bytes after the last view. */
  | 'trailing-bytes'
  /** No view, or more than the format has room for. */
  | 'view-count'
  | 'image-size'
  | 'resolution'
  /** A finger position above 10. */
  | 'finger-position'
  /** The reserved minutia type 3. */
  | 'minutia-type'
  | 'reserved-bits'
  /** A minutia that lies outside of the image. */
  | 'outside-image'
  /** An ANSI angle of 360 degrees or more. */
  | 'angle'
  /** A quality above 100. */
  | 'quality'
  /** Extended data whose blocks do not fill their area. */
  | 'extended-data';

export type RecordFault = {
  readonly code: RecordFaultCode;
  /** Byte at which the fault stands. */
  readonly offset: number;
  /** View and minutia, counted from 0, where the fault is in one. */
  readonly view?: number;
  readonly minutia?: number;
};

export type ParsedRecord =
  | { readonly ok: true; readonly record: FingerRecord }
  | { readonly ok: false; readonly fault: RecordFault };

const FAULT_WORDS: Readonly<Record<RecordFaultCode, string>> = {
  magic: 'it does not begin like ISO/IEC 19794-2 or ANSI 378',
  length: 'its length field is not its number of bytes',
  truncated: 'it ends in the middle of a field',
  'trailing-bytes': 'bytes follow after the last view',
  'view-count': 'it has no view, or too many',
  'image-size': 'the image has no width or no height',
  resolution: 'the resolution is zero',
  'finger-position': 'the finger position is above 10',
  'minutia-type': 'a minutia has the reserved type 3',
  'reserved-bits': 'reserved bits are not zero',
  'outside-image': 'a minutia lies outside of the image',
  angle: 'an angle is 360 degrees or more',
  quality: 'a quality is above 100',
  'extended-data': 'the blocks of the extended data do not fill their area',
};

/** The fault as a clause that follows "the record is refused:"; it names places, no content. */
export function recordFaultText({ code, offset, view, minutia }: RecordFault): string {
  const where = [
    `byte ${offset}`,
    ...(view === undefined ? [] : [`view ${view + 1}`]),
    ...(minutia === undefined ? [] : [`minutia ${minutia + 1}`]),
  ];
  return `${FAULT_WORDS[code]} (${where.join(', ')})`;
}
