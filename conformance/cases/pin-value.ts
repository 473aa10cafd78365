/** Values of PINs and of random bytes: every digit counts, every byte changes (ISO/IEC 7816-4, 11.5). */

import { PATIENT_APPLICATION, SW, utf8ToBytes } from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { expectOk, expectRefusal, expectThat } from '../checks.js';

const { verify, changeReferenceData, getChallenge } = PATIENT_APPLICATION.commands;
const HOLDER = 'holder PIN';
const CHALLENGES = 12;

export const PIN_VALUE_CASES = caseFamily(
  {
    category: 'pin',
    applications: BOTH,
    fixture: 'operational',
    features: ['pin'],
    clause: 'ISO/IEC 7816-4:2020, 11.5.6; 11.5.7',
  },
  [
    {
      name: 'shortest-and-longest',
      title: 'PINs of four and of twelve digits are taken whole, the first and the last digit with them',
      destroys: 'changes the PIN',
      async run(card) {
        let current = card.issuer.pin;
        for (const digits of ['4711', '271828182845']) {
          const replacement = utf8ToBytes(digits);
          await expectOk(card, changeReferenceData, { p2: HOLDER, data: { current, replacement } });
          for (const wrong of [digits.slice(0, -1), `${digits.slice(0, -1)}0`, `0${digits.slice(1)}`]) {
            if (wrong.length < 4) continue;
            await expectRefusal(card, verify, { p2: HOLDER, data: utf8ToBytes(wrong) }, SW.counter);
            await expectOk(card, verify, { p2: HOLDER, data: replacement });
          }
          await expectOk(card, verify, { p2: HOLDER, data: replacement });
          current = replacement;
        }
      },
    },
    {
      name: 'change-with-wrong-current-although-verified',
      title: 'a verified PIN does not stand for the current value that CHANGE REFERENCE DATA asks for',
      destroys: 'spends a try of the PIN',
      async run(card) {
        await expectOk(card, verify, { p2: HOLDER, data: card.issuer.pin });
        const data = { current: card.issuer.wrongPin, replacement: utf8ToBytes('98765') };
        await expectRefusal(card, changeReferenceData, { p2: HOLDER, data }, SW.counter);
      },
    },
    {
      name: 'challenge-changes-everywhere',
      title: 'every byte of a challenge changes from one to another',
      applications: PATIENT,
      features: ['card-authentication'],
      clause: 'ISO/IEC 7816-4:2020, 11.5.3: a challenge is a random number',
      async run(card) {
        const drawn: Uint8Array[] = [];
        for (let i = 0; i < CHALLENGES; i++) drawn.push(await expectOk(card, getChallenge, {}));
        const [first] = drawn;
        // by chance all twelve agree in one byte once in 2^84 runs
        const constant = first!.findIndex((byte, at) => drawn.every((one) => one[at] === byte));
        expectThat(constant < 0, 'bytes that all change', `byte ${constant} always the same`);
      },
    },
  ],
);
