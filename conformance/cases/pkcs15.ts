/** The log-in key as a cryptographic information application (ISO/IEC 7816-15), by what its own files say. */

import { equalBytes, fromHex, SW, type Tlv, toHex } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectBytes, expectThat } from '../checks.js';
import { LOG_IN_PIN, logInIdentifier } from '../issuer/log-in.js';
import type { TestCard } from '../test-card.js';
import {
  ask,
  certificateOf,
  command,
  computeSignature,
  expectSigned,
  hashOf,
  messageOf,
  objectsIn,
  objectsOf,
  PKCS15_NAME,
  readByPath,
  selectNamed,
  valueUnder,
  verifyLogIn,
} from './log-in-steps.js';

const CLAUSE = 'ISO/IEC 7816-15:2016, 8';
const SIGNING = 'ISO/IEC 7816-8:2019, 11.5; ISO/IEC 7816-4:2020, 11.5.11';
const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, sequence: 0x30, attributes: 0xa1 } as const;

/** Values of a tag, however deep they stand. */
function found(objects: readonly Tlv[], tag: number): Uint8Array[] {
  return objects.flatMap((one) => {
    const isConstructed = (one.tag & 0x20) !== 0;
    return [
      ...(one.tag === tag ? [one.value] : []),
      ...(isConstructed ? found(objectsOf(one.value), tag) : []),
    ];
  });
}

/** The paths that a file names, hexadecimal, without the master file's own identifier. */
function pathsIn(content: Uint8Array): readonly string[] {
  return found(objectsOf(content), TAG.octets)
    .map(toHex)
    .filter((path) => path.startsWith('3f00'))
    .map((path) => path.slice(4));
}

/** The directory files of PINs, private keys and certificates, found by EF.ODF. */
async function directories(card: TestCard) {
  await selectNamed(card, PKCS15_NAME);
  const entries = objectsOf(await readByPath(card, '50155031'));
  const read = async (choice: number, what: string) => {
    const [path] = pathsIn(valueUnder(entries, choice, what));
    expectThat(path !== undefined, `a path to ${what}`, 'none');
    return readByPath(card, path!);
  };
  return {
    pins: await read(0xa8, 'authentication objects'),
    keys: await read(0xa0, 'private keys'),
    certificates: await read(0xa4, 'certificates'),
  };
}

async function certificateFile(card: TestCard): Promise<Uint8Array> {
  const [path] = pathsIn((await directories(card)).certificates);
  expectThat(path !== undefined, 'a path to the certificate', 'none');
  return readByPath(card, path!);
}

/** Reference of the key, as EF.PrKDF says. */
async function keyReference(card: TestCard): Promise<number> {
  const { keys } = await directories(card);
  const attributes = objectsOf(keys)[0];
  const integers = found(attributes ? objectsOf(attributes.value).slice(1, 2) : [], TAG.integer);
  return integers[0]?.[0] ?? 0;
}

const setKey = (reference: number) => command('002241b6', Uint8Array.of(0x84, 0x01, reference));

