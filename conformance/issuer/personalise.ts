/** Personalisation over APDUs, from a blank card to an operational one. */

import {
  GROUP_SUITES,
  type GroupSuiteName,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  type RequestOf,
  uintToBytes,
} from '../../apdu/index.js';
import { expectOk } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { TestGroup } from './group.js';
import { giveInteroperability } from './log-in.js';
import { TODAY } from './test-issuer.js';

const PATIENT = PATIENT_APPLICATION.commands;
const PROFESSIONAL = PROFESSIONAL_APPLICATION.commands;

type PatientData = RequestOf<typeof PATIENT.storeData>['data'];
type ProfessionalData = RequestOf<typeof PROFESSIONAL.storeData>['data'];

/** Where a case wants something other than a good card: data replaced, or left out (`undefined`). */
export type PatientChanges = { readonly [K in keyof PatientData]?: PatientData[K] | undefined };
export type ProfessionalChanges = {
  readonly [K in keyof ProfessionalData]?: ProfessionalData[K] | undefined;
};

/** The public keys that a patient card made. */
export type PatientKeys = {
  readonly signingKey: Uint8Array;
  readonly decryptionKey: Uint8Array;
  readonly delegationKey: Uint8Array;
};

/** Makes the three key pairs of a patient card. */
export async function makePatientKeys(card: TestCard): Promise<PatientKeys> {
  const make = async (p2: 'signing' | 'decryption' | 'delegation') =>
    (await expectOk(card, PATIENT.generateKeyPair, { p2 })).publicPoint;
  return {
    signingKey: await make('signing'),
    decryptionKey: await make('decryption'),
    delegationKey: await make('delegation'),
  };
}

/** Everything before ACTIVATE FILE: keys, then one STORE DATA for each object. */
export async function preparePatient(card: TestCard, changes: PatientChanges = {}): Promise<PatientKeys> {
  const { issuer } = card;
  const keys = await makePatientKeys(card);
  const data: PatientChanges = {
    cardSerial: issuer.random('card serial').bytes(8),
    rootReference: issuer.rootReference,
    rootKey: issuer.rootKeys.publicKey,
    authorityCertificate: issuer.authorityCertificate(),
    issuerKey: issuer.keys.publicKey,
    sealingKey: issuer.sealingKeys.publicKey,
    pin: issuer.pin,
    puk: issuer.puk,
    roleKey: issuer.roleKey('holder').secretKey,
    roleCertificate: issuer.roleCertificate('holder'),
    today: uintToBytes(TODAY, 4),
    patientCertificate: issuer.patientCertificate(keys),
    emergency: issuer.emergency,
    ...changes,
  };
  let block = 0;
  for (const [field, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const last = field === 'emergency';
    await expectOk(card, PATIENT.storeData, {
      p1: last ? 'last block' : 'more to come',
      p2: block++,
      data: { [field]: value },
    });
  }
  return keys;
}

/** Everything before JOIN GROUP and ACTIVATE FILE; answers the decryption key. */
export async function prepareProfessional(
  card: TestCard,
  changes: ProfessionalChanges = {},
): Promise<{ readonly signingKey: Uint8Array; readonly decryptionKey: Uint8Array }> {
  const { issuer } = card;
  const signing = await expectOk(card, PROFESSIONAL.generateKeyPair, { p2: 'signing' });
  const decryption = await expectOk(card, PROFESSIONAL.generateKeyPair, { p2: 'decryption' });
  const data: ProfessionalChanges = {
    cardSerial: issuer.random('card serial').bytes(8),
    rootReference: issuer.rootReference,
    rootKey: issuer.rootKeys.publicKey,
    authorityCertificate: issuer.authorityCertificate(),
    issuerKey: issuer.keys.publicKey,
    pin: issuer.pin,
    puk: issuer.puk,
    roleKey: issuer.roleKey('doctor').secretKey,
    roleCertificate: issuer.roleCertificate('doctor'),
    today: uintToBytes(TODAY, 4),
    doctorId: issuer.doctorId,
    ...changes,
  };
  let block = 0;
  for (const [field, value] of Object.entries(data)) {
    if (value === undefined) continue;
    await expectOk(card, PROFESSIONAL.storeData, {
      p1: 'more to come',
      p2: block++,
      data: { [field]: value },
    });
  }
  return { signingKey: signing.publicPoint, decryptionKey: decryption.publicPoint };
}

/** Joins the group of the suite (eq. 3 and 4). */
export async function joinGroup(
  card: TestCard,
  decryptionKey: Uint8Array,
  suite: GroupSuiteName = 'ps-g1-bls12381',
): Promise<TestGroup> {
  const group = new TestGroup(card.issuer, suite);
  const nonce = card.issuer.random('join nonce').bytes(16);
  const { membershipKey } = await expectOk(card, PROFESSIONAL.joinRequest, {
    data: { nonce, suite: GROUP_SUITES[suite].id, groupKeyHash: group.groupKeyHash },
  });
  const data = group.credential({ nonce, membershipKey, decryptionKey });
  await expectOk(card, PROFESSIONAL.joinComplete, { data });
  return group;
}

/** Makes a blank card, application selected, an operational one. */
export async function personalise(card: TestCard): Promise<void> {
  if (card.spec.id === 'patient') {
    await preparePatient(card);
    await giveInteroperability(card);
    await expectOk(card, PATIENT.activate, {});
  } else {
    const { decryptionKey } = await prepareProfessional(card);
    await joinGroup(card, decryptionKey);
    await giveInteroperability(card);
    await expectOk(card, PROFESSIONAL.activate, {});
  }
}
