/** The opening service of a group, whatever the scheme: who signed, and a proof of it that an outsider checks. */

import type { OpeningBinding } from '../../../apdu/index.js';
import type { Rng } from '../random.js';
import { sha256 } from '../sha256.js';
import type { GroupSignatureFault, MclGroupVerifier, SignedStatement } from './group-verifier.js';

/** A member as its public join record names it. */
export type JoinedMember = {
  /** ID_D. */
  readonly doctorId: string;
  /** D, encoded G1 point. */
  readonly membershipKey: Uint8Array;
};

/** A member with what some schemes need beside D to find or to prove its signatures. */
export type OpenableMember = JoinedMember & {
  /** T~ = sk·g~, encoded G2 point. Secret: it tells every signature of that card, past and future. */
  readonly openingKey: Uint8Array;
  /** K_i of the epoch, 32 bytes. */
  readonly hintKey: Uint8Array;
};

/** The members of one epoch. Which of the two a scheme asks is the scheme's. */
export interface OpeningRegister {
  /** All of them, for schemes that search. */
  members(): Iterable<OpenableMember>;
  /** The one with this D, for schemes that compute it. */
  memberWith(membershipKey: Uint8Array): JoinedMember | undefined;
}

/** Every opening leaves a trace, also one that finds nobody. */
export interface OpeningLog {
  record(entry: OpeningLogEntry): void;
}
export type OpeningLogEntry = {
  readonly epoch: number;
  /** SHA-256 of the signature. */
  readonly signatureHash: Uint8Array;
  /** ID_D of the signer, where one was found. */
  readonly doctorId: string | undefined;
};

export type OpeningPorts = {
  /** {@link IssuerKeys.openingKey} of the epoch. */
  readonly openingKey: Uint8Array;
  readonly register: OpeningRegister;
  readonly log: OpeningLog;
};

export type OpeningResult =
  | {
      readonly ok: true;
      readonly member: JoinedMember;
      /** `scan` says that the hint was none of this member's: a card that does not follow the rules. */
      readonly foundBy: 'hint' | 'scan' | 'key';
    }
  | { readonly ok: false; readonly reason: GroupSignatureFault | 'unknown-signer' };

export type OpeningToProve = {
  readonly signed: SignedStatement;
  /** As {@link GroupOpener.open} found it. */
  readonly member: JoinedMember;
  /** The judge's fresh nonce, to which the proof is bound. */
  readonly judgeNonce: Uint8Array;
};

export type OpeningNonce = {
  readonly rng: Rng;
  /** Never used before by the opening service. */
  readonly counter: number;
};

/** Opens signatures of one epoch. */
export interface GroupOpener {
  /** Verifies the signature, then finds its signer. @throws {Error} for a malformed register. */
  open(signed: SignedStatement): OpeningResult;
  /** The proof; `undefined` when the signature is bad or not this member's: nothing true to prove. */
  prove(opening: OpeningToProve, nonce: OpeningNonce): Uint8Array | undefined;
}

/** What an opening claims towards an outsider. */
export type ClaimedOpening = JoinedMember & {
  readonly signed: SignedStatement;
  /** The nonce that the judge gave for this opening. */
  readonly judgeNonce: Uint8Array;
  readonly proof: Uint8Array;
};

/** The public register of joins, as the judge has checked it: chain, proofs of sk, SK_D's signature, Cert_D. */
export interface JoinRecords {
  /** Whether a join of this ID_D with exactly this D stands in it. */
  hasJoined(doctorId: string, membershipKey: Uint8Array): boolean;
}

export type OpeningVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason:
        | GroupSignatureFault
        /** No join record of this doctor has this D: the opening is void. */
        | 'unregistered'
        /** Not the length of a proof, or a part of it is no point or scalar. */
        | 'proof-format'
        | 'proof';
    };

/** Runs one opening and leaves its trace in the log. */
export function logged(
  { epoch }: MclGroupVerifier,
  log: OpeningLog,
  signed: SignedStatement,
  find: () => OpeningResult,
): OpeningResult {
  const result = find();
  const doctorId = result.ok ? result.member.doctorId : undefined;
  log.record({ epoch, signatureHash: sha256(signed.signature), doctorId });
  return result;
}

/** What a proof of this opening is bound to. */
export function openingBinding(
  { groupKeyHash, epoch }: MclGroupVerifier,
  { signed, doctorId, membershipKey, judgeNonce }: Omit<ClaimedOpening, 'proof'>,
): OpeningBinding {
  return { judgeNonce, groupKeyHash, epoch, ...signed, doctorId, membershipKey };
}