export const PKCS15_CASES = caseFamily(
  {
    category: 'interoperability',
    applications: BOTH,
    fixture: 'operational',
    features: ['log-in'],
    clause: CLAUSE,
  },
  [
    {
      name: 'pkcs15-in-the-directory',
      title: 'EF.DIR names the application and its path; by both it is selected',
      clause: 'ISO/IEC 7816-15:2016, 7.4; ISO/IEC 7816-4:2020, 12.3.3',
      async run(card) {
        const templates = objectsOf(await readByPath(card, '2f00')).map(({ value }) => objectsOf(value));
        const own = templates.find((one) => toHex(valueUnder(one, 0x4f, 'AID')) === PKCS15_NAME);
        expectThat(own !== undefined, 'a template of the AID', 'none');
        expectBytes(valueUnder(own!, 0x51, 'path'), fromHex('3f005015'), 'path');
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await card.send('00a4080c025015'), SW.ok);
        checkStatus(await card.send('00a4020c025031'), SW.ok);
      },
    },
    {
      name: 'pkcs15-files',
      title:
        'EF.ODF leads to PINs, keys and certificates, each of which names one object; all are for everybody',
      async run(card) {
        const { pins, keys, certificates } = await directories(card);
        for (const content of [pins, keys, certificates]) {
          expectThat(objectsOf(content).length === 1, 'one object', `${objectsOf(content).length}`);
        }
        const labels = found(objectsOf(certificates), 0x0c);
        expectThat(labels.length > 0, 'a label', 'none');
      },
    },
    {
      name: 'pkcs15-token-information',
      title: 'EF.TokenInfo has version 1 and the serial number that was stored for this card',
      clause: `${CLAUSE}.10`,
      async run(card) {
        await selectNamed(card, PKCS15_NAME);
        const token = objectsIn(await readByPath(card, '50155032'), TAG.sequence, 'CIAInfo');
        expectBytes(valueUnder(token, TAG.integer, 'version'), Uint8Array.of(0), 'version');
        expectBytes(
          valueUnder(token, TAG.octets, 'serial number'),
          logInIdentifier(card.issuer),
          'serial number',
        );
      },
    },
    {
      name: 'pkcs15-one-identifier',
      title: 'key and certificate have one identifier, and the key names the PIN that guards it',
      clause: `${CLAUSE}.3; 8.4.1`,
      async run(card) {
        const { pins, keys, certificates } = await directories(card);
        const [pin] = found(objectsOf(pins), TAG.octets);
        const key = found(objectsOf(keys), TAG.octets);
        const [certificate] = found(objectsOf(certificates), TAG.octets);
        expectThat(key.length >= 2, 'identifier of the PIN and of the key', `${key.length}`);
        expectBytes(key[0]!, pin ?? fromHex(''), 'authentication identifier');
        expectBytes(key[1]!, certificate ?? fromHex(''), 'identifier');
      },
    },
    {
      name: 'pkcs15-pin-described',
      title: 'EF.AODF describes the PIN as it is: its reference takes VERIFY, padded to the stored length',
      clause: `${CLAUSE}.8; ISO/IEC 7816-4:2020, 11.5.6`,
      async run(card) {
        const { pins } = await directories(card);
        const attributes = found(objectsOf(pins), TAG.attributes).flatMap(objectsOf);
        const [reference] = found(attributes, 0x80);
        const lengths = found(attributes, TAG.integer).map((bytes) => bytes[0]);
        expectThat(
          equalBytes(Uint8Array.from(lengths as number[]), fromHex('060808')),
          '6 to 8 of 8',
          `${lengths}`,
        );
        const header = `002000${toHex(reference ?? fromHex('00')).slice(-2)}`;
        checkStatus(await ask(card, command(header, LOG_IN_PIN)), SW.ok);
      },
    },
    {
      name: 'pkcs15-certificate',
      title: 'EF.CDF leads to an X.509 certificate for a key on P-256, and nothing behind it',
      clause: `${CLAUSE}.6; RFC 5280`,
      async run(card) {
        const content = await certificateFile(card);
        const { publicKey, raw } = certificateOf(content);
        expectThat(raw.length === content.length, `${raw.length} bytes`, `${content.length}`);
        expectThat(
          publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1',
          'a key on P-256',
          publicKey.asymmetricKeyType ?? 'none',
        );
      },
    },
    {
      name: 'pkcs15-signs',
      title: 'after the PIN the key that EF.PrKDF names signs a hash; the certificate is of that key',
      clause: SIGNING,
      async run(card) {
        const certificate = await certificateFile(card);
        const reference = await keyReference(card);
        checkStatus(await card.send(setKey(reference)), SW.ok);
        checkStatus(await verifyLogIn(card), SW.ok);
        // several, for their numbers differ in length
        for (let i = 0; i < 4; i++) {
          const { data } = checkStatus(await computeSignature(card, hashOf(i)), SW.ok);
          expectSigned(certificate, data, messageOf(i));
        }
      },
    },
    {
      name: 'pkcs15-not-without-pin',
      title: 'without the PIN nothing is signed, nor after another selection, another application or a reset',
      clause: `${SIGNING}; ISO/IEC 7816-4:2020, 9.3; 5.6 (6982)`,
      async run(card) {
        const refused = async () => checkStatus(await computeSignature(card), SW.securityStatusNotSatisfied);
        await selectNamed(card, PKCS15_NAME);
        await refused();
        const leave = [
          () => selectNamed(card, PKCS15_NAME),
          () => card.select().then(() => selectNamed(card, PKCS15_NAME)),
          () => card.reset().then(() => selectNamed(card, PKCS15_NAME)),
        ];
        for (const end of leave) {
          checkStatus(await verifyLogIn(card), SW.ok);
          await end();
          await refused();
        }
      },
    },
    {
      name: 'pkcs15-holder-pin-is-another',
      title: "the PIN of the card's own application opens nothing here, and the log-in PIN nothing there",
      clause: 'ISO/IEC 7816-4:2020, 9.2: security status of an application',
      async run(card) {
        const { pin } = card.issuer;
        checkStatus(await card.send(command('00200081', pin)), SW.ok);
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await computeSignature(card), SW.securityStatusNotSatisfied);
        checkStatus(await verifyLogIn(card), SW.ok);
        await card.select();
        checkStatus(await card.send('00200081'), SW.counter);
      },
    },
    {
      name: 'pkcs15-unknown-key',
      title: 'a key that is not there is not found, and the one that is there signs all the same',
      clause: `${SIGNING}; 5.6 (6A88)`,
      async run(card) {
        const reference = await keyReference(card);
        checkStatus(await verifyLogIn(card), SW.ok);
        for (const other of [0x00, reference + 1, 0xff]) {
          checkStatus(await card.send(setKey(other)), SW.referenceDataNotFound);
        }
        checkStatus(await card.send(setKey(reference)), SW.ok);
        checkStatus(await computeSignature(card), SW.ok);
      },
    },
    {
      name: 'pkcs15-hash-of-its-length',
      title: 'what is not 32 bytes long is no hash of this key and is not signed',
      clause: `${SIGNING}; 5.6 (6700)`,
      async run(card) {
        await selectNamed(card, PKCS15_NAME);
        checkStatus(await verifyLogIn(card), SW.ok);
        for (const length of [1, 31, 33, 64]) {
          const answer = await computeSignature(card, new Uint8Array(length).fill(1));
          checkStatus(answer, SW.wrongLength, SW.incorrectData);
        }
      },
    },
    {
      name: 'pkcs15-key-not-read',
      title: 'the file that stands for the key is selected and never read',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6982)',
      async run(card) {
        const [path] = pathsIn((await directories(card)).keys);
        checkStatus(await verifyLogIn(card), SW.ok);
        checkStatus(await card.send(command('00a4080c', path ?? '')), SW.ok);
        checkStatus(await card.send('00b0000000'), SW.securityStatusNotSatisfied);
      },
    },
  ],
);
