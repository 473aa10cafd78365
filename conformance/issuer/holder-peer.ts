/** A patient's card in software: the other end for the professional card under test. */

import { encodeTemplate, PROFESSIONAL_APPLICATION, type ResponseOf, STATEMENT } from '../../apdu/index.js';
import { expectOk } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { CardSession } from './card-session.js';
import { showChain } from './certificate-showing.js';
import { makeKeys, type P256Keys, sharedSecret } from './p256.js';
import { signStatement } from './test-issuer.js';

const { internalAuthenticate, externalAuthenticate } = PROFESSIONAL_APPLICATION.commands;

/** What the professional card answered to a challenge. */
export type ProfessionalAnswer = {
  readonly holderChallenge: Uint8Array;
  readonly answer: ResponseOf<typeof internalAuthenticate>;
};

/** Where the holder's proof differs from a good one. */
export type HolderChanges = { readonly signer?: P256Keys };

/** INTERNAL AUTHENTICATE with a fresh challenge. */
export async function challengeProfessional(card: TestCard): Promise<ProfessionalAnswer> {
  const holderChallenge = card.random.bytes(16);
  const answer = await expectOk(card, internalAuthenticate, { data: { answer: holderChallenge } });
  return { holderChallenge, answer };
}

/** The data of EXTERNAL AUTHENTICATE and the session that follows when the card takes it; the certificates come before. */
export function holderProof(
  card: TestCard,
  { holderChallenge, answer }: ProfessionalAnswer,
  changes: HolderChanges = {},
) {
  const ephemeral = makeKeys(card.random);
  const fields = encodeTemplate(STATEMENT.holderProof.fields, {
    challenge: holderChallenge,
    answer: answer.challenge,
    professionalKey: answer.ephemeralKey,
    ephemeralKey: ephemeral.publicKey,
  });
  const signer = changes.signer ?? card.issuer.roleKey('holder');
  const session = new CardSession({
    shared: sharedSecret(ephemeral.secretKey, answer.ephemeralKey),
    holderChallenge,
    professionalChallenge: answer.challenge,
    holderKey: ephemeral.publicKey,
    professionalKey: answer.ephemeralKey,
  });
  const data = {
    ephemeralKey: ephemeral.publicKey,
    signature: signStatement(signer, STATEMENT.holderProof, fields),
  };
  return { data, session };
}

/** The whole authentication; the PIN of the professional card is verified before. */
export async function openHolderSession(card: TestCard): Promise<CardSession> {
  const { data, session } = holderProof(card, await challengeProfessional(card));
  await showChain(card, 'holder');
  await expectOk(card, externalAuthenticate, { data });
  return session;
}
