/** Life cycle: personalisation, ACTIVATE FILE, and what is over afterwards (ISO/IEC 7816-4, 7.4.10; 7816-9). */

import {
  decodeTlv,
  decodeTlvs,
  fromHex,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  SW,
  uintToBytes,
} from '../../apdu/index.js';
import { BOTH, type CaseEntry, caseFamily, PATIENT, PROFESSIONAL } from '../case.js';
import { expectOk, expectRefusal, expectStatus, expectThat } from '../checks.js';
import {
  makePatientKeys,
  type PatientChanges,
  type ProfessionalChanges,
  personalise,
  preparePatient,
  prepareProfessional,
} from '../issuer/personalise.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';

const ACTIVATE = 'ISO/IEC 7816-9:2017, 9.4';
const STORE = 'GlobalPlatform Card Specification 2.3.1, 11.11';
// declared alike by both applications
const { activate, generateKeyPair, verify } = PATIENT_APPLICATION.commands;
const storePatient = PATIENT_APPLICATION.commands.storeData;
const OPERATIONAL = { fixture: 'operational' } as const;

async function lifeCycleByte(card: TestCard): Promise<number> {
  const { aid } = card.spec;
  const { data } = await expectStatus(card, fromHex(`00a4040006${aid}00`), SW.ok);
  return decodeTlvs(decodeTlv(data).value).find((object) => object.tag === 0x8a)?.value[0] ?? 0;
}

async function expectNotActivated(card: TestCard): Promise<void> {
  await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied, SW.referenceDataNotUsable);
  const state = await lifeCycleByte(card);
  expectThat(state === 0x03, 'still in initialisation (03)', state.toString(16));
}

/** A patient card in which one object is missing is not activated. */
const PATIENT_NEEDS: readonly (keyof PatientChanges)[] = [
  'pin',
  'puk',
  'roleKey',
  'roleCertificate',
  'authorityCertificate',
  'rootKey',
  'patientCertificate',
  'sealingKey',
];
const PROFESSIONAL_NEEDS: readonly (keyof ProfessionalChanges)[] = [
  'pin',
  'puk',
  'roleKey',
  'roleCertificate',
  'authorityCertificate',
  'rootKey',
];

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const MISSING: readonly CaseEntry[] = [
  ...PATIENT_NEEDS.map((field) => ({
    name: `patient-without-${kebab(field)}`,
    title: `a patient card without ${field} is not activated`,
    applications: PATIENT,
    async run(card: TestCard) {
      await preparePatient(card, { [field]: undefined });
      await expectNotActivated(card);
    },
  })),
  ...PROFESSIONAL_NEEDS.map((field) => ({
    name: `professional-without-${kebab(field)}`,
    title: `a professional card without ${field} is not activated`,
    applications: PROFESSIONAL,
    async run(card: TestCard) {
      await prepareProfessional(card, { [field]: undefined });
      await expectNotActivated(card);
    },
  })),
];

