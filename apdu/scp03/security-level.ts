/** Security levels and the parameter "i" of SCP03 (GlobalPlatform Card Specification, Amendment D v1.1.2, 5.1 and 7.1.2.1). */

/** Bits of a security level, P1 of EXTERNAL AUTHENTICATE. */
export const SCP03_LEVEL = {
  commandMac: 0x01,
  commandDecryption: 0x02,
  responseMac: 0x10,
  responseEncryption: 0x20,
} as const;

/** The levels that may be asked for (table 7-4); each contains the ones that it needs. */
export const SCP03_LEVELS = {
  'authentication only': 0x00,
  'C-MAC': 0x01,
  'C-DECRYPTION, C-MAC': 0x03,
  'C-MAC, R-MAC': 0x11,
  'C-DECRYPTION, C-MAC, R-MAC': 0x13,
  'C-DECRYPTION, R-ENCRYPTION, C-MAC, R-MAC': 0x33,
} as const;
export type Scp03LevelName = keyof typeof SCP03_LEVELS;

/** Implementations "i" offered here: random challenges and protected commands, or all options. */
export const SCP03_OPTIONS = { plain: 0x00, full: 0x70 } as const;
/** Value of "i": one of {@link SCP03_OPTIONS}. */
export type Scp03Options = (typeof SCP03_OPTIONS)[keyof typeof SCP03_OPTIONS];

const PSEUDO_RANDOM = 0x10;
const RESPONSE_MAC = 0x20;
const RESPONSE_ENCRYPTION = 0x40;

/** Whether card challenges are derived from the sequence counter, which INITIALIZE UPDATE then shows. */
export function hasPseudoRandomChallenge(options: number): boolean {
  return (options & PSEUDO_RANDOM) !== 0;
}

/** Whether an implementation offers a level. */
export function offersLevel(options: number, level: number): boolean {
  const macMissing = (level & SCP03_LEVEL.responseMac) !== 0 && (options & RESPONSE_MAC) === 0;
  const encryptionMissing =
    (level & SCP03_LEVEL.responseEncryption) !== 0 && (options & RESPONSE_ENCRYPTION) === 0;
  return !macMissing && !encryptionMissing;
}
