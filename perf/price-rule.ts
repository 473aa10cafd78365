/** A price rule says, as data, which measured figures of a profile make up the time of one operation. */
import type { OperationName } from '../applet/index.js';
import type { FigureLabel } from './card-profile.js';

/** One addend of a price. */
export type PriceTerm =
  | PrimitiveTerm
  | LengthTerm
  | LinearTerm
  | ExponentiationTerm
  | { readonly kind: 'not-measured'; readonly what: string };

/** A primitive's time, `times` over; negative to take out what a row contains besides. */
export type PrimitiveTerm = {
  readonly kind: 'primitive';
  readonly primitive: string;
  readonly times: number;
  readonly label: FigureLabel;
};

/** Time by input length; the first candidate that the profile has decides. */
export type LengthTerm = {
  readonly kind: 'by-length';
  readonly candidates: readonly { readonly series: string; readonly primitive: string }[];
  readonly blockBytes: number;
  /** Bytes that padding or subkeys add to the input before it is cut into blocks. */
  readonly addedBytes: number;
  /**
   * Without a usable fit the one measured row is either spread over its blocks, or taken whole as a bound
   * for anything shorter.
   */
  readonly withoutFit: 'spread' | 'bound';
  readonly label: FigureLabel;
};

/** A primitive measured at one length, taken as proportional to length. */
export type LinearTerm = { readonly kind: 'linear'; readonly primitive: string; readonly label: FigureLabel };

/** Modular exponentiation in the RSA engine. */
export type ExponentiationTerm = {
  readonly kind: 'exponentiation';
  /** Bytes of the modulus; the operation's length where "length". The next larger engine size is used. */
  readonly modulusBytes: number | 'length';
  /** Bits of the exponent; eight times the operation's length where "length". */
  readonly exponentBits: number | 'length';
  /** Whether the call's constant part is paid; not for single steps inside a longer computation. */
  readonly withFixedPart: boolean;
  readonly label: FigureLabel;
};

/** How one operation of the card's coprocessor port is priced. */
export type PriceRule = {
  readonly operation: OperationName;
  readonly terms: readonly PriceTerm[];
  /** Where the price comes from and what it leaves out, in one sentence. */
  readonly source: string;
};
