/** Security environments and the operations that need them (ISO/IEC 7816-4, 11.5.11; 7816-8, clause 11). */

import {
  encodeTemplate,
  fromHex,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { expectOk, expectRefusal, expectStatus, expectThat } from '../checks.js';
import { makePatientKeys } from '../issuer/personalise.js';
import { isStatementSignature } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { manageSecurityEnvironment, computeSignature, encipher } = PATIENT_APPLICATION.commands;
const { registration, visitRequest } = PATIENT_APPLICATION.algorithms;
const MSE = 'ISO/IEC 7816-4:2020, 11.5.11';
const PSO = 'ISO/IEC 7816-8:2019, 11.5';

/** MANAGE SECURITY ENVIRONMENT: SET for an algorithm reference. */
function set(algorithm: number, p2: 'digital signature' | 'confidentiality' = 'digital signature') {
  return { p2, data: { algorithm: Uint8Array.of(algorithm) } } as const;
}

/** A signing algorithm of the application: reference, and fields that it takes. */
function signing(card: TestCard): { readonly reference: number; readonly input: Uint8Array } {
  if (card.spec.id === 'patient') {
    const input = { nonce: card.random.bytes(16), messageId: card.random.bytes(16) };
    return { reference: registration.reference, input: encodeTemplate(registration.input, input) };
  }
  const { visitConfirmation } = PROFESSIONAL_APPLICATION.algorithms;
  const input = {
    envelopeHash: card.random.bytes(32),
    challenge: card.random.bytes(16),
    hospitalId: 'H-1',
    replyKey: card.issuer.sealingKeys.publicKey,
  };
  return {
    reference: visitConfirmation.reference,
    input: encodeTemplate(visitConfirmation.input, input),
  };
}

export const ENVIRONMENT_CASES = caseFamily(
  {
    category: 'environment',
    applications: BOTH,
    fixture: 'operational',
    features: ['signature'],
    clause: MSE,
  },
  [
    {
      name: 'no-signature-without-environment',
      title: 'a signature before MANAGE SECURITY ENVIRONMENT is refused',
      clause: `${PSO}; 5.6 (6985)`,
      async run(card) {
        await verifyPin(card);
        await expectRefusal(card, computeSignature, { data: signing(card).input }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'unknown-algorithm',
      title: 'an algorithm that the card does not have is refused',
      clause: `${MSE}; 5.6 (6A88)`,
      async run(card) {
        for (const reference of [0x00, 0x7f, 0xff]) {
          await expectRefusal(card, manageSecurityEnvironment, set(reference), SW.referenceDataNotFound);
        }
      },
    },
    {
      name: 'wrong-template',
      title: 'a signature algorithm is not set in the template for confidentiality',
      clause: `${MSE}: the control reference template tells the use; 5.6 (6A88)`,
      async run(card) {
        const { reference } = signing(card);
        await expectRefusal(
          card,
          manageSecurityEnvironment,
          set(reference, 'confidentiality'),
          SW.referenceDataNotFound,
          SW.incorrectData,
        );
      },
    },
    {
      name: 'other-templates',
      title: 'templates and operations that the card does not offer are refused',
      clause: `${MSE}: P1, P2`,
      async run(card) {
        const commands = ['002241a403800101', '002281a403800101', '0022f301', '002241aa03800101'];
        for (const command of commands) {
          await expectStatus(card, command, SW.incorrectP1P2, SW.functionNotSupported);
        }
      },
    },
    {
      name: 'unknown-object',
      title: 'objects that the template does not have are refused',
      clause: `${MSE}; 5.6 (6A80)`,
      async run(card) {
        await expectStatus(card, '002241b60384017f', SW.incorrectData, SW.referenceDataNotFound);
        // doubled: also longer than the data can be
        await expectStatus(card, '002241b606800101800101', SW.incorrectData, SW.wrongLength);
        await expectStatus(card, '002241b6028001', SW.incorrectData);
      },
    },
    {
      name: 'lost-on-reset',
      title: 'a reset forgets the security environment',
      clause: 'ISO/IEC 7816-4:2020, 9.2; 11.5.11',
      async run(card) {
        const { reference, input } = signing(card);
        await expectOk(card, manageSecurityEnvironment, set(reference));
        await card.reset();
        await card.select();
        await verifyPin(card);
        await expectRefusal(card, computeSignature, { data: input }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'no-signature-without-permission',
      title: 'a signature without the PIN, or out of its state of life, is refused',
      clause: 'ISO/IEC 7816-4:2020, 9.3; project specification, access rules of the algorithms',
      async run(card) {
        const { reference, input } = signing(card);
        await expectOk(card, manageSecurityEnvironment, set(reference));
        await expectRefusal(
          card,
          computeSignature,
          { data: input },
          SW.securityStatusNotSatisfied,
          SW.conditionsNotSatisfied,
        );
      },
    },
    {
      name: 'other-operation',
      title: 'operations that the card does not have are refused',
      clause: 'ISO/IEC 7816-8:2019, 11.3; 5.6 (6A86)',
      async run(card) {
        for (const p1p2 of ['9e9b', '8086', '90a0', '0000']) {
          await expectStatus(card, `002a${p1p2}0101`, SW.incorrectP1P2, SW.functionNotSupported);
        }
      },
    },
    {
      name: 'registration-over-once',
      title: 'the registration of eq. 1 is not signed by an operational card',
      clause: 'project specification, algorithm registration: initialisation only',
      applications: PATIENT,
      async run(card) {
        await verifyPin(card);
        const { reference, input } = signing(card);
        await expectOk(card, manageSecurityEnvironment, set(reference));
        await expectRefusal(
          card,
          computeSignature,
          { data: input },
          SW.securityStatusNotSatisfied,
          SW.conditionsNotSatisfied,
        );
      },
    },
    {
      name: 'algorithm-of-another-operation',
      title: 'the algorithm of eq. 6 makes no bare signature',
      clause: 'project specification, algorithm visitRequest: sign, then seal',
      applications: PATIENT,
      async run(card) {
        await verifyPin(card);
        await expectOk(card, manageSecurityEnvironment, set(visitRequest.reference, 'confidentiality'));
        await expectRefusal(card, computeSignature, { data: signing(card).input }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'no-seal-without-environment',
      title: 'ENCIPHER before MANAGE SECURITY ENVIRONMENT is refused',
      clause: 'ISO/IEC 7816-8:2019, 11.9; 5.6 (6985)',
      applications: PATIENT,
      features: ['hpke'],
      async run(card) {
        await verifyPin(card);
        await expectRefusal(card, encipher, { data: signing(card).input }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'registration-signature',
      title: 'the signature of eq. 1 covers nonce, message and the public keys that the card made',
      clause: `project, PROTOCOL eq. 1; ${PSO}`,
      applications: PATIENT,
      fixture: 'blank',
      async run(card) {
        const keys = await makePatientKeys(card);
        await expectOk(card, manageSecurityEnvironment, set(registration.reference));
        const input = { nonce: card.random.bytes(16), messageId: card.random.bytes(16) };
        const data = encodeTemplate(registration.input, input);
        const { signature } = await expectOk(card, computeSignature, { data });
        const fields = encodeTemplate(STATEMENT.registration.fields, { ...input, ...keys });
        expectThat(
          isStatementSignature(keys.signingKey, STATEMENT.registration, fields, signature),
          'a signature of SK_P on the statement of eq. 1',
          'a signature that does not verify',
        );
      },
    },
    {
      name: 'registration-before-keys',
      title: 'without key pairs there is no signature',
      clause: 'project specification, COMPUTE DIGITAL SIGNATURE (6985)',
      applications: PATIENT,
      fixture: 'blank',
      async run(card) {
        const { reference, input } = signing(card);
        await expectOk(card, manageSecurityEnvironment, set(reference));
        await expectRefusal(card, computeSignature, { data: input }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'malformed-statement',
      title: 'fields of a statement that are missing, doubled, reordered or too many are refused',
      clause: 'project specification, COMPUTE DIGITAL SIGNATURE (6A80)',
      applications: PATIENT,
      fixture: 'blank',
      async run(card) {
        await makePatientKeys(card);
        await expectOk(card, manageSecurityEnvironment, set(registration.reference));
        const nonce = `df3510${'11'.repeat(16)}`;
        const messageId = `df3a10${'22'.repeat(16)}`;
        const wrong = [
          nonce,
          messageId,
          messageId + nonce,
          nonce + nonce + messageId,
          `${nonce}${messageId}800101`,
        ];
        for (const fields of wrong) {
          await expectRefusal(card, computeSignature, { data: fromHex(fields) }, SW.incorrectData);
        }
      },
    },
  ],
);
