import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImisRun, imis, ROOT, SEED, WorkFolder } from './imis.js';
import { lapsedInsurance, profileWith } from './inputs.js';

type Command = Record<string, unknown> & { name: string; sw: string; predictedMs: number | null };
type Phase = { name: string; equations: number[]; outcome: string; reason?: string; commands: Command[] };
type Document = { seed: number | null; profile: string; scenario: string; phases: Phase[] };

const EQUATIONS = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 16, 17];
const OTHER_PROFILE = 'nxp-j2e081';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const visit = (...args: string[]) => imis(['visit', '--json', ...args]);
const seeded = ['--seed', SEED];

const schema = JSON.parse(readFileSync(join(ROOT, 'docs', 'visit.schema.json'), 'utf8')) as object;
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: true,
  allowUnionTypes: true,
}).compile(schema);

/** The document of a run that printed one and nothing else. */
function documentOf(run: ImisRun, status = 0): Document {
  expect(run.stderr).toBe('');
  expect(run.status).toBe(status);
  return JSON.parse(run.stdout) as Document;
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

describe('imis visit --json', () => {
  let first: ImisRun;
  let otherProfile: ImisRun;
  let otherInput: ImisRun;
  let refused: ImisRun;
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    first = await visit(...seeded);
    otherProfile = await visit(...seeded, '--profile', OTHER_PROFILE);
    otherInput = await visit(...seeded, '--input', join(ROOT, 'examples', 'diabetes-follow-up.json'));
    refused = await visit(...seeded, '--input', folder.file('lapsed.json', lapsedInsurance()));
  });

  it('is byte-identical when run again, in another folder, on another profile', async () => {
    const again = await imis(['visit', ...seeded, '--json'], { cwd: folder.path });
    expect(again.stdout).toBe(first.stdout);
    const otherAgain = await visit('--profile', OTHER_PROFILE, ...seeded);
    expect(otherAgain.stdout).toBe(otherProfile.stdout);
    expect(otherProfile.stdout).not.toBe(first.stdout);
    const document = documentOf(otherProfile);
    expect(document.profile).toBe(OTHER_PROFILE);
    const names = ({ phases }: Document) =>
      phases.map(({ commands }) => commands.map(({ name, sw }) => `${name} ${sw}`));
    expect(names(document)).toEqual(names(documentOf(first)));
  });

  it('covers the equations, each number an integer', () => {
    const { seed, scenario, phases } = documentOf(first);
    expect([seed, scenario]).toEqual([Number(SEED), 'outpatient']);
    const numbers = phases.flatMap(({ equations }) => equations);
    expect([...numbers].sort((a, b) => a - b)).toEqual(EQUATIONS);
    expect(numbers.every(Number.isInteger)).toBe(true);
    expect(phases.every(({ outcome, reason }) => outcome === 'ok' && reason === undefined)).toBe(true);
    const commands = phases.flatMap((phase) => phase.commands);
    console.log(`${phases.length} phases, ${numbers.length} equations, ${commands.length} commands`);
    expect(commands.some(({ predictedMs }) => predictedMs !== null)).toBe(true);
  });

  it('tells of an agent who collects, the same twice, in the same form', async () => {
    const run = await visit(...seeded, '--scenario', 'agent');
    const document = documentOf(run);
    expect(document.phases.flatMap(({ equations }) => equations)).toEqual(
      expect.arrayContaining([5, 18, 19]),
    );
    expect(document.phases.flatMap(({ commands }) => commands).some(({ card }) => card === 'agent')).toBe(
      true,
    );
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect((await visit(...seeded, '--scenario', 'agent')).stdout).toBe(run.stdout);
  });

  it('holds no path, version or time', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    let checked = 0;
    for (const run of [first, otherProfile, otherInput, refused]) {
      for (const text of stringsOf(JSON.parse(run.stdout))) {
        checked++;
        expect(text).not.toMatch(/(?:^|[\s"'(])(?:[A-Za-z]:)?[/\\]\w|file:|\.json\b/);
        expect(text).not.toMatch(/\b\d{4}-\d\d-\d\d\b|\d\d:\d\d/);
        for (const part of [version, process.version, ROOT]) expect(text).not.toContain(part);
      }
    }
    console.log(`${checked} texts`);
  });

  it('says null for the seed of a run without one', async () => {
    const document = documentOf(
      await visit('--profile', folder.file('small.json', profileWith({ ramBytes: 1_900 }))),
      1,
    );
    expect(document.seed).toBeNull();
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  it('ends with the refused phase, its reason, and status 1', () => {
    const { phases } = documentOf(refused, 1);
    expect(phases.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'refused']);
    expect(phases.at(-1)).toMatchObject({ name: 'open visit', equations: [6, 7, 8] });
    expect(phases.at(-1)!.reason).toMatch(/insurance is not paid/);
  });

  it('follows the published schema', () => {
    const documents = [
      documentOf(first),
      documentOf(otherProfile),
      documentOf(otherInput),
      documentOf(refused, 1),
    ];
    for (const document of documents) {
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    }
    console.log(`${documents.length} documents follow docs/visit.schema.json`);
  });

  const command = ['phases', 0, 'commands', 0] as const;
  it.each<[string, readonly (string | number)[], unknown]>([
    ['a stray member', ['version'], '1'],
    ['a negative seed', ['seed'], -1],
    ['a profile by its path', ['profile'], 'perf/profiles/default.json'],
    ['an equation as text', ['phases', 0, 'equations', 0], '1'],
    ['an equation twice', ['phases', 0, 'equations'], [1, 1]],
    ['another outcome', ['phases', 0, 'outcome'], 'failed'],
    ['a refusal without reason', ['phases', 0, 'outcome'], 'refused'],
    ['a reason without refusal', ['phases', 0, 'reason'], 'why not'],
    ['no phases', ['phases'], []],
    ['another card', [...command, 'card'], 'nurse'],
    ['a lower-case status word', [...command, 'sw'], '6a82'],
    ['half a byte', [...command, 'bytesIn'], 0.5],
    ['no RAM peak', [...command, 'ramPeak'], undefined],
    ['a prediction as text', [...command, 'predictedMs'], 'no data'],
    ['an operation that never ran', [...command, 'operations'], [{ name: 'sha256', length: 1, count: 0 }]],
  ])('would not with %s', (_, path, value) => {
    const document = documentOf(first) as unknown as Record<string | number, unknown>;
    const holder = path
      .slice(0, -1)
      .reduce((part, step) => part[step] as Record<string | number, unknown>, document);
    if (value === undefined) delete holder[path.at(-1)!];
    else holder[path.at(-1)!] = value;
    expect(validate(document)).toBe(false);
  });
});

describe('docs/visit.schema.json', () => {
  it('describes every member', () => {
    let members = 0;
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: unknown }> };
      for (const [name, member] of Object.entries(properties ?? {})) {
        if (/\/(?:if|else)$/.test(path)) continue; // conditions on members that are described elsewhere
        members++;
        expect(member.description, `${path}.${name}`).toMatch(/^[^\s].{10,}\.$/);
      }
      for (const [key, child] of Object.entries(node)) walk(child, `${path}/${key}`);
    };
    walk(schema, '');
    console.log(`${members} members described`);
    expect(members).toBeGreaterThan(15);
  });
});
