/**
 * F_GK(MK, ID_D) = K_D of the paper, to the letter: a member key that follows from NHI's master key. NHI
 * knows it for ever and can sign as this doctor; the mode exists to show that, and for who wants it so.
 */

import { hkdfSync } from 'node:crypto';
import { DOMAIN, hashInput, uintToBytes, utf8ToBytes } from '../../apdu/index.js';
import type { HostCurve } from '../crypto/group-signature/index.js';

export type IssuerMadeKeyInputs = {
  /** ID_D. */
  readonly doctorId: string;
  /** The epoch of the join, not of later credentials: sk stays, so that T~ does. */
  readonly epoch: number;
  /** Never used before, so that a card that replaces another has another key. */
  readonly counter: number;
};

/** Enough that the reduction leaves no bias. */
const WIDE_BYTES = 48;

/** sk = PRF(MK, ID_D, epoch, counter), 32 bytes, and D = sk·g. */
export function issuerMadeKey(curve: HostCurve, masterKey: Uint8Array, inputs: IssuerMadeKeyInputs) {
  const { doctorId, epoch, counter } = inputs;
  const info = hashInput(DOMAIN.issuerMadeKey, [
    utf8ToBytes(doctorId),
    uintToBytes(epoch, 4),
    uintToBytes(counter, 4),
  ]);
  const wide = Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(0), info, WIDE_BYTES));
  const order = BigInt(`0x${Buffer.from(curve.parameters.order).toString('hex')}`);
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  const secretKey = new Uint8Array(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  const membershipKey = curve.encodeG1(curve.lib.mul(curve.g1, curve.scalar(secretKey)));
  return { secretKey, membershipKey };
}
