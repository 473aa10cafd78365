/** Records written by hand, byte by byte, from the tables of the standards. */

/** ISO/IEC 19794-2:2005: two minutiae of a right index finger, no extended data. 24 + 6 + 2 × 6 = 42 bytes. */
export const ISO_2005 = `
  464D5200 20323000 0000002A
  00BC  00C8 00D2 00C5 00C5  01 00
  02 00 50 02
  4064 0032 40 5A
  8001 00D1 FF 00
  0000`;

/** The same two minutiae with a block of extended data of type 0101 and two bytes. */
export const ISO_2005_EXTENDED = `
  464D5200 20323000 00000030
  00BC  00C8 00D2 00C5 00C5  01 00
  02 00 50 02
  4064 0032 40 5A
  8001 00D1 FF 00
  0006 0101 0006 CAFE`;

/** ANSI INCITS 378-2004: length in two bytes, owner and type of the format, angles in steps of two degrees. */
export const ANSI_2004 = `
  464D5200 20323000 002C
  00330201
  00BC  00C8 00D2 00C5 00C5  01 00
  02 00 50 02
  4064 0032 2D 5A
  8001 00D1 B3 00
  0000`;

/** ISO/IEC 19794-2:2011: one representation, one quality block, minutiae of six bytes. */
export const ISO_2011 = `
  464D5200 30333000 00000042 0001 00
  00000033
  07EA 0B 1E 16 2D 00 0000
  00 0000 00BC
  01 50 0000 0000
  02 00 00C5 00C5 00 00C8 00D2 61 02
  4064 0032 40 5A
  8001 00D1 FF FE
  0000`;

/** What all of them say. */
export const MINUTIAE = [
  { type: 'ending', x: 100, y: 50, angle: 64, quality: 90 },
  { type: 'bifurcation', x: 1, y: 209, angle: 255, quality: 0 },
] as const;
