/**
 * Status words (ISO/IEC 7816-4:2020, 5.6, tables 5 and 6). Every status word of the project is
 * declared here once; commands refer to it by name.
 */

/** One status word. A mask of FFF0 or FF00 marks a family whose low bits carry a count. */
export type StatusWord = {
  readonly sw: number;
  readonly mask: number;
  readonly meaning: string;
};

const word = (sw: number, meaning: string, mask = 0xffff) => ({ sw, mask, meaning }) as const;

export const SW = {
  ok: word(0x9000, 'normal processing'),
  bytesAvailable: word(0x6100, 'normal processing, xx more bytes to be fetched by GET RESPONSE', 0xff00),
  endOfFile: word(0x6282, 'end of file or record reached before Le bytes were read'),
  fileDeactivated: word(0x6283, 'selected file deactivated'),
  terminated: word(0x6285, 'selected file in termination state'),
  authenticationFailed: word(0x6300, 'authentication failed'),
  counter: word(0x63c0, 'verification failed, x tries left', 0xfff0),
  memoryFailure: word(0x6581, 'memory failure'),
  wrongLength: word(0x6700, 'wrong length'),
  logicalChannelNotSupported: word(0x6881, 'logical channel not supported'),
  secureMessagingNotSupported: word(0x6882, 'secure messaging not supported'),
  lastCommandExpected: word(0x6883, 'last command of the chain expected'),
  chainingNotSupported: word(0x6884, 'command chaining not supported'),
  incompatibleFile: word(0x6981, 'command incompatible with file structure'),
  securityStatusNotSatisfied: word(0x6982, 'security status not satisfied'),
  authenticationMethodBlocked: word(0x6983, 'authentication method blocked'),
  referenceDataNotUsable: word(0x6984, 'reference data not usable'),
  conditionsNotSatisfied: word(0x6985, 'conditions of use not satisfied'),
  noCurrentFile: word(0x6986, 'command not allowed, no current EF'),
  secureMessagingMissing: word(0x6987, 'expected secure messaging data objects missing'),
  secureMessagingIncorrect: word(0x6988, 'incorrect secure messaging data objects'),
  incorrectData: word(0x6a80, 'incorrect parameters in the command data field'),
  functionNotSupported: word(0x6a81, 'function not supported'),
  fileNotFound: word(0x6a82, 'file or application not found'),
  recordNotFound: word(0x6a83, 'record not found'),
  notEnoughMemory: word(0x6a84, 'not enough memory space'),
  incorrectP1P2: word(0x6a86, 'incorrect parameters P1-P2'),
  referenceDataNotFound: word(0x6a88, 'referenced data or reference data not found'),
  wrongParameters: word(0x6b00, 'wrong parameters P1-P2: offset beyond the end of the file'),
  wrongLe: word(0x6c00, 'wrong Le field, xx bytes are available', 0xff00),
  instructionNotSupported: word(0x6d00, 'instruction code not supported'),
  classNotSupported: word(0x6e00, 'class not supported'),
  noPreciseDiagnosis: word(0x6f00, 'no precise diagnosis'),
} as const satisfies Record<string, StatusWord>;

const BY_PRECISION: readonly StatusWord[] = Object.values(SW).sort((a, b) => b.mask - a.mask);

/** The declared status word that `sw` is an instance of, if any. */
export function findStatusWord(sw: number): StatusWord | undefined {
  return BY_PRECISION.find((candidate) => (sw & candidate.mask) === candidate.sw);
}

/** `sw` in words, with its count where it carries one: "verification failed, 2 tries left". */
export function describeStatusWord(sw: number): string {
  const found = findStatusWord(sw);
  if (!found) return 'unknown status word';
  const count = sw & ~found.mask & 0xffff;
  return found.meaning.replace(/\bxx?\b/, String(count || (found.mask === 0xff00 ? 256 : 0)));
}
