/** Keys that NHI seals to this card's decryption key with a credential (eq. 4). */

import { encodeHpkeInfo, FIELD, type GroupSuite, SW } from '../../apdu/index.js';
import { groupSchemeOf, openEnvelope } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

const NO_AAD = new Uint8Array(0);

/** The keys under a seal, exactly `length` bytes of them; 6A80 for anything else. */
export function openSealedKeys(
  { coprocessor }: CardOs,
  { doctorId, keys }: ProfessionalMemory,
  { messageId, sealed, length }: { messageId: Uint8Array; sealed: Uint8Array; length: number },
): Uint8Array {
  const info = encodeHpkeInfo({ equation: 4, sender: 'nhi', recipient: doctorId.read(), messageId });
  const pair = { secretKey: keys.decryption.secret.read(), publicKey: keys.decryption.public.read() };
  const opened = openEnvelope(coprocessor, pair, sealed, info, NO_AAD);
  pair.secretKey.fill(0);
  return opened?.length === length ? opened : refuse(SW.incorrectData);
}

/** K_i, or nothing in a scheme that has no use for it; NHI sends one exactly where there is. */
export function openHintKey(
  os: CardOs,
  memory: ProfessionalMemory,
  suite: GroupSuite,
  { messageId, sealedHintKey: sealed }: { messageId: Uint8Array; sealedHintKey?: Uint8Array | undefined },
): Uint8Array {
  if (groupSchemeOf(suite).usesHintKey !== (sealed !== undefined)) refuse(SW.incorrectData);
  if (sealed === undefined) return new Uint8Array(0);
  return openSealedKeys(os, memory, { messageId, sealed, length: FIELD.hintKey.max });
}
