/**
 * A card profile: what is known about one card model, as data.
 *
 * Every figure says how it was come by: `measured` on a card, `derived` from measured figures of the same
 * card by a stated rule, or `estimated` from a sister card, a standard's default or common practice.
 */
import { z } from 'zod';

/** How much a figure deserves to be trusted, best first. */
export const FIGURE_LABELS = ['measured', 'derived', 'estimated'] as const;
export type FigureLabel = (typeof FIGURE_LABELS)[number];

/** The weaker of two labels: a sum is worth no more than its worst term. */
export function weakerLabel(a: FigureLabel, b: FigureLabel): FigureLabel {
  return FIGURE_LABELS.indexOf(a) >= FIGURE_LABELS.indexOf(b) ? a : b;
}

const label = z.enum(FIGURE_LABELS);
const text = z.string().min(1);
const positiveBytes = z.int().positive();

const memoryFigure = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    value,
    label,
    source: text,
    /** True when the card answered "more than": the figure is what it surely has. */
    lowerBound: z.boolean().optional(),
  });

const memory = z.strictObject({
  /** Free persistent memory for applications. */
  nvmBytes: memoryFigure(positiveBytes),
  /** Free transient memory, clear-on-reset. */
  ramBytes: memoryFigure(positiveBytes),
  /** What one transaction can hold before it must commit. */
  commitBufferBytes: memoryFigure(positiveBytes),
  apduBufferBytes: memoryFigure(z.int().min(133)),
  /** Smallest unit that NVM erases and programs. */
  pageBytes: memoryFigure(positiveBytes),
  /** Erase and program cycles a page survives. */
  enduranceCycles: memoryFigure(z.int().positive()),
  /** Whether ISO 7816-4 extended length fields are understood. */
  extendedLength: memoryFigure(z.boolean()),
});

const primitive = z.union([
  z.strictObject({
    ms: z.number().nonnegative(),
    standardErrorMs: z.number().nonnegative(),
    /** Bytes processed; null where length has no meaning (key generation). */
    lengthBytes: z.int().positive().nullable(),
    label,
    /** The sister card a figure is borrowed from. */
    from: text.optional(),
  }),
  z.strictObject({
    ms: z.null(),
    /** Why the card has no figure, in the words of the measurement. */
    why: text,
  }),
]);

const series = z.strictObject({
  /** [length in bytes, ms] as measured. */
  points: z.array(z.tuple([z.int().positive(), z.number()])).min(2),
  /** ms = fixedMs + msPerUnit × units, a unit being unitBytes of input. */
  fit: z.strictObject({ fixedMs: z.number(), msPerUnit: z.number(), unitBytes: z.int().positive() }),
  label,
});

const modularExponentiation = z.strictObject({
  /** ms = fixedMs + msPerExponentBit × exponent bits, for the modulus size that is the key. */
  msPerExponentBit: z.number().positive(),
  fixedMs: z.number(),
  label,
});

const hexByte = z.string().regex(/^[0-9A-F]{2}$/, 'expected two upper-case hexadecimal digits');

const wire = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('t0'),
    /** TA1 of the ATR (ISO 7816-3, 8.3): Fi and Di after PPS. */
    ta1: hexByte,
    clockKhz: z.number().positive(),
    /** N of TC1 (ISO 7816-3, 8.3), 0 where absent; 255 is the protocol's minimum. */
    extraGuardTime: z.int().min(0).max(255),
    label,
    source: text,
  }),
  z.strictObject({
    kind: z.literal('t1'),
    ta1: hexByte,
    clockKhz: z.number().positive(),
    extraGuardTime: z.int().min(0).max(255),
    /** Largest information field towards the card (IFSC) and towards the reader (IFSD). */
    ifscBytes: z.int().min(1).max(254),
    ifsdBytes: z.int().min(1).max(254),
    label,
    source: text,
  }),
  z.strictObject({
    kind: z.literal('contactless'),
    bitRateKbps: z.union([z.literal(106), z.literal(212), z.literal(424), z.literal(848)]),
    /** Largest information field of a block, both ways. */
    informationFieldBytes: z.int().min(1).max(254),
    label,
    source: text,
  }),
]);

