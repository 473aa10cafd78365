/** A doctor's, staff or pharmacy card in software: proves its role to the patient card under test. */

import {
  decodeRoleCertificate,
  encodeTemplate,
  PATIENT_APPLICATION,
  ROLE,
  ROLE_CERTIFICATE_BODY,
  type RoleName,
  STATEMENT,
} from '../../apdu/index.js';
import { expectOk, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { CardSession } from './card-session.js';
import { showChain } from './certificate-showing.js';
import { makeKeys, type P256Keys, sharedSecret } from './p256.js';
import { isStatementSignature, signStatement } from './test-issuer.js';

const { getChallenge, mutualAuthenticate } = PATIENT_APPLICATION.commands;

/** The data of MUTUAL AUTHENTICATE and the secret behind it. */
export type ProfessionalProof = {
  readonly data: {
    readonly challenge: Uint8Array;
    readonly ephemeralKey: Uint8Array;
    readonly signature: Uint8Array;
  };
  readonly ephemeral: P256Keys;
};

/** Where a proof differs from a good one. */
export type ProofChanges = {
  readonly signer?: P256Keys;
  /** In the place of the ephemeral key, and signed as such. */
  readonly ephemeralKey?: Uint8Array;
};

/** The answer to the patient card's challenge. */
export function professionalProof(
  card: TestCard,
  role: RoleName,
  holderChallenge: Uint8Array,
  changes: ProofChanges = {},
): ProfessionalProof {
  const ephemeral = makeKeys(card.random);
  const challenge = card.random.bytes(16);
  const ephemeralKey = changes.ephemeralKey ?? ephemeral.publicKey;
  const fields = encodeTemplate(STATEMENT.professionalProof.fields, {
    challenge,
    answer: holderChallenge,
    ephemeralKey,
  });
  const signer = changes.signer ?? card.issuer.roleKey(role);
  const signature = signStatement(signer, STATEMENT.professionalProof, fields);
  return { data: { challenge, ephemeralKey, signature }, ephemeral };
}

/** Draws a challenge and shows the certificates of a role. */
export async function beginAuthentication(card: TestCard, role: RoleName): Promise<Uint8Array> {
  const challenge = await expectOk(card, getChallenge, {});
  await showChain(card, role);
  return challenge;
}

/** The whole card-to-card authentication; the holder's proof is checked, and the session entered. */
export async function authenticate(card: TestCard, role: RoleName): Promise<CardSession> {
  card.enterSession(undefined);
  const holderChallenge = await beginAuthentication(card, role);
  const { data, ephemeral } = professionalProof(card, role, holderChallenge);
  const answer = await expectOk(card, mutualAuthenticate, { data });
  const { body, signature } = decodeRoleCertificate(answer.roleCertificate);
  const certified = isStatementSignature(
    card.issuer.authorityKeys.publicKey,
    STATEMENT.roleCertificate,
    encodeTemplate(ROLE_CERTIFICATE_BODY, body),
    signature,
  );
  expectThat(
    certified && body.role === ROLE.holder,
    'a certificate of a card holder signed by the CA',
    'another certificate',
  );
  const fields = encodeTemplate(STATEMENT.holderProof.fields, {
    challenge: holderChallenge,
    answer: data.challenge,
    professionalKey: ephemeral.publicKey,
    ephemeralKey: answer.ephemeralKey,
  });
  expectThat(
    isStatementSignature(body.publicPoint, STATEMENT.holderProof, fields, answer.signature),
    "the holder's proof over both challenges and both ephemeral keys",
    'a signature that does not verify',
  );
  const session = new CardSession({
    shared: sharedSecret(ephemeral.secretKey, answer.ephemeralKey),
    holderChallenge,
    professionalChallenge: data.challenge,
    holderKey: answer.ephemeralKey,
    professionalKey: ephemeral.publicKey,
  });
  card.enterSession(session);
  return session;
}
