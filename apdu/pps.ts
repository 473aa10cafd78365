/** Protocol and parameters selection: what a reader proposes after the ATR and how the card answers, ISO/IEC 7816-3:2006 clause 9. */

import type { Atr } from './atr.js';
import { speedOfTa1, ta1OfSpeed } from './atr.js';

/** PPSS, the first byte of request and response; no class byte is ever FF. */
export const PPSS = 0xff;

/** A PPS: the protocol, and the speed as coded in TA1; without `pps1` the default Fd = 372, Dd = 1 is meant (9.2). */
export type Pps = {
  /** T, 0 to 14. */
  readonly protocol: number;
  /** PPS1: Fi and Di coded as in TA1. */
  readonly pps1?: number;
  /** PPS2: use of SPU; kept only so that a response can repeat or leave out what a request had. */
  readonly pps2?: number;
};

/** Bytes of a PPS with its check byte. */
export function encodePps({ protocol, pps1, pps2 }: Pps): Uint8Array {
  const pps0 = protocol | (pps1 === undefined ? 0 : 0x10) | (pps2 === undefined ? 0 : 0x20);
  const bytes = [PPSS, pps0, ...(pps1 === undefined ? [] : [pps1]), ...(pps2 === undefined ? [] : [pps2])];
  return Uint8Array.from([...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)]);
}

/** How long a PPS is whose first two bytes are known: PPSS, PPS0, up to three parameters, PCK. */
export function ppsLength(pps0: number): number {
  return 3 + ((pps0 >> 4) & 1) + ((pps0 >> 5) & 1) + ((pps0 >> 6) & 1);
}

/** The PPS in `bytes`, or `undefined` for anything else: wrong length, wrong PCK, reserved bit, PPS3. */
export function parsePps(bytes: Uint8Array): Pps | undefined {
  const pps0 = bytes[1];
  if (bytes[0] !== PPSS || pps0 === undefined || bytes.length !== ppsLength(pps0)) return undefined;
  // bit 8 and PPS3 are reserved (9.2)
  if ((pps0 & 0xc0) !== 0 || bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined;
  let at = 2;
  return {
    protocol: pps0 & 0x0f,
    ...((pps0 & 0x10) !== 0 && { pps1: bytes[at++]! }),
    ...((pps0 & 0x20) !== 0 && { pps2: bytes[at++]! }),
  };
}

/**
 * What a reader proposes to a card with this ATR: protocol `T` at the fastest speed that the card offers and
 * that is at most `maxDi` bits per Fd clocks faster. `undefined` when nothing has to be negotiated: the card
 * is in specific mode, or offers one protocol at the default speed (6.3.1).
 */
export function proposePps(atr: Atr, protocol: number, maxDi = 64): Pps | undefined {
  if (atr.specificMode) return undefined;
  const { fi, di } = atr.speed;
  const offered = fi !== 372 || di !== 1;
  const usable = offered && di <= maxDi;
  if (!usable && protocol === atr.protocols[0]) return undefined;
  return usable ? { protocol, pps1: ta1OfSpeed(fi, di) } : { protocol };
}

/**
 * The card's answer to a request: the same PPS where the card can do it; without PPS1 where it offers the
 * protocol but not the speed, which leaves the default; `undefined`, silence, where it can not (9.3).
 */
export function answerPps(atr: Atr, request: Pps): Pps | undefined {
  if (!atr.protocols.includes(request.protocol)) return undefined;
  const { protocol, pps1 } = request;
  if (pps1 === undefined) return { protocol };
  const wanted = speedOfTa1(pps1);
  const { fi, di } = atr.speed;
  const can = wanted && wanted.di <= di && (wanted.fi === fi || (wanted.fi === 372 && wanted.di === 1));
  return can ? { protocol, pps1 } : { protocol };
}

/** Whether `response` accepts `request`, and the speed that holds from now on; `undefined` after which only a reset helps (9.3). */
export function acceptPps(
  request: Pps,
  response: Uint8Array,
): { readonly fi: number; readonly di: number } | undefined {
  const answer = parsePps(response);
  if (!answer || answer.protocol !== request.protocol) return undefined;
  if (answer.pps1 !== undefined && answer.pps1 !== request.pps1) return undefined;
  if (answer.pps2 !== undefined && answer.pps2 !== request.pps2) return undefined;
  return answer.pps1 === undefined ? { fi: 372, di: 1 } : speedOfTa1(answer.pps1);
}
