/**
 * Fingers at NHI (FINGERPRINT, "Privacy"): sealed, under a pseudonym of the gallery's own, apart from the
 * table that leads from it to PID. The search decrypts; nothing in the store can be matched.
 */

import { toHex } from '../../apdu/index.js';
import type { Rng } from '../crypto/random.js';
import {
  type FingerPosition,
  type FingerprintSearch,
  type FingerView,
  type IdentifyOutcome,
  parseFingerRecord,
  recordFaultText,
  type SealedFinger,
} from '../fingerprint/index.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { one, type Store } from '../storage/store.js';

/** What a search says: whom, or how far it came. */
export type Identification = {
  readonly kind: 'identified' | 'candidates' | 'not-found';
  readonly pid?: Uint8Array;
  readonly searched: number;
};

type StoredFinger = {
  readonly pseudonym: Uint8Array;
  readonly position: number;
  readonly version: number;
  readonly sealed: Uint8Array;
};
const PSEUDONYM_BYTES = 16;

export class FingerprintRegister {
  constructor(
    private readonly ports: {
      readonly search: FingerprintSearch;
      readonly store: Store;
      readonly rng: Rng;
    },
  ) {}

  /** Gives the search what the store has, after a start. */
  async load(): Promise<number> {
    const rows = await this.ports.store.all<StoredFinger>(
      'SELECT pseudonym, position, version, sealed FROM fingers',
    );
    const fingers = rows.map(
      ({ pseudonym, position, version, sealed }): SealedFinger => ({
        pseudonym: toHex(pseudonym),
        position: position as FingerPosition,
        version,
        sealed,
      }),
    );
    return (await this.ports.search.load(fingers)).loaded;
  }

  /** Enrols a person from a record in ISO/IEC 19794-2; once, for a second one would show that it is the second. */
  async enrol(pid: Uint8Array, record: Uint8Array): Promise<Result<object>> {
    const { search, store, rng } = this.ports;
    const views = viewsOf(record);
    if (!views.ok) return views;
    const known = 'SELECT pseudonym FROM gallery_people WHERE pid = ?';
    if (await one(store, known, pid)) return refusal('already-registered');
    const pseudonym = rng.bytes(PSEUDONYM_BYTES);
    const enrolled = await search.enrol({ pseudonym: toHex(pseudonym), views: views.views });
    if (enrolled.kind === 'recapture') return refusal('fingerprint-poor');
    await store.transaction(async (tx) => {
      await tx.run('INSERT INTO gallery_people (pseudonym, pid) VALUES (?, ?)', pseudonym, pid);
      for (const { position, version, sealed } of enrolled.fingers) {
        await tx.run(
          'INSERT INTO fingers (pseudonym, position, version, sealed) VALUES (?, ?, ?, ?)',
          ...[pseudonym, position, version, sealed],
        );
      }
    });
    return { ok: true };
  }

  /** 1:N identification of a record. */
  async identify(record: Uint8Array): Promise<Result<{ readonly found: Identification }>> {
    const views = viewsOf(record);
    if (!views.ok) return views;
    const outcome = await this.ports.search.identify(views.views);
    if (outcome.kind === 'recapture') return refusal('fingerprint-poor');
    return { ok: true, found: await this.identification(outcome) };
  }

  private async identification(outcome: IdentifyOutcome): Promise<Identification> {
    const { searched } = outcome;
    if (outcome.kind !== 'identified') {
      return { kind: outcome.kind === 'candidates' ? 'candidates' : 'not-found', searched };
    }
    const pseudonym = new Uint8Array(Buffer.from(outcome.pseudonym, 'hex'));
    const known = 'SELECT pid FROM gallery_people WHERE pseudonym = ?';
    const person = await one<{ readonly pid: Uint8Array }>(this.ports.store, known, pseudonym);
    return person ? { kind: 'identified', pid: person.pid, searched } : { kind: 'not-found', searched };
  }
}

function viewsOf(record: Uint8Array): Result<{ readonly views: readonly FingerView[] }> {
  const parsed = parseFingerRecord(record);
  return parsed.ok
    ? { ok: true, views: parsed.record.views }
    : refusal('fingerprint-malformed', recordFaultText(parsed.fault));
}
