/**
 * The other card's side of card-to-card authentication, for tests of the patient card: a role
 * certificate, its key, the proof, and the session key computed with @noble/hashes.
 */

import { cmac } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  CARD_SESSION_DOMAIN,
  CHECKSUM_BYTES,
  commandMacInput,
  concatBytes,
  encodeTemplate,
  PATIENT_APPLICATION,
  type RoleName,
  responseMacInput,
  STATEMENT,
  utf8ToBytes,
} from '../../apdu/index.js';
import { seededBytes } from './seeded-random.js';
import { type KeyPair, keyPairOf, signFields, type TestAuthority } from './test-authority.js';
import { apdusOf, type CommandProtector, call, exchange, type Transmit } from './transmit.js';

const { commands } = PATIENT_APPLICATION;

/** The session as the professional card holds it. */
export class PeerSession implements CommandProtector {
  counter = 0;

  constructor(readonly key: Uint8Array) {}

  checksum(header: Uint8Array, objects: Uint8Array): Uint8Array {
    this.counter++;
    return cmac(commandMacInput(this.counter, header, objects), this.key).slice(0, CHECKSUM_BYTES);
  }

  responseChecksum(objects: Uint8Array): Uint8Array {
    this.counter++;
    return cmac(responseMacInput(this.counter, objects), this.key).slice(0, CHECKSUM_BYTES);
  }
}

/** The APDUs that show a card the certificate of the CA and then a role certificate under it. */
export function chainApdus(authority: TestAuthority, roleCertificate: Uint8Array): Uint8Array[] {
  const links = [
    [authority.rootReference, authority.authorityCertificate],
    [authority.authorityReference, roleCertificate],
  ] as const;
  return links.flatMap(([keyReference, data]) => [
    ...apdusOf(commands.setVerificationKey, { data: { keyReference } }),
    ...apdusOf(commands.verifyCertificate, { data }),
  ]);
}

/** Shows a card a chain that it takes. @throws {Error} when it does not. */
export function showChain(transmit: Transmit, authority: TestAuthority, roleCertificate: Uint8Array): void {
  const { sw } = exchange(transmit, chainApdus(authority, roleCertificate));
  if (sw !== 0x9000) throw new Error(`the chain is answered ${sw.toString(16)}`);
}

export class ProfessionalPeer {
  readonly roleKey: KeyPair;
  readonly certificate: Uint8Array;
  private readonly random: (length: number) => Uint8Array;

  constructor(
    private readonly authority: TestAuthority,
    role: RoleName,
    readonly seed = 1,
  ) {
    this.random = seededBytes(seed, `peer ${role}`);
    this.roleKey = keyPairOf(this.random);
    this.certificate = authority.roleCertificate(role, this.roleKey.publicKey);
  }

  /** Proves the role to a patient card whose application is selected. */
  authenticate(transmit: Transmit): PeerSession {
    const answer = call(transmit, commands.getChallenge, {});
    showChain(transmit, this.authority, this.certificate);
    const challenge = this.random(16);
    const ephemeral = keyPairOf(this.random);
    const proof = encodeTemplate(STATEMENT.professionalProof.fields, {
      challenge,
      answer,
      ephemeralKey: ephemeral.publicKey,
    });
    const signature = signFields(this.roleKey.secretKey, STATEMENT.professionalProof, proof);
    const back = call(transmit, commands.mutualAuthenticate, {
      data: { challenge, ephemeralKey: ephemeral.publicKey, signature },
    });
    const shared = p256.getSharedSecret(ephemeral.secretKey, back.ephemeralKey, true).subarray(1);
    const info = concatBytes(utf8ToBytes(CARD_SESSION_DOMAIN), back.ephemeralKey, ephemeral.publicKey);
    return new PeerSession(hkdf(sha256, shared, concatBytes(answer, challenge), info, 16));
  }
}
