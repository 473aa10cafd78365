/** The visit request of eq. 6: signed, sealed to NHI, with the certificate inside. */

import {
  decodeTemplate,
  encodeHpkeInfo,
  encodePatientCertificate,
  encodeTemplate,
  HPKE_ENCAPSULATED_KEY_BYTES,
  NHI_NAME,
  PADDING_BLOCK_BYTES,
  PATIENT_APPLICATION,
  type ResponseOf,
  STATEMENT,
  SW,
  utf8ToBytes,
  type ValuesOf,
  VISIT_REQUEST_MESSAGE,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { expectBytes, expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { openEnvelope } from '../issuer/hpke.js';
import { isStatementSignature, TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { contains, ownCertificate, present, readFile, verifyPin } from './steps.js';

const { manageSecurityEnvironment, encipher } = PATIENT_APPLICATION.commands;
const { visitRequest } = PATIENT_APPLICATION.algorithms;
const EQ_6 = 'project, PROTOCOL eq. 6; ISO/IEC 7816-8:2019, 11.9';
const TAG_BYTES = 16;

type Input = ValuesOf<typeof visitRequest.input>;
type Sealed = ResponseOf<typeof encipher>;

function input(card: TestCard): Input {
  return {
    challenge: card.random.bytes(16),
    hospitalId: 'H-1',
    purpose: 1,
    time: TestIssuer.daysAfterToday(1),
  };
}

async function setAlgorithm(card: TestCard): Promise<void> {
  const data = { algorithm: Uint8Array.of(visitRequest.reference) };
  await expectOk(card, manageSecurityEnvironment, { p2: 'confidentiality', data });
}

async function seal(card: TestCard, fields: Input): Promise<Sealed> {
  await verifyPin(card);
  await setAlgorithm(card);
  return expectOk(card, encipher, { data: encodeTemplate(visitRequest.input, fields) });
}

function open(card: TestCard, { envelope, messageId }: Sealed): Uint8Array | undefined {
  const recipient = utf8ToBytes(NHI_NAME);
  const info = encodeHpkeInfo({ equation: 6, sender: 'patient', recipient, messageId });
  return openEnvelope(card.issuer.sealingKeys, envelope, info);
}

export const ENVELOPE_CASES = caseFamily(
  {
    category: 'envelope',
    applications: PATIENT,
    fixture: 'operational',
    features: ['hpke', 'signature'],
    clause: EQ_6,
  },
  [
    {
      name: 'opens',
      title: 'NHI opens the envelope with its key; inside is the message of eq. 6',
      clause: `${EQ_6}; RFC 9180, 5.1.1`,
      async run(card) {
        const plain = present(open(card, await seal(card, input(card))), 'an envelope that opens');
        decodeTemplate(VISIT_REQUEST_MESSAGE, plain);
      },
    },
    {
      name: 'request',
      title: 'the request holds what the terminal gave and the identifier of the message',
      async run(card) {
        const fields = input(card);
        const sealed = await seal(card, fields);
        const plain = present(open(card, sealed), 'an envelope that opens');
        const { request } = decodeTemplate(VISIT_REQUEST_MESSAGE, plain);
        const expected = encodeTemplate(STATEMENT.visitRequest.fields, {
          ...fields,
          messageId: sealed.messageId,
        });
        expectBytes(encodeTemplate(STATEMENT.visitRequest.fields, request), expected, 'the request');
      },
    },
    {
      name: 'signature',
      title: 'the signature of SK_P on the request verifies',
      async run(card) {
        const plain = present(open(card, await seal(card, input(card))), 'an envelope that opens');
        const { request, signature, certificate } = decodeTemplate(VISIT_REQUEST_MESSAGE, plain);
        const fields = encodeTemplate(STATEMENT.visitRequest.fields, request);
        expectThat(
          isStatementSignature(certificate.body.signingKey, STATEMENT.visitRequest, fields, signature),
          'a signature of SK_P on the statement of eq. 6',
          'a signature that does not verify',
        );
      },
    },
    {
      name: 'certificate',
      title: 'the certificate inside is the one on the card',
      async run(card) {
        const plain = present(open(card, await seal(card, input(card))), 'an envelope that opens');
        const { certificate } = decodeTemplate(VISIT_REQUEST_MESSAGE, plain);
        expectBytes(encodePatientCertificate(certificate), await readFile(card, 1), 'EF.PCert');
      },
    },
    {
      name: 'nothing-in-clear',
      title: 'neither pseudonym nor key nor challenge stands in the envelope in clear',
      clause: 'project, PROTOCOL eq. 6: anonymity',
      async run(card) {
        const fields = input(card);
        const { envelope } = await seal(card, fields);
        const { pid, signingKey } = await ownCertificate(card);
        const clear = [pid, signingKey, fields.challenge].some((part) => contains(envelope, part));
        expectThat(!clear, 'nothing of the message in clear', 'a part of the message');
      },
    },
    {
      name: 'never-the-same',
      title: 'the same request twice gives other message identifiers and other envelopes',
      clause: `${EQ_6}; RFC 9180, 9.2: an ephemeral key for each message`,
      async run(card) {
        const fields = input(card);
        const first = await seal(card, fields);
        const second = await seal(card, fields);
        expectDifferent(first.messageId, second.messageId, 'message identifiers');
        const encapsulated = (sealed: Sealed) => sealed.envelope.subarray(0, HPKE_ENCAPSULATED_KEY_BYTES);
        expectDifferent(encapsulated(first), encapsulated(second), 'encapsulated keys');
      },
    },
    {
      name: 'padded',
      title: 'the length of the envelope tells steps of 256 bytes only',
      clause: 'project, PROTOCOL eq. 6; ISO/IEC 9797-1, padding method 2',
      async run(card) {
        const short = await seal(card, input(card));
        const long = await seal(card, { ...input(card), hospitalId: 'H-1234567890' });
        const length = short.envelope.length - HPKE_ENCAPSULATED_KEY_BYTES - TAG_BYTES;
        expectThat(length % PADDING_BLOCK_BYTES === 0, 'a multiple of 256 bytes', `${length} bytes`);
        expectThat(
          long.envelope.length === short.envelope.length,
          `${short.envelope.length} bytes for another hospital too`,
          `${long.envelope.length} bytes`,
        );
      },
    },
    {
      name: 'not-without-pin',
      title: 'without the PIN nothing is signed and sealed',
      clause: `${EQ_6}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        await setAlgorithm(card);
        const data = encodeTemplate(visitRequest.input, input(card));
        await expectRefusal(card, encipher, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'not-after-reset',
      title: 'a PIN verified before a reset does not sign after it',
      clause: `${EQ_6}; ISO/IEC 7816-4:2020, 9.2`,
      async run(card) {
        await seal(card, input(card));
        await card.reset();
        await card.select();
        await setAlgorithm(card);
        const data = encodeTemplate(visitRequest.input, input(card));
        await expectRefusal(card, encipher, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'malformed',
      title: 'fields that are not those of the statement are refused',
      clause: `${EQ_6}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        await verifyPin(card);
        await setAlgorithm(card);
        const good = encodeTemplate(visitRequest.input, input(card));
        // the card adds the message identifier by itself; a terminal may not choose it
        const chosen = Uint8Array.of(...good, 0xdf, 0x3a, 0x10, ...new Uint8Array(16));
        for (const data of [good.subarray(0, good.length - 7), good.subarray(19), chosen]) {
          await expectRefusal(card, encipher, { data }, SW.incorrectData);
        }
      },
    },
  ],
);
