/** Makes a card from a saved one, if the programs and the silicon are those it was saved from. */

import { equalBytes } from '../../apdu/index.js';
import { Card, type CardKind, type CardPorts } from '../os/card.js';
import type { CardLimits } from '../runtime/card-limits.js';
import { ProfileTooSmall } from '../runtime/profile-too-small.js';
import { restoreWear } from '../runtime/wear.js';
import { layoutDigest, type SavedCard } from './card-image-file.js';

/** Why a saved card does not fit. */
export type MismatchFault =
  | { readonly kind: 'other application'; readonly found: string; readonly expected: string }
  | {
      readonly kind: 'other limit';
      readonly limit: keyof CardLimits;
      readonly found: number | boolean;
      readonly expected: number | boolean;
    }
  /** The programs put their data elsewhere than those that wrote it. */
  | { readonly kind: 'other layout' };

export type RestoreResult =
  | { readonly ok: true; readonly card: Card }
  | { readonly ok: false; readonly fault: MismatchFault };

/** Each limit, so that none is forgotten. */
const LIMITS: Readonly<Record<keyof CardLimits, true>> = {
  nvmBytes: true,
  ramBytes: true,
  commitBufferBytes: true,
  apduBufferBytes: true,
  pageBytes: true,
  enduranceCycles: true,
  extendedLength: true,
};

/** The card goes on where it was saved, power and session included. */
export function restoreCard(saved: SavedCard, kind: CardKind, ports: CardPorts): RestoreResult {
  if (saved.application !== kind.spec.id) {
    return {
      ok: false,
      fault: { kind: 'other application', found: saved.application, expected: kind.spec.id },
    };
  }
  for (const limit of Object.keys(LIMITS) as (keyof CardLimits)[]) {
    const [found, expected] = [saved.limits[limit], ports.limits[limit]];
    if (found !== expected) return { ok: false, fault: { kind: 'other limit', limit, found, expected } };
  }
  const card = cardOn(saved, kind, ports);
  if (!card || !equalBytes(layoutDigest(card.owners), saved.layout)) {
    return { ok: false, fault: { kind: 'other layout' } };
  }
  restoreWear(card.nvm.flash, saved.wear);
  return { ok: true, card };
}

/** `undefined` when the programs do not even fit into the memories. */
function cardOn(saved: SavedCard, kind: CardKind, ports: CardPorts): Card | undefined {
  try {
    return new Card(kind, ports, saved.image);
  } catch (error) {
    if (error instanceof ProfileTooSmall) return undefined;
    throw error;
  }
}
