/** Vectors of what is no group signature: ECDSA over a statement, and sealed envelopes with their `info`. */

import { concatBytes, utf8ToBytes } from '../../apdu/index.js';
import { sealEnvelope } from '../issuer/hpke.js';
import { fromBytes, makeKeys, sign, toBytes, uncompress } from '../issuer/p256.js';
import { SeededRandom } from '../issuer/seeded-random.js';
import { framed } from './ps-g1/definition.js';
import { replaced } from './ps-g1/spoiled.js';
import { type VectorFile, vectorFile } from './vector-file.js';

const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** What ECDSA signs: domain tag and statement, framed. Low-S is written, any S is read. */
export function ecdsaVectors(): VectorFile {
  const { secretKey, publicKey } = makeKeys(new SeededRandom(713, 'vectors ecdsa'));
  const domain = 'IMIS-v1/sig/eq6';
  const statement = utf8ToBytes('a statement of equation 6');
  const made = sign(secretKey, framed(domain, [statement]));
  const [r, s] = [made.subarray(0, 32), fromBytes(made.subarray(32))];
  const other = P256_ORDER - s;
  const withS = (value: bigint) => concatBytes(r, toBytes(value));
  const signature = withS(s < other ? s : other);
  const verify = (id: string, comment: string, result: string, change: Record<string, unknown> = {}) => ({
    kind: 'ecdsa-verify',
    id,
    comment,
    publicKey,
    domain,
    statement,
    signature,
    ...change,
    result,
  });
  const point = uncompress(publicKey);
  const vectors = [
    verify('ecdsa', 'low S', 'ok'),
    verify('ecdsa-high-s', 'n − s, as foreign signers make it', 'ok', {
      signature: withS(s < other ? other : s),
    }),
    verify('ecdsa-statement', 'another statement', 'refused', { statement: utf8ToBytes('another') }),
    verify('ecdsa-domain', 'another equation', 'refused', { domain: 'IMIS-v1/sig/eq17' }),
    verify('ecdsa-moved', 'a byte moved from the tag to the statement', 'refused', {
      domain: domain.slice(0, -1),
      statement: concatBytes(utf8ToBytes('6'), statement),
    }),
    verify('ecdsa-short', 'one byte short', 'refused', { signature: signature.subarray(1) }),
    verify('ecdsa-zero', 'zeros', 'refused', { signature: new Uint8Array(64) }),
    verify('ecdsa-r-zero', 'r = 0', 'refused', { signature: replaced(signature, 0, new Uint8Array(32)) }),
    verify('ecdsa-s-zero', 's = 0', 'refused', { signature: withS(0n) }),
    verify('ecdsa-s-order', 's = n', 'refused', { signature: withS(P256_ORDER) }),
    verify('ecdsa-r', 'one bit of r', 'refused', {
      signature: replaced(signature, 0, Uint8Array.of(r[0]! ^ 1)),
    }),
    verify('ecdsa-key-zero', 'a key of zeros', 'refused', { publicKey: new Uint8Array(33) }),
    verify('ecdsa-key-opposite', 'the opposite point', 'refused', {
      publicKey: replaced(publicKey, 0, Uint8Array.of(publicKey[0]! ^ 1)),
    }),
    verify('ecdsa-key-short', 'a key one byte short', 'refused', { publicKey: publicKey.subarray(1) }),
    verify('ecdsa-key-large', 'x beyond the field', 'refused', {
      publicKey: concatBytes(Uint8Array.of(point[64]! & 1 ? 3 : 2), new Uint8Array(32).fill(0xff)),
    }),
  ];
  const about =
    'ECDSA on P-256 with SHA-256 over framed(domain, statement); signature r ‖ s, public key compressed.';
  return vectorFile(
    'ecdsa.json',
    { format: 'imis-vectors/ecdsa/1', suite: 'ecdsa-p256-sha256', about },
    vectors,
  );
}

const tlv = (tag: number, value: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(tag, value.length), value);

