import { afterAll, describe, expect, it } from 'vitest';
import { imis, sentenceOf, WorkFolder } from './imis.js';
import { inputWithMany, longNote, profileWith } from './inputs.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const USAGE = 2;
const input = (name: string, content: string | Uint8Array) => [
  'visit',
  '--input',
  folder.file(name, content),
];
const profile = (name: string, content: string) => ['visit', '--profile', folder.file(name, content)];

/** What is given, how the program is called, and what its one sentence must say. */
const CASES: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  // the input file
  ['no file', ['visit', '--input', `${folder.path}/none.json`], /does not exist; check the path/],
  ['a directory', ['visit', '--input', folder.path], /is a directory; name a file in it/],
  ['a file as directory', ['visit', '--input', `${folder.file('plain', '')}/x.json`], /cannot be read/],
  ['no JSON', input('broken.json', '{\n  "resourceType": \n}'), /is not JSON/],
  ['no text', input('binary.json', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), /is not UTF-8/],
  ['JSON that is not FHIR', input('object.json', '{"a":1}'), /this is not FHIR/],
  ['another resource', input('patient.json', '{"resourceType":"Patient"}'), /Parameters/],
  [
    'a bottomless input',
    input('deep.json', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    /nested deeper/,
  ],
  ['an endless input', input('long.json', ' '.repeat(8_000_000)), /give at most \d+/],
  [
    'a note beyond the record',
    input('note.json', longNote()),
    /does not fit the card: note takes 49 bytes, the card holds 48/,
  ],
  [
    'a diagnosis too many',
    input('conditions.json', inputWithMany('Condition', 7)),
    /does not fit the card: .*7/,
  ],
  [
    'a medicine too many',
    input('orders.json', inputWithMany('MedicationRequest', 9)),
    /9 medicines.* card 8/,
  ],
  // the profile
  [
    'an unknown profile',
    ['visit', '--profile', 'unobtainium'],
    /no card profile "unobtainium"; known profiles: .*default/,
  ],
  ['a profile that is no JSON', profile('p1.json', 'x'), /is not valid JSON/],
  ['a profile of another form', profile('p2.json', '{"a":1}'), /is wrong at schema/],
  [
    'a profile with a negative size',
    profile('p3.json', profileWith({ ramBytes: -1 })),
    /is wrong at memory\.ramBytes/,
  ],
  [
    'too few NVM pages',
    profile('p4.json', profileWith({ nvmBytes: 500 })),
    /can not hold the patient application/,
  ],
  [
    'too little NVM',
    profile('p5.json', profileWith({ nvmBytes: 5_000 })),
    /can not hold the patient application: NVM/,
  ],
  [
    'too little RAM',
    profile('p6.json', profileWith({ ramBytes: 600 })),
    /can not hold the patient application: RAM/,
  ],
  // the options
  ['an unknown scenario', ['visit', '--scenario', 'inpatient'], /no scenario "inpatient"; known: outpatient/],
  ['a scenario named like a property', ['visit', '--scenario', 'toString'], /no scenario "toString"/],
  ['another trace', ['visit', '--trace', 'xml'], /--trace is text or none/],
  ['a seed that is no number', ['visit', '--seed', 'five'], /--seed.*natural number/],
  ['a negative seed', ['visit', '--seed', '-5'], /--seed.*natural number/],
  ['a seed of 2^53', ['visit', '--seed', '9007199254740992'], /--seed.*natural number/],
  ['an option without its value', ['visit', '--input'], /argument missing/],
  ['an unknown option', ['visit', '--sed', '5'], /unknown option '--sed' \(Did you mean --seed\?\)/],
  ['an argument too many', ['visit', 'now'], /too many arguments/],
  ['an unknown command', ['vist'], /unknown command 'vist' \(Did you mean visit\?\)/],
  // the same through the other commands
  ['perf of an unknown profile', ['perf', 'card', '--profile', 'x'], /no card profile "x"/],
  ['a bench of no rounds', ['perf', 'bench', '--rounds', '0'], /--rounds is at least 1/],
  ['an unknown card', ['apdu', '--card', 'nurse'], /allowed choices are patient, professional/],
  ['no script', ['apdu', '--script', `${folder.path}/none.txt`], /can not be read/],
];

describe('malformed input gets one sentence, status 2 and no stack trace', () => {
  console.log(`${CASES.length} malformed inputs`);
  it.each(CASES)('%s', async (_, args, says) => {
    expect(sentenceOf(await imis(args), USAGE)).toMatch(says);
  });
});
