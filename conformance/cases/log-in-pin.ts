/** The log-in PIN and its PUK: format, tries, changes (NIST SP 800-73-4 part 2, 2.4.3 and 3.2). */

import { concatBytes, fromHex, LOG_IN_PINS, SW } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus } from '../checks.js';
import { LOG_IN_PIN, LOG_IN_PUK, padded, WRONG_LOG_IN_PIN, WRONG_LOG_IN_PUK } from '../issuer/log-in.js';
import type { TestCard } from '../test-card.js';
import {
  ask,
  authenticateWith,
  command,
  logInStatus,
  PIV_NAME,
  PKCS15_NAME,
  selectNamed,
  verifyLogIn,
} from './log-in-steps.js';

const PART_2 = 'NIST SP 800-73-4 part 2';
const SPENDS = 'spends tries of the log-in PIN';
const TRIES: number = LOG_IN_PINS.holder.tries;
const PUK_TRIES: number = LOG_IN_PINS.puk.tries;
const left = (tries: number): number => SW.counter.sw | tries;
const OTHER_PIN = padded('99887766');

const change = (card: TestCard, reference: '80' | '81', current: Uint8Array, next: Uint8Array) =>
  ask(card, command(`002400${reference}`, concatBytes(current, next)));
const unblock = (card: TestCard, puk: Uint8Array, pin: Uint8Array) =>
  ask(card, command('002c0080', concatBytes(puk, pin)));

/** Wrong PINs until it is blocked. */
async function block(card: TestCard): Promise<void> {
  for (let tries = TRIES; tries > 0; tries--) {
    checkStatus(await verifyLogIn(card, WRONG_LOG_IN_PIN), left(tries - 1));
  }
}

