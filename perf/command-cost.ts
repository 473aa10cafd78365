/** Predicted time of one command of our own cards, all of it: what the meter and the instrumented code counted. */
import type { CardProfile, CardTiming, WireParameters } from './card-profile.js';
import type { CommandFigures } from './command-figures.js';
import { type Cost, costOf, NO_COST, sumCosts, timesCost } from './cost-interval.js';
import type { PlatformEvent } from './metering/call-tree.js';
import type { BytecodeCount } from './metering/counted-block.js';
import { pageWritePrice } from './nvm-price.js';
import { operationCost } from './operation-cost.js';
import { bytecodeCost, type Platform } from './platform.js';
import { DEFAULT_HOST_MS } from './predict-counts.js';
import { primitivePrice, scaled } from './price-sum.js';
import { wireMs } from './wire.js';

/** Where the time of a command goes. */
export const COST_PARTS = ['crypto', 'bytecode', 'nvm', 'ram', 'wire', 'host'] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** What the instrumented code of a card counted during a command. */
export type CodeFigures = { readonly bytecodes: BytecodeCount; readonly events: readonly PlatformEvent[] };

export type CostOptions = {
  readonly platform: Platform;
  /** Instead of the wire that the profile was measured with. */
  readonly wire?: WireParameters;
};

/** Cost of a command by part and altogether; a part that lacks a figure leaves the total without one. */
export type CommandCost = {
  readonly total: Cost;
  readonly parts: Readonly<Record<CostPart, Cost>>;
};

export function commandCost(
  profile: CardProfile,
  figures: CommandFigures,
  code: CodeFigures,
  options: CostOptions,
): CommandCost {
  const { timing } = profile;
  if (timing === null) return untimed(profile);
  const { platform } = options;
  const wire = options.wire ?? timing.wire;
  const parts: Record<CostPart, Cost> = {
    crypto: sumCosts([
      ...figures.operations
        .filter(({ name }) => name !== 'ram-copy')
        .map((operation) => operationCost(profile, timing, platform, operation)),
      ...code.events.map((event) => keyCost(timing, platform, event)),
    ]),
    bytecode: bytecodeCost(timing, platform, code.bytecodes),
    nvm: timesCost(costOf(pageWritePrice(profile, timing)), figures.nvmPageWrites),
    ram: sumCosts([
      ...figures.operations
        .filter(({ name }) => name === 'ram-copy')
        .map(({ length, count }) => copyCost(timing, platform, { kind: 'copy', name: 'R2R', length, count })),
      ...code.events.map((event) => copyCost(timing, platform, event)),
    ]),
    wire: costOf({ ms: wireMs(wire, figures), label: wire.label }),
    host: hostCost(timing),
  };
  return { total: sumCosts(Object.values(parts)), parts };
}

/** Rows of the calls that give a key to its engine, on the public API: the key object, then the engine. */
const KEY_ROWS: Readonly<Record<string, readonly [string, string]>> = {
  aes: ['aes128_setKey', 'aes128_cbc_init'],
  'ecdsa-sign': ['ec_setS_256', 'ecdsa_init_256'],
  'ecdsa-verify': ['ec_setW_256', 'ecdsa_init_256'],
  ecdh: ['ec_setS_256', 'ecdh_init_256'],
};

/** A getter: a call of the platform that does nothing else. */
const ONE_CALL: BytecodeCount = { local: 4, memory: 2, invoke: 0 };

/**
 * A key given to an engine. Native code hands it over with the operation. On the public API it is written into a
 * key object and the engine is initialised, unless the object holds that value already.
 */
export function keyCost(timing: CardTiming, platform: Platform, event: PlatformEvent): Cost {
  if (event.kind !== 'key' || platform === 'native') return NO_COST;
  if (event.length === 0) return timesCost(bytecodeCost(timing, platform, ONE_CALL), event.count);
  const rows = KEY_ROWS[event.name] ?? [];
  return timesCost(sumCosts(rows.map((row) => costOf(primitivePrice(timing, row)))), event.count);
}

const COPY_ROWS: Readonly<Record<string, string>> = {
  R2R: 'copy_ram_256',
  E2R: 'copy_nvm2ram_256',
  fill: 'fill_ram_256',
};
const ROW_BYTES = 256;

/** A copy. On the public API a short one costs the whole row, which is mostly the call; native code copies in proportion. */
export function copyCost(timing: CardTiming, platform: Platform, event: PlatformEvent): Cost {
  if (event.kind !== 'copy') return NO_COST;
  const row = primitivePrice(timing, COPY_ROWS[event.name]!);
  const share = event.length / ROW_BYTES;
  const price = scaled(row, platform === 'javacard' ? Math.max(1, share) : share);
  return timesCost(costOf(price.ms === null ? price : { ...price, label: 'estimated' }), event.count);
}

function hostCost({ host }: CardTiming): Cost {
  if (!host) return { ms: DEFAULT_HOST_MS, lowMs: 2, highMs: 16, label: 'estimated' };
  return { ms: host.ms, lowMs: host.lowMs, highMs: host.highMs, label: host.label };
}

function untimed({ id }: CardProfile): CommandCost {
  const nothing: Cost = { ms: null, missing: [`any timing of profile ${id}`] };
  return {
    total: nothing,
    parts: { crypto: nothing, bytecode: nothing, nvm: nothing, ram: nothing, wire: nothing, host: nothing },
  };
}
