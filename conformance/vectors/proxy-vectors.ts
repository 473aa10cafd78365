/**
 * Vectors of delegation and proxy signature (docs/proxy-signature.md), from the definition: big integers
 * on P-256, hashes on node:crypto, domain tags written out. Shares no code with card or host.
 */

import { concatBytes, utf8ToBytes } from '../../apdu/index.js';
import { fromBytes, makeKeys, toBytes } from '../issuer/p256.js';
import { add, BASE, multiply, ORDER, readPoint, writePoint } from '../issuer/p256-point.js';
import { SeededRandom } from '../issuer/seeded-random.js';
import { challenge, sha256 } from './ps-g1/definition.js';
import { type Vector, type VectorFile, vectorFile } from './vector-file.js';

const TAG = { proof: 'IMIS-v1/del/pop', patient: 'IMIS-v1/del/P', agent: 'IMIS-v1/del/A' } as const;
const PROXY_TAG = 'IMIS-v1/proxy/eq18';
const OFF_CURVE = Uint8Array.from([0x02, ...new Uint8Array(31), 0x07]);
const NO_POINT = new Uint8Array(33);

const number = (bytes: Uint8Array) => fromBytes(bytes);
const scalar = (value: bigint) => toBytes(((value % ORDER) + ORDER) % ORDER);