/** Envelopes: HPKE base mode with the info of a message, plaintext padded to 256 bytes. */
export function hpkeVectors(): VectorFile {
  const random = new SeededRandom(713, 'vectors hpke');
  const { secretKey, publicKey } = makeKeys(random);
  const stranger = makeKeys(random);
  const infoOf = (equation: number, sender: number, recipient: string, messageId: Uint8Array) =>
    concatBytes(
      tlv(0x80, Uint8Array.of(1)),
      tlv(0x81, Uint8Array.of(equation)),
      tlv(0x82, Uint8Array.of(sender)),
      tlv(0x83, utf8ToBytes(recipient)),
      tlv(0x84, messageId),
    );
  const messageId = random.bytes(16);
  const info = infoOf(8, 3, 'H-1', messageId);
  const infoVector = (equation: number, sender: string, senderId: number, recipient: string) => ({
    kind: 'hpke-info',
    id: `info-${equation}-${sender}`,
    comment: `a message of equation ${equation} from the ${sender}`,
    equation,
    sender,
    recipient,
    messageId,
    info: infoOf(equation, senderId, recipient, messageId),
    result: 'ok',
  });
  const plaintext = utf8ToBytes('the record of a visit');
  const envelope = sealEnvelope(random, publicKey, plaintext, info);
  const full = random.bytes(255);
  const block = random.bytes(256);
  const open = (id: string, comment: string, result: string, change: Record<string, unknown> = {}) => ({
    kind: 'hpke-open',
    id,
    comment,
    secretKey,
    publicKey,
    info,
    envelope,
    ...(result === 'ok' ? { plaintext } : {}),
    ...change,
    result,
  });
  const flipped = (at: number) => replaced(envelope, at, Uint8Array.of(envelope[at]! ^ 1));
  const vectors = [
    infoVector(8, 'nhi', 3, 'H-1'),
    infoVector(6, 'patient', 1, 'NHI'),
    infoVector(10, 'doctor', 2, 'pharmacy-7'),
    open('envelope', 'opens', 'ok'),
    open('envelope-empty', 'nothing inside', 'ok', {
      plaintext: new Uint8Array(0),
      envelope: sealEnvelope(random, publicKey, new Uint8Array(0), info),
    }),
    open('envelope-255', 'the longest of one step of padding', 'ok', {
      plaintext: full,
      envelope: sealEnvelope(random, publicKey, full, info),
    }),
    open('envelope-256', 'two steps of padding', 'ok', {
      plaintext: block,
      envelope: sealEnvelope(random, publicKey, block, info),
    }),
    open('envelope-info', 'of another message', 'refused', { info: infoOf(8, 3, 'H-1', new Uint8Array(16)) }),
    open('envelope-equation', 'of another equation', 'refused', { info: infoOf(9, 3, 'H-1', messageId) }),
    open('envelope-recipient', 'for another recipient', 'refused', { info: infoOf(8, 3, 'H-2', messageId) }),
    open('envelope-key', 'another key', 'refused', stranger),
    open('envelope-tag', 'one bit of the tag', 'refused', { envelope: flipped(envelope.length - 1) }),
    open('envelope-text', 'one bit of the ciphertext', 'refused', { envelope: flipped(65) }),
    open('envelope-point', 'an encapsulated key off the curve', 'refused', { envelope: flipped(40) }),
    open('envelope-form', 'an encapsulated key in another form', 'refused', { envelope: flipped(0) }),
    open('envelope-short', 'only an encapsulated key', 'refused', { envelope: envelope.subarray(0, 65) }),
    open('envelope-none', 'no byte', 'refused', { envelope: new Uint8Array(0) }),
  ];
  const about =
    'HPKE (RFC 9180) base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, no aad: encapsulated key (65 bytes) ‖ ciphertext of the padded plaintext.';
  return vectorFile(
    'hpke.json',
    { format: 'imis-vectors/hpke/1', suite: 'hpke-p256-sha256-aes128gcm', about },
    vectors,
  );
}
