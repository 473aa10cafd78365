import { afterAll, describe, expect, it } from 'vitest';
import { type Finding, LINT_RULES, type LintRule } from '../../apdu/index.js';
import { addSpecCommand } from '../../host/cli/commands/spec.js';
import { imis, sentenceOf, WorkFolder } from './imis.js';
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

const patient = (...path: Path): Path => ['applications', '0', ...path];
const command = (id: string, ...path: Path): Path => patient('commands', `#${id}`, ...path);
const range = (min: string, max: string) => ({ kind: 'range', name: 'x', min, max });

/** One document for each way in which a rule can be broken. */
const MUTATIONS: readonly (readonly [rule: LintRule, what: string, path: Path, value: unknown])[] = [
  ['overlapping-instruction', 'two commands of one header', command('collectAsAgent', 'p1', 'value'), '00'],
  [
    'overlapping-instruction',
    'a range of P1 that grows into its neighbour',
    command('resetVerification', 'p1'),
    range('00', 'FF'),
  ],
  ['invalid-instruction', 'an instruction that is a status byte', command('collect', 'ins'), '6C'],
  ['unreachable-state', 'nobody deactivates any more', command('deactivate', 'leadsTo'), undefined],
  ['unreachable-state', 'who terminates must be somebody unknown', command('terminate', 'access'), 'never'],
  ['unreachable-state', 'another state to begin with', patient('initialState'), 'terminated'],
  [
    'colliding-tag',
    'two objects of one tag',
    command('changeReferenceData', 'data', 'objects', '#replacement', 'tag'),
    '80',
  ],
  [
    'colliding-tag',
    'two objects of one tag within another',
    command('putVisitRecord', 'data', 'objects', '#prescription', 'objects', 1, 'tag'),
    'DF72',
  ],
  ['colliding-tag', 'two files of one short identifier', patient('files', 1, 'sfi'), 1],
  ['colliding-tag', 'two PINs of one reference', patient('pins', '#agent2', 'reference'), '83'],
  ['colliding-tag', 'two algorithms of one reference', patient('algorithms', 1, 'reference'), '01'],
  ['colliding-tag', 'two keys of one reference', patient('keys', 2, 'reference'), '02'],
  [
    'tag-form',
    'a constructed tag for bytes',
    command('changeReferenceData', 'data', 'objects', 0, 'tag'),
    'A0',
  ],
  [
    'tag-form',
    'a first byte that announces a second',
    command('changeReferenceData', 'data', 'objects', 0, 'tag'),
    '9F',
  ],
  [
    'status-never-produced',
    'a correction of Le without an answer',
    command('deactivate', 'status'),
    [{ sw: '6C00', mask: 'FF00', reason: 'x' }],
  ],
  [
    'status-never-produced',
    'a chain refused by a command that takes one',
    command('storeData', 'status', 0),
    { sw: '6884', mask: 'FFFF', reason: 'x' },
  ],
  [
    'status-never-produced',
    'wrong data where there are none',
    command('deactivate', 'status'),
    [{ sw: '6A80', mask: 'FFFF', reason: 'x' }],
  ],
  [
    'status-never-produced',
    'the end of a file that is not read by Le',
    command('readBinary', 'readsLe'),
    false,
  ],
  [
    'status-never-produced',
    'a family that holds another word',
    command('verify', 'status', 1),
    { sw: '63C0', mask: 'FFFF', reason: 'x' },
  ],
  ['status-undeclared', 'no word for a wrong PIN', command('verify', 'status', 0), undefined],
  ['status-undeclared', 'no word for a blocked PIN', command('verify', 'status', 1), undefined],
  ['status-undeclared', 'no word for an unknown instruction', ['commonStatus', 16], undefined],
  ['status-undeclared', 'no word for success', ['commonStatus', 0], undefined],
  ['status-undeclared', 'no word for an interrupted chain', ['commonStatus', 7], undefined],
  ['ambiguous-length', 'bounds the wrong way round', command('encipher', 'data', 'min'), 256],
  [
    'ambiguous-length',
    'a number of one or two bytes',
    command('putHolderDeclaration', 'data', 'objects', 1, 'max'),
    2,
  ],
  [
    'ambiguous-length',
    'more than a command carries, without a chain',
    command('storeData', 'chaining'),
    false,
  ],
  ['ambiguous-length', 'a long answer and no GET RESPONSE', command('getResponse'), undefined],
  ['ambiguous-length', 'a PIN longer than VERIFY takes', patient('pins', '#holder', 'maxLength'), 16],
  ['ambiguous-length', 'records in a transparent file', patient('files', 0, 'records'), 3],
  ['access-never-met', 'a command for nobody', command('collect', 'access'), 'never'],
  [
    'access-never-met',
    'two states at once',
    command('collect', 'access'),
    { all: [{ state: 'operational' }, { state: 'deactivated' }] },
  ],
  [
    'access-never-met',
    'a state in which the command is not permitted',
    command('collect', 'access'),
    { state: 'deactivated' },
  ],
  ['access-never-met', 'a PIN that no command proves', command('verify', 'proves'), undefined],
  [
    'access-never-met',
    'a PIN that opens the command which proves it',
    command('verify', 'access'),
    { pin: 'holder' },
  ],
  ['access-never-met', 'a role that no command proves', command('mutualAuthenticate', 'proves'), undefined],
  [
    'access-never-met',
    'a file that nobody can read',
    patient('files', 1, 'read'),
    { all: [{ pin: 'holder' }, 'never'] },
  ],
  ['unknown-reference', 'a PIN that is not there', command('collect', 'access'), { pin: 'guest' }],
  ['unknown-reference', 'a role that is not there', patient('files', 1, 'read'), { role: 'visitor' }],
  ['unknown-reference', 'a key that is not there', patient('algorithms', 0, 'key'), 'sealing'],
  ['unknown-reference', 'files that are not there', patient('files'), []],
  [
    'faulty-example',
    'an example of another command',
    command('select', 'examples', 0, 'command'),
    '0084000010',
  ],
  [
    'faulty-example',
    'an example that shows a PIN',
    command('verify', 'examples'),
    [{ title: 'x', command: '002000810431323334' }],
  ],
];

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
