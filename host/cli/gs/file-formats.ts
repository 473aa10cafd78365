/**
 * The files of `imis gs`: JSON, each with a `format` that names its kind and version. Byte strings are
 * lower-case hexadecimal. docs/group-signature-format.md says what each field is.
 */

import { z } from 'zod';
import { GROUP_SUITES, type GroupSuiteName } from '../../../apdu/index.js';

const hex = (minBytes: number, maxBytes = minBytes) =>
  z
    .string()
    .regex(/^(?:[0-9a-f]{2})*$/, 'is not lower-case hexadecimal')
    .refine((text) => text.length >= 2 * minBytes && text.length <= 2 * maxBytes, {
      error: minBytes === maxBytes ? `has not ${minBytes} bytes` : `has not ${minBytes} to ${maxBytes} bytes`,
    });

/** Longest byte string of a file: no point, proof or statement of any suite comes near it. */
const MOST_BYTES = 65_535;
const anyHex = hex(0, MOST_BYTES);
const suite = z.enum(Object.keys(GROUP_SUITES) as [GroupSuiteName, ...GroupSuiteName[]]);
const epoch = z.number().int().min(0).max(0xffff_ffff);
const counter = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** ID_D. */
const doctor = z.string().min(1).max(64);

/** What everybody may have: the group public key. */
const group = z.strictObject({
  format: z.literal('imis-gs-group/1'),
  suite,
  epoch,
  publicKey: anyHex,
  proof: anyHex,
});

/** Private, of the issuing service. */
const issuer = z.strictObject({
  format: z.literal('imis-gs-issuer/1'),
  suite,
  epoch,
  secretKey: anyHex,
  /** Number of credentials drawn; never used twice. */
  counter,
  /** SHA-256 of the random part of each credential: two members with one could mint more. */
  used: z.array(hex(32)),
});

/** One member as the opening service knows it. */
const openable = z.strictObject({
  doctor,
  membershipKey: anyHex,
  openingKey: anyHex,
  hintKey: z.union([hex(0), hex(32)]),
  revoked: z.boolean(),
});

/** Private, of the opening service: it tells every signature of every member. */
const opener = z.strictObject({
  format: z.literal('imis-gs-opener/1'),
  suite,
  epoch,
  masterKey: hex(32),
  /** Number of proofs of opening made; never used twice. */
  counter,
  members: z.array(openable),
  /** Every opening, also one that found nobody. */
  log: z.array(z.strictObject({ signatureHash: hex(32), doctor: doctor.nullable() })),
});

/** Public: who joined with which key, with the proof of each key. */
const register = z.strictObject({
  format: z.literal('imis-gs-register/1'),
  suite,
  epoch,
  joins: z.array(z.strictObject({ doctor, membershipKey: anyHex, nonce: hex(16), proof: hex(63) })),
});

/** Private, of a member: what a card holds. */
const member = z.strictObject({
  format: z.literal('imis-gs-member/1'),
  suite,
  epoch,
  doctor,
  secretKey: hex(32),
  membershipKey: anyHex,
  /** As the issuer gave it; the card's checks are made again whenever it is used. */
  credential: anyHex,
  /** Nonce of the join, to which the credential's proof is bound. */
  nonce: hex(16),
  hintKey: z.union([hex(0), hex(32)]),
  groupKeyHash: hex(32),
  /** Number of signatures begun; written before a signature is made. */
  counter,
});

const signature = z.strictObject({
  format: z.literal('imis-gs-signature/1'),
  suite,
  epoch,
  /** Domain tag of the statement. */
  domain: z.string().regex(/^IMIS-v1\/gs\/eq(?:[1-9]|1[0-9])$/, 'is no domain tag IMIS-v1/gs/eq<1 to 19>'),
  statement: anyHex,
  signature: anyHex,
});

/** What an opening service says in public: who signed, with the proof. */
const opening = z.strictObject({
  format: z.literal('imis-gs-opening/1'),
  suite,
  epoch,
  /** SHA-256 of the signature. */
  signatureHash: hex(32),
  doctor,
  membershipKey: anyHex,
  judgeNonce: hex(16, 64),
  proof: anyHex,
});

/** Every file by its kind. `secret` ones are for their owner only; `hidden` fields are never shown. */
export const GS_FILES = {
  group: { schema: group, what: 'group public key', secret: false, hidden: [] },
  issuer: { schema: issuer, what: 'issuing key', secret: true, hidden: ['secretKey'] },
  opener: {
    schema: opener,
    what: 'opening key',
    secret: true,
    hidden: ['masterKey', 'openingKey', 'hintKey'],
  },
  register: { schema: register, what: 'register of joins', secret: false, hidden: [] },
  member: { schema: member, what: 'member key', secret: true, hidden: ['secretKey', 'hintKey'] },
  signature: { schema: signature, what: 'signature', secret: false, hidden: [] },
  opening: { schema: opening, what: 'opening', secret: false, hidden: [] },
} as const;

export type GsFileKind = keyof typeof GS_FILES;
export type GsFile<K extends GsFileKind> = Readonly<z.infer<(typeof GS_FILES)[K]['schema']>>;
