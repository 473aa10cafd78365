import { afterAll, describe, expect, it } from 'vitest';
import type { Change, Impact } from '../../apdu/index.js';
import { addSpecCommand } from '../../host/cli/index.js';
import { imis, sentenceOf, WorkFolder } from './imis.js';
import { runInProcess } from './run-in-process.js';
import { changed, docs, type Path, validatorOf } from './specification-files.js';

const OWN = docs('apdu-specification.json');
const folder = new WorkFolder();
afterAll(() => folder.remove());
const validateReport = validatorOf('specification-report.schema.json');

type Report = { readonly changes: readonly Change[]; readonly summary: Readonly<Record<Impact, number>> };

async function diff(before: string, after: string, ...options: string[]) {
  const files = [folder.file('before.json', before), folder.file('after.json', after)];
  const run = await runInProcess(addSpecCommand, ['spec', 'diff', ...files, ...options]);
  return { ...run, report: options.includes('--text') ? undefined : (JSON.parse(run.stdout) as Report) };
}

const patient = (...path: Path): Path => ['applications', '0', ...path];
const command = (id: string, ...path: Path): Path => patient('commands', `#${id}`, ...path);
const status = (sw: string) => ({ sw, mask: 'FFFF', reason: 'something' });
const object = (name: string, more: object) => ({
  field: name,
  tag: '8F',
  name,
  format: 'bytes',
  min: 1,
  max: 1,
  ...more,
});

/** A change, what it is for hosts, and what the way back is. */
const CHANGES: readonly (readonly [what: string, path: Path, value: unknown, there: Impact, back: Impact])[] =
  [
    ['a command gone', command('collect'), undefined, 'breaking', 'compatible'],
    ['another instruction', command('collect', 'ins'), '6E', 'breaking', 'breaking'],
    ['other words', command('collect', 'summary'), 'Collects.', 'documentation', 'documentation'],
    ['a value of P2 less', command('verify', 'p2', 'values', 1), undefined, 'breaking', 'compatible'],
    [
      'a value of P2 renamed',
      command('verify', 'p2', 'values', 0, 'meaning'),
      'PIN',
      'documentation',
      'documentation',
    ],
    [
      'a meaning with another value',
      command('verify', 'p2', 'values', 0, 'value'),
      '8F',
      'breaking',
      'breaking',
    ],
    ['data that must be longer', command('encipher', 'data', 'min'), 2, 'breaking', 'compatible'],
    ['data that may be shorter', command('encipher', 'data', 'max'), 254, 'breaking', 'compatible'],
    ['an answer that may be longer', command('readRecord', 'response', 'max'), 257, 'breaking', 'compatible'],
    [
      'a new object to send',
      command('collect', 'data', 'objects', 9),
      object('more', {}),
      'breaking',
      'breaking',
    ],
    [
      'a new object that may be sent',
      command('collect', 'data', 'objects', 9),
      object('more', { optional: true }),
      'compatible',
      'breaking',
    ],
    [
      'a new object in an answer',
      command('collect', 'response', 'objects', 9),
      object('more', {}),
      'breaking',
      'breaking',
    ],
    [
      'an object with another tag',
      command('collect', 'data', 'objects', 0, 'tag'),
      '8F',
      'breaking',
      'breaking',
    ],
    [
      'an object that may be absent',
      command('putVisitRecord', 'data', 'objects', 0, 'optional'),
      true,
      'compatible',
      'breaking',
    ],
    [
      'an object of an answer that may be absent',
      command('collect', 'response', 'objects', 0, 'optional'),
      true,
      'breaking',
      'compatible',
    ],
    ['no chain any more', command('putVisitRecord', 'chaining'), false, 'breaking', 'compatible'],
    ['a secure channel needed', command('collect', 'secureMessaging'), 'scp03 C-MAC', 'breaking', 'breaking'],
    [
      'a stricter rule',
      command('collect', 'access'),
      { all: [{ pin: 'holder' }, { role: 'pharmacy' }, { role: 'doctor' }] },
      'breaking',
      'compatible',
    ],
    ['a looser rule', command('collect', 'access'), { role: 'pharmacy' }, 'compatible', 'breaking'],
    [
      'the same rule in other words',
      command('collect', 'access'),
      { all: [{ role: 'pharmacy' }, { pin: 'holder' }] },
      'documentation',
      'documentation',
    ],
    ['another rule', command('collect', 'access'), { role: 'nhi' }, 'breaking', 'breaking'],
    ['a state less', command('getChallenge', 'states'), ['operational'], 'breaking', 'compatible'],
    ['another state afterwards', command('deactivate', 'leadsTo'), 'terminated', 'breaking', 'breaking'],
    ['a new refusal', command('collect', 'status', 9), status('6A82'), 'compatible', 'compatible'],
    ['a new warning', command('collect', 'status', 9), status('6282'), 'breaking', 'compatible'],
    [
      'another reason',
      command('collect', 'status', 0, 'reason'),
      'it is not here',
      'documentation',
      'documentation',
    ],
    ['an effect that lasts', command('getChallenge', 'effect'), 'persistent', 'breaking', 'compatible'],
    ['a file that moved', patient('files', 0, 'fid'), '0199', 'breaking', 'breaking'],
    ['a larger file', patient('files', 0, 'size'), 9999, 'compatible', 'breaking'],
    ['a PIN of fewer tries', patient('pins', '#holder', 'tries'), 2, 'breaking', 'compatible'],
    ['a shorter PIN', patient('pins', '#holder', 'maxLength'), 8, 'breaking', 'compatible'],
    ['another application identifier', patient('aid'), 'F0494D495309', 'breaking', 'breaking'],
    ['an algorithm gone', patient('algorithms', 0), undefined, 'breaking', 'compatible'],
    ['another domain tag', ['statements', 0, 'domain'], 'IMIS-v2/x', 'breaking', 'breaking'],
    ['a role gone', patient('roles', 1), undefined, 'breaking', 'compatible'],
  ];