const timing = z.strictObject({
  primitives: z.record(text, primitive),
  series: z.record(text, series),
  /** Keyed by modulus size in bits. */
  modularExponentiation: z.record(z.string().regex(/^\d+$/), modularExponentiation),
  /** Microseconds per interpreted bytecode; null where not known. */
  bytecode: z
    .strictObject({
      /** Locals, constants, arithmetic, branches. */
      localUs: z.number(),
      /** Array, field and static access. */
      memoryUs: z.number(),
      /** A call or a return; four local and two memory bytecodes where absent. */
      invokeUs: z.number().optional(),
      averageUs: z.number(),
      label,
      /** Factor on all three, fitted to whole commands timed on this card or a sister of it. */
      fittedFactor: z.strictObject({ value: z.number().positive(), source: text }).optional(),
    })
    .nullable(),
  /** One persistent field write that changes the value, ms; null where not known. */
  changedFieldWriteMs: z.number().nonnegative().nullable(),
  /** What key agreement on 256 bits costs more when it gives out both coordinates; nothing where absent. */
  fullPointOutput: z.strictObject({ extraMs: z.number().nonnegative(), label, source: text }).optional(),
  /** Reader firmware, USB and host software per command; `DEFAULT_HOST_MS` where absent. */
  host: z
    .strictObject({
      ms: z.number().nonnegative(),
      lowMs: z.number(),
      highMs: z.number(),
      label,
      source: text,
    })
    .optional(),
  wire,
});

/** Shape of one file of `perf/profiles/`. Unknown fields are refused so that a misspelt one is noticed. */
export const cardProfileSchema = z.strictObject({
  schema: z.literal('imis-card-profile/1'),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected kebab-case'),
  /** The card's key in the data the profile was imported from. */
  sourceKey: text.optional(),
  title: text,
  /** Answer to reset as upper-case hexadecimal without spaces. */
  atr: z
    .string()
    .regex(/^([0-9A-F]{2})+$/, 'expected upper-case hexadecimal')
    .optional(),
  /** Version of the Java Card API the card reports. */
  javaCard: text.optional(),
  measurement: z.strictObject({ date: text, interface: text, reader: text, protocol: text }).optional(),
  provenance: z.strictObject({
    source: text,
    commit: text.optional(),
    licence: text,
    copyright: text,
    citation: text.optional(),
    files: z.array(text).optional(),
  }),
  memory,
  /** Null: nothing was ever timed, so every price is "no data". */
  timing: timing.nullable(),
});

export type CardProfile = z.infer<typeof cardProfileSchema>;
export type CardTiming = NonNullable<CardProfile['timing']>;
export type WireParameters = CardTiming['wire'];
export type PrimitiveFigure = z.infer<typeof primitive>;
export type LengthSeries = z.infer<typeof series>;

/** Memory budget as plain numbers, in the form the card simulator takes. */
export type MemoryBudget = {
  readonly nvmBytes: number;
  readonly ramBytes: number;
  readonly commitBufferBytes: number;
  readonly apduBufferBytes: number;
  readonly pageBytes: number;
  readonly enduranceCycles: number;
  readonly extendedLength: boolean;
};

/** The profile's memory figures without their labels. */
export function memoryBudget(profile: CardProfile): MemoryBudget {
  const { memory } = profile;
  return {
    nvmBytes: memory.nvmBytes.value,
    ramBytes: memory.ramBytes.value,
    commitBufferBytes: memory.commitBufferBytes.value,
    apduBufferBytes: memory.apduBufferBytes.value,
    pageBytes: memory.pageBytes.value,
    enduranceCycles: memory.enduranceCycles.value,
    extendedLength: memory.extendedLength.value,
  };
}