export const LIFE_CYCLE_CASES = caseFamily(
  {
    category: 'life-cycle',
    applications: BOTH,
    fixture: 'blank',
    features: ['personalisation'],
    clause: ACTIVATE,
  },
  [
    {
      name: 'blank-says-so',
      title: 'a blank card says that it is in initialisation',
      clause: 'ISO/IEC 7816-4:2020, 7.4.10: life-cycle status byte 03',
      async run(card) {
        const state = await lifeCycleByte(card);
        expectThat(state === 0x03, '03', state.toString(16));
      },
    },
    {
      name: 'activation',
      title: 'a personalised card is activated, says so, and stays so without power',
      clause: `${ACTIVATE}; ISO/IEC 7816-4:2020, 7.4.10`,
      async run(card) {
        await personalise(card);
        const state = await lifeCycleByte(card);
        expectThat(state === 0x05, '05', state.toString(16));
        await card.powerCycle();
        const later = await lifeCycleByte(card);
        expectThat(later === 0x05, '05 after the power was away', later.toString(16));
      },
    },
    {
      name: 'blank-not-activated',
      title: 'a blank card is not activated',
      async run(card) {
        await expectNotActivated(card);
      },
    },
    ...MISSING,
    {
      name: 'no-pin-before-activation',
      title: 'VERIFY is refused before the card is operational, also with the right PIN',
      clause: 'ISO/IEC 7816-4:2020, 7.4.10; project specification, states of VERIFY',
      async run(card) {
        if (card.spec.id === 'patient') await preparePatient(card);
        else await prepareProfessional(card);
        await expectRefusal(
          card,
          verify,
          { p2: 'holder PIN', data: card.issuer.pin },
          SW.conditionsNotSatisfied,
        );
        await expectRefusal(card, verify, { p2: 'holder PIN' }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'blank-holds-nothing',
      title: 'files of a blank patient card are not readable',
      clause: 'project specification, access rules of the files',
      applications: PATIENT,
      async run(card) {
        for (const { sfi, read } of Object.values(card.spec.files)) {
          if (read === 'always') continue;
          await expectStatus(
            card,
            Uint8Array.of(0x00, 0xb0, 0x80 | sfi, 0, 0),
            SW.securityStatusNotSatisfied,
            SW.incompatibleFile,
          );
        }
      },
    },
    {
      name: 'key-pair-once',
      title: 'a key pair is made once and not replaced',
      clause: 'ISO/IEC 7816-8:2019, 11.2; project specification (6985)',
      async run(card) {
        await expectOk(card, generateKeyPair, { p2: 'signing' });
        await expectRefusal(card, generateKeyPair, { p2: 'signing' }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'key-pairs-differ',
      title: 'keys of different references differ, and are points of P-256',
      clause: 'ISO/IEC 7816-8:2019, 11.2',
      async run(card) {
        const signing = await expectOk(card, generateKeyPair, { p2: 'signing' });
        const decryption = await expectOk(card, generateKeyPair, { p2: 'decryption' });
        const [a, b] = [signing.publicPoint, decryption.publicPoint];
        const compressed = [a, b].every((point) => point[0] === 0x02 || point[0] === 0x03);
        expectThat(compressed, 'compressed points', 'something else');
        expectThat(Buffer.compare(a, b) !== 0, 'two different keys', 'the same key twice');
      },
    },
    {
      name: 'no-such-key',
      title: 'a professional card has no delegation key',
      clause: 'project specification, GENERATE ASYMMETRIC KEY PAIR (6A88)',
      applications: PROFESSIONAL,
      async run(card) {
        await expectRefusal(
          card,
          PROFESSIONAL_APPLICATION.commands.generateKeyPair,
          { p2: 'delegation' },
          SW.referenceDataNotFound,
        );
      },
    },
    {
      name: 'no-certificate-before-keys',
      title: 'a patient certificate before the keys it names is refused',
      clause: `${STORE}; project specification (6985)`,
      applications: PATIENT,
      async run(card) {
        const { publicKey } = card.issuer.strangerKeys;
        const keys = { signingKey: publicKey, decryptionKey: publicKey, delegationKey: publicKey };
        await storeCertificate(card, card.issuer.patientCertificate(keys), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'certificate-of-other-keys',
      title: 'a patient certificate that names keys of another card is refused',
      clause: `${STORE}; project specification (6A80)`,
      applications: PATIENT,
      async run(card) {
        const keys = await preparePatient(card, { patientCertificate: undefined });
        const { publicKey } = card.issuer.strangerKeys;
        for (const other of ['signingKey', 'decryptionKey', 'delegationKey']) {
          const wrong = card.issuer.patientCertificate({ ...keys, [other]: publicKey });
          await storeCertificate(card, wrong, SW.incorrectData);
        }
        await expectNotActivated(card);
      },
    },
    {
      name: 'certificate-of-a-stranger',
      title: 'a patient certificate that the issuer did not sign is refused',
      clause: `${STORE}; project specification (6A80)`,
      applications: PATIENT,
      async run(card) {
        const keys = await preparePatient(card, { patientCertificate: undefined });
        const forged = card.issuer.patientCertificate(keys, card.issuer.strangerKeys);
        await storeCertificate(card, forged, SW.incorrectData);
        await expectNotActivated(card);
      },
    },
    {
      name: 'store-data-all-or-nothing',
      title: 'STORE DATA with a wrong certificate stores nothing of what came with it',
      clause: `${STORE}; project specification (6A80)`,
      applications: PATIENT,
      async run(card) {
        const keys = await preparePatient(card, { pin: undefined, patientCertificate: undefined });
        const patientCertificate = card.issuer.patientCertificate(keys, card.issuer.strangerKeys);
        const data = { pin: card.issuer.pin, patientCertificate };
        await expectRefusal(card, storePatient, { p1: 'more to come', p2: 0, data }, SW.incorrectData);
        const good = { patientCertificate: card.issuer.patientCertificate(keys) };
        await expectOk(card, storePatient, { p1: 'more to come', p2: 1, data: good });
        // everything is there but the PIN that came with the forged certificate
        await expectNotActivated(card);
      },
    },
    {
      name: 'expired-role-certificate',
      title: 'a card whose own role certificate has expired is not activated',
      async run(card) {
        const dates = {
          effectiveDate: TestIssuer.daysAfterToday(-60),
          expirationDate: TestIssuer.daysAfterToday(-1),
        };
        await prepareWith(card, (role) => card.issuer.roleCertificate(role, dates));
        await expectNotActivated(card);
      },
    },
    {
      name: 'forged-role-certificate',
      title: 'a card whose own role certificate the issuer did not sign is not activated',
      async run(card) {
        const signer = card.issuer.strangerKeys;
        await prepareWith(card, (role) => card.issuer.roleCertificate(role, { signer }));
        await expectNotActivated(card);
      },
    },
    {
      name: 'no-store-data-afterwards',
      title: 'STORE DATA is closed for good after activation, also with the PIN',
      clause: `${STORE}; project specification, states of STORE DATA`,
      ...OPERATIONAL,
      async run(card) {
        const data = { today: uintToBytes(TestIssuer.daysAfterToday(0), 4) };
        const request = { p1: 'last block', p2: 0, data } as const;
        await expectRefusal(card, storePatient, request, SW.conditionsNotSatisfied);
        await expectOk(card, verify, { p2: 'holder PIN', data: card.issuer.pin });
        await expectRefusal(card, storePatient, request, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'no-key-pair-afterwards',
      title: 'no key pair is made after activation',
      clause: 'ISO/IEC 7816-8:2019, 11.2; project specification, states',
      ...OPERATIONAL,
      async run(card) {
        await expectRefusal(card, generateKeyPair, { p2: 'signing' }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'activated-once',
      title: 'an operational card is not activated again',
      ...OPERATIONAL,
      async run(card) {
        await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'keys-survive-power-cycle',
      title: 'keys made before the power went away are kept and not made anew',
      clause: 'ISO/IEC 7816-8:2019, 11.2; ISO/IEC 7816-4:2020, 7.4.10',
      applications: PATIENT,
      async run(card) {
        const keys = await makePatientKeys(card);
        await card.powerCycle();
        await card.select();
        await expectRefusal(card, generateKeyPair, { p2: 'signing' }, SW.conditionsNotSatisfied);
        const { issuerKey } = { issuerKey: card.issuer.keys.publicKey };
        await expectOk(card, storePatient, { p1: 'more to come', p2: 0, data: { issuerKey } });
        const patientCertificate = card.issuer.patientCertificate(keys);
        await expectOk(card, storePatient, { p1: 'more to come', p2: 1, data: { patientCertificate } });
      },
    },
  ],
);

async function storeCertificate(
  card: TestCard,
  patientCertificate: Uint8Array,
  status: typeof SW.incorrectData | typeof SW.conditionsNotSatisfied,
): Promise<void> {
  const data = { patientCertificate };
  await expectRefusal(card, storePatient, { p1: 'more to come', p2: 0, data }, status);
}

async function prepareWith(
  card: TestCard,
  certificate: (role: 'holder' | 'doctor') => Uint8Array,
): Promise<void> {
  if (card.spec.id === 'patient') await preparePatient(card, { roleCertificate: certificate('holder') });
  else await prepareProfessional(card, { roleCertificate: certificate('doctor') });
}