/** The worst of what was found. */
function worst({ summary }: Report): Impact {
  return summary.breaking > 0 ? 'breaking' : summary.compatible > 0 ? 'compatible' : 'documentation';
}

describe('imis spec diff', () => {
  it('finds no difference between a specification and itself', async () => {
    const file = folder.file('own.json', OWN);
    const run = await imis(['spec', 'diff', file, file]);
    expect(run.status).toBe(0);
    const report = JSON.parse(run.stdout) as Report;
    expect(report.changes).toEqual([]);
    expect(validateReport(report), JSON.stringify(validateReport.errors)).toBe(true);
  });

  it.each(CHANGES)('%s', async (_, path, value, there, back) => {
    const text = changed(OWN, path, value).replaceAll(/null,\s*/g, '');
    for (const [before, after, impact] of [
      [OWN, text, there],
      [text, OWN, back],
    ] as const) {
      const { status: exit, report } = await diff(before, after);
      expect(worst(report!), JSON.stringify(report!.changes)).toBe(impact);
      expect(exit).toBe(1);
      expect(validateReport(report), JSON.stringify(validateReport.errors)).toBe(true);
      for (const change of report!.changes) expect(change.message).toMatch(/^[A-Z0-9"].*\.$/);
    }
  });

  it('names the place by identifiers, and puts first what breaks hosts', async () => {
    const summary = changed(OWN, command('collect', 'summary'), 'Collects.');
    const run = await diff(OWN, changed(summary, command('verify', 'ins'), '21'), '--text');
    expect(run.stdout).toBe(
      [
        'breaking (1)',
        '  /applications/patient/commands/verify/ins: The instruction was 20 and is 21.',
        'documentation (1)',
        '  /applications/patient/commands/collect/summary: The summary reads otherwise.',
        '1 breaking, 0 compatible, 1 of documentation',
        '',
      ].join('\n'),
    );
  });

  it('is in trouble, with status 2, when one of them is no specification', async () => {
    const files = [folder.file('own.json', OWN), folder.file('no.json', '{}')];
    const run = await runInProcess(addSpecCommand, ['spec', 'diff', ...files]);
    expect(sentenceOf(run, 2)).toContain('/ lacks the member "format"');
    const single = await runInProcess(addSpecCommand, ['spec', 'diff', files[0]!]);
    expect(single.status).toBe(2);
  });
});
