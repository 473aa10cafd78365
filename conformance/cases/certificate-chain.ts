/** The chain NHI root → NHI CA → role: its order, its length, its keys (ISO/IEC 7816-8, 11.8; 7816-4, 11.5.11). */

import { PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectOk, expectRefusal } from '../checks.js';
import { offerRole, setKey, showAuthority, showChain } from '../issuer/certificate-showing.js';
import { makeKeysWithZero } from '../issuer/p256.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import { changed, expectNoAuthority, expectNoRoleFor, expectUnknownKey } from './certificate-steps.js';

const { getChallenge, verifyCertificate } = PATIENT_APPLICATION.commands;
const CLAUSE = 'ISO/IEC 7816-8:2019, 11.8; annex B';

export const CERTIFICATE_CHAIN_CASES = caseFamily(
  {
    category: 'role-certificate',
    applications: PATIENT,
    fixture: 'operational',
    features: ['role-certificate', 'card-authentication'],
    clause: CLAUSE,
  },
  [
    {
      name: 'no-key-set',
      title: 'a certificate without a key to verify it with is refused, also after a reset',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 11.5.11; 5.6 (6985)`,
      async run(card) {
        const authority = { data: card.issuer.authorityCertificate() };
        await expectRefusal(card, verifyCertificate, authority, SW.conditionsNotSatisfied);
        await setKey(card, card.issuer.rootReference);
        await card.reset();
        await card.select();
        await expectRefusal(card, verifyCertificate, authority, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'unknown-key',
      title: 'keys are set by the references of the root and of a verified CA, and by no others',
      clause: 'ISO/IEC 7816-4:2020, 11.5.11; 5.6 (6A88)',
      async run(card) {
        const { rootReference, authorityReference } = card.issuer;
        await expectUnknownKey(card, authorityReference);
        await expectUnknownKey(card, new Uint8Array(8));
        await setKey(card, rootReference);
        await showAuthority(card);
        await expectUnknownKey(card, new Uint8Array(8));
        // a reference that is not known leaves no key set
        const data = card.issuer.roleCertificate('doctor');
        await expectRefusal(card, verifyCertificate, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'authority-of-a-stranger',
      title: 'a CA certificate that the root did not sign is refused',
      async run(card) {
        await expectNoAuthority(card, card.issuer.authorityCertificate({ signer: card.issuer.strangerKeys }));
      },
    },
    {
      name: 'authority-of-the-signature-key',
      title: "NHI's signature key is not the root: a CA certificate signed by it is refused",
      async run(card) {
        await expectNoAuthority(card, card.issuer.authorityCertificate({ signer: card.issuer.keys }));
      },
    },
    {
      name: 'authority-expired',
      title: 'a CA certificate that expired before the date that the card knows is refused',
      async run(card) {
        const dates = {
          effectiveDate: TestIssuer.daysAfterToday(-900),
          expirationDate: TestIssuer.daysAfterToday(-1),
        };
        await expectNoAuthority(card, card.issuer.authorityCertificate(dates));
      },
    },
    {
      name: 'authority-of-another-root',
      title: 'a CA certificate that names another root is refused',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.6 (6984)`,
      async run(card) {
        const { authorityReference: issuerReference } = card.issuer;
        await expectNoAuthority(card, card.issuer.authorityCertificate({ issuerReference }));
      },
    },
    {
      name: 'last-day',
      title:
        'certificates of CA and role count on their last day, which is the one that the card knows, and not after',
      clause: `${CLAUSE}; project, CARD: the date of a card`,
      async run(card) {
        const today = TestIssuer.daysAfterToday(0);
        const { authorityReference, rootReference } = card.issuer;
        const authority = (expirationDate: number) => card.issuer.authorityCertificate({ expirationDate });
        await expectNoAuthority(card, authority(today - 1));
        await setKey(card, rootReference);
        await expectOk(card, verifyCertificate, { data: authority(today) });
        for (const [last, status] of [
          [today, SW.ok],
          [today - 1, SW.referenceDataNotUsable],
        ] as const) {
          await setKey(card, authorityReference);
          const data = card.issuer.roleCertificate('doctor', { expirationDate: last });
          await expectRefusal(card, verifyCertificate, { data }, status);
        }
      },
    },
    {
      name: 'first-day-of-the-authority',
      title: 'a role certificate may be issued on the first day of its CA, and not before',
      clause: `${CLAUSE}; project, CARD: issued within the validity of the CA`,
      async run(card) {
        const effectiveDate = TestIssuer.daysAfterToday(-40);
        const { authorityReference, rootReference } = card.issuer;
        await setKey(card, rootReference);
        await expectOk(card, verifyCertificate, {
          data: card.issuer.authorityCertificate({ effectiveDate }),
        });
        for (const [first, status] of [
          [effectiveDate, SW.ok],
          [effectiveDate - 1, SW.referenceDataNotUsable],
        ] as const) {
          await setKey(card, authorityReference);
          const data = card.issuer.roleCertificate('doctor', { effectiveDate: first });
          await expectRefusal(card, verifyCertificate, { data }, status);
        }
      },
    },
    {
      name: 'authority-tampered',
      title: 'a CA certificate in which one bit was changed is refused, wherever it is',
      async run(card) {
        const good = card.issuer.authorityCertificate();
        for (let at = 3; at < good.length; at += 9) await expectNoAuthority(card, changed(good, at));
      },
    },
    {
      name: 'authority-is-no-role',
      title: 'a CA certificate gives no role, though its key signs the proof',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        await showAuthority(card);
        await expectNoRoleFor(card, challenge, card.issuer.authorityKeys);
      },
    },
    {
      name: 'authority-in-the-place-of-a-role',
      title: 'where a role certificate is expected, a CA certificate is refused',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        const { authorityKeys: signer, authorityReference: issuerReference } = card.issuer;
        const wrong = [
          card.issuer.authorityCertificate(),
          // the CA certifies another: a chain that is one step too long
          card.issuer.authorityCertificate({ issuerReference, signer }),
        ];
        for (const certificate of wrong) {
          checkStatus(
            await offerRole(card, certificate),
            SW.referenceDataNotUsable,
            SW.referenceDataNotFound,
          );
          await expectUnknownKey(
            card,
            card.issuer.rootReference.map((byte) => byte ^ 0xff),
          );
        }
        await expectNoRoleFor(card, challenge, signer);
      },
    },
    {
      name: 'chain-too-long',
      title: 'a role certificate under a CA that another CA certified is refused',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        const second = card.issuer.random('second CA').bytes(8);
        const { authorityKeys: signer, authorityReference: issuerReference, strangerKeys } = card.issuer;
        const between = card.issuer.authorityCertificate({
          issuerReference,
          signer,
          holderReference: second,
          publicPoint: strangerKeys.publicKey,
        });
        checkStatus(await offerRole(card, between), SW.referenceDataNotUsable);
        await expectUnknownKey(card, second);
        const leaf = card.issuer.roleCertificate('doctor', { issuerReference: second, signer: strangerKeys });
        checkStatus(await offerRole(card, leaf), SW.referenceDataNotUsable, SW.referenceDataNotFound);
        await expectNoRoleFor(card, challenge);
      },
    },
    {
      name: 'chain-too-short',
      title: 'a role certificate that the root itself signed is refused',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        const { rootReference: issuerReference, rootKeys: signer } = card.issuer;
        const data = card.issuer.roleCertificate('doctor', { issuerReference, signer });
        await setKey(card, issuerReference);
        await expectRefusal(card, verifyCertificate, { data }, SW.referenceDataNotUsable);
        await expectNoRoleFor(card, challenge);
      },
    },
    {
      name: 'role-certifies-nothing',
      title: 'a role certificate under the key of another role certificate is refused',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        await showChain(card, 'doctor');
        const signer = card.issuer.roleKey('doctor');
        const leaf = card.issuer.roleCertificate('nhi', { signer });
        await expectRefusal(card, verifyCertificate, { data: leaf }, SW.referenceDataNotUsable);
        await expectNoRoleFor(card, challenge);
      },
    },
    {
      name: 'profile-of-another-kind',
      title: 'a certificate whose profile is that of another kind is refused, though it is signed',
      clause: `${CLAUSE}; project specification, certificate profile identifier`,
      async run(card) {
        for (const profile of [0, 1, 3, 4]) {
          const role = card.issuer.roleCertificate('doctor', { profile });
          checkStatus(await offerRole(card, role), SW.incorrectData, SW.referenceDataNotUsable);
        }
        for (const profile of [0, 1, 2, 4]) {
          await expectNoAuthority(card, card.issuer.authorityCertificate({ profile }));
        }
      },
    },
    {
      name: 'outside-the-authority',
      title: 'a role certificate that begins outside the validity of its CA is refused',
      clause: `${CLAUSE}; project specification (6984)`,
      async run(card) {
        for (const days of [-401, 2001]) {
          const data = card.issuer.roleCertificate('doctor', {
            effectiveDate: TestIssuer.daysAfterToday(days),
            expirationDate: TestIssuer.daysAfterToday(3000),
          });
          checkStatus(await offerRole(card, data), SW.referenceDataNotUsable);
        }
        // what was refused has not moved the date on
        await authenticate(card, 'doctor');
      },
    },
    {
      name: 'another-authority',
      title: 'a role certificate that names another authority than the key set is refused',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.6 (6984)`,
      async run(card) {
        const { rootReference: issuerReference } = card.issuer;
        const data = card.issuer.roleCertificate('doctor', { issuerReference });
        checkStatus(await offerRole(card, data), SW.referenceDataNotFound, SW.referenceDataNotUsable);
      },
    },
    {
      name: 'next-authority-replaces',
      title: 'the certificate of another CA replaces the one before and the role under it',
      async run(card) {
        const challenge = await expectOk(card, getChallenge, {});
        await showChain(card, 'doctor');
        const { strangerKeys, rootReference, authorityReference } = card.issuer;
        const holderReference = card.issuer.random('second CA').bytes(8);
        const { publicKey: publicPoint } = strangerKeys;
        const data = card.issuer.authorityCertificate({ holderReference, publicPoint });
        await setKey(card, rootReference);
        await expectOk(card, verifyCertificate, { data });
        await expectUnknownKey(card, authorityReference);
        await expectNoRoleFor(card, challenge);
        await setKey(card, holderReference);
        const role = card.issuer.roleCertificate('doctor', {
          issuerReference: holderReference,
          signer: strangerKeys,
        });
        await expectOk(card, verifyCertificate, { data: role });
      },
    },
    {
      name: 'authority-with-zero',
      title: 'a CA whose key begins with a zero byte is one like others',
      clause: `${CLAUSE}; SEC 1, 2.3.5: field elements keep their leading zeros`,
      async run(card) {
        const keys = makeKeysWithZero(card.random);
        const holderReference = card.issuer.random('CA with zero').bytes(8);
        const data = card.issuer.authorityCertificate({ holderReference, publicPoint: keys.publicKey });
        await setKey(card, card.issuer.rootReference);
        await expectOk(card, verifyCertificate, { data });
        await setKey(card, holderReference);
        const names = { issuerReference: holderReference, signer: keys };
        await expectOk(card, verifyCertificate, { data: card.issuer.roleCertificate('doctor', names) });
      },
    },
    {
      name: 'authority-lost',
      title: 'a reset, and selecting the application again, forget the CA',
      clause: 'ISO/IEC 7816-4:2020, 9.2; project: the security status belongs to one selection',
      async run(card) {
        await showChain(card, 'doctor');
        await card.select();
        await expectUnknownKey(card, card.issuer.authorityReference);
        await showChain(card, 'doctor');
        await card.reset();
        await card.select();
        await expectUnknownKey(card, card.issuer.authorityReference);
      },
    },
  ],
);
