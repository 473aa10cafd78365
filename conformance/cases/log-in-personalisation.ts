/** How the log-in key gets onto a card, and a card that goes without it. */

import { LOG_IN_CERTIFICATE_BYTES, PROFESSIONAL_APPLICATION, SW } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectOk, expectRefusal, expectThat } from '../checks.js';
import {
  giveInteroperability,
  LOG_IN_EXPIRY,
  LOG_IN_PIN,
  LOG_IN_PUK,
  logInCertificate,
  logInIdentifier,
  makeLogInKey,
  storeCertificate,
} from '../issuer/log-in.js';
import { makeKeys } from '../issuer/p256.js';
import { preparePatient, prepareProfessional } from '../issuer/personalise.js';
import type { TestCard } from '../test-card.js';
import { command, PIV_NAME, PKCS15_NAME, selectNamed, verifyLogIn } from './log-in-steps.js';

// declared alike by both applications
const { activate, generateKeyPair, storeInteroperability } = PROFESSIONAL_APPLICATION.commands;
const STORE =
  'GlobalPlatform Card Specification 2.3.1, 11.11; project specification, STORE DATA: INTEROPERABILITY';

/** All but the log-in key. */
async function prepare(card: TestCard): Promise<void> {
  await (card.spec.id === 'patient' ? preparePatient(card) : prepareProfessional(card));
}

/** As {@link prepare}, with a log-in key that needs a certificate still. */
async function withKey(card: TestCard): Promise<Uint8Array> {
  await prepare(card);
  const key = await makeLogInKey(card);
  expectThat(key !== undefined, 'a log-in key', 'none');
  const identifier = logInIdentifier(card.issuer);
  const data = { identifier, expiry: LOG_IN_EXPIRY, pin: LOG_IN_PIN, puk: LOG_IN_PUK };
  await expectOk(card, storeInteroperability, { p2: 0, data });
  return key!;
}

export const LOG_IN_PERSONALISATION_CASES = caseFamily(
  {
    category: 'interoperability',
    applications: BOTH,
    fixture: 'blank',
    features: ['log-in', 'personalisation'],
    clause: STORE,
  },
  [
    {
      name: 'log-in-not-before-activation',
      title: 'the applications are there from ACTIVATE FILE on, and not before',
      async run(card) {
        await prepare(card);
        await giveInteroperability(card);
        await notThere(card);
        await card.select();
        await expectOk(card, activate, {});
        for (const name of [PIV_NAME, PKCS15_NAME]) {
          await selectNamed(card, name);
          checkStatus(await verifyLogIn(card), SW.ok);
        }
      },
    },
    {
      name: 'log-in-left-out',
      title: 'a card that was given no log-in key has no application of one, and is activated without',
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6A82)`,
      async run(card) {
        await prepare(card);
        await expectOk(card, activate, {});
        await notThere(card);
        checkStatus(await card.send('00a4010c025015'), SW.fileNotFound);
      },
    },
    {
      name: 'log-in-key-once',
      title: 'the log-in key is made once',
      clause: 'ISO/IEC 7816-8:2019, 11.4; 5.6 (6985)',
      async run(card) {
        await prepare(card);
        await expectOk(card, generateKeyPair, { p2: 'log-in' });
        await expectRefusal(card, generateKeyPair, { p2: 'log-in' }, SW.conditionsNotSatisfied);
      },
    },
    ...(['identifier', 'expiry', 'pin', 'puk', 'certificate'] as const).map((missing) => ({
      name: `log-in-without-${missing}`,
      title: `a log-in key without its ${missing} is not activated`,
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card: TestCard) {
        await prepare(card);
        const key = await makeLogInKey(card);
        const identifier = logInIdentifier(card.issuer);
        const whole = { identifier, expiry: LOG_IN_EXPIRY, pin: LOG_IN_PIN, puk: LOG_IN_PUK };
        const rest = Object.entries(whole).filter(([name]) => name !== missing);
        await expectOk(card, storeInteroperability, { p2: 0, data: Object.fromEntries(rest) });
        if (missing !== 'certificate') await storeCertificate(card, logInCertificate(card.issuer, key!));
        await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied);
      },
    })),
    {
      name: 'log-in-without-key',
      title: 'what belongs to a log-in key is not activated without the key',
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        await prepare(card);
        await expectOk(card, storeInteroperability, { p2: 0, data: { pin: LOG_IN_PIN } });
        await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'log-in-foreign-certificate',
      title:
        'the certificate of another key, a part of one or one with a byte more is not activated; the right one is',
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const key = await withKey(card);
        const right = logInCertificate(card.issuer, key);
        const other = logInCertificate(card.issuer, makeKeys(card.random).publicKey);
        for (const wrong of [other, right.subarray(0, -1), Uint8Array.of(...right, 0x00)]) {
          await storeCertificate(card, wrong);
          await expectRefusal(card, activate, {}, SW.incorrectData);
        }
        await storeCertificate(card, right);
        await expectOk(card, activate, {});
      },
    },
    {
      name: 'log-in-certificate-too-long',
      title: 'a certificate that is longer than its file is refused as soon as it is',
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6A84)`,
      async run(card) {
        await withKey(card);
        const part = new Uint8Array(180).fill(0x30);
        await expectOk(card, storeInteroperability, { p2: 1, data: { certificate: part } });
        let length = part.length;
        for (; length + part.length <= LOG_IN_CERTIFICATE_BYTES; length += part.length) {
          await expectOk(card, storeInteroperability, { p2: 1, data: { certificateRest: part } });
        }
        const certificateRest = part.subarray(0, LOG_IN_CERTIFICATE_BYTES - length + 1);
        await expectRefusal(
          card,
          storeInteroperability,
          { p2: 1, data: { certificateRest } },
          SW.notEnoughMemory,
        );
      },
    },
    {
      name: 'log-in-malformed-pin',
      title: 'a PIN or PUK that is none is not stored, nor what came with it',
      clause: `${STORE}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const key = await withKey(card);
        const wrong = LOG_IN_PIN.map((byte, at) => (at === 2 ? 0x41 : byte));
        for (const data of [{ pin: wrong }, { puk: wrong }, { pin: LOG_IN_PUK, puk: wrong }]) {
          await expectRefusal(card, storeInteroperability, { p2: 0, data }, SW.incorrectData);
        }
        await storeCertificate(card, logInCertificate(card.issuer, key));
        await expectOk(card, activate, {});
        await selectNamed(card, PIV_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
      },
    },
    {
      name: 'log-in-closed-afterwards',
      title: 'a card in use takes no other log-in key or PIN',
      clause: 'project specification, states of STORE DATA: INTEROPERABILITY',
      fixture: 'operational',
      async run(card) {
        const data = { pin: LOG_IN_PUK };
        const refusals = [SW.conditionsNotSatisfied, SW.securityStatusNotSatisfied] as const;
        await expectRefusal(card, storeInteroperability, { p2: 0, data }, ...refusals);
        await expectRefusal(card, generateKeyPair, { p2: 'log-in' }, ...refusals);
      },
    },
  ],
);

async function notThere(card: TestCard): Promise<void> {
  for (const name of [PIV_NAME, PKCS15_NAME]) {
    checkStatus(await card.send(command('00a4040c', name)), SW.fileNotFound);
  }
}
