import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  APPLICATIONS,
  describeAccess,
  exportSpecification,
  fieldHasSecret,
  renderReference,
  renderSpecification,
  STATEMENT,
} from '../../apdu/index.js';

const docs = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** First line in which two texts differ, so that a stale document does not fill the screen. */
function firstDifference(committed: string, current: string): string | undefined {
  if (committed === current) return undefined;
  const [before, after] = [committed.split('\n'), current.split('\n')];
  const line = after.findIndex((text, at) => text !== before[at]);
  return `line ${line + 1}: ${before[line] ?? 'nothing'} → ${after[line] ?? 'nothing'}`;
}

describe('documents from the specification', () => {
  it('the reference is the one of this specification', () => {
    expect(
      firstDifference(docs('apdu-reference.md'), renderReference()),
      'stale; renew it with: npx imis spec docs > docs/apdu-reference.md',
    ).toBeUndefined();
  });

  it('the JSON document is the one of this specification', () => {
    expect(
      firstDifference(docs('apdu-specification.json'), renderSpecification()),
      'stale; renew it with: npx imis spec export > docs/apdu-specification.json',
    ).toBeUndefined();
  });

  it('the reference names every command, file, algorithm and statement', () => {
    const text = renderReference();
    for (const application of APPLICATIONS) {
      for (const command of Object.values(application.commands)) {
        expect(text).toContain(`<a id="${application.id}-${command.id}"></a>`);
        expect(text).toContain(`(#${application.id}-${command.id})`);
      }
      for (const file of Object.values(application.files)) expect(text).toContain(`| ${file.name} |`);
      for (const algorithm of Object.values(application.algorithms)) expect(text).toContain(algorithm.id);
    }
    for (const { domain } of Object.values(STATEMENT)) expect(text).toContain(`\`${domain}\``);
    for (const line of text.split('\n').filter((row) => row.startsWith('|'))) expect(line).toMatch(/\|$/);
    expect(text).not.toContain('undefined');
  });

  it('every row of a table has the cells of its head', () => {
    const cells = (row: string) => row.replaceAll('\\|', '').split('|').length;
    for (const block of renderReference().split('\n\n')) {
      const rows = block.split('\n').filter((row) => row.startsWith('|'));
      for (const row of rows) expect(cells(row), row).toBe(cells(rows[0]!));
    }
  });

  it('access rules read as sentences do', () => {
    expect(
      describeAccess({ all: [{ pin: 'holder' }, { any: [{ role: 'doctor' }, { role: 'staff' }] }] }),
    ).toBe('after the holder PIN and (for an authenticated doctor or for authenticated medical staff)');
    expect(describeAccess('by file')).toBe('by the rule of the file addressed (read)');
    expect(describeAccess('by file', 'append')).toBe('by the rule of the file addressed (append)');
    expect(describeAccess({ state: 'initialisation' })).toBe('in the state initialisation');
  });
});

describe('the JSON document', () => {
  const schema = JSON.parse(docs('apdu-specification.schema.json')) as object;
  const validate = new Ajv2020({
    strict: true,
    strictRequired: false,
    strictTypes: false,
    allErrors: true,
  }).compile(schema);
  const copy = () => JSON.parse(renderSpecification()) as Record<string, unknown>;

  it('follows its schema', () => {
    expect(validate(copy()), JSON.stringify(validate.errors)).toBe(true);
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(exportSpecification()))).toEqual(exportSpecification());
  });

  const command = ['applications', 0, 'commands', 0];
  const object = ['statements', 0, 'objects', 0];

  it.each<[string, readonly (string | number)[], unknown]>([
    ['another version', ['version'], 1],
    ['a lower-case code', [...command, 'ins'], 'a4'],
    ['an unknown kind of parameter', [...command, 'p1'], { kind: 'free' }],
    ['a parameter with a stray member', [...command, 'p1'], { kind: 'constant', value: '00', name: 'x' }],
    ['a role that is no identifier', [...command, 'access'], { role: 'a visitor' }],
    ['an access rule of nothing', [...command, 'access'], { all: [] }],
    ['data without bounds', [...command, 'data'], { kind: 'bytes', name: 'x' }],
    ['a short application identifier', ['applications', 0, 'aid'], 'F0'],
    [
      'members of a plain object',
      [...object, 'objects'],
      [{ field: 'x', tag: '80', name: 'x', format: 'uint', min: 1, max: 1 }],
    ],
    ['a constructed object without members', [...object, 'format'], 'template'],
    ['a tag of three bytes', [...object, 'tag'], '5F8120'],
    ['no common status words', ['commonStatus'], undefined],
  ])('would not with %s', (_, path, value) => {
    const document = copy();
    const holder = path
      .slice(0, -1)
      .reduce<Record<string | number, unknown>>(
        (part, step) => part[step] as Record<string | number, unknown>,
        document,
      );
    expect(validate(document)).toBe(true);
    if (value === undefined) delete holder[path.at(-1)!];
    else holder[path.at(-1)!] = value;
    expect(validate(document)).toBe(false);
  });

  it('marks every secret', () => {
    const secrets = APPLICATIONS.flatMap(({ commands }) => Object.values(commands)).filter(({ data }) =>
      fieldHasSecret(data),
    );
    expect(secrets.length).toBeGreaterThan(0);
    expect(renderSpecification().match(/"secret": true/g)!.length).toBeGreaterThanOrEqual(secrets.length);
  });
});
