/** Predicted time of a whole command from its operation counts: an applet on the Java Card API. */
import { type CallPart, priceCall } from './call-prices.js';
import type { CardProfile, CardTiming, FigureLabel } from './card-profile.js';
import { weakerLabel } from './card-profile.js';
import { fieldWritePrice } from './field-write-price.js';
import type { OperationCounts } from './operation-counts.js';
import { plus, scaled } from './price-sum.js';
import type { Price } from './price-term.js';
import { wireMs } from './wire.js';

/** Time per command of reader firmware, USB and host software where a profile says nothing. */
export const DEFAULT_HOST_MS = 7;

/** ms of each part; they add up to the prediction. */
export type PredictionBreakdown = Readonly<Record<CallPart | 'wire' | 'host', number>>;

/** A prediction, or why there is none. Unknown names weigh more than missing figures. */
export type Prediction =
  | { readonly ms: number; readonly label: FigureLabel; readonly breakdown: PredictionBreakdown }
  | { readonly ms: null; readonly unknown: readonly string[]; readonly missing: readonly string[] };

/** Names of the counts that no rule knows, sorted. */
export function unknownOperations(profile: CardProfile, counts: OperationCounts): readonly string[] {
  const { timing } = profile;
  const names = Object.keys(counts.api).filter(
    (name) => timing !== null && priceCall({ profile, timing, api: counts.api }, name) === null,
  );
  return [...names, ...counts.unknownFields].sort();
}

/** Prices a command's counts on one card. Nothing is made up: a figure that lacks makes the result null. */
export function predictCounts(profile: CardProfile, counts: OperationCounts): Prediction {
  const { timing } = profile;
  if (timing === null) {
    return { ms: null, unknown: [], missing: [`any timing of profile ${profile.id}`] };
  }
  const unknown = unknownOperations(profile, counts);
  const parts = priceParts(profile, timing, counts);
  const prices = Object.values(parts);
  const missing = [...new Set(prices.flatMap((price) => (price.ms === null ? price.missing : [])))].sort();
  if (unknown.length > 0 || missing.length > 0) return { ms: null, unknown, missing };
  const breakdown = Object.fromEntries(
    Object.entries(parts).map(([part, price]) => [part, price.ms ?? 0]),
  ) as PredictionBreakdown;
  return {
    ms: Object.values(breakdown).reduce((sum, ms) => sum + ms, 0),
    label: prices.reduce<FigureLabel>(
      (weakest, price) => (price.ms === null ? weakest : weakerLabel(weakest, price.label)),
      'measured',
    ),
    breakdown,
  };
}

type Parts = Record<CallPart | 'wire' | 'host', Price>;

const NOTHING: Price = { ms: 0, label: 'measured' };

function priceParts(profile: CardProfile, timing: CardTiming, counts: OperationCounts): Parts {
  const parts: Parts = {
    bytecode: bytecodePrice(timing, counts),
    crypto: NOTHING,
    keys: NOTHING,
    ram: NOTHING,
    nvm: writePrice(profile, timing, counts),
    wire: { ms: wireMs(timing.wire, apduLengths(counts)), label: timing.wire.label },
    host: { ms: timing.host?.ms ?? DEFAULT_HOST_MS, label: 'estimated' },
  };
  for (const [name, count] of Object.entries(counts.api)) {
    const priced = count === 0 ? null : priceCall({ profile, timing, api: counts.api }, name);
    if (priced !== null) parts[priced.part] = plus(parts[priced.part], scaled(priced.price, count));
  }
  return parts;
}

function bytecodePrice({ bytecode }: CardTiming, counts: OperationCounts): Price {
  const { bytecodesLocal: local, bytecodesMemory: memory, bytecodesInvoke: invoke } = counts;
  if (local + memory + invoke + counts.bytecodes === 0) return NOTHING;
  if (bytecode === null) return { ms: null, missing: ['bytecode'] };
  const invokeUs = bytecode.invokeUs ?? 4 * bytecode.localUs + 2 * bytecode.memoryUs;
  const us =
    local + memory + invoke === 0
      ? counts.bytecodes * bytecode.averageUs
      : local * bytecode.localUs + memory * bytecode.memoryUs + invoke * invokeUs;
  const factor = bytecode.fittedFactor?.value ?? 1;
  return { ms: (us * factor) / 1000, label: bytecode.fittedFactor ? 'estimated' : bytecode.label };
}

function writePrice(profile: CardProfile, timing: CardTiming, counts: OperationCounts): Price {
  const writes = counts.changedFieldWrites + counts.persistentArrayStores;
  return writes === 0 ? NOTHING : scaled(fieldWritePrice(profile, timing), writes);
}

const HEADER_BYTES = 4;
const STATUS_BYTES = 2;

/** Lengths of the two APDUs from their data (ISO 7816-3, 12.1.3: the seven cases). */
function apduLengths({ bytesIn, bytesOut }: OperationCounts): { bytesIn: number; bytesOut: number } {
  const isExtended = bytesIn > 255 || bytesOut > 256;
  const lengthBytes = bytesIn === 0 ? 0 : isExtended ? 3 : 1;
  const expectedBytes = bytesOut === 0 ? 0 : !isExtended ? 1 : bytesIn === 0 ? 3 : 2;
  return {
    bytesIn: HEADER_BYTES + lengthBytes + bytesIn + expectedBytes,
    bytesOut: bytesOut + STATUS_BYTES,
  };
}
