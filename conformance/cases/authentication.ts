/** Card-to-card authentication, the patient card's side (ISO/IEC 7816-4, 11.5.3 and 11.5.5). */

import { PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { showChain } from '../issuer/certificate-showing.js';
import { authenticate, beginAuthentication, professionalProof } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { readRecord } from './steps.js';

const { getChallenge, mutualAuthenticate } = PATIENT_APPLICATION.commands;
const MUTUAL = 'ISO/IEC 7816-4:2020, 11.5.5';
const CHALLENGE = 'ISO/IEC 7816-4:2020, 11.5.3';
const RECORDS = PATIENT_APPLICATION.files.records.sfi;

async function expectRole(card: TestCard, granted: boolean): Promise<void> {
  const response = await readRecord(card, RECORDS, 1);
  checkStatus(response, ...(granted ? [SW.ok, SW.recordNotFound] : [SW.securityStatusNotSatisfied]));
}

export const AUTHENTICATION_CASES = caseFamily(
  {
    category: 'authentication',
    applications: PATIENT,
    fixture: 'operational',
    features: ['card-authentication'],
    clause: MUTUAL,
  },
  [
    {
      name: 'doctor',
      title: 'both cards prove themselves, and the role of a doctor is granted',
      async run(card) {
        await expectRole(card, false);
        await authenticate(card, 'doctor');
        await expectRole(card, true);
      },
    },
    {
      name: 'challenges-differ',
      title: 'no challenge comes twice',
      clause: CHALLENGE,
      async run(card) {
        const seen = new Set<string>();
        for (let i = 0; i < 32; i++) {
          const challenge = await expectOk(card, getChallenge, {});
          expectThat(challenge.length === 16, '16 bytes', `${challenge.length} bytes`);
          seen.add(Buffer.from(challenge).toString('hex'));
        }
        expectThat(seen.size === 32, '32 different challenges', `${seen.size}`);
      },
    },
    {
      name: 'challenges-differ-after-reset',
      title: 'challenges after a reset are not those before',
      clause: CHALLENGE,
      async run(card) {
        const before = await expectOk(card, getChallenge, {});
        await card.powerCycle();
        await card.select();
        expectDifferent(before, await expectOk(card, getChallenge, {}), 'challenges');
      },
    },
    {
      name: 'without-challenge',
      title: 'MUTUAL AUTHENTICATE without a challenge is refused',
      clause: `${MUTUAL}; 5.6 (6985)`,
      async run(card) {
        await showChain(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', new Uint8Array(16));
        await expectRefusal(card, mutualAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'without-certificate',
      title: 'MUTUAL AUTHENTICATE without a verified certificate is refused',
      clause: `${MUTUAL}; 5.6 (6985)`,
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        const { data } = professionalProof(card, 'doctor', challenge);
        await expectRefusal(card, mutualAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'challenge-used-once',
      title: 'a challenge serves one authentication',
      clause: `${CHALLENGE}: valid for one subsequent command`,
      async run(card) {
        const challenge = await beginAuthentication(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', challenge);
        await expectOk(card, mutualAuthenticate, { data });
        await expectRefusal(card, mutualAuthenticate, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'challenge-spent-by-failure',
      title: 'a failed authentication spends the challenge too',
      clause: `${CHALLENGE}: valid for one subsequent command`,
      async run(card) {
        const challenge = await beginAuthentication(card, 'doctor');
        const wrong = professionalProof(card, 'doctor', challenge, { signer: card.issuer.strangerKeys });
        await expectRefusal(card, mutualAuthenticate, { data: wrong.data }, SW.securityStatusNotSatisfied);
        const { data } = professionalProof(card, 'doctor', challenge);
        await expectRefusal(card, mutualAuthenticate, { data }, SW.conditionsNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'older-challenge',
      title: 'only the last challenge counts',
      clause: CHALLENGE,
      async run(card) {
        const older = await expectOk(card, getChallenge, {});
        await beginAuthentication(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', older);
        await expectRefusal(card, mutualAuthenticate, { data }, SW.securityStatusNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'wrong-key',
      title: 'a proof with another key than the certified one is refused',
      clause: `${MUTUAL}; 5.6 (6982)`,
      async run(card) {
        const challenge = await beginAuthentication(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', challenge, {
          signer: card.issuer.roleKey('staff'),
        });
        await expectRefusal(card, mutualAuthenticate, { data }, SW.securityStatusNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'tampered-proof',
      title: 'challenge, ephemeral key and signature can not be changed one by one',
      clause: `${MUTUAL}; 5.6 (6982)`,
      async run(card) {
        for (const field of ['challenge', 'ephemeralKey', 'signature'] as const) {
          const { data } = professionalProof(card, 'doctor', await beginAuthentication(card, 'doctor'));
          const tampered = data[field].slice();
          tampered[tampered.length - 1]! ^= 0x01;
          await expectRefusal(
            card,
            mutualAuthenticate,
            { data: { ...data, [field]: tampered } },
            SW.securityStatusNotSatisfied,
            SW.incorrectData,
          );
          await expectRole(card, false);
        }
      },
    },
    {
      name: 'key-off-the-curve',
      title: 'an ephemeral key that is no point of the curve is refused, though signed',
      clause: `${MUTUAL}; project, CRYPTO: every foreign point is checked`,
      async run(card) {
        // x = 1 has no point on P-256; x = p is out of range; 00 and 04 are other encodings
        const wrong = [
          `02${'01'.padStart(64, '0')}`,
          `02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff`,
          '00'.repeat(33),
          `04${'11'.repeat(32)}`,
        ];
        for (const hex of wrong) {
          const challenge = await beginAuthentication(card, 'doctor');
          const ephemeralKey = Uint8Array.from(Buffer.from(hex, 'hex'));
          const { data } = professionalProof(card, 'doctor', challenge, { ephemeralKey });
          await expectRefusal(
            card,
            mutualAuthenticate,
            { data },
            SW.incorrectData,
            SW.securityStatusNotSatisfied,
          );
          await expectRole(card, false);
        }
      },
    },
    {
      name: 'ephemeral-keys-differ',
      title: 'the card takes a new ephemeral key each time',
      clause: 'project, CRYPTO: forward secrecy of the session',
      async run(card) {
        const keys: Uint8Array[] = [];
        for (let i = 0; i < 2; i++) {
          const { data } = professionalProof(card, 'doctor', await beginAuthentication(card, 'doctor'));
          keys.push((await expectOk(card, mutualAuthenticate, { data })).ephemeralKey);
        }
        expectDifferent(keys[0]!, keys[1]!, 'ephemeral keys');
      },
    },
    {
      name: 'role-replaced',
      title: 'the role of the last authentication replaces the one before',
      clause: 'ISO/IEC 7816-4:2020, 9.2',
      async run(card) {
        await authenticate(card, 'doctor');
        await authenticate(card, 'pharmacy');
        await expectRole(card, false);
      },
    },
    {
      name: 'role-lost-by-failure',
      title: 'a failed authentication takes the role of the one before back',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project specification, MUTUAL AUTHENTICATE',
      async run(card) {
        await authenticate(card, 'doctor');
        const challenge = await beginAuthentication(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', challenge, { signer: card.issuer.strangerKeys });
        await expectRefusal(card, mutualAuthenticate, { data }, SW.securityStatusNotSatisfied);
        await expectRole(card, false);
      },
    },
    {
      name: 'role-lost-on-reset',
      title: 'a reset takes the role back',
      clause: 'ISO/IEC 7816-4:2020, 9.2',
      async run(card) {
        await authenticate(card, 'doctor');
        await card.reset();
        await card.select();
        await expectRole(card, false);
      },
    },
    {
      name: 'role-lost-on-selection',
      title: 'selecting the application again takes the role back',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project: the security status belongs to one selection',
      async run(card) {
        await authenticate(card, 'doctor');
        await card.select();
        await expectRole(card, false);
      },
    },
    {
      name: 'challenge-lost-on-selection',
      title: 'selecting the application again forgets challenge and certificate',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project: the security status belongs to one selection',
      async run(card) {
        const challenge = await beginAuthentication(card, 'doctor');
        const { data } = professionalProof(card, 'doctor', challenge);
        await card.select();
        await expectRefusal(card, mutualAuthenticate, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'old-proof-replayed',
      title: 'the proof of an earlier authentication is worth nothing for a new challenge',
      async run(card) {
        const { data } = professionalProof(card, 'doctor', await beginAuthentication(card, 'doctor'));
        await expectOk(card, mutualAuthenticate, { data });
        await card.reset();
        await card.select();
        await beginAuthentication(card, 'doctor');
        await expectRefusal(card, mutualAuthenticate, { data }, SW.securityStatusNotSatisfied);
        await expectRole(card, false);
      },
    },
  ],
);
