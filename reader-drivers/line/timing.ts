/** Times on the line, in elementary time units (ISO/IEC 7816-3:2006, 7.1, 10.2, 11.4.3). */

import type { Atr } from '../../apdu/index.js';

/** Clock rate conversion F and baud rate adjustment D in force: one etu lasts F / D clock cycles. */
export type LineSpeed = { readonly f: number; readonly d: number };

/** Speed of ATR and PPS, and of everything after them where nothing was negotiated. */
export const INITIAL_SPEED: LineSpeed = { f: 372, d: 1 };

/** Bits of a character on the line with its guard time: start, eight data bits, parity, two of guard. */
export const CHARACTER_ETU = 12;

/** Between the ATR's characters, and before it after a reset in clock cycles (8.1). */
export const INITIAL_WAITING_ETU = 9600;
export const RESET_TO_ATR_CYCLES = 40_000;

/** All in etu of the speed given. */
export type T0Timing = {
  /** Least distance of two leading edges, reader to card. */
  readonly guard: number;
  /** WT: longest distance of a character of the card from the one before. */
  readonly waiting: number;
};

export type T1Timing = {
  readonly guard: number;
  /** CWT: longest distance of two characters of one block. */
  readonly character: number;
  /** BWT: longest distance of the last character of the reader's block from the first of the card's. */
  readonly block: number;
  /** BGT: least distance of characters in opposite directions. */
  readonly turnaround: number;
};

export function t0Timing(atr: Atr, { d }: LineSpeed): T0Timing {
  // 10.2: WT = WI · 960 · Fi / f, which is WI · 960 · D etu
  return { guard: extraGuard(atr, 12, 12), waiting: atr.waitingTimeInteger * 960 * d };
}

/** @throws {RangeError} for a card that does not offer T=1. */
export function t1Timing(atr: Atr, { f, d }: LineSpeed): T1Timing {
  if (!atr.blockProtocol) throw new RangeError('the ATR does not offer T=1');
  const { bwi, cwi } = atr.blockProtocol;
  return {
    guard: extraGuard(atr, 12, 11),
    character: 11 + 2 ** cwi,
    // 11.4.3: BWT = 11 etu + 2^BWI · 960 · 372 / f, whatever the speed
    block: 11 + Math.ceil((2 ** bwi * 960 * 372 * d) / f),
    turnaround: 22,
  };
}

/** How long `etu` last at a clock of `clockHz`, in milliseconds. */
export function etuMilliseconds(etu: number, { f, d }: LineSpeed, clockHz: number): number {
  return (etu * f * 1000) / (d * clockHz);
}

/** Bits per second that a UART must be set to. */
export function baudRate({ f, d }: LineSpeed, clockHz: number): number {
  return Math.round((clockHz * d) / f);
}

/** 8.3: TC1 = N adds N etu; 255 means the least that the protocol allows. */
function extraGuard({ extraGuardTimeN }: Atr, base: number, least: number): number {
  return extraGuardTimeN === 255 ? least : base + extraGuardTimeN;
}
