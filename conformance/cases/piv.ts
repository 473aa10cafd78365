/** The log-in key as a PIV card (NIST SP 800-73-4): selection, data objects, key 9A. */

import { concatBytes, fromHex, SW, toHex } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectBytes, expectThat } from '../checks.js';
import { LOG_IN_EXPIRY, logInIdentifier } from '../issuer/log-in.js';
import type { TestCard } from '../test-card.js';
import {
  ask,
  authenticateWith,
  certificateOf,
  command,
  expectSigned,
  getData,
  hashOf,
  messageOf,
  objectsIn,
  PIV_NAME,
  PKCS15_NAME,
  readByPath,
  selectNamed,
  valueUnder,
  verifyLogIn,
} from './log-in-steps.js';

const PART_1 = 'NIST SP 800-73-4 part 1';
const PART_2 = 'NIST SP 800-73-4 part 2';
const CONTAINER = 0x53;

/** What stands in the container of a data object that anybody may read. */
async function containerOf(card: TestCard, tag: string) {
  const { data } = checkStatus(await getData(card, tag), SW.ok);
  return objectsIn(data, CONTAINER, 'container');
}

async function certificate(card: TestCard): Promise<Uint8Array> {
  return valueUnder(await containerOf(card, '5fc105'), 0x70, 'certificate');
}

/** The signature in the answer of GENERAL AUTHENTICATE. */
function signatureIn(data: Uint8Array): Uint8Array {
  return valueUnder(objectsIn(data, 0x7c, 'dynamic authentication template'), 0x82, 'response');
}

