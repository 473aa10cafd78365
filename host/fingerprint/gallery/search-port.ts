/** The narrow door to fingerprint identification (eq. 14): enrol people, ask who somebody is. */

import type { FingerPosition, FingerView } from '../format/finger-record.js';

/** One finger of one person, sealed for storage; opens only in a gallery that holds the key. */
export type SealedFinger = {
  /** Names the person in the gallery and nowhere else; the table from it to a person is kept elsewhere. */
  readonly pseudonym: string;
  readonly position: FingerPosition;
  /** Counts the enrolments of this finger; the gallery takes no older one than it has. */
  readonly version: number;
  /** Nonce (12 bytes), AES-256-GCM ciphertext, tag (16 bytes). */
  readonly sealed: Uint8Array;
};

export type Enrolment = {
  readonly pseudonym: string;
  /** Impressions of the person's fingers, best two of each. */
  readonly views: readonly FingerView[];
  /** 1 for a person's first enrolment, more to replace it. */
  readonly version?: number;
};

export type EnrolOutcome =
  /** To be stored; the gallery already has them. */
  | { readonly kind: 'enrolled'; readonly fingers: readonly SealedFinger[] }
  /** No finger is good enough, or one stands for no finger in particular. Nothing was kept. */
  | { readonly kind: 'recapture'; readonly positions: readonly FingerPosition[] };

/** How many sealed fingers could be opened; the others are of another key, or were changed, moved or outdated. */
export type LoadOutcome = { readonly loaded: number; readonly refused: readonly SealedFinger[] };

/** Somebody who may be the one, with the sum of the scores of all fingers. */
export type Candidate = { readonly pseudonym: string; readonly score: number };

export type IdentifyOutcome = (
  | ({ readonly kind: 'identified' } & Candidate)
  /** One to three, best first: a person looks at them. */
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'not-found' }
  /** No impression has enough minutiae: this says nothing about who is enrolled. */
  | { readonly kind: 'recapture'; readonly positions: readonly FingerPosition[] }
) & {
  /** How many people were searched; part of the audit entry. */
  readonly searched: number;
};

export interface FingerprintSearch {
  /** How many people are enrolled. */
  readonly size: number;
  enrol(enrolment: Enrolment): Promise<EnrolOutcome>;
  /** Takes fingers back from storage. */
  load(fingers: readonly SealedFinger[]): Promise<LoadOutcome>;
  /** Forgets a person and wipes what was held; false when nobody has the pseudonym. */
  remove(pseudonym: string): Promise<boolean>;
  /** Does the same work whether the person is there or not. */
  identify(views: readonly FingerView[]): Promise<IdentifyOutcome>;
  /** Wipes everything; afterwards nothing else may be called. */
  close(): Promise<void>;
}
