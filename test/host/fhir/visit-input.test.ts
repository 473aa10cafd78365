import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FhirFailureKind, parseVisitInput, readVisitInputFile } from '../../../host/index.js';
import {
  EXAMPLES,
  exampleInput,
  exampleText,
  partOf,
  put,
  putAt,
  SEED,
  type Step,
} from './example-inputs.js';
import { MALFORMED_PARTS } from './malformed-parts.js';

describe('the examples', () => {
  it('acute bronchitis reads as the visit it is', () => {
    const { patient, doctor, hospital, pharmacy, insurance, visit } = exampleInput('acute-bronchitis');
    expect([patient.nationalId, patient.name, patient.birthDate]).toEqual([
      'A223344550',
      '林若晴',
      '1988-07-19',
    ]);
    expect([doctor.licence, doctor.name]).toEqual(['099031', '許承瀚']);
    expect([hospital.id, pharmacy.id]).toEqual(['9901180011', '9901280029']);
    expect(insurance.until).toBe('2026-12-31');
    expect(new Date(insurance.paidUntil * 1000).toISOString()).toBe('2026-12-31T15:59:59.000Z');
    expect(new Date(visit.startedAt * 1000).toISOString()).toBe('2026-03-12T01:20:00.000Z');
    expect(visit.recordSummary).toEqual({
      date: '2026-03-12',
      hospitalId: '9901180011',
      diagnoses: ['J20.0'],
      medicines: ['J01FA10', 'R05CB01', 'N02BE01'],
      note: 'Penicillin allergy; macrolide chosen. CXR clear',
    });
    expect(visit.prescriptionSummary).toEqual({
      expiry: '2026-03-15',
      repeats: 0,
      items: [
        { atc: 'J01FA10', quantity: 6, unit: 'piece' },
        { atc: 'R05CB01', quantity: 5, unit: 'piece' },
        { atc: 'N02BE01', quantity: 12, unit: 'piece' },
      ],
    });
  });

  it('the diabetes follow-up carries repeats', () => {
    const { visit } = exampleInput('diabetes-follow-up');
    expect(visit.recordSummary.diagnoses).toEqual(['E11.9', 'I10', 'E78.5']);
    expect(visit.prescriptionSummary.repeats).toBe(2);
    expect(new Date(visit.prescriptionExpiry * 1000).toISOString()).toBe('2026-07-07T15:59:59.000Z');
  });

  it('may begin with a byte order mark and hold elements that are not read', () => {
    const document: unknown = JSON.parse(exampleText('acute-bronchitis'));
    put(partOf(document, 'visit'), ['entry', 0, 'resource', 'priority'], { text: 'routine' });
    put(document, ['parameter', 6], { name: 'remark', valueString: 'not read here' });
    expect(parseVisitInput(`\u{feff}${JSON.stringify(document)}`, 'x').ok).toBe(true);
  });
});

describe('a malformed part is refused at its place', () => {
  it.each(MALFORMED_PARTS.map(([at, value, kind, path]) => ({ at, value, kind, path: path ?? at })))(
    '$at := $value is $kind',
    ({ at, value, kind, path }) => {
      const document: unknown = JSON.parse(exampleText('acute-bronchitis'));
      putAt(document, at, value);
      expectRefusal(JSON.stringify(document), kind, path);
    },
  );

  it('a second encounter is refused', () => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as unknown;
    const { entry } = partOf(document, 'visit') as { entry: { resource: unknown }[] };
    entry.push({ resource: entry[0]!.resource });
    expectRefusal(JSON.stringify(document), 'too-large', 'visit.entry[8].resource');
  });

  it('a repeated fullUrl is refused', () => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as unknown;
    const { entry } = partOf(document, 'visit') as { entry: { fullUrl: string }[] };
    entry[3]!.fullUrl = entry[2]!.fullUrl;
    expectRefusal(JSON.stringify(document), 'inconsistent', 'visit.entry[3].fullUrl');
  });

  it.each(['Encounter', 'Condition', 'MedicationRequest'])('a visit without %s is refused', (type) => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as unknown;
    const visit = partOf(document, 'visit') as { entry: { resource: Record<string, unknown> }[] };
    visit.entry = visit.entry.filter(({ resource }) => resource.resourceType !== type);
    for (const { resource } of visit.entry) {
      delete resource.encounter;
      delete resource.diagnosis;
    }
    expectRefusal(JSON.stringify(document), 'missing', 'visit.entry');
  });

  it('a ninth medicine is refused', () => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as unknown;
    const { entry } = partOf(document, 'visit') as { entry: unknown[] };
    for (let count = 3; count < 9; count++)
      entry.push({ resource: (entry[5] as { resource: unknown }).resource });
    expectRefusal(JSON.stringify(document), 'too-large', 'visit.entry');
  });

  it('a document bundle with its Composition is read', () => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as unknown;
    const visit = partOf(document, 'visit') as { entry: unknown[] };
    Object.assign(visit, {
      type: 'document',
      identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:1' },
      timestamp: '2026-03-12T10:00:00+08:00',
    });
    expectRefusal(JSON.stringify(document), 'missing', 'visit.entry[0]');
    visit.entry.unshift({ resource: { resourceType: 'Composition' } });
    expect(parseVisitInput(JSON.stringify(document), 'x').ok).toBe(true);
  });
});

