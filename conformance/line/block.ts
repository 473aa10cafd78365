/**
 * Blocks of T=1 as the suite itself makes and reads them (ISO/IEC 7816-3:2006, 11.3), apart from the code that
 * drives readers and cards, and free to make wrong ones.
 */

/** A block off the line whose epilogue is right. */
export type Block = { readonly nad: number; readonly pcb: number; readonly inf: Uint8Array };

/** How the card detects errors (11.4.4). */
export type ErrorDetection = 'LRC' | 'CRC';

/** Protocol control bytes (11.3.2.2). */
export const PCB = {
  information: (ns: number, more = false): number => (ns << 6) | (more ? 0x20 : 0x00),
  /** R-block: 0 error-free, 1 redundancy or parity, 2 other. */
  reception: (nr: number, error: 0 | 1 | 2 = 0): number => 0x80 | (nr << 4) | error,
  resynchRequest: 0xc0,
  resynchResponse: 0xe0,
  ifsRequest: 0xc1,
  ifsResponse: 0xe1,
  abortRequest: 0xc2,
  abortResponse: 0xe2,
  wtxRequest: 0xc3,
  wtxResponse: 0xe3,
} as const;

export const isInformation = ({ pcb }: Block): boolean => (pcb & 0x80) === 0;
export const isReception = ({ pcb }: Block): boolean => (pcb & 0xc0) === 0x80;
export const sequenceNumber = ({ pcb }: Block): number => (pcb >> 6) & 1;
export const hasMore = ({ pcb }: Block): boolean => (pcb & 0x20) !== 0;
export const receptionNumber = ({ pcb }: Block): number => (pcb >> 4) & 1;

/** Bytes of a block with a right epilogue, whatever else is wrong with it. */
export function blockBytes(
  pcb: number,
  inf: ArrayLike<number> = [],
  detection: ErrorDetection = 'LRC',
  nad = 0,
): Uint8Array {
  const whole = [nad, pcb, inf.length, ...Array.from(inf)];
  return Uint8Array.from([...whole, ...epilogueOf(whole, detection)]);
}

export function epilogueOf(bytes: readonly number[], detection: ErrorDetection): readonly number[] {
  if (detection === 'LRC') return [bytes.reduce((sum, byte) => sum ^ byte, 0)];
  let register = 0xffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = ((byte >> bit) ^ register) & 1;
      register = (register >> 1) ^ (carry === 1 ? 0x8408 : 0);
    }
  }
  return [register >> 8, register & 0xff];
}

/** What a block is, for people. */
export function blockText(pcb: number, inf: Uint8Array): string {
  const bytes = `${inf.length} byte${inf.length === 1 ? '' : 's'}`;
  if ((pcb & 0x80) === 0)
    return `I-block, N(S)=${(pcb >> 6) & 1}${(pcb & 0x20) === 0 ? '' : ', more'}, ${bytes}`;
  if ((pcb & 0xc0) === 0x80) {
    const error = ['', ', redundancy error', ', other error'][pcb & 0x0f] ?? ', reserved code';
    return `R-block, N(R)=${(pcb >> 4) & 1}${error}`;
  }
  const name = ['RESYNCH', 'IFS', 'ABORT', 'WTX'][pcb & 0x1f] ?? 'reserved function';
  const value = inf.length === 1 ? `, ${inf[0]}` : '';
  return `S-block, ${name} ${(pcb & 0x20) === 0 ? 'request' : 'response'}${value}`;
}