export const LOG_IN_PIN_CASES = caseFamily(
  {
    category: 'interoperability',
    applications: BOTH,
    fixture: 'operational',
    features: ['log-in'],
    clause: `${PART_2}, 3.2.1`,
  },
  [
    {
      name: 'log-in-pin-status',
      title: 'VERIFY without data tells the tries left, at no cost, and 9000 once the PIN is verified',
      clause: `${PART_2}, 3.2.1; ISO/IEC 7816-4:2020, 11.5.6`,
      async run(card) {
        for (const name of [PIV_NAME, PKCS15_NAME]) {
          await selectNamed(card, name);
          for (let i = 0; i < 2; i++) checkStatus(await logInStatus(card), left(TRIES));
          checkStatus(await verifyLogIn(card), SW.ok);
          checkStatus(await logInStatus(card), SW.ok);
          checkStatus(await ask(card, '0020ff80'), SW.ok);
          checkStatus(await logInStatus(card), left(TRIES));
        }
      },
    },
    {
      name: 'log-in-pin-status-with-length',
      title: 'the same with a length byte of 0, as some middleware asks',
      clause: `${PART_2}, 3.2.1`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await card.send('0020008000'), left(TRIES));
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await card.send('0020008000'), SW.ok);
      },
    },
    {
      name: 'log-in-pin-spends-a-try',
      title:
        'a wrong PIN spends a try in both applications, ends the verification, and the right one gives all back',
      destroys: SPENDS,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await verifyLogIn(card, WRONG_LOG_IN_PIN), left(TRIES - 1));
        checkStatus(await logInStatus(card), left(TRIES - 1));
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await logInStatus(card), left(TRIES - 1));
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await verifyLogIn(card, WRONG_LOG_IN_PIN), left(TRIES - 1));
        checkStatus(await verifyLogIn(card), SW.ok);
      },
    },
    {
      name: 'log-in-pin-tries-outlive-power',
      title: 'tries that were spent are spent after the power was away',
      destroys: SPENDS,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await verifyLogIn(card, WRONG_LOG_IN_PIN), left(TRIES - 1));
        await card.powerCycle();
        await selectNamed(card, PIV_NAME);
        checkStatus(await logInStatus(card), left(TRIES - 1));
      },
    },
    {
      name: 'log-in-pin-blocked',
      title:
        'after the last try the right PIN is refused too, and the holder PIN of the card keeps its tries',
      clause: `${PART_2}, 3.2.1 (6983)`,
      destroys: 'blocks the log-in PIN',
      async run(card) {
        await selectNamed(card, PIV_NAME);
        await block(card);
        checkStatus(await verifyLogIn(card), SW.authenticationMethodBlocked);
        checkStatus(await logInStatus(card), SW.authenticationMethodBlocked, left(0));
        checkStatus(await change(card, '80', LOG_IN_PIN, OTHER_PIN), SW.authenticationMethodBlocked);
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await verifyLogIn(card), SW.authenticationMethodBlocked);
        await card.select();
        checkStatus(await card.send('00200081'), left(card.spec.pins.holder!.tries));
      },
    },
    {
      name: 'log-in-pin-format',
      title: 'what is not 6 to 8 digits with FF behind them is refused and costs no try',
      clause: `${PART_2}, 2.4.3; 3.2.1 (6A80)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const wrong = [
          '3733303135ffffff',
          'ffffffffffffffff',
          '373330313534ff30',
          '373330313534fffe',
          '3733303135303a31',
          '2f33303135343031',
          '0000000000000000',
        ];
        for (const pin of wrong) checkStatus(await verifyLogIn(card, fromHex(pin)), SW.incorrectData);
        for (const pin of ['373330313534', '373330313534ffff37']) {
          checkStatus(await verifyLogIn(card, fromHex(pin)), SW.wrongLength, SW.incorrectData);
        }
        checkStatus(await logInStatus(card), left(TRIES));
      },
    },
    {
      name: 'log-in-pin-whole',
      title: 'a PIN that begins like the right one, or goes on behind it, is wrong',
      destroys: SPENDS,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (const digits of ['7301540', '73015400', '830154', '730155']) {
          checkStatus(await verifyLogIn(card, padded(digits)), left(TRIES - 1));
          checkStatus(await verifyLogIn(card), SW.ok);
        }
      },
    },
    {
      name: 'log-in-pin-changed',
      title: 'CHANGE REFERENCE DATA replaces the PIN by one of 6 to 8 digits, with the right one before it',
      clause: `${PART_2}, 3.2.2`,
      destroys: 'changes the log-in PIN',
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await change(card, '80', WRONG_LOG_IN_PIN, OTHER_PIN), left(TRIES - 1));
        checkStatus(await verifyLogIn(card), SW.ok);
        for (const next of ['3132333435ffffff', 'ffffffffffffffff']) {
          checkStatus(await change(card, '80', LOG_IN_PIN, fromHex(next)), SW.incorrectData);
        }
        let current = LOG_IN_PIN;
        for (const digits of ['0123456', '99999999', '123456']) {
          const next = padded(digits);
          checkStatus(await change(card, '80', current, next), SW.ok);
          checkStatus(await verifyLogIn(card, current), left(TRIES - 1));
          checkStatus(await verifyLogIn(card, next), SW.ok);
          current = next;
        }
        await card.powerCycle();
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await verifyLogIn(card, current), SW.ok);
      },
    },
    {
      name: 'log-in-pin-unblocked',
      title: 'RESET RETRY COUNTER with the PUK sets a new PIN with all tries; nobody is verified by it',
      clause: `${PART_2}, 3.2.3`,
      destroys: 'changes the log-in PIN',
      async run(card) {
        await selectNamed(card, PIV_NAME);
        await block(card);
        checkStatus(await unblock(card, LOG_IN_PUK, fromHex('3132333435ffffff')), SW.incorrectData);
        checkStatus(await unblock(card, LOG_IN_PUK, OTHER_PIN), SW.ok);
        checkStatus(await logInStatus(card), left(TRIES));
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        checkStatus(await verifyLogIn(card), left(TRIES - 1));
        checkStatus(await verifyLogIn(card, OTHER_PIN), SW.ok);
        checkStatus(await authenticateWith(card), SW.ok);
      },
    },
    {
      name: 'log-in-puk-tries',
      title: 'a wrong PUK spends a try of the PUK alone and unblocks nothing; the right one gives all back',
      clause: `${PART_2}, 3.2.3; ISO/IEC 7816-4:2020, 11.5.10`,
      destroys: SPENDS,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        await block(card);
        for (const tries of [PUK_TRIES - 1, PUK_TRIES - 2]) {
          checkStatus(await unblock(card, WRONG_LOG_IN_PUK, OTHER_PIN), left(tries));
        }
        checkStatus(await verifyLogIn(card, OTHER_PIN), SW.authenticationMethodBlocked);
        checkStatus(await unblock(card, LOG_IN_PUK, LOG_IN_PIN), SW.ok);
        checkStatus(await unblock(card, WRONG_LOG_IN_PUK, OTHER_PIN), left(PUK_TRIES - 1));
      },
    },
    {
      name: 'log-in-puk-blocked',
      title: 'a PUK without tries unblocks nothing any more',
      clause: `${PART_2}, 3.2.3 (6983)`,
      destroys: 'blocks the log-in PUK',
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (let tries = PUK_TRIES - 1; tries >= 0; tries--) {
          checkStatus(await unblock(card, WRONG_LOG_IN_PUK, OTHER_PIN), left(tries));
        }
        checkStatus(await unblock(card, LOG_IN_PUK, OTHER_PIN), SW.authenticationMethodBlocked);
        checkStatus(await change(card, '81', LOG_IN_PUK, OTHER_PIN), SW.authenticationMethodBlocked);
        checkStatus(await verifyLogIn(card), SW.ok);
      },
    },
    {
      name: 'log-in-puk-changed',
      title: 'the PUK is changed by itself, and the PIN stays as it is',
      clause: `${PART_2}, 3.2.2`,
      destroys: 'changes the log-in PUK',
      async run(card) {
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await change(card, '81', LOG_IN_PIN, OTHER_PIN), left(PUK_TRIES - 1));
        checkStatus(await change(card, '81', LOG_IN_PUK, OTHER_PIN), SW.ok);
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await unblock(card, LOG_IN_PUK, LOG_IN_PIN), left(PUK_TRIES - 1));
        checkStatus(await unblock(card, OTHER_PIN, LOG_IN_PIN), SW.ok);
      },
    },
    {
      name: 'log-in-change-ends-verification',
      title:
        'whoever changes or unblocks the PIN has still to verify it; a wrong PUK ends a verification as well',
      clause: `${PART_2}, 3.2.2; 3.2.3; project specification, effect of both commands`,
      destroys: SPENDS,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (const command of [
          () => change(card, '80', LOG_IN_PIN, LOG_IN_PIN),
          () => unblock(card, LOG_IN_PUK, LOG_IN_PIN),
          () => unblock(card, WRONG_LOG_IN_PUK, LOG_IN_PIN),
        ]) {
          checkStatus(await verifyLogIn(card), SW.ok);
          checkStatus(await command(), SW.ok, SW.counter);
          checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'log-in-other-references',
      title: 'other references of PINs than those that are declared are refused',
      clause: `${PART_2}, 3.2.1 to 3.2.3 (6A88)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (const reference of ['00', '01', '82', '98']) {
          const answer = await ask(card, command(`002000${reference}`, LOG_IN_PIN));
          checkStatus(answer, SW.incorrectP1P2, SW.referenceDataNotFound);
        }
        checkStatus(
          await ask(card, command('00200081', LOG_IN_PUK)),
          SW.incorrectP1P2,
          SW.referenceDataNotFound,
        );
        const halves = concatBytes(LOG_IN_PUK, LOG_IN_PIN);
        checkStatus(await ask(card, command('002c0081', halves)), SW.incorrectP1P2, SW.referenceDataNotFound);
      },
    },
  ],
);
