/** Keys that NHI seals to this card's decryption key with a credential (eq. 4). */

import { encodeHpkeInfo, SW } from '../../apdu/index.js';
import { openEnvelope } from '../crypto/index.js';
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
