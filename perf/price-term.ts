import { type CardTiming, type FigureLabel, type LengthSeries, weakerLabel } from './card-profile.js';
import type { ExponentiationTerm, LengthTerm, LinearTerm, PriceTerm, PrimitiveTerm } from './price-rule.js';

/** A price, or the names of the figures a profile lacks for it. */
export type Price =
  | { readonly ms: number; readonly label: FigureLabel }
  | { readonly ms: null; readonly missing: readonly string[] };

/** Price of one term for one call over `length` bytes. */
export function priceTerm(timing: CardTiming, term: PriceTerm, length: number): Price {
  switch (term.kind) {
    case 'primitive':
      return pricePrimitive(timing, term);
    case 'by-length':
      return priceByLength(timing, term, length);
    case 'linear':
      return priceLinear(timing, term, length);
    case 'exponentiation':
      return priceExponentiation(timing, term, length);
    case 'not-measured':
      return lacking(term.what);
  }
}

function lacking(...missing: readonly string[]): Price {
  return { ms: null, missing };
}

function pricePrimitive(timing: CardTiming, term: PrimitiveTerm): Price {
  const figure = timing.primitives[term.primitive];
  if (figure === undefined || figure.ms === null) return lacking(term.primitive);
  return { ms: figure.ms * term.times, label: weakerLabel(figure.label, term.label) };
}

function priceLinear(timing: CardTiming, term: LinearTerm, length: number): Price {
  const figure = timing.primitives[term.primitive];
  if (figure === undefined || figure.ms === null || figure.lengthBytes === null) {
    return lacking(term.primitive);
  }
  return { ms: (figure.ms * length) / figure.lengthBytes, label: weakerLabel(figure.label, term.label) };
}

function priceByLength(timing: CardTiming, term: LengthTerm, length: number): Price {
  const paddedBytes = blocksOf(length, term) * term.blockBytes;
  for (const candidate of term.candidates) {
    const series = timing.series[candidate.series];
    if (series !== undefined && isPhysical(series)) {
      return { ms: fitAt(series, paddedBytes), label: weakerLabel(series.label, term.label) };
    }
    if (series !== undefined && series.fit.msPerUnit > 0) {
      return { ms: interpolateAt(series, paddedBytes), label: 'estimated' };
    }
    const row = priceFromRow(timing, candidate.primitive, term, length);
    if (row.ms !== null) return row;
  }
  return lacking(...term.candidates.map((candidate) => candidate.primitive));
}

function priceFromRow(timing: CardTiming, primitive: string, term: LengthTerm, length: number): Price {
  const figure = timing.primitives[primitive];
  if (figure === undefined || figure.ms === null || figure.lengthBytes === null) return lacking(primitive);
  // The row already holds the padding of its own length, so it is compared block by block.
  const share = blocksOf(length, term) / blocksOf(figure.lengthBytes, term);
  return { ms: figure.ms * (term.withoutFit === 'spread' ? share : Math.max(1, share)), label: 'estimated' };
}

function blocksOf(length: number, term: LengthTerm): number {
  return Math.max(1, Math.ceil((length + term.addedBytes) / term.blockBytes));
}

/** Noise can tilt a fit into a negative constant or slope, which no engine has. */
function isPhysical(series: LengthSeries): boolean {
  return series.fit.fixedMs >= 0 && series.fit.msPerUnit >= 0;
}

function fitAt(series: LengthSeries, bytes: number): number {
  return series.fit.fixedMs + series.fit.msPerUnit * Math.ceil(bytes / series.fit.unitBytes);
}

/** Straight lines between the measured points, the outermost ones prolonged upwards and held downwards. */
function interpolateAt(series: LengthSeries, bytes: number): number {
  const points = series.points;
  const first = points[0]!;
  if (bytes <= first[0]) return first[1];
  const after = points.findIndex(([length]) => length >= bytes);
  const right = points[after === -1 ? points.length - 1 : after]!;
  const left = points[(after === -1 ? points.length - 1 : after) - 1]!;
  return left[1] + ((right[1] - left[1]) * (bytes - left[0])) / (right[0] - left[0]);
}

function priceExponentiation(timing: CardTiming, term: ExponentiationTerm, length: number): Price {
  const modulusBits = 8 * (term.modulusBytes === 'length' ? length : term.modulusBytes);
  const exponentBits = term.exponentBits === 'length' ? 8 * length : term.exponentBits;
  const sizes = Object.keys(timing.modularExponentiation).map(Number);
  const size = sizes.filter((bits) => bits >= modulusBits).sort((a, b) => a - b)[0];
  if (size === undefined) return lacking(`modular exponentiation on ${modulusBits} bits`);
  const engine = timing.modularExponentiation[size]!;
  const fixedMs = term.withFixedPart ? engine.fixedMs : 0;
  return {
    ms: fixedMs + engine.msPerExponentBit * exponentBits,
    label: weakerLabel(engine.label, term.label),
  };
}
