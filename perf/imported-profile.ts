/** Turns one card of the measured data set into a card profile. Pure: reading and writing is the importer's. */
import { z } from 'zod';
import { parseAtr } from '../apdu/index.js';
import { announcesExtendedLength } from './card-capabilities.js';
import type { CardProfile, CardTiming, PrimitiveFigure } from './card-profile.js';
import { engineSizes, importOperations, type MeasuredOperations } from './imported-operations.js';

const memoryValue = z.object({ bytes: z.number(), lower_bound: z.boolean() });
const primitiveValue = z.object({
  ms: z.number().nullable(),
  se: z.number().optional(),
  len: z.number().optional(),
  why: z.string().optional(),
  from: z.string().optional(),
});

/** One entry of the data set's `profiles.json`, as far as it is used. */
export const measuredCardSchema = z.object({
  title: z.string(),
  atr: z.string(),
  jc: z.string(),
  date: z.string(),
  interface: z.enum(['contact', 'contactless']),
  reader: z.string(),
  protocol: z.enum(['T=0', 'T=1']),
  memory: z.object({
    persistent_free: memoryValue,
    transient_reset_free: memoryValue,
    commit_capacity: memoryValue,
    apdu_in_block: memoryValue,
    apdu_out_block: memoryValue,
  }),
  primitives: z.record(z.string(), primitiveValue),
  series: z.record(
    z.string(),
    z.object({
      points: z.array(z.tuple([z.number(), z.number()])),
      fit: z.object({ t0: z.number(), per_unit: z.number(), unit_bytes: z.number() }).optional(),
    }),
  ),
  modexp_engine: z.record(z.string(), z.object({ ms_per_exponent_bit: z.number(), t_fixed: z.number() })),
  bytecode_us: z.object({ simple: z.number(), mem_access: z.number(), avg_aes_mix: z.number() }).nullable(),
  nvm_putfield_ms_changed: z.number().nullable(),
});
export type MeasuredCard = z.infer<typeof measuredCardSchema>;

/** Origin of a card's measurements, from the data set's file of all its operations. */
export type MeasuredProvenance = {
  readonly repo: string;
  readonly commit: string;
  readonly licence: string;
  readonly doi: string;
  readonly files: readonly { readonly file: string }[];
};

/** Ids that do not follow from the key by lower case and hyphens alone. */
const IDS: Readonly<Record<string, string>> = {
  NXP_JCOP4_J3R180_P71: 'nxp-jcop4-j3r180',
  NXP_JCOP3_J3H145g_P60: 'nxp-jcop3-j3h145g',
  NXP_J3H145_RSA4096_SCP03: 'nxp-jcop3-j3h145-scp03',
  Infineon_CJTOP_80K_SLJ52GLA080AL: 'infineon-cjtop-80k',
};

/** Profile id of a card of the data set. */
export function profileId(sourceKey: string): string {
  return IDS[sourceKey] ?? sourceKey.toLowerCase().replaceAll('_', '-');
}

/** What the data set says about a card beside its entry in `profiles.json`; all of it may be absent. */
export type MeasuredExtras = {
  readonly provenance?: MeasuredProvenance;
  readonly operations?: MeasuredOperations;
  readonly host?: NonNullable<CardTiming['host']>;
};

/** Builds the profile of one measured card. */
export function importProfile(sourceKey: string, card: MeasuredCard, extras: MeasuredExtras): CardProfile {
  const { provenance } = extras;
  return {
    schema: 'imis-card-profile/1',
    id: profileId(sourceKey),
    sourceKey,
    title: card.title,
    atr: card.atr.replaceAll(' ', '').toUpperCase(),
    javaCard: card.jc,
    measurement: {
      date: card.date.slice(0, 10).replaceAll('/', '-'),
      interface: card.interface,
      reader: card.reader,
      protocol: card.protocol,
    },
    provenance: {
      source: `JCAlgTest results, ${provenance?.repo ?? 'github.com/crocs-muni/jcalgtest_results'}; per-operation medians with the baseline re-derived`,
      ...(provenance && { commit: provenance.commit }),
      licence: 'MIT',
      copyright: 'Copyright (c) 2021 CRoCS',
      citation: 'SECRYPT 2022, pp. 597-604',
      ...(provenance && { files: provenance.files.map((entry) => entry.file) }),
    },
    memory: importMemory(card),
    timing: importTiming(card, extras, FULL_POINT_OUTPUT[sourceKey]),
  };
}

function importMemory(card: MeasuredCard): CardProfile['memory'] {
  const measured = (value: z.infer<typeof memoryValue>, what: string) => ({
    value: value.bytes,
    label: 'measured' as const,
    source: value.lower_bound ? `${what}; the card answered "more than"` : what,
    ...(value.lower_bound && { lowerBound: true }),
  });
  const extendedLength = announcesExtendedLength(parseAtr(atrBytes(card)).historicalBytes);
  return {
    nvmBytes: measured(card.memory.persistent_free, 'free persistent memory reported by the card'),
    ramBytes: measured(card.memory.transient_reset_free, 'free clear-on-reset memory reported by the card'),
    commitBufferBytes: measured(card.memory.commit_capacity, 'commit capacity reported by the card'),
    apduBufferBytes: {
      value: 261,
      label: 'estimated',
      source: 'the longest short command (ISO 7816-4); the card was not asked',
    },
    pageBytes: { value: 128, label: 'estimated', source: 'usual page of smart-card EEPROM and flash' },
    enduranceCycles: { value: 500_000, label: 'estimated', source: 'usual endurance of smart-card NVM' },
    extendedLength:
      extendedLength === undefined
        ? { value: false, label: 'estimated', source: 'the ATR does not say; not assumed' }
        : { value: extendedLength, label: 'derived', source: 'card capabilities in the ATR (ISO 7816-4)' },
  };
}

