/** Showing a card the certificates of another, as a terminal does (ISO/IEC 7816-8, 11.8). */

import { PATIENT_APPLICATION, type ResponseApdu, type RoleName } from '../../apdu/index.js';
import { expectOk } from '../checks.js';
import type { TestCard } from '../test-card.js';

// declared alike by both applications
const { setVerificationKey, verifyCertificate } = PATIENT_APPLICATION.commands;

/** Sets the key with which the next certificate is verified. @throws {CheckFailure} when that is refused. */
export async function setKey(card: TestCard, keyReference: Uint8Array): Promise<void> {
  await expectOk(card, setVerificationKey, { data: { keyReference } });
}

/** The CA's certificate under the root, then the CA's key for the next one. */
export async function showAuthority(
  card: TestCard,
  certificate = card.issuer.authorityCertificate(),
): Promise<void> {
  await setKey(card, card.issuer.rootReference);
  await expectOk(card, verifyCertificate, { data: certificate });
  await setKey(card, card.issuer.authorityReference);
}

/** The card's answer to a role certificate under the CA. */
export async function offerRole(card: TestCard, certificate: Uint8Array): Promise<ResponseApdu> {
  await showAuthority(card);
  return card.command(verifyCertificate, { data: certificate });
}

/** A whole good chain. */
export async function showChain(card: TestCard, role: RoleName): Promise<void> {
  await showAuthority(card);
  await expectOk(card, verifyCertificate, { data: card.issuer.roleCertificate(role) });
}