describe('a malformed file is refused', () => {
  const documents: readonly (readonly [string, string, FhirFailureKind, string])[] = [
    ['nothing', '', 'unreadable', ''],
    ['no JSON', '{ "resourceType": "Parameters", }', 'unreadable', ''],
    ['JSON that is no object', '[1, 2]', 'not-fhir', ''],
    ['JSON that is not FHIR', '{"name": "visit"}', 'not-fhir', 'resourceType'],
    ['another resource', '{"resourceType": "Bundle", "type": "collection"}', 'not-fhir', 'resourceType'],
    ['no parameters', '{"resourceType": "Parameters"}', 'missing', 'parameter'],
    ['no patient', '{"resourceType": "Parameters", "parameter": [{"name": "x"}]}', 'missing', 'patient'],
    [
      'a part without resource',
      '{"resourceType": "Parameters", "parameter": [{"name": "visit"}]}',
      'missing',
      'parameter[0].resource',
    ],
    [
      'excessive depth',
      `{"resourceType": "Parameters", "x": ${'['.repeat(90_000)}${']'.repeat(90_000)}}`,
      'too-large',
      '',
    ],
    ['excessive length', ' '.repeat(300_000), 'too-large', ''],
    [
      'implicit rules',
      '{"resourceType": "Parameters", "implicitRules": "urn:x"}',
      'not-fhir',
      'implicitRules',
    ],
  ];
  it.each(documents)('%s', (_name, text, kind, path) => expectRefusal(text, kind, path));

  it('a second visit is refused', () => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as { parameter: unknown[] };
    document.parameter.push(document.parameter[5]);
    expectRefusal(JSON.stringify(document), 'inconsistent', 'parameter[6].resource');
  });

  it.each(['patient', 'doctor', 'hospital', 'pharmacy', 'insurance', 'visit'])('no %s', (part) => {
    const document = JSON.parse(exampleText('acute-bronchitis')) as { parameter: { name: string }[] };
    document.parameter = document.parameter.filter(({ name }) => name !== part);
    expectRefusal(JSON.stringify(document), 'missing', part);
  });

  it('text of the input cannot steer the terminal', () => {
    const document: unknown = JSON.parse(exampleText('acute-bronchitis'));
    putAt(document, 'visit.entry[0].resource.status', '\u{1b}[2J\nok');
    expectRefusal(JSON.stringify(document), 'wrong-type', 'visit.entry[0].resource.status');
  });
});

describe('files', () => {
  it('an example reads from its file', async () => {
    const path = new URL('../../../examples/acute-bronchitis.json', import.meta.url).pathname;
    expect((await readVisitInputFile(path)).ok).toBe(true);
  });

  it.each([
    ['no-such-file.json', 'no-such-file.json: the document does not exist; check the path.'],
    [new URL('.', import.meta.url).pathname, 'is a directory; name a file in it.'],
  ])('%s is refused in one sentence', async (path, sentence) => {
    const read = await readVisitInputFile(path);
    expect(read.ok ? '' : read.failure.sentence).toContain(sentence);
  });
});

describe('any change', () => {
  it('of one value gives an input or one sentence, never an exception', () => {
    console.log(`seed ${SEED}`);
    let refused = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...EXAMPLES),
        fc.nat(),
        fc.jsonValue({ maxDepth: 2 }),
        (name, pick, value) => {
          const document: unknown = JSON.parse(exampleText(name));
          const places = placesOf(document);
          put(document, places[pick % places.length]!, value);
          const read = parseVisitInput(JSON.stringify(document), 'x.json');
          if (read.ok) return;
          refused++;
          expectSentence(read.failure.sentence);
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});

function placesOf(value: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => [
    [...path, key],
    ...placesOf((value as Record<Step, unknown>)[key], [...path, key]),
  ]);
}

function expectRefusal(text: string, kind: FhirFailureKind, path: string): void {
  const read = parseVisitInput(text, 'input.json');
  expect(read.ok).toBe(false);
  if (read.ok) return;
  expect({ kind: read.failure.kind, path: read.failure.path }).toEqual({ kind, path });
  expect(read.failure.sentence.startsWith(`input.json: ${path === '' ? 'the document' : path} `)).toBe(true);
  expectSentence(read.failure.sentence);
}

/** One line, one full stop at the end, a remedy after the semicolon, nothing of a stack trace. */
function expectSentence(sentence: string): void {
  expect(sentence).toMatch(/^[^\n\r\p{Cc}]+; [^\n\r\p{Cc}]+\.$/u);
  expect(sentence).not.toMatch(/\bat .*:\d+:\d+|ZodError|undefined|\[object/);
  expect(sentence.length).toBeLessThan(400);
}