export const PIV_CASES = caseFamily(
  {
    category: 'interoperability',
    applications: BOTH,
    fixture: 'operational',
    features: ['log-in'],
    clause: PART_2,
  },
  [
    {
      name: 'piv-selected',
      title: 'SELECT by the name, whole or without its version, answers the property template',
      clause: `${PART_2}, 3.1.1, table 3`,
      async run(card) {
        for (const name of [PIV_NAME, PIV_NAME.slice(0, 18), PIV_NAME.slice(0, 10)]) {
          const { data } = checkStatus(await ask(card, command('00a40400', name, true)), SW.ok);
          const template = objectsIn(data, 0x61, 'property template');
          expectBytes(valueUnder(template, 0x4f, 'PIX'), fromHex('000010000100'), 'PIX');
          const authority = valueUnder(template, 0x79, 'coexistent tag allocation authority');
          expectBytes(authority, fromHex('4f05a000000308'), 'tag allocation authority');
        }
      },
    },
    {
      name: 'piv-answer-at-once',
      title: 'the property template comes although no Le asked for it, as middleware counts on',
      clause: `${PART_2}, 3.1.1`,
      async run(card) {
        const { data, sw } = await ask(card, command('00a40400', PIV_NAME));
        checkStatus({ data, sw }, SW.ok);
        objectsIn(data, 0x61, 'property template');
      },
    },
    {
      name: 'piv-discovery',
      title: 'the discovery object names the application and says that its own PIN counts',
      clause: `${PART_1}, 3.3.2`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const { data } = checkStatus(await getData(card, '7e'), SW.ok);
        const objects = objectsIn(data, 0x7e, 'discovery object');
        expectBytes(valueUnder(objects, 0x4f, 'AID'), fromHex(PIV_NAME), 'AID');
        expectBytes(valueUnder(objects, 0x5f2f, 'PIN usage policy'), fromHex('4000'), 'PIN usage policy');
      },
    },
    {
      name: 'piv-unique-identifier',
      title:
        'the CHUID has the objects of the standard in its order, with the identifier and last day that were stored',
      clause: `${PART_1}, 3.1.2 and table 9`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const objects = await containerOf(card, '5fc102');
        const tags = objects.map(({ tag }) => tag.toString(16)).join(' ');
        expectThat(tags === '30 34 35 3e fe', '30 34 35 3e fe', tags);
        expectThat(valueUnder(objects, 0x30, 'FASC-N').length === 25, '25 bytes of FASC-N', 'another length');
        expectBytes(valueUnder(objects, 0x34, 'GUID'), logInIdentifier(card.issuer), 'GUID');
        expectBytes(valueUnder(objects, 0x35, 'expiration date'), LOG_IN_EXPIRY, 'expiration date');
      },
    },
    {
      name: 'piv-capability-container',
      title: 'the capability container has every object that is mandatory',
      clause: `${PART_1}, 3.1.1 and table 8`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const objects = await containerOf(card, '5fc107');
        const mandatory = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe];
        for (const tag of mandatory) valueUnder(objects, tag, 'mandatory object');
        const identifier = valueUnder(objects, 0xf0, 'card identifier');
        expectThat(identifier.length === 21, '21 bytes of card identifier', `${identifier.length}`);
        expectBytes(valueUnder(objects, 0xf5, 'data model'), Uint8Array.of(0x10), 'data model');
      },
    },
    {
      name: 'piv-certificate',
      title: 'the certificate of key 9A is the one of the PKCS#15 application, not compressed',
      clause: `${PART_1}, 3.1.3 and table 10`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const objects = await containerOf(card, '5fc105');
        const der = valueUnder(objects, 0x70, 'certificate');
        certificateOf(der);
        expectBytes(valueUnder(objects, 0x71, 'CertInfo'), Uint8Array.of(0x00), 'CertInfo');
        valueUnder(objects, 0xfe, 'error detection code');
        await selectNamed(card, PKCS15_NAME);
        expectBytes(await readByPath(card, '50154331'), der, 'EF.LogInCert');
      },
    },
    {
      name: 'piv-unknown-object',
      title: 'a data object that the card does not have is not found',
      clause: `${PART_2}, 3.1.2 (6A82)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (const tag of ['5fc10a', '5fc1ff', '5fc1', '7f', '00']) {
          checkStatus(await getData(card, tag), SW.fileNotFound);
        }
      },
    },
    {
      name: 'piv-malformed-request',
      title: 'GET DATA without a tag, or with a tag list that is none, is refused',
      clause: `${PART_2}, 3.1.2; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        for (const data of ['5c00', '5d017e', '5c047e', '5c045fc10502']) {
          const answer = await ask(card, command('00cb3fff', data, true));
          checkStatus(answer, SW.incorrectData, SW.wrongLength, SW.fileNotFound);
        }
      },
    },
    {
      name: 'piv-authenticates',
      title: 'after the PIN GENERAL AUTHENTICATE with key 9A signs the challenge under its certificate',
      clause: `${PART_2}, 3.2.4; appendix A`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        const der = await certificate(card);
        checkStatus(await verifyLogIn(card), SW.ok);
        for (let i = 0; i < 4; i++) {
          const { data } = checkStatus(await authenticateWith(card, hashOf(i)), SW.ok);
          expectSigned(der, signatureIn(data), messageOf(i));
        }
      },
    },
    {
      name: 'piv-not-without-pin',
      title: 'without the PIN, after a wrong one or after VERIFY took it back, key 9A signs nothing',
      clause: `${PART_1}, table 4; ${PART_2}, 3.2.1 and 3.2.4 (6982)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await ask(card, '0020ff80'), SW.ok);
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        checkStatus(await verifyLogIn(card), SW.ok);
        await selectNamed(card, PIV_NAME);
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'piv-one-pin-two-applications',
      title: 'the PIN is one, what it opens is not: verified in one application it counts in no other',
      clause: `${PART_2}, 3.2.1; ISO/IEC 7816-4:2020, 9.2`,
      async run(card) {
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
        await selectNamed(card, PIV_NAME);
        checkStatus(await authenticateWith(card), SW.securityStatusNotSatisfied);
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await authenticateWith(card), SW.ok);
      },
    },
    {
      name: 'piv-other-keys',
      title: 'another algorithm or another key than 9A is refused',
      clause: `${PART_2}, 3.2.4 (6A86)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
        const data = concatBytes(fromHex('7c2482008120'), new Uint8Array(32).fill(1));
        for (const header of ['0087079a', '0087149a', '0087119c', '0087119b', '0087119e']) {
          checkStatus(
            await ask(card, command(header, data, true)),
            SW.incorrectP1P2,
            SW.referenceDataNotFound,
          );
        }
      },
    },
    {
      name: 'piv-malformed-challenge',
      title: 'a template without a challenge, or with one that is no hash, is signed by nobody',
      clause: `${PART_2}, 3.2.4 (6A80)`,
      async run(card) {
        await selectNamed(card, PIV_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
        const wrong = [
          '7c028200',
          `7c238200811f${'11'.repeat(31)}`,
          `7c2582008121${'11'.repeat(33)}`,
          '7d00',
        ];
        for (const data of wrong) {
          const answer = await ask(card, command('0087119a', data, true));
          checkStatus(answer, SW.incorrectData, SW.wrongLength);
          expectThat(answer.data.length === 0, 'no signature', toHex(answer.data));
        }
      },
    },
  ],
);