export function proxyVectors(): VectorFile {
  const random = new SeededRandom(713, 'vectors proxy');
  const [patient, agent, stranger] = [makeKeys(random), makeKeys(random), makeKeys(random)];
  const [signing, yP, yA, r] = [makeKeys(random), makeKeys(random), makeKeys(random), makeKeys(random)];
  const warrant = utf8ToBytes('a warrant: any bytes here, canonical TLV in the protocol');
  const transcript = {
    delegationKey: patient.publicKey,
    agentDelegationKey: agent.publicKey,
    warrant,
    patientCommitment: yP.publicKey,
    agentCommitment: yA.publicKey,
  };
  const parts = [patient.publicKey, agent.publicKey, warrant, yP.publicKey, yA.publicKey];
  const cP = number(challenge(TAG.patient, parts));
  const cA = number(challenge(TAG.agent, parts));
  const agentHalf = scalar(number(yA.secretKey) + cA * number(agent.secretKey));
  const patientHalf = number(yP.secretKey) + cP * number(patient.secretKey);
  const proxySecretKey = scalar(patientHalf + number(agentHalf));
  const proxyKey = writePoint(multiply(BASE, number(proxySecretKey)));

  const delegation: Vector = {
    kind: 'delegate',
    id: 'delegate',
    comment: 'both halves: s_A, SK_AP = s_P + s_A and PK_AP',
    patientSecretKey: patient.secretKey,
    agentSecretKey: agent.secretKey,
    patientNonce: yP.secretKey,
    agentNonce: yA.secretKey,
    ...transcript,
    agentHalf,
    proxySecretKey,
    proxyKey,
    result: 'ok',
  };
  const combine = (id: string, comment: string, change: Record<string, unknown>): Vector => ({
    ...delegation,
    id,
    comment,
    ...change,
    result: 'refused',
  });
  const proxyKeyVector = (id: string, comment: string, result: string, change: object = {}): Vector => {
    const given = { ...transcript, ...change };
    return { kind: 'proxy-key', id, comment, ...given, ...(result === 'ok' ? { proxyKey } : {}), result };
  };

  const nonce = random.bytes(16);
  const proofCommitment = writePoint(multiply(BASE, number(r.secretKey)));
  const c = challenge(TAG.proof, [nonce, signing.publicKey, patient.publicKey, proofCommitment]);
  const proof = concatBytes(c, scalar(number(r.secretKey) + number(c) * number(patient.secretKey)));
  const possession = (id: string, comment: string, result: string, change: object = {}): Vector => ({
    kind: 'prove-possession',
    id,
    comment,
    nonce,
    signingKey: signing.publicKey,
    delegationKey: patient.publicKey,
    proof,
    ...change,
    result,
  });
  // A rogue key made of somebody else's, with a proof made with what its maker knows.
  const rogue = writePoint(add(readPoint(stranger.publicKey), readPoint(negated(patient.publicKey))));

  const statement = utf8ToBytes('a collection');
  const warrantHash = sha256(warrant);
  const R = writePoint(multiply(BASE, number(r.secretKey)));
  const cR = number(challenge(PROXY_TAG, [proxyKey, warrantHash, R, statement]));
  const s = scalar(number(r.secretKey) + cR * number(proxySecretKey));
  const verify = (id: string, comment: string, result: string, change: object = {}): Vector => ({
    kind: 'proxy-verify',
    id,
    comment,
    proxyKey,
    warrantHash,
    domain: PROXY_TAG,
    statement,
    signature: concatBytes(R, s),
    ...change,
    result,
  });
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const half = concatBytes(yA.publicKey, agentHalf);
  const vectors: Vector[] = [
    possession('possession', 'a proof that holds', 'ok'),
    possession('possession-nonce', 'of another registration', 'refused', { nonce: flipped(nonce, 0) }),
    possession('possession-card', 'of another card', 'refused', { signingKey: stranger.publicKey }),
    possession('possession-key', 'of another key', 'refused', { delegationKey: agent.publicKey }),
    possession('possession-rogue', 'a key made of another one', 'refused', { delegationKey: rogue }),
    possession('possession-off-curve', 'a key off the curve', 'refused', { delegationKey: OFF_CURVE }),
    possession('possession-short', 'a byte too short', 'refused', { proof: proof.subarray(1) }),
    possession('possession-order', 'a response beyond the order', 'refused', {
      proof: concatBytes(c, new Uint8Array(32).fill(0xff)),
    }),
    delegation,
    combine('delegate-half', 'one bit of s_A', { agentHalf: flipped(agentHalf, 31) }),
    combine('delegate-half-zero', 's_A = 0', { agentHalf: new Uint8Array(32) }),
    combine('delegate-half-order', 's_A = n', { agentHalf: toBytes(ORDER) }),
    combine('delegate-commitment', 'another Y_A', { agentCommitment: stranger.publicKey }),
    combine('delegate-off-curve', 'Y_A off the curve', { agentCommitment: OFF_CURVE }),
    combine('delegate-agent', 'another agent', { agentDelegationKey: stranger.publicKey }),
    combine('delegate-warrant', 'another warrant', { warrant: flipped(warrant, 0) }),
    proxyKeyVector('proxy-key', 'F_A', 'ok'),
    ...(['delegationKey', 'agentDelegationKey', 'patientCommitment', 'agentCommitment'] as const).flatMap(
      (field) => [
        proxyKeyVector(`proxy-key-off-curve-${kebab(field)}`, `${field} off the curve`, 'refused', {
          [field]: OFF_CURVE,
        }),
        proxyKeyVector(`proxy-key-infinity-${kebab(field)}`, `${field} no point`, 'refused', {
          [field]: NO_POINT,
        }),
      ],
    ),
    proxyKeyVector('proxy-key-self', 'one key for patient and agent', 'refused', {
      agentDelegationKey: patient.publicKey,
    }),
    verify('proxy-signature', 's·G = R + c·PK_AP', 'ok'),
    verify('proxy-signature-statement', 'another statement', 'refused', {
      statement: utf8ToBytes('another'),
    }),
    verify('proxy-signature-warrant', 'under another warrant', 'refused', {
      warrantHash: flipped(warrantHash, 0),
    }),
    verify('proxy-signature-equation', 'of another equation', 'refused', { domain: 'IMIS-v1/sig/eq17' }),
    verify('proxy-signature-key', 'another key', 'refused', { proxyKey: agent.publicKey }),
    verify('proxy-signature-half', 'a half of a delegation', 'refused', {
      proxyKey: agent.publicKey,
      signature: half,
    }),
    verify('proxy-signature-r', 'another R', 'refused', { signature: concatBytes(stranger.publicKey, s) }),
    verify('proxy-signature-opposite', '−R', 'refused', { signature: concatBytes(negated(R), s) }),
    verify('proxy-signature-off-curve', 'R off the curve', 'refused', {
      signature: concatBytes(OFF_CURVE, s),
    }),
    verify('proxy-signature-infinity', 'R no point', 'refused', { signature: concatBytes(NO_POINT, s) }),
    verify('proxy-signature-s', 'one bit of s', 'refused', { signature: concatBytes(R, flipped(s, 31)) }),
    verify('proxy-signature-zero', 's = 0', 'refused', { signature: concatBytes(R, new Uint8Array(32)) }),
    verify('proxy-signature-order', 's beyond the order', 'refused', {
      signature: concatBytes(R, new Uint8Array(32).fill(0xff)),
    }),
    verify('proxy-signature-short', 'a byte too short', 'refused', {
      signature: concatBytes(R, s).subarray(0, 64),
    }),
    verify('proxy-signature-key-off-curve', 'PK_AP off the curve', 'refused', { proxyKey: OFF_CURVE }),
    verify('proxy-signature-key-infinity', 'PK_AP no point', 'refused', { proxyKey: NO_POINT }),
  ];
  const about =
    'Two-half Triple Schnorr on P-256; docs/proxy-signature.md says what each field is. No key here may ever be used.';
  return vectorFile(
    'proxy-p256.json',
    { format: 'imis-vectors/proxy/1', suite: 'proxy-p256', about },
    vectors,
  );
}

function negated(point: Uint8Array): Uint8Array {
  return Uint8Array.from([point[0]! ^ 1, ...point.subarray(1)]);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
