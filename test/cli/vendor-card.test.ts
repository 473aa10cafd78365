import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSpecification, type SpecificationDocument } from '../../apdu/index.js';
import { Card, type CardKind, nobleEngine } from '../../applet/index.js';
import {
  type ConformanceTarget,
  declarationCases,
  type FreshCard,
  lintCases,
  runConformance,
} from '../../conformance/index.js';
import { cardKind } from '../../examples/transport-card/applet.js';
import { addApduCommand } from '../../host/cli/index.js';
import { connectInProcess } from '../../reader-drivers/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { seededBytes } from '../support/seeded-random.js';
import { imis, ROOT, sentenceOf, WorkFolder } from './imis.js';
import { runInProcess } from './run-in-process.js';
import { validatorOf } from './specification-files.js';

const SPECIFICATION = 'examples/transport-card/specification.json';
const APPLET = 'dist/examples/transport-card/applet.js';
const TARGET = ['--target', `applet:${APPLET}`, '--spec', SPECIFICATION];
const folder = new WorkFolder();
afterAll(() => folder.remove());

const json = readFileSync(join(ROOT, SPECIFICATION), 'utf8');

function specification(): SpecificationDocument {
  const parsed = parseSpecification(JSON.parse(json));
  if ('fault' in parsed) throw new Error(parsed.fault.reason);
  return parsed.document;
}

describe("a vendor's card", () => {
  it('has a specification that follows the published schema, lints clean and has documentation', async () => {
    const validate = validatorOf('apdu-specification.schema.json');
    expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
    const lint = await imis(['spec', 'lint', SPECIFICATION]);
    expect(lintCases(specification().applications.flatMap(declarationCases))).toEqual([]);
    expect([lint.status, JSON.parse(lint.stdout).summary]).toEqual([0, { errors: 0, warnings: 0 }]);
  });

  it('has an applet of at most 150 lines', () => {
    const lines = readFileSync(join(ROOT, 'examples/transport-card/applet.ts'), 'utf8').split('\n').length;
    console.log(`applet: ${lines} lines`);
    expect(lines).toBeLessThanOrEqual(150);
  });

  it('passes every case that is generated from it', async () => {
    const run = await imis(['conformance', 'run', ...TARGET, '--sweeps']);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/\n(\d{3}) passed, 0 failed, 0 skipped\n/);
    expect(run.stdout).toMatch(/\ncoverage: \d+ of \d+ declared status words of 10 commands/);
    const list = await imis(['conformance', 'list', '--spec', SPECIFICATION]);
    expect(list.stdout).toMatch(/\n(\d{3}) cases by \d+ clauses, \1 of them generated;/);
    expect(run.status).toBe(0);
  });

  it('is decoded by its specification, secrets left out', async () => {
    const script = folder.file(
      'ride.txt',
      [
        '00A4040C07F0434954595401 => 9000',
        '80E2800010D10431323334D2083131313122222222 => 9000',
        '00440000 => 9000',
        '00200082083131313122222222 => 9000',
        '804000000BDF220207D0DF2604000000070000 => 6700',
        '804000000CDF220207D0DF26040000000700 => 9000',
        '8042000011DF2504671F2E00DF24020011DF2302011800 => 9000',
      ].join('\n'),
    );
    const run = await runInProcess(addApduCommand, [
      'apdu',
      '--applet',
      join(ROOT, APPLET),
      '--spec',
      join(ROOT, SPECIFICATION),
      '--script',
      script,
    ]);
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('VERIFY · P2 reference: load code');
    expect(run.stdout).toContain('> DF24 stop: 0011');
    expect(run.stdout).toContain('< DF21 balance in cents: 1720');
    expect(run.stdout).not.toContain('31323334');
    expect(run.status).toBe(0);
  });

  it('is refused in one sentence without its specification, or without an applet', async () => {
    const bare = await imis(['conformance', 'run', '--target', `applet:${APPLET}`]);
    expect(sentenceOf(bare, 2)).toContain('goes with --spec');
    const none = await imis(['conformance', 'run', '--target', 'applet:nowhere.js', '--spec', SPECIFICATION]);
    expect(sentenceOf(none, 3)).toContain('can not be loaded');
    const own = await imis(['conformance', 'run', '--spec', SPECIFICATION]);
    expect(sentenceOf(own, 2)).toContain('--spec goes with');
  });
});

/** The card of a kind as a target. */
function targetOf(kind: CardKind): ConformanceTarget {
  const fresh = (card: Card): FreshCard => ({
    connect: async () => connectInProcess(card),
    copy: () => fresh(card.fork()),
  });
  const ports = { limits: DEFAULT_LIMITS, engine: nobleEngine, random: seededBytes(1, 'vendor card') };
  const freshCard = () => fresh(new Card(kind, ports));
  return {
    name: 'applet',
    kind: 'simulator',
    application: kind.spec.id,
    freshCard,
    connect: () => freshCard().connect(),
  };
}

type Spec = SpecificationDocument['applications'][number];
type Command = Spec['commands'][string];

/** The applet on a card whose dispatcher goes by another specification than the vendor's. */
const otherwise =
  (id: string, change: Partial<Command>) =>
  (spec: Spec): CardKind =>
    cardKind({ ...spec, commands: { ...spec.commands, [id]: { ...spec.commands[id]!, ...change } } });

/** The applet with one handler replaced. */
const handling =
  (id: string, handler: (request: never) => unknown) =>
  (spec: Spec): CardKind => {
    const kind = cardKind(spec);
    return {
      ...kind,
      makeApplication(os) {
        const application = kind.makeApplication(os);
        return Object.assign(Object.create(application), {
          handlers: { ...application.handlers, [id]: handler },
        });
      },
    };
  };

const BROKEN: readonly (readonly [what: string, make: (spec: Spec) => CardKind, caughtBy: string])[] = [
  [
    'loads without the code of the terminal',
    otherwise('load', { access: 'always' }),
    'load-without-load-code',
  ],
  [
    'loads before it is in use',
    otherwise('load', { states: ['initialisation', 'operational'], access: 'always' }),
    'load-not-in-initialisation',
  ],
  [
    'personalised again while in use',
    otherwise('storeData', { states: ['initialisation', 'operational'] }),
    'store-data-not-in-operational',
  ],
  [
    'takes every tariff',
    otherwise('ride', { p2: { kind: 'range', name: 'tariff', min: 0, max: 255 } }),
    'ride-reserved-p2',
  ],
  ['finds every code right', handling('verify', () => undefined), 'load-'],
];

describe('a broken applet', () => {
  it.each(BROKEN)('that %s is caught', async (_, make, caughtBy) => {
    const document = specification();
    const [spec] = document.applications;
    const report = await runConformance([targetOf(make(spec!))], { specification: document });
    const failed = report.results
      .filter(({ verdict }) => verdict === 'failed')
      .map((result) => result.case.id);
    expect(
      failed.some((id) => id.includes(caughtBy)),
      failed.join(' '),
    ).toBe(true);
    expect(report.exitStatus).toBe(1);
  });
});
