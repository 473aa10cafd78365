import { type CardTiming, weakerLabel } from './card-profile.js';
import { type Price, priceTerm } from './price-term.js';

/** A row of the profile as it stands. */
export function primitivePrice(timing: CardTiming, primitive: string): Price {
  return priceTerm(timing, { kind: 'primitive', primitive, times: 1, label: 'measured' }, 0);
}

/** Sum of prices; what any of them lacks, the sum lacks. */
export function plus(first: Price, second: Price): Price {
  if (first.ms !== null && second.ms !== null) {
    return { ms: first.ms + second.ms, label: weakerLabel(first.label, second.label) };
  }
  return {
    ms: null,
    missing: [...(first.ms === null ? first.missing : []), ...(second.ms === null ? second.missing : [])],
  };
}

/** A price `times` over; other than once it is derived. */
export function scaled(price: Price, times: number): Price {
  if (price.ms === null) return price;
  return { ms: price.ms * times, label: times === 1 ? price.label : weakerLabel(price.label, 'derived') };
}

/** Row `<name>_<bits>`, or that of the next larger size the card was timed with (then estimated). */
export function ofNextLarger(timing: CardTiming, name: string, bits: number): Price {
  const sizes = Object.entries(timing.primitives)
    .filter(([key, figure]) => figure.ms !== null && key.startsWith(`${name}_`))
    .map(([key]) => Number(key.slice(name.length + 1)))
    .filter((size) => size >= bits)
    .sort((a, b) => a - b);
  const size = sizes[0];
  if (size === undefined) return { ms: null, missing: [`${name}_${bits}`] };
  const price = primitivePrice(timing, `${name}_${size}`);
  return size === bits || price.ms === null ? price : { ms: price.ms, label: 'estimated' };
}
