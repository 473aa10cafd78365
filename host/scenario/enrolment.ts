/** Getting cards ready: the patient's (eq. 1, 2), the pharmacy's. The doctor's is in doctor-enrolment.ts. */

import { NHI_NAME, STATEMENT } from '../../apdu/index.js';
import type { CardPins } from '../cards/patient-card.js';
import { generateEcKeyPair } from '../crypto/ecdsa.js';
import { REGISTRATION_MESSAGE } from '../protocol/messages.js';
import type { Result } from '../protocol/refusal.js';
import { newMessageId, sealMessage } from '../protocol/sealed-message.js';
import { signStatement } from '../protocol/signed-statement.js';
import type { CardHolder, World } from './world.js';

/** PINs of the scenario's simulated cards; real cards get theirs in a letter. */
export const SCENARIO_PINS: Readonly<Record<CardHolder, CardPins>> = {
  patient: { pin: '482913', puk: '70318842' },
  doctor: { pin: '615527', puk: '90177235' },
  pharmacy: { pin: '330846', puk: '41662098' },
};

/** How long a certificate of identity is good. */
export const IDENTITY_YEARS_SECONDS = 10 * 365 * 24 * 3600;

/** Eq. 1 and 2: the card makes its keys, the person proves who they are, NHI answers with PCert. */
export async function enrolPatient(world: World): Promise<Result<object>> {
  const { patientCard, nhi, citizenAuthority, clock, rng, input } = world;
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const made = await patientCard.initialise(nhi.issueCard('holder'), SCENARIO_PINS.patient);
  if (!made.ok) return made;
  const nonce = nhi.patients.openRegistration();
  const messageId = newMessageId(rng);
  const signed = await patientCard.signRegistration(nonce, messageId);
  if (!signed.ok) return signed;
  const proven = await patientCard.proveDelegationKey(nonce);
  if (!proven.ok) return proven;
  const { delegationKeyProof } = proven;
  // The identity key of Cert_P is on another medium of the patient's, used this once.
  const identity = generateEcKeyPair(rng);
  const certificate = citizenAuthority.certify({
    subject: input.patient.nationalId,
    name: input.patient.name,
    identityKey: identity.publicKey,
    expirationDate: clock.now() + IDENTITY_YEARS_SECONDS,
  });
  const statement = { nonce, messageId, ...made.keys };
  const identitySignature = signStatement(identity.secretKey, STATEMENT.registration, statement);
  nhi.patients.recordPayment(input.patient.nationalId, input.insurance.paidUntil);
  const sealed = await sealMessage(
    REGISTRATION_MESSAGE,
    {
      statement,
      signature: signed.signature,
      delegationKeyProof,
      identity: { signature: identitySignature, certificate },
    },
    {
      route: { equation: 1, sender: 'patient', recipient: NHI_NAME },
      key: nhi.publicKeys.sealingKey,
      messageId,
    },
    rng,
  );
  const registered = await nhi.patients.register(sealed);
  return registered.ok ? patientCard.complete(registered.certificate) : registered;
}

/** The pharmacy's security module: a professional card with the role "pharmacy" and no group membership. */
export async function equipPharmacy(world: World): Promise<Result<object>> {
  const { pharmacyCard, nhi } = world;
  const selected = await pharmacyCard.select();
  if (!selected.ok) return selected;
  const initialised = await pharmacyCard.initialise(nhi.issueCard('pharmacy'), SCENARIO_PINS.pharmacy);
  return initialised.ok ? pharmacyCard.activate() : initialised;
}
