/** Role certificates of other cards: what a card believes (ISO/IEC 7816-8, 11.8 and annex B). */

import { encodeCommandApdu, fromHex, PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { type CaseEntry, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectOk, expectRefusal, expectStatus } from '../checks.js';
import { offerRole, showAuthority, showChain } from '../issuer/certificate-showing.js';
import { authenticate, professionalProof } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { changed, expectNoRole, expectNoRoleFor } from './certificate-steps.js';

const { getChallenge, verifyCertificate, mutualAuthenticate } = PATIENT_APPLICATION.commands;
const CLAUSE = 'ISO/IEC 7816-8:2019, 11.8; annex B';

/** A certificate that is refused, whatever comes after. */
type Refused = readonly [name: string, title: string, make: (card: TestCard) => Uint8Array];

const REFUSED: readonly Refused[] = [
  [
    'of-a-stranger',
    'a certificate signed by another authority is refused',
    ({ issuer }) => issuer.roleCertificate('doctor', { signer: issuer.strangerKeys }),
  ],
  [
    'signed-by-its-own-key',
    'a certificate that its own key signed is refused',
    ({ issuer }) => issuer.roleCertificate('doctor', { signer: issuer.roleKey('doctor') }),
  ],
  [
    'signature-tampered',
    'a certificate whose signature has one bit changed is refused',
    ({ issuer }) => changed(issuer.roleCertificate('doctor'), -1),
  ],
  [
    'signature-zero',
    'a certificate with the signature r = s = 0 is refused',
    ({ issuer }) => {
      const certificate = issuer.roleCertificate('doctor').slice();
      certificate.fill(0, certificate.length - 64);
      return certificate;
    },
  ],
  [
    'key-replaced',
    'a certificate in which another key was put is refused',
    ({ issuer }) => {
      const certificate = issuer.roleCertificate('doctor').slice();
      const at = Buffer.from(certificate).indexOf(issuer.roleKey('doctor').publicKey);
      certificate.set(issuer.strangerKeys.publicKey, at);
      return certificate;
    },
  ],
  [
    'role-replaced',
    'a staff certificate in which the role was made doctor is refused',
    ({ issuer }) => {
      const certificate = issuer.roleCertificate('staff').slice();
      const at = Buffer.from(certificate).indexOf(fromHex('df2601'));
      certificate[at + 3] = 2;
      return certificate;
    },
  ],
  [
    'expired',
    'a certificate that expired before the date that the card knows is refused',
    ({ issuer }) =>
      issuer.roleCertificate('doctor', {
        effectiveDate: TestIssuer.daysAfterToday(-60),
        expirationDate: TestIssuer.daysAfterToday(-1),
      }),
  ],
  [
    'of-a-holder',
    'the certificate of another patient card is refused',
    ({ issuer }) => issuer.roleCertificate('holder'),
  ],
  [
    'no-role',
    'a certificate of no role is refused',
    ({ issuer }) => issuer.roleCertificate('doctor', { role: 0 }),
  ],
  [
    'unknown-role',
    'a certificate of a role that there is not is refused',
    ({ issuer }) => issuer.roleCertificate('doctor', { role: 0x7f }),
  ],
];

const REFUSALS: readonly CaseEntry[] = REFUSED.map(([name, title, make]) => ({
  name,
  title,
  async run(card) {
    const data = make(card);
    const challenge = await expectOk(card, getChallenge, {});
    const { referenceDataNotUsable, incorrectData } = SW;
    checkStatus(await offerRole(card, data), referenceDataNotUsable, incorrectData);
    await expectNoRoleFor(card, challenge);
  },
}));

export const ROLE_CERTIFICATE_CASES = caseFamily(
  {
    category: 'role-certificate',
    applications: PATIENT,
    fixture: 'operational',
    features: ['role-certificate', 'card-authentication'],
    clause: CLAUSE,
  },
  [
    {
      name: 'good',
      title: 'certificates of doctor, staff, pharmacy and NHI are taken',
      async run(card) {
        for (const role of ['doctor', 'staff', 'pharmacy', 'nhi'] as const) {
          await showChain(card, role);
        }
      },
    },
    ...REFUSALS,
    {
      name: 'is-no-proof',
      title: 'a certificate alone gives no role',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 9.2`,
      async run(card) {
        await showChain(card, 'doctor');
        await expectNoRole(card);
      },
    },
    {
      name: 'cut-short',
      title: 'a certificate that is cut short or has bytes behind it is refused',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 6.3`,
      async run(card) {
        await showAuthority(card);
        const good = card.issuer.roleCertificate('doctor');
        const wrong = [
          good.subarray(0, good.length - 1),
          good.subarray(0, 1),
          Uint8Array.of(...good, 0x00),
          Uint8Array.of(...good, ...fromHex('800101')),
        ];
        for (const data of wrong) {
          const command = encodeCommandApdu({ cla: 0, ins: 0x2a, p1: 0, p2: 0xbe, data });
          await expectStatus(card, command, SW.incorrectData, SW.referenceDataNotUsable);
        }
      },
    },
    {
      name: 'no-certificate',
      title: 'bytes that are no certificate are refused',
      async run(card) {
        await showAuthority(card);
        for (const data of ['00', 'ff', '7f2100', '7f21047f4e0000', '30030201ff', 'aa'.repeat(255)]) {
          await expectRefusal(
            card,
            verifyCertificate,
            { data: fromHex(data) },
            SW.incorrectData,
            SW.referenceDataNotUsable,
          );
        }
      },
    },
    {
      name: 'length-not-shortest',
      title: 'a certificate whose length is not in its shortest form is another encoding and refused',
      clause: 'ISO/IEC 7816-4:2020, 6.3; project: one encoding of each statement',
      async run(card) {
        const good = card.issuer.roleCertificate('doctor');
        // 7F21 81 xx becomes 7F21 82 00 xx
        const longer = Uint8Array.of(0x7f, 0x21, 0x82, 0x00, ...good.subarray(3));
        await showAuthority(card);
        await expectRefusal(
          card,
          verifyCertificate,
          { data: longer },
          SW.incorrectData,
          SW.referenceDataNotUsable,
        );
      },
    },
    {
      name: 'replaces-the-one-before',
      title: 'a refused certificate also takes back the one that was verified before',
      clause: `${CLAUSE}; project: the role of the last certificate counts`,
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        await showChain(card, 'doctor');
        const forged = card.issuer.roleCertificate('doctor', { signer: card.issuer.strangerKeys });
        await expectRefusal(card, verifyCertificate, { data: forged }, SW.referenceDataNotUsable);
        const proof = professionalProof(card, 'doctor', challenge);
        await expectRefusal(card, mutualAuthenticate, { data: proof.data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'date-moves-on',
      title: 'a newer effective date makes older certificates expire, also after the power was away',
      clause: 'project specification, VERIFY CERTIFICATE: latest date seen',
      destroys: "moves the card's date on",
      async run(card) {
        const newer = card.issuer.roleCertificate('doctor', {
          effectiveDate: TestIssuer.daysAfterToday(200),
          expirationDate: TestIssuer.daysAfterToday(400),
        });
        const older = card.issuer.roleCertificate('doctor', {
          expirationDate: TestIssuer.daysAfterToday(199),
        });
        await showAuthority(card);
        await expectOk(card, verifyCertificate, { data: older });
        await expectOk(card, verifyCertificate, { data: newer });
        await expectRefusal(card, verifyCertificate, { data: older }, SW.referenceDataNotUsable);
        await card.powerCycle();
        await card.select();
        await showAuthority(card);
        await expectRefusal(card, verifyCertificate, { data: older }, SW.referenceDataNotUsable);
        await expectOk(card, verifyCertificate, { data: newer });
      },
    },
    {
      name: 'forged-date-does-not-move',
      title: "a forged certificate does not move the card's date",
      clause: 'project specification, VERIFY CERTIFICATE: latest date under a signature of NHI',
      async run(card) {
        const forged = card.issuer.roleCertificate('doctor', {
          signer: card.issuer.strangerKeys,
          effectiveDate: TestIssuer.daysAfterToday(3000),
          expirationDate: TestIssuer.daysAfterToday(4000),
        });
        checkStatus(await offerRole(card, forged), SW.referenceDataNotUsable);
        await authenticate(card, 'doctor');
      },
    },
  ],
);
