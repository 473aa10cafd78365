/** Documents for the linter: this project's own specification, broken in one way each. */

import type { LintRule } from '../../apdu/index.js';
import type { Path } from './specification-files.js';

export const patient = (...path: Path): Path => ['applications', '0', ...path];
export const command = (id: string, ...path: Path): Path => patient('commands', `#${id}`, ...path);
const range = (min: string, max: string) => ({ kind: 'range', name: 'x', min, max });

/** One document for each way in which a rule can be broken. */
export const MUTATIONS: readonly (readonly [rule: LintRule, what: string, path: Path, value: unknown])[] = [
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
