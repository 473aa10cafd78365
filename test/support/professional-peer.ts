/**
 * The other card's side of card-to-card authentication, for tests of the patient card: a role
 * certificate, its key, the proof, and the session key computed with @noble/hashes.
 */

import { cbc, cmac, ecb } from '@noble/ciphers/aes.js';
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
  parseProtectedCommandData,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  type ResponseApdu,
  type RoleName,
  responseMacInput,
  STATEMENT,
  utf8ToBytes,
} from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import { seededBytes } from './seeded-random.js';
import { type KeyPair, keyPairOf, signFields, type TestAuthority } from './test-authority.js';
import { apdusOf, type CommandProtector, call, exchange, type Transmit } from './transmit.js';

const { commands } = PATIENT_APPLICATION;

/** The session as the professional card holds it: AES of @noble/ciphers. */
export class PeerSession implements CommandProtector {
  counter = 0;

  /** @param keys encryption key and checksum key, 16 bytes each */
  constructor(
    readonly keys: Uint8Array,
    /** The logical channel, which the class byte carries under the checksum. */
    readonly channel = 0,
  ) {}

  /** The same session for a card that was forked now. */
  fork(): PeerSession {
    const fork = new PeerSession(this.keys, this.channel);
    fork.counter = this.counter;
    return fork;
  }

  protect(header: Uint8Array, plain: Uint8Array, le: number | undefined): Uint8Array {
    this.counter++;
    const objects = {
      cryptogram: plain.length > 0 ? this.cipher().encrypt(plainPadded(plain)) : undefined,
      le,
    };
    const sent = Uint8Array.of(header[0]! | this.channel, ...header.subarray(1));
    const input = commandMacInput(this.counter, sent, protectedCommandObjects(objects));
    return protectedCommandData({ ...objects, checksum: this.checksum(input) });
  }

  /** The plain data of a command that this end, or one with the same keys, protected next. */
  openCommand(data: Uint8Array): Uint8Array {
    this.counter++;
    return this.decrypt(parseProtectedCommandData(data).cryptogram);
  }

  open(data: Uint8Array): ResponseApdu {
    const { objects, checksum, cryptogram, sw } = parseProtectedResponse(data);
    this.counter++;
    if (!Buffer.from(this.checksum(responseMacInput(this.counter, objects))).equals(checksum)) {
      throw new Error('the checksum of the answer is wrong');
    }
    return { data: this.decrypt(cryptogram), sw };
  }

  private decrypt(cryptogram: Uint8Array | undefined): Uint8Array {
    const padded = cryptogram ? this.cipher().decrypt(cryptogram) : undefined;
    return padded?.slice(0, padded.lastIndexOf(0x80)) ?? new Uint8Array(0);
  }

  /** The session of a card as its RAM has it. */
  static of(card: Card, channel = 0): PeerSession {
    const { ram } = card.image();
    const field = (name: string) => {
      const owner = card.owners.ram.find((one) => one.name === `channel ${channel}: session: ${name}`)!;
      return ram.slice(owner.offset, owner.offset + owner.length);
    };
    const keys = Uint8Array.from([...field('encryption key'), ...field('MAC key')]);
    const session = new PeerSession(keys, channel);
    session.counter = field('send sequence counter').reduce((sum, byte) => sum * 256 + byte, 0);
    return session;
  }

  private checksum(input: Uint8Array): Uint8Array {
    return cmac(input, this.keys.subarray(16)).slice(0, CHECKSUM_BYTES);
  }

  private cipher() {
    const key = this.keys.subarray(0, 16);
    const block = new Uint8Array(16);
    new DataView(block.buffer).setUint32(12, this.counter);
    return cbc(key, ecb(key, { disablePadding: true }).encrypt(block), { disablePadding: true });
  }
}

function plainPadded(plain: Uint8Array): Uint8Array {
  const padded = new Uint8Array(plain.length + 16 - (plain.length % 16));
  padded.set(plain);
  padded[plain.length] = 0x80;
  return padded;
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
    return new PeerSession(hkdf(sha256, shared, concatBytes(answer, challenge), info, 32));
  }
}
