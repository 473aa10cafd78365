/**
 * The public register of joins, as anybody reads it: a chain of records in which every D is bound to a
 * doctor by SK_D under a certificate that is not NHI's. NHI can not drop, change or back-date a record
 * without breaking the chain, and a member that is in no record is none (an opening to it is void).
 */

import {
  DOMAIN,
  encodeTemplate,
  equalBytes,
  groupSuiteById,
  hashInput,
  JOIN_MODE,
  type JoinMode,
  STATEMENT,
  toHex,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { verifyIdentityCertificate } from '../authority/identity-authority.js';
import { type HostCurve, type JoinRecords, provesKnowledgeOfSk } from '../crypto/group-signature/index.js';
import { sha256 } from '../crypto/sha256.js';
import { JOIN_RECORD } from './messages.js';
import { type Refusal, type Result, refusal } from './refusal.js';
import { verifyStatement } from './signed-statement.js';

export type JoinRecord = ValuesOf<typeof JOIN_RECORD>;

/** A record and the hash of the register up to it, 32 bytes. */
export type JoinEntry = { readonly record: JoinRecord; readonly entryHash: Uint8Array };

/** NHI's word on how long the register is. Who keeps one notices a register that was cut or rewritten. */
export type JoinRegisterHead = {
  readonly statement: ValuesOf<(typeof STATEMENT)['joinRegisterHead']['fields']>;
  readonly signature: Uint8Array;
};

/** What stands before the first record. */
export const EMPTY_REGISTER_HASH = new Uint8Array(32);

/** The hash of the register with one more record. */
export function entryHashOf(previous: Uint8Array, record: JoinRecord): Uint8Array {
  return sha256(hashInput(DOMAIN.joinRegister, [previous, encodeTemplate(JOIN_RECORD, record)]));
}

/** Join records that were verified: which D is whose, and how its key was made. */
export interface VerifiedJoins extends JoinRecords {
  modeOf(membershipKey: Uint8Array): JoinMode | undefined;
}

export type JoinRegisterKeys = {
  /** Key of the profession register. */
  readonly professionAuthorityKey: Uint8Array;
  readonly curve: HostCurve;
};

/** Checks the whole register: the chain, every signature and proof, and that no D stands in it twice. */
export function verifyJoinRegister(
  entries: readonly JoinEntry[],
  keys: JoinRegisterKeys,
): Result<{ readonly joins: VerifiedJoins }> {
  const byKey = new Map<string, JoinRecord>();
  let previous: Uint8Array = EMPTY_REGISTER_HASH;
  for (const [position, { record, entryHash }] of entries.entries()) {
    const broken = (what: string) => refusal('join-register-broken', `record ${position}: ${what}`);
    if (record.position !== position) return broken('its position is another');
    if (!equalBytes(entryHashOf(previous, record), entryHash)) return broken('the chain');
    const wrong = recordFault(record, keys);
    if (wrong) return broken(wrong);
    const key = toHex(record.membershipKey);
    if (byKey.has(key)) return broken('its D stands in the register already');
    byKey.set(key, record);
    previous = entryHash;
  }
  return {
    ok: true,
    joins: {
      hasJoined: (doctorId, membershipKey) => byKey.get(toHex(membershipKey))?.doctorId === doctorId,
      modeOf: (membershipKey) => modeOf(byKey.get(toHex(membershipKey))?.joinMode),
    },
  };
}

/** Whether NHI signed this head and the register, verified before, goes as far or further. */
export function checkRegisterHead(
  issuerKey: Uint8Array,
  entries: readonly JoinEntry[],
  { statement, signature }: JoinRegisterHead,
): Refusal | undefined {
  const hash = statement.position === 0 ? EMPTY_REGISTER_HASH : entries[statement.position - 1]?.entryHash;
  const genuine = verifyStatement(issuerKey, STATEMENT.joinRegisterHead, statement, signature);
  if (!genuine || !hash || !equalBytes(hash, statement.entryHash)) {
    return refusal('join-register-broken', 'it is not the one of the head');
  }
  return undefined;
}

/** What a register, verified or not, calls the mode of a record. */
export function modeOf(joinMode: number | undefined): JoinMode | undefined {
  return (Object.keys(JOIN_MODE) as JoinMode[]).find((mode) => JOIN_MODE[mode] === joinMode);
}

function recordFault(
  record: JoinRecord,
  { professionAuthorityKey, curve }: JoinRegisterKeys,
): string | undefined {
  const { certificate, doctorId, signature, membershipKey } = record;
  if (!verifyIdentityCertificate(professionAuthorityKey, certificate, record.time)) return 'Cert_D';
  if (certificate.body.subject !== doctorId) return 'Cert_D is of another doctor';
  if (groupSuiteById(record.suite)?.curve.name !== curve.parameters.name) return 'the suite is another';
  const member = curve.decodeG1(membershipKey);
  if (!member.ok) return `D: ${member.reason}`;
  const { identityKey } = certificate.body;
  const { nonce, groupKeyHash, decryptionKey, membershipProof } = record;
  if (modeOf(record.joinMode) === 'issuer-made') {
    const asked = { doctorId, nonce, groupKeyHash, decryptionKey };
    const signed = verifyStatement(identityKey, STATEMENT.issuerMadeRegistration, asked, signature);
    return signed ? undefined : "SK_D's signature";
  }
  if (modeOf(record.joinMode) !== 'two-party' || !membershipProof) return 'its form';
  const asked = { doctorId, nonce, groupKeyHash, membershipKey, membershipProof, decryptionKey };
  if (!verifyStatement(identityKey, STATEMENT.doctorRegistration, asked, signature))
    return "SK_D's signature";
  const request = { doctorId: utf8ToBytes(doctorId), nonce, membershipKey, proof: membershipProof };
  return provesKnowledgeOfSk(curve, groupKeyHash, request, member.point) ? undefined : 'the proof of sk';
}
