import { afterAll, describe, expect, it } from 'vitest';
import { type Finding, LINT_RULES, type LintRule } from '../../apdu/index.js';
import { addSpecCommand } from '../../host/cli/index.js';
import { imis, sentenceOf, WorkFolder } from './imis.js';
import { command, MUTATIONS, patient } from './lint-mutations.js';
import { runInProcess } from './run-in-process.js';
import { changed, docs, type Json, type Path, validatorOf } from './specification-files.js';

const OWN = docs('apdu-specification.json');
const folder = new WorkFolder();
afterAll(() => folder.remove());

type Report = { readonly findings: readonly Finding[]; readonly summary: { readonly errors: number } };

async function lint(text: string, ...options: string[]) {
  const run = await runInProcess(addSpecCommand, ['spec', 'lint', folder.file('x.json', text), ...options]);
  return { ...run, report: options.includes('--text') ? undefined : (JSON.parse(run.stdout) as Report) };
}

const validateReport = validatorOf('specification-report.schema.json');
const validateSpecification = validatorOf('apdu-specification.schema.json');

describe('imis spec lint', () => {
  it("finds nothing in this project's own specification", async () => {
    const run = await imis(['spec', 'lint']);
    expect(run.status).toBe(0);
    const report = JSON.parse(run.stdout) as Report;
    expect(report.findings).toEqual([]);
    expect(validateReport(report), JSON.stringify(validateReport.errors)).toBe(true);
  });

  it.each(MUTATIONS)('%s: %s', async (rule, what, path, value) => {
    const text = changed(OWN, path, value);
    const { status, report } = await lint(text);
    const own = report!.findings.filter((finding) => finding.rule === rule);
    expect(own.length, `${what}: ${JSON.stringify(report!.findings)}`).toBeGreaterThan(0);
    expect(status).toBe(1);
    expect(validateReport(report), JSON.stringify(validateReport.errors)).toBe(true);
    for (const finding of report!.findings) {
      expect(resolves(JSON.parse(text) as Json, finding.path), finding.path).toBe(true);
      expect(finding.message).toMatch(/^[A-Z"].*\.$/);
      expect(finding.remedy).toMatch(/\.$/);
    }
  });

  it('has a document for every rule', () => {
    const caught = new Set(MUTATIONS.map(([rule]) => rule));
    expect(Object.keys(LINT_RULES).filter((rule) => !caught.has(rule as LintRule))).toEqual([]);
  });

  it('says it in words on request, and counts warnings only when asked to', async () => {
    const field = { kind: 'bytes', name: 'x', min: 0, max: 8, optional: true };
    const text = changed(OWN, command('verifyCertificate', 'data'), field);
    const run = await lint(text, '--text');
    expect(run.stdout).toMatch(
      /^warning ambiguous-length at \/applications\/0\/commands\/\d+\/data\n {2}For the data of .+\n {2}Leave .+\n0 errors, 1 warnings\n$/,
    );
    expect(run.status).toBe(0);
    expect((await lint(text, '--strict')).status).toBe(1);
  });
});

/** Whether a JSON Pointer leads somewhere, or to a member that its holder could have. */
function resolves(document: Json, pointer: string): boolean {
  const steps = pointer.split('/').slice(1);
  let part: unknown = document;
  for (const step of steps) {
    if (typeof part !== 'object' || part === null) return false;
    if (!(step in part)) return false;
    part = (part as Json)[step];
  }
  return true;
}

describe('a document that is no specification', () => {
  const FAULTS: readonly (readonly [what: string, path: Path, value: unknown, sentence: RegExp])[] = [
    ['a wrong value', command('select', 'cla'), '90', /commands\/0\/cla must be one of 00, 80, not "90"/],
    [
      'a lower-case code',
      command('select', 'ins'),
      'a4',
      /commands\/0\/ins must be 1 bytes in upper-case hexadecimal/,
    ],
    ['a missing member', command('select', 'states'), undefined, /commands\/0 lacks the member "states"/],
    ['an unknown member', command('select', 'colour'), 'red', /commands\/0 has the unknown member "colour"/],
    ['a rule of nothing', command('select', 'access'), { all: [] }, /access\/all must have at least 1 entry/],
    ['no rule at all', command('select', 'access'), {}, /access must be always, never, or an object/],
    [
      'an identifier twice',
      patient('commands', 1, 'id'),
      'select',
      /commands\/1 is the second of the name "select"/,
    ],
    ['another version', ['version'], 1, /^\S+: \/version must be one of 2, not 1/],
    ['no list', patient('pins'), {}, /pins must be a list, not an object/],
    [
      'a tag of three bytes',
      command('changeReferenceData', 'data', 'objects', 0, 'tag'),
      '5F8120',
      /objects\/0\/tag must be 1 to 2 bytes/,
    ],
  ];

  it.each(FAULTS)('is refused with the path of %s', async (_, path, value, sentence) => {
    const text = changed(OWN, path, value);
    const file = folder.file('fault.json', text);
    const run = await runInProcess(addSpecCommand, ['spec', 'lint', file]);
    expect(sentenceOf(run, 2)).toMatch(sentence);
    if (!sentence.source.includes('second of the name'))
      expect(validateSpecification(JSON.parse(text))).toBe(false);
  });

  it('is refused in one sentence when it is no JSON, or not there', async () => {
    const run = await runInProcess(addSpecCommand, ['spec', 'lint', folder.file('no.json', '{"a": ')]);
    expect(sentenceOf(run, 2)).toContain('is no JSON');
    const absent = await runInProcess(addSpecCommand, ['spec', 'lint', 'nowhere.json']);
    expect(sentenceOf(absent, 2)).toContain('can not be read');
  });
});
