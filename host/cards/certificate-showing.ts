/** Showing one card the certificates of another: the terminal carries them and believes nothing. */

import { type CardClient, decodeChainCertificate, PATIENT_APPLICATION, TlvError } from '../../apdu/index.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { answerOf } from './card-answer.js';

/** Both applications declare these alike. */
const { setVerificationKey, verifyCertificate } = PATIENT_APPLICATION.commands;

/** The chain that proves a role, as its card shows it. */
export type RoleChain = {
  readonly authorityCertificate: Uint8Array;
  readonly roleCertificate: Uint8Array;
};

/** Shows the CA's certificate, then the role's. Each names the key under which it stands. */
export async function showChain(
  client: Pick<CardClient<typeof PATIENT_APPLICATION>, 'call'>,
  chain: RoleChain,
): Promise<Result<object>> {
  const authority = await showCertificate(client, chain.authorityCertificate);
  return authority.ok ? showCertificate(client, chain.roleCertificate) : authority;
}

async function showCertificate(
  client: Pick<CardClient<typeof PATIENT_APPLICATION>, 'call'>,
  certificate: Uint8Array,
): Promise<Result<object>> {
  const keyReference = issuerOf(certificate);
  if (!keyReference) return refusal('card-refused', 'the other card shows no certificate');
  const request = { data: { keyReference } };
  const set = answerOf(setVerificationKey, await client.call(setVerificationKey, request));
  if (!set.ok) return set;
  return answerOf(verifyCertificate, await client.call(verifyCertificate, { data: certificate }));
}

function issuerOf(certificate: Uint8Array): Uint8Array | undefined {
  try {
    return decodeChainCertificate(certificate).body.issuerReference;
  } catch (error) {
    if (error instanceof TlvError) return undefined;
    throw error;
  }
}
