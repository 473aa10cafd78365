/** Model units of a run, as a document that a later run is compared with: the same on every machine. */
import { z } from 'zod';
import type { CardProfile } from './card-profile.js';
import { type ReportedCommand, reportCard } from './report-card.js';
import { formatTable } from './text-table.js';

const row = z.record(z.string(), z.number().nullable());
const documentSchema = z.strictObject({
  schema: z.literal('imis-model-units/1'),
  profile: z.string(),
  /** Command or figure → units. */
  rows: z.record(z.string(), row),
});

export type ModelUnits = z.infer<typeof documentSchema>;

/** Not a document of model units; `message` is one sentence with the path of the wrong field. */
export class ModelUnitsError extends Error {
  override readonly name = 'ModelUnitsError';
}

/** @throws ModelUnitsError */
export function parseModelUnits(text: string, name: string): ModelUnits {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelUnitsError(`Baseline ${name} is not valid JSON.`, { cause });
  }
  const parsed = documentSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = issue.path.map(String).join('.') || '(the whole file)';
  throw new ModelUnitsError(`Baseline ${name} is wrong at ${place}: ${issue.message}.`);
}

/** One row per command of a run: units, and ms on both platforms. */
export function modelUnits(profile: CardProfile, commands: readonly ReportedCommand[]): ModelUnits {
  const javacard = reportCard(profile, commands, { platform: 'javacard' });
  const native = reportCard(profile, commands, { platform: 'native' });
  const seen = new Map<string, number>();
  const rows = javacard.commands.map((command, index) => {
    const name = `${command.phase} | ${command.card}: ${command.name}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const { bytesIn, bytesOut, ramPeakBytes, nvmBytes, nvmPageWrites, callDepth, bytecodes } = command;
    const operations = command.operations.map((each) => [`${each.name} ${each.length}`, each.count] as const);
    return [
      count === 1 ? name : `${name} (${count})`,
      {
        ...{ bytesIn, bytesOut, ramPeakBytes, nvmBytes, nvmPageWrites, callDepth },
        ...{ local: bytecodes.local, memory: bytecodes.memory, invoke: bytecodes.invoke },
        ...Object.fromEntries(operations),
        'ms javacard': toTenths(command.ms),
        'ms native': toTenths(native.commands[index]!.ms),
      },
    ] as const;
  });
  const total = { 'ms javacard': toTenths(javacard.total.ms), 'ms native': toTenths(native.total.ms) };
  return {
    schema: 'imis-model-units/1',
    profile: profile.id,
    rows: { ...Object.fromEntries(rows), total },
  };
}

/** Document with one row a line, so that a difference in version control is one line per command. */
export function formatModelUnits({ schema, profile, rows }: ModelUnits): string {
  const lines = Object.entries(rows).map(
    ([name, units]) => `    ${JSON.stringify(name)}: ${JSON.stringify(units)}`,
  );
  return `{\n  "schema": "${schema}",\n  "profile": "${profile}",\n  "rows": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** One unit that is not what it was; null where there is no such row or figure. */
export type MovedUnit = {
  readonly row: string;
  readonly unit: string;
  readonly before: number | null;
  readonly after: number | null;
};

/** What moved from one document to the other. */
export function movedUnits(before: ModelUnits, after: ModelUnits): readonly MovedUnit[] {
  const rows = [...new Set([...Object.keys(before.rows), ...Object.keys(after.rows)])];
  return rows.flatMap((name) => {
    const [old, now] = [before.rows[name] ?? {}, after.rows[name] ?? {}];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .map((unit) => ({ row: name, unit, before: old[unit] ?? null, after: now[unit] ?? null }))
      .filter((moved) => moved.before !== moved.after);
  });
}

const COLUMNS = [
  { title: 'command', align: 'left' },
  { title: 'unit', align: 'left' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'change', align: 'right' },
] as const;

/** The table of what moved; empty text when nothing did. */
export function formatMovedUnits(moved: readonly MovedUnit[]): string {
  if (moved.length === 0) return '';
  const show = (value: number | null) => (value === null ? '–' : String(value));
  const rows = moved.map(({ row: name, unit, before, after }) => [
    name,
    unit,
    show(before),
    show(after),
    before && after !== null
      ? `${after > before ? '+' : ''}${((100 * (after - before)) / before).toFixed(1)} %`
      : '',
  ]);
  return `${formatTable(COLUMNS, rows)}\n`;
}

function toTenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
