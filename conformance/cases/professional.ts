/** The professional card at work: proving its role, the session, its half of prescription numbers. */

import {
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { BOTH, caseFamily, PROFESSIONAL } from '../case.js';
import { checkStatus, expectBytes, expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { offerRole, setKey, showAuthority, showChain } from '../issuer/certificate-showing.js';
import { challengeProfessional, holderProof, openHolderSession } from '../issuer/holder-peer.js';
import { isStatementSignature, TestIssuer } from '../issuer/test-issuer.js';
import { expectNoSession } from './session-engine.js';
import { commitmentTo, prescriptionNumber, readFile, verifyPin } from './steps.js';

const { commands } = PROFESSIONAL_APPLICATION;
const {
  internalAuthenticate,
  externalAuthenticate,
  verifyCertificate,
  commitPrescriptionNumber,
  revealPrescriptionNumber,
} = commands;
const INTERNAL = 'ISO/IEC 7816-4:2020, 11.5.2';
const EXTERNAL = 'ISO/IEC 7816-4:2020, 11.5.4';
const VERIFY_CERTIFICATE = 'ISO/IEC 7816-8:2019, 11.8';
const EQ_10 = 'project, PROTOCOL eq. 10';

export const PROFESSIONAL_CASES = caseFamily(
  {
    category: 'professional',
    applications: PROFESSIONAL,
    fixture: 'operational',
    features: ['card-authentication'],
    clause: INTERNAL,
  },
  [
    {
      name: 'role-certificate-readable',
      title: 'the role certificate is readable before any PIN and is the one that was stored',
      clause: 'project specification, EF.RoleCert: always',
      async run(card) {
        expectBytes(await readFile(card, 1), card.issuer.roleCertificate('doctor'), 'the role certificate');
      },
    },
    {
      name: 'proof',
      title: 'INTERNAL AUTHENTICATE proves the role over the challenge and an own ephemeral key',
      async run(card) {
        await verifyPin(card);
        const { holderChallenge, answer } = await challengeProfessional(card);
        const { challenge, ephemeralKey, signature } = answer;
        const fields = encodeTemplate(STATEMENT.professionalProof.fields, {
          challenge,
          answer: holderChallenge,
          ephemeralKey,
        });
        const { publicKey } = card.issuer.roleKey('doctor');
        expectThat(
          isStatementSignature(publicKey, STATEMENT.professionalProof, fields, signature),
          'a signature of the role key on both challenges and the ephemeral key',
          'a signature that does not verify',
        );
      },
    },
    {
      name: 'proof-is-fresh',
      title: 'challenge and ephemeral key are new each time',
      async run(card) {
        await verifyPin(card);
        const first = await challengeProfessional(card);
        const second = await challengeProfessional(card);
        expectDifferent(first.answer.challenge, second.answer.challenge, 'challenges');
        expectDifferent(first.answer.ephemeralKey, second.answer.ephemeralKey, 'ephemeral keys');
      },
    },
    {
      name: 'no-proof-without-pin',
      title: 'without the PIN the card proves nothing',
      clause: `${INTERNAL}; 9.3`,
      async run(card) {
        const data = { answer: card.random.bytes(16) };
        await expectRefusal(card, internalAuthenticate, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'external-without-internal',
      title: 'EXTERNAL AUTHENTICATE without INTERNAL AUTHENTICATE is refused',
      clause: `${EXTERNAL}; 5.6 (6985)`,
      async run(card) {
        await verifyPin(card);
        const { data } = holderProof(card, await challengeProfessional(card));
        await card.reset();
        await card.select();
        await verifyPin(card);
        await showChain(card, 'holder');
        await expectRefusal(card, externalAuthenticate, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'external-once',
      title: 'a proof of the patient card serves once',
      clause: `${EXTERNAL}; 5.6 (6985)`,
      async run(card) {
        await verifyPin(card);
        const { data } = holderProof(card, await challengeProfessional(card));
        await showChain(card, 'holder');
        await expectOk(card, externalAuthenticate, { data });
        await expectRefusal(card, externalAuthenticate, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'wrong-holder-proof',
      title: 'a proof with another key than the certified one is refused and no session opens',
      clause: `${EXTERNAL}; 5.6 (6982)`,
      async run(card) {
        await verifyPin(card);
        const signer = card.issuer.strangerKeys;
        const { data } = holderProof(card, await challengeProfessional(card), { signer });
        await showChain(card, 'holder');
        await expectRefusal(card, externalAuthenticate, { data }, SW.securityStatusNotSatisfied);
        await expectNoSession(card);
      },
    },
    {
      name: 'forged-holder-certificate',
      title: 'a holder certificate that the CA did not sign is refused, and the proof with its key',
      clause: VERIFY_CERTIFICATE,
      async run(card) {
        await verifyPin(card);
        const signer = card.issuer.strangerKeys;
        const { publicKey: publicPoint } = signer;
        const { data } = holderProof(card, await challengeProfessional(card), { signer });
        const forged = card.issuer.roleCertificate('holder', { signer, publicPoint });
        checkStatus(await offerRole(card, forged), SW.referenceDataNotUsable);
        await expectRefusal(card, externalAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectNoSession(card);
      },
    },
    {
      name: 'forged-holder-authority',
      title: 'a CA certificate that the root did not sign is refused, and its key is not known',
      clause: VERIFY_CERTIFICATE,
      async run(card) {
        const { strangerKeys: signer, rootReference, authorityReference } = card.issuer;
        const data = card.issuer.authorityCertificate({ signer, publicPoint: signer.publicKey });
        await setKey(card, rootReference);
        await expectRefusal(card, verifyCertificate, { data }, SW.referenceDataNotUsable);
        const request = { data: { keyReference: authorityReference } };
        await expectRefusal(card, commands.setVerificationKey, request, SW.referenceDataNotFound);
      },
    },
    {
      name: 'expired-holder-certificate',
      title: 'an expired holder certificate is refused',
      clause: VERIFY_CERTIFICATE,
      async run(card) {
        const expired = card.issuer.roleCertificate('holder', {
          effectiveDate: TestIssuer.daysAfterToday(-60),
          expirationDate: TestIssuer.daysAfterToday(-1),
        });
        checkStatus(await offerRole(card, expired), SW.referenceDataNotUsable);
      },
    },
    {
      name: 'professional-is-no-holder',
      title: 'another professional card is not taken for a patient card',
      clause: `${VERIFY_CERTIFICATE}; project specification (6984)`,
      async run(card) {
        await verifyPin(card);
        const signer = card.issuer.roleKey('doctor');
        const { data } = holderProof(card, await challengeProfessional(card), { signer });
        checkStatus(await offerRole(card, card.issuer.roleCertificate('doctor')), SW.referenceDataNotUsable);
        await expectRefusal(card, externalAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectNoSession(card);
      },
    },
    {
      name: 'authority-is-no-holder',
      title: 'with the certificate of the CA alone, and a proof by its key, no session opens',
      clause: `${VERIFY_CERTIFICATE}; ${EXTERNAL}`,
      async run(card) {
        await verifyPin(card);
        const signer = card.issuer.authorityKeys;
        const { data } = holderProof(card, await challengeProfessional(card), { signer });
        await showAuthority(card);
        await expectRefusal(card, externalAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectNoSession(card);
      },
    },
    {
      name: 'authority-certificate-readable',
      title: "the CA's certificate is readable before any PIN and is the one that was stored",
      clause: 'project specification, EF.CACert: always',
      applications: BOTH,
      async run(card) {
        const { sfi } = PATIENT_APPLICATION.files.authorityCertificate;
        expectBytes(await readFile(card, sfi), card.issuer.authorityCertificate(), 'the CA certificate');
      },
    },
    {
      name: 'session-lost-on-selection',
      title: 'selecting the application again ends the session',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project: the security status belongs to one selection',
      async run(card) {
        await verifyPin(card);
        await openHolderSession(card);
        await card.select();
        await verifyPin(card);
        await expectNoSession(card);
      },
    },
    {
      name: 'new-proof-ends-session',
      title: 'INTERNAL AUTHENTICATE ends the session of before',
      clause: `${INTERNAL}; 10.1`,
      async run(card) {
        await verifyPin(card);
        await openHolderSession(card);
        await challengeProfessional(card);
        await expectNoSession(card);
      },
    },
    {
      name: 'commitment-kept',
      title: 'the half that is shown is the one that was committed to, and the number follows from both',
      clause: EQ_10,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        const { commitment } = await expectOk(card, commitPrescriptionNumber, {});
        const patientRandom = card.random.bytes(16);
        const answer = await expectOk(card, revealPrescriptionNumber, { data: { patientRandom } });
        expectBytes(commitment, commitmentTo(answer.doctorRandom), 'SHA-256 of the half');
        const number = prescriptionNumber(answer.doctorRandom, patientRandom);
        expectBytes(answer.prescriptionId, number, 'the number of both halves');
      },
    },
    {
      name: 'second-commitment-kept',
      title: 'a second number in one session is committed to and kept as the first one',
      clause: EQ_10,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        for (let i = 0; i < 2; i++) {
          const { commitment } = await expectOk(card, commitPrescriptionNumber, {});
          const data = { patientRandom: card.random.bytes(16) };
          const { doctorRandom } = await expectOk(card, revealPrescriptionNumber, { data });
          expectBytes(commitment, commitmentTo(doctorRandom), 'SHA-256 of the half');
        }
      },
    },
    {
      name: 'reveal-without-commitment',
      title: 'nothing is shown without a commitment',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        const data = { patientRandom: card.random.bytes(16) };
        await expectRefusal(card, revealPrescriptionNumber, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'reveal-once',
      title: 'a commitment is opened once, so that the number can not be chosen by trying',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        await expectOk(card, commitPrescriptionNumber, {});
        await expectOk(card, revealPrescriptionNumber, { data: { patientRandom: card.random.bytes(16) } });
        const data = { patientRandom: card.random.bytes(16) };
        await expectRefusal(card, revealPrescriptionNumber, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'commitments-differ',
      title: 'every commitment is to a new half, and hides it',
      clause: EQ_10,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        const first = await expectOk(card, commitPrescriptionNumber, {});
        const second = await expectOk(card, commitPrescriptionNumber, {});
        expectDifferent(first.commitment, second.commitment, 'commitments');
        const data = { patientRandom: card.random.bytes(16) };
        const { doctorRandom } = await expectOk(card, revealPrescriptionNumber, { data });
        const opensFirst = equalBytes(commitmentTo(doctorRandom), first.commitment);
        expectThat(!opensFirst, 'the half of the last commitment', 'the half of the first');
      },
    },
    {
      name: 'commitment-lost-on-reset',
      title: 'a reset forgets the commitment',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 9.2`,
      features: ['prescriptions'],
      async run(card) {
        await verifyPin(card);
        await expectOk(card, commitPrescriptionNumber, {});
        await card.reset();
        await card.select();
        await verifyPin(card);
        const data = { patientRandom: card.random.bytes(16) };
        await expectRefusal(card, revealPrescriptionNumber, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'no-number-without-pin',
      title: 'without the PIN no half is committed to or shown',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 9.3`,
      features: ['prescriptions'],
      async run(card) {
        await expectRefusal(card, commitPrescriptionNumber, {}, SW.securityStatusNotSatisfied);
        const data = { patientRandom: card.random.bytes(16) };
        await expectRefusal(card, revealPrescriptionNumber, { data }, SW.securityStatusNotSatisfied);
      },
    },
  ],
);
