/** The class byte: every kind that this card does not serve is refused by its own status word (7816-4, 5.4.1). */

import { fromHex, SW } from '../../apdu/index.js';
import { BOTH, type CaseEntry, caseFamily } from '../case.js';
import { expectStatus } from '../checks.js';

const CLASS_CLAUSE = 'ISO/IEC 7816-4:2020, 5.4.1';
/** VERIFY without data, served by every card in every class that it accepts. */
const PROBE = '200081';

type ClassCase = readonly [
  name: string,
  title: string,
  classes: string,
  allowed: readonly (typeof SW)[keyof typeof SW][],
];

const CLASSES: readonly ClassCase[] = [
  [
    'logical-channels',
    'basic channel only: classes of channels 1 to 3 are refused',
    '01 02 03',
    [SW.logicalChannelNotSupported, SW.classNotSupported],
  ],
  [
    'further-channels',
    'classes of channels 4 to 19 are refused',
    '40 41 47 4f 50',
    [SW.logicalChannelNotSupported, SW.classNotSupported],
  ],
  [
    'proprietary-secure-messaging',
    'secure messaging of a proprietary format is refused',
    '04',
    [SW.secureMessagingNotSupported, SW.classNotSupported],
  ],
  [
    'secure-messaging-header-not-authenticated',
    'secure messaging without an authenticated header is refused',
    '08',
    [SW.secureMessagingNotSupported, SW.classNotSupported],
  ],
  [
    'secure-messaging-not-declared',
    'secure messaging of a command that has none, without a session, is refused',
    '0c',
    [
      SW.secureMessagingNotSupported,
      SW.classNotSupported,
      SW.secureMessagingMissing,
      SW.secureMessagingIncorrect,
      SW.conditionsNotSatisfied,
    ],
  ],
  ['reserved', 'reserved classes are refused', '20 28 30 3f', [SW.classNotSupported]],
  [
    'proprietary',
    'proprietary classes do not carry interindustry instructions',
    '80 90',
    [SW.classNotSupported, SW.instructionNotSupported, SW.chainingNotSupported],
  ],
  ['proprietary-upper', 'other proprietary classes are refused', 'a0 c0 e0 fe', [SW.classNotSupported]],
  ['invalid', 'class FF, which no card may take, is refused', 'ff', [SW.classNotSupported]],
];

const BY_CLASS: readonly CaseEntry[] = CLASSES.map(([name, title, classes, allowed]) => ({
  name,
  title,
  async run(card) {
    for (const cla of classes.split(' ')) await expectStatus(card, fromHex(cla + PROBE), ...allowed);
    // whatever was refused, the basic class still works
    await expectStatus(card, fromHex(`00${PROBE}`), SW.counter);
  },
}));

export const CLASS_CASES = caseFamily(
  {
    category: 'class',
    applications: BOTH,
    fixture: 'operational',
    features: ['selection', 'pin'],
    clause: CLASS_CLAUSE,
  },
  [
    ...BY_CLASS,
    {
      name: 'selection-with-secure-messaging',
      title: 'a selection that announces secure messaging and has none selects nothing',
      clause: 'ISO/IEC 7816-4:2020, 5.4.1; 10.2; 5.6 (6882, 6987, 6988)',
      async run(card) {
        await card.reset();
        const aid = fromHex(card.spec.aid);
        for (const cla of [0x04, 0x08, 0x0c]) {
          const command = Uint8Array.of(cla, 0xa4, 0x04, 0x0c, aid.length, ...aid);
          await expectStatus(
            card,
            command,
            SW.secureMessagingNotSupported,
            SW.secureMessagingMissing,
            SW.secureMessagingIncorrect,
            SW.classNotSupported,
          );
        }
      },
    },
    {
      name: 'unknown-instruction',
      title: 'instructions that the application does not have are refused',
      clause: 'ISO/IEC 7816-4:2020, 5.5; 5.6 (6D00)',
      async run(card) {
        for (const ins of ['02', '08', '10', 'a2', 'd0', 'e4', 'f2', 'fe']) {
          await expectStatus(card, fromHex(`00${ins}0000`), SW.instructionNotSupported);
        }
      },
    },
    {
      name: 'reserved-instruction',
      title: 'instructions 6X and 9X, which transport needs, are refused',
      clause: 'ISO/IEC 7816-3:2006, 10.3.1; 7816-4:2020, 5.5',
      async run(card) {
        for (const ins of ['60', '6f', '90', '9a']) {
          await expectStatus(card, fromHex(`00${ins}0000`), SW.instructionNotSupported);
        }
      },
    },
    {
      name: 'other-p1-p2',
      title: 'P1 and P2 that a command does not define are refused',
      clause: 'ISO/IEC 7816-4:2020, 5.6 (6A86)',
      async run(card) {
        await expectStatus(card, '00200181', SW.incorrectP1P2);
        await expectStatus(card, '002000ff', SW.incorrectP1P2, SW.referenceDataNotFound);
        await expectStatus(card, '002a1234', SW.incorrectP1P2);
      },
    },
  ],
);
