/** What the cases about certificates check alike. */

import { PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { expectRefusal, expectStatus } from '../checks.js';
import { setKey } from '../issuer/certificate-showing.js';
import type { P256Keys } from '../issuer/p256.js';
import { professionalProof } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { readRecord } from './steps.js';

const { setVerificationKey, verifyCertificate, mutualAuthenticate } = PATIENT_APPLICATION.commands;

/** The bytes with one bit changed; a negative offset counts from the end. */
export function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at]! ^= 0x01;
  return copy;
}

/** Neither does the certificate count in the authentication that would follow, nor is there a role. */
export async function expectNoRoleFor(
  card: TestCard,
  challenge: Uint8Array,
  signer?: P256Keys,
): Promise<void> {
  const proof = professionalProof(card, 'doctor', challenge, signer ? { signer } : {});
  await expectRefusal(card, mutualAuthenticate, { data: proof.data }, SW.conditionsNotSatisfied);
  await expectNoRole(card);
}

/** A CA certificate that is refused; its key is not known afterwards. */
export async function expectNoAuthority(card: TestCard, data: Uint8Array): Promise<void> {
  await setKey(card, card.issuer.rootReference);
  await expectRefusal(
    card,
    verifyCertificate,
    { data },
    SW.referenceDataNotUsable,
    SW.referenceDataNotFound,
    SW.incorrectData,
  );
  await expectUnknownKey(card, card.issuer.authorityReference);
}

export async function expectUnknownKey(card: TestCard, keyReference: Uint8Array): Promise<void> {
  await expectRefusal(card, setVerificationKey, { data: { keyReference } }, SW.referenceDataNotFound);
}

export async function expectNoRole(card: TestCard): Promise<void> {
  const { sw } = await readRecord(card, 2, 1);
  await expectStatus(card, '00b0840000', SW.securityStatusNotSatisfied);
  if (sw !== SW.securityStatusNotSatisfied.sw)
    await expectStatus(card, '00b2011400', SW.securityStatusNotSatisfied);
}