/** Stated by the data set in words, for the J3H145; it is what a second point multiplication takes there. */
const J3H145_FULL_POINT = {
  extraMs: 57,
  label: 'estimated',
  source: 'note of the data set: on J3H145, key agreement with both coordinates takes about 57 ms more',
} as const;
const FULL_POINT_OUTPUT: Readonly<Record<string, CardTiming['fullPointOutput']>> = {
  NXP_JCOP3_J3H145g_P60: J3H145_FULL_POINT,
  NXP_J3H145_RSA4096_SCP03: J3H145_FULL_POINT,
};

/** A call taken as four local and two memory bytecodes, as the data set's benchmark counts take it. */
const INVOKE_AS = { local: 4, memory: 2 } as const;

function importTiming(
  card: MeasuredCard,
  { operations = {}, host }: MeasuredExtras,
  fullPointOutput: CardTiming['fullPointOutput'],
): CardTiming {
  const series = Object.entries(card.series).flatMap(([name, { points, fit }]) =>
    fit === undefined || points.length < 2 ? [] : [[name, importSeries(points, fit)] as const],
  );
  return {
    primitives: {
      ...importOperations(operations),
      ...Object.fromEntries(
        Object.entries(card.primitives).map(([name, value]) => [name, importPrimitive(value)]),
      ),
    },
    series: Object.fromEntries(series),
    modularExponentiation: {
      ...engineSizes(operations),
      ...Object.fromEntries(
        Object.entries(card.modexp_engine).map(([bits, { ms_per_exponent_bit, t_fixed }]) => [
          bits,
          { msPerExponentBit: ms_per_exponent_bit, fixedMs: t_fixed, label: 'derived' as const },
        ]),
      ),
    },
    bytecode: card.bytecode_us && {
      localUs: card.bytecode_us.simple,
      memoryUs: card.bytecode_us.mem_access,
      invokeUs: round(
        INVOKE_AS.local * card.bytecode_us.simple + INVOKE_AS.memory * card.bytecode_us.mem_access,
        2,
      ),
      averageUs: card.bytecode_us.avg_aes_mix,
      label: 'derived',
    },
    changedFieldWriteMs: card.nvm_putfield_ms_changed,
    ...(fullPointOutput && { fullPointOutput }),
    ...(host && { host }),
    wire: importWire(card),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function importPrimitive(value: z.infer<typeof primitiveValue>): PrimitiveFigure {
  if (value.ms === null) return { ms: null, why: value.why ?? 'not measured' };
  return {
    ms: value.ms,
    standardErrorMs: value.se ?? 0,
    lengthBytes: value.len !== undefined && value.len > 0 ? value.len : null,
    // A figure of a sister card says nothing certain about this one.
    label: value.from === undefined ? 'measured' : 'estimated',
    ...(value.from !== undefined && { from: value.from }),
  };
}

function importSeries(
  points: readonly (readonly [number, number])[],
  fit: { t0: number; per_unit: number; unit_bytes: number },
): CardTiming['series'][string] {
  return {
    points: points.map(([length, ms]) => [length, ms]),
    fit: { fixedMs: fit.t0, msPerUnit: fit.per_unit, unitBytes: fit.unit_bytes },
    label: 'measured',
  };
}

/** Clock of common USB readers; the card's own clock hardly depends on it, the wire does. */
const READER_CLOCK_KHZ = 4000;

/** Fi = 372 and Di = 1, what a card without TA1 means (ISO 7816-3, 8.3). */
const DEFAULT_TA1 = 0x11;

/** LEN of a T=1 block is one byte and 255 is reserved (ISO 7816-3, 11.3.2.3). */
const MAX_INFORMATION_FIELD_BYTES = 254;

function importWire(card: MeasuredCard): CardTiming['wire'] {
  const inBlockBytes = Math.min(card.memory.apdu_in_block.bytes, MAX_INFORMATION_FIELD_BYTES);
  const outBlockBytes = Math.min(card.memory.apdu_out_block.bytes, MAX_INFORMATION_FIELD_BYTES);
  if (card.interface === 'contactless') {
    return {
      kind: 'contactless',
      bitRateKbps: 106,
      informationFieldBytes: Math.min(inBlockBytes, outBlockBytes),
      label: 'estimated',
      source: 'block size reported by the card; bit rate not recorded, so the one every card starts with',
    };
  }
  const { interfaceBytes, extraGuardTimeN } = parseAtr(atrBytes(card));
  const contact = {
    ta1: (interfaceBytes[0]?.ta ?? DEFAULT_TA1).toString(16).toUpperCase().padStart(2, '0'),
    clockKhz: READER_CLOCK_KHZ,
    extraGuardTime: extraGuardTimeN,
    label: 'derived' as const,
  };
  if (card.protocol === 'T=0') {
    return { kind: 't0', ...contact, source: "TA1 and TC1 of the card's ATR; 4 MHz reader clock" };
  }
  return {
    kind: 't1',
    ...contact,
    ifscBytes: inBlockBytes,
    ifsdBytes: outBlockBytes,
    source: "TA1 and TC1 of the card's ATR, block sizes reported by the card; 4 MHz reader clock",
  };
}

function atrBytes(card: MeasuredCard): Uint8Array {
  return Uint8Array.from(card.atr.trim().split(/\s+/), (hex) => Number.parseInt(hex, 16));
}
