/** PINs: tries, what gives them back, and what a verified PIN is worth (ISO/IEC 7816-4, 11.5.6 to 11.5.10). */

import { concatBytes, PATIENT_APPLICATION, SW, utf8ToBytes } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { expectOk, expectRefusal, expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';

// both applications declare these commands alike
const { verify, changeReferenceData, resetRetryCounter, resetVerification } = PATIENT_APPLICATION.commands;
const HOLDER = 'holder PIN';
const VERIFY_CLAUSE = 'ISO/IEC 7816-4:2020, 11.5.6';
const BLOCKS = 'spends the tries of the PIN';
const CHANGES = 'changes the PIN';

/** VERIFY of the holder PIN. */
function pin(data?: Uint8Array) {
  return { p2: HOLDER, ...(data ? { data } : {}) } as const;
}

async function wrongTries(card: TestCard, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await card.command(verify, pin(card.issuer.wrongPin));
}

/** Passes when the PIN is not verified and `tries` are left. */
async function expectTries(card: TestCard, tries: number): Promise<void> {
  // 7816-4, 11.5.6: no tries left may be 63C0 or 6983
  const left = tries > 0 ? [0x63c0 + tries] : [0x63c0, SW.authenticationMethodBlocked];
  await expectRefusal(card, verify, pin(), ...left);
}

export const PIN_CASES = caseFamily(
  {
    category: 'pin',
    applications: BOTH,
    fixture: 'operational',
    features: ['pin'],
    clause: VERIFY_CLAUSE,
  },
  [
    {
      name: 'right-pin-verifies',
      title: 'the right PIN verifies',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'empty-verify-tells-tries',
      title: 'VERIFY without data answers the tries left and spends none',
      async run(card) {
        await expectTries(card, 3);
        await expectTries(card, 3);
      },
    },
    {
      name: 'empty-verify-after-success',
      title: 'VERIFY without data answers 9000 when the PIN is verified',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await expectOk(card, verify, pin());
      },
    },
    {
      name: 'wrong-pin-spends-a-try',
      title: 'each wrong PIN spends one try and says how many are left',
      async run(card) {
        await expectRefusal(card, verify, pin(card.issuer.wrongPin), 0x63c2);
        await expectTries(card, 2);
        await expectRefusal(card, verify, pin(card.issuer.wrongPin), 0x63c1);
        await expectTries(card, 1);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'success-gives-tries-back',
      title: 'the right PIN gives all tries back',
      async run(card) {
        await wrongTries(card, 2);
        await expectOk(card, verify, pin(card.issuer.pin));
        await card.reset();
        await card.select();
        await expectTries(card, 3);
      },
    },
    {
      name: 'last-try-blocks',
      title: 'the last wrong PIN blocks; the right PIN no longer helps',
      destroys: BLOCKS,
      async run(card) {
        await wrongTries(card, 2);
        await expectRefusal(card, verify, pin(card.issuer.wrongPin), 0x63c0, SW.authenticationMethodBlocked);
        await expectRefusal(card, verify, pin(card.issuer.pin), SW.authenticationMethodBlocked);
        await expectTries(card, 0);
      },
    },
    {
      name: 'blocked-after-power-cycle',
      title: 'a blocked PIN stays blocked without power',
      destroys: BLOCKS,
      async run(card) {
        await wrongTries(card, 3);
        await card.powerCycle();
        await card.select();
        await expectRefusal(card, verify, pin(card.issuer.pin), SW.authenticationMethodBlocked);
      },
    },
    {
      name: 'tries-survive-reset',
      title: 'a spent try is not given back by a reset',
      async run(card) {
        await wrongTries(card, 1);
        await card.reset();
        await card.select();
        await expectTries(card, 2);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'tries-survive-power-cycle',
      title: 'a spent try is not given back by taking the power away',
      async run(card) {
        await wrongTries(card, 2);
        await card.powerCycle();
        await card.select();
        await expectTries(card, 1);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'tries-survive-selection',
      title: 'a spent try is not given back by selecting the application again',
      async run(card) {
        await wrongTries(card, 1);
        await card.select();
        await expectTries(card, 2);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'prefix-is-wrong',
      title: 'the beginning of the PIN is not the PIN',
      async run(card) {
        await expectRefusal(card, verify, pin(card.issuer.pin.subarray(0, 4)), SW.counter);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'longer-is-wrong',
      title: 'the PIN with more behind it is not the PIN',
      async run(card) {
        const longer = concatBytes(card.issuer.pin, Uint8Array.of(0x00));
        await expectRefusal(card, verify, pin(longer), SW.counter);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'too-short',
      title: 'fewer than four digits are no PIN; the PIN is not verified',
      clause: 'ISO/IEC 7816-4:2020, 11.5.6; 5.6 (6700)',
      async run(card) {
        await expectStatus(card, '0020008103313335', SW.wrongLength, SW.counter, SW.incorrectData);
        await expectRefusal(card, verify, pin(), SW.counter);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'too-long',
      title: 'more than twelve digits are no PIN; the PIN is not verified',
      clause: 'ISO/IEC 7816-4:2020, 11.5.6; 5.6 (6700)',
      async run(card) {
        const command = concatBytes(Uint8Array.of(0, 0x20, 0, 0x81, 13), utf8ToBytes('1357901357901'));
        await expectStatus(card, command, SW.wrongLength, SW.counter, SW.incorrectData);
        await expectRefusal(card, verify, pin(), SW.counter);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'unknown-reference',
      title: 'VERIFY of a reference that the card does not have is refused and spends no try',
      async run(card) {
        await expectStatus(card, '0020008506313335373930', SW.incorrectP1P2, SW.referenceDataNotFound);
        await expectTries(card, 3);
      },
    },
    {
      name: 'no-status-without-selection-change',
      title: 'a failed selection of another application leaves the verified PIN',
      clause: 'ISO/IEC 7816-4:2020, 11.2.2: the current DF stays when selection fails',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await expectStatus(card, '00a4040c06f00000000000', SW.fileNotFound);
        await expectOk(card, verify, pin());
      },
    },
    {
      name: 'status-lost-on-reset',
      title: 'a reset takes the verified PIN back',
      clause: 'ISO/IEC 7816-4:2020, 9.2',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await card.reset();
        // the selection below would take it back as well
        const { sw } = await card.command(verify, pin());
        expectThat(sw !== SW.ok.sw, 'no verified PIN', '9000');
        await card.select();
        await expectTries(card, 3);
      },
    },
    {
      name: 'status-lost-on-power-cycle',
      title: 'taking the power away takes the verified PIN back',
      clause: 'ISO/IEC 7816-4:2020, 9.2',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await card.powerCycle();
        await card.select();
        await expectTries(card, 3);
      },
    },
    {
      name: 'status-lost-on-selection',
      title: 'selecting the application again takes the verified PIN back',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project: the security status belongs to one selection',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await card.select();
        await expectTries(card, 3);
      },
    },
    {
      name: 'verification-reset',
      title: 'VERIFY with P1 = FF: the PIN counts as not verified, its tries stay',
      clause: 'ISO/IEC 7816-4:2020, 11.5.6: P1 = FF',
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await expectOk(card, resetVerification, { p2: HOLDER });
        await expectTries(card, 3);
        await expectOk(card, resetVerification, { p2: HOLDER });
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'change',
      title: 'after CHANGE REFERENCE DATA the new PIN verifies and the old one does not',
      clause: 'ISO/IEC 7816-4:2020, 11.5.7',
      destroys: CHANGES,
      async run(card) {
        const replacement = utf8ToBytes('864200');
        await expectOk(card, changeReferenceData, {
          p2: HOLDER,
          data: { current: card.issuer.pin, replacement },
        });
        await card.powerCycle();
        await card.select();
        await expectRefusal(card, verify, pin(card.issuer.pin), SW.counter);
        await expectOk(card, verify, pin(replacement));
      },
    },
    {
      name: 'change-with-wrong-pin',
      title: 'CHANGE REFERENCE DATA with a wrong PIN spends a try of the same counter and changes nothing',
      clause: 'ISO/IEC 7816-4:2020, 11.5.7',
      async run(card) {
        const data = { current: card.issuer.wrongPin, replacement: utf8ToBytes('864200') };
        await expectRefusal(card, changeReferenceData, { p2: HOLDER, data }, 0x63c2);
        await expectTries(card, 2);
        await expectRefusal(card, verify, pin(data.replacement), 0x63c1);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'change-when-blocked',
      title: 'a blocked PIN can not be changed',
      clause: 'ISO/IEC 7816-4:2020, 11.5.7',
      destroys: BLOCKS,
      async run(card) {
        await wrongTries(card, 3);
        const data = { current: card.issuer.pin, replacement: utf8ToBytes('864200') };
        await expectRefusal(card, changeReferenceData, { p2: HOLDER, data }, SW.authenticationMethodBlocked);
      },
    },
    {
      name: 'unblock',
      title: 'RESET RETRY COUNTER with the PUK unblocks and sets the new PIN with all tries',
      clause: 'ISO/IEC 7816-4:2020, 11.5.10',
      destroys: CHANGES,
      async run(card) {
        await wrongTries(card, 3);
        const replacement = utf8ToBytes('975313');
        await expectOk(card, resetRetryCounter, {
          p2: HOLDER,
          data: { puk: card.issuer.puk, replacement },
        });
        await card.reset();
        await card.select();
        await expectTries(card, 3);
        await expectRefusal(card, verify, pin(card.issuer.pin), SW.counter);
        await expectOk(card, verify, pin(replacement));
      },
    },
    {
      name: 'unblock-with-wrong-puk',
      title: 'a wrong PUK spends a try of the PUK and leaves the PIN blocked',
      clause: 'ISO/IEC 7816-4:2020, 11.5.10',
      destroys: BLOCKS,
      async run(card) {
        await wrongTries(card, 3);
        const data = { puk: card.issuer.wrongPuk, replacement: utf8ToBytes('975313') };
        await expectRefusal(card, resetRetryCounter, { p2: HOLDER, data }, 0x63c9);
        await expectRefusal(card, verify, pin(data.replacement), SW.authenticationMethodBlocked);
        await card.reset();
        await card.select();
        await expectRefusal(card, resetRetryCounter, { p2: HOLDER, data }, 0x63c8);
      },
    },
    {
      name: 'puk-blocks',
      title: 'after ten wrong tries the right PUK no longer unblocks',
      clause: 'ISO/IEC 7816-4:2020, 11.5.10',
      destroys: 'spends the tries of the PUK',
      async run(card) {
        const replacement = utf8ToBytes('975313');
        for (let left = 9; left >= 0; left--) {
          const data = { puk: card.issuer.wrongPuk, replacement };
          const last = left === 0 ? [SW.authenticationMethodBlocked] : [];
          await expectRefusal(card, resetRetryCounter, { p2: HOLDER, data }, 0x63c0 + left, ...last);
        }
        const data = { puk: card.issuer.puk, replacement };
        await expectRefusal(card, resetRetryCounter, { p2: HOLDER, data }, SW.authenticationMethodBlocked);
        await expectOk(card, verify, pin(card.issuer.pin));
      },
    },
    {
      name: 'blocked-pin-is-not-verified',
      title: 'a verified PIN that is then blocked no longer counts as verified',
      clause: 'ISO/IEC 7816-4:2020, 9.2; 11.5.6',
      destroys: BLOCKS,
      async run(card) {
        await expectOk(card, verify, pin(card.issuer.pin));
        await wrongTries(card, 3);
        await expectRefusal(card, verify, pin(), 0x63c0, SW.authenticationMethodBlocked);
      },
    },
  ],
);
