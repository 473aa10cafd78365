/** NHI's card issuing: the master keys of the batches it ordered, and sessions with their blank cards. */

import {
  type CardBatch,
  equalConstantTime,
  offersLevel,
  parseInitializeUpdateAnswer,
  SCP03_LEVELS,
  SCP03_SHORT_BYTES,
  type Scp03LevelName,
} from '../../apdu/index.js';
import type { PersonalisationSession } from '../cards/personalisation-session.js';
import { deriveSessionKeys, diversifyKeys } from '../cards/scp03-keys.js';
import { Scp03Session } from '../cards/scp03-session.js';
import type { Rng } from '../crypto/random.js';
import { refusal } from '../protocol/refusal.js';

/** The levels that NHI asks for: everything that the card's implementation offers. */
const LEVELS: readonly Scp03LevelName[] = ['C-DECRYPTION, R-ENCRYPTION, C-MAC, R-MAC', 'C-DECRYPTION, C-MAC'];

export class CardIssuing {
  constructor(
    private readonly batches: readonly CardBatch[],
    private readonly rng: Rng,
  ) {}

  /** A session with one card; keys and checksums stay on this side. */
  openSession(): PersonalisationSession {
    const hostChallenge = this.rng.bytes(SCP03_SHORT_BYTES);
    let session: Scp03Session | undefined;
    const authenticated = (): Scp03Session => {
      if (!session) throw new Error('the card has not authenticated itself');
      return session;
    };
    return {
      hostChallenge,
      authenticate: async (bytes) => {
        const answer = parseInitializeUpdateAnswer(bytes);
        const batch = this.batches.find(({ keyVersion }) => keyVersion === answer?.keyVersion);
        if (!answer || !batch) return refusal('card-unknown');
        const staticKeys = diversifyKeys(batch.masterKey, answer.diversificationData);
        const keys = deriveSessionKeys(staticKeys, hostChallenge, answer.cardChallenge);
        if (!equalConstantTime(keys.cardCryptogram, answer.cardCryptogram)) return refusal('card-unknown');
        const level = LEVELS.find((name) => offersLevel(answer.options, SCP03_LEVELS[name]))!;
        session = new Scp03Session(keys, SCP03_LEVELS[level]);
        return { ok: true, level, hostCryptogram: keys.hostCryptogram };
      },
      protect: async (command) => authenticated().protect(command),
      open: async (response) => {
        const data = authenticated().open(response);
        return data && { data, sw: response.sw };
      },
    };
  }
}
