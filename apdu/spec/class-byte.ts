/** The class byte taken apart (ISO/IEC 7816-4:2020, 5.4.1, tables 2 and 3). */

import { isSecureChannelClass } from '../scp03/message.js';
import { isProtectedClass } from '../secure-messaging.js';

/** What the bits of a class byte say. */
export type ClassByte = {
  /** 00 interindustry or 80 proprietary, or what else is left without the bits below. */
  readonly base: number;
  /** This command is a link of a chain and not its last. */
  readonly chained: boolean;
  /** Secure messaging with an authenticated header, the form of a session between cards. */
  readonly protected: boolean;
  /** A secure channel SCP03. */
  readonly secureChannel: boolean;
  readonly channel: number;
};

/** CLA bit 5: more links of the chain follow. */
export const CHAINING_CLASS_BIT = 0x10;

/** Splits a class byte of the first interindustry range or its proprietary mirror; others keep all their bits as base. */
export function splitClassByte(cla: number): ClassByte {
  if ((cla & 0x60) !== 0)
    return { base: cla, chained: false, protected: false, secureChannel: false, channel: 0 };
  return {
    base: cla & 0x80,
    chained: (cla & CHAINING_CLASS_BIT) !== 0,
    protected: isProtectedClass(cla),
    secureChannel: isSecureChannelClass(cla),
    channel: cla & 0x03,
  };
}
