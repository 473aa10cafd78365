/** Per-finger encryption of the gallery (FINGERPRINT.md, Privacy): AES-256-GCM bound to whose finger it is. */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, uintToBytes, utf8ToBytes } from '../../../apdu/index.js';
import type { Rng } from '../../crypto/random.js';
import type { FingerView } from '../format/finger-record.js';
import { parseFingerRecord } from '../format/parse-record.js';
import { writeFingerRecord } from '../format/write-record.js';
import type { SealedFinger } from './search-port.js';

const CIPHER = 'aes-256-gcm';
const DOMAIN = 'IMIS-v1/fingerprint/gallery';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

type FingerName = Pick<SealedFinger, 'pseudonym' | 'position' | 'version'>;

/** Domain, pseudonym with its length, finger and version: nobody's finger opens as another's or as an older one. */
function associatedData({ pseudonym, position, version }: FingerName): Uint8Array {
  const name = utf8ToBytes(pseudonym);
  return concatBytes(
    utf8ToBytes(DOMAIN),
    Uint8Array.of(0),
    uintToBytes(name.length, 2),
    name,
    Uint8Array.of(position),
    uintToBytes(version, 4),
  );
}

/** Seals the views of one finger. All must have one image size; see `writeFingerRecord`. */
export function sealFinger(
  key: Uint8Array,
  name: FingerName,
  views: readonly FingerView[],
  rng: Rng,
): SealedFinger {
  const nonce = rng.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(associatedData(name));
  const record = writeFingerRecord({ captureDevice: 0, views });
  const ciphertext = concatBytes(cipher.update(record), cipher.final());
  record.fill(0);
  const { pseudonym, position, version } = name;
  return { pseudonym, position, version, sealed: concatBytes(nonce, ciphertext, cipher.getAuthTag()) };
}

/** The views of a sealed finger, or `undefined` when the key is another or anything was changed. */
export function openFinger(key: Uint8Array, finger: SealedFinger): readonly FingerView[] | undefined {
  const { sealed } = finger;
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(associatedData(finger));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const record = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    const parsed = parseFingerRecord(record);
    return parsed.ok ? parsed.record.views : undefined;
  } catch {
    // Node throws for a tag that is wrong; there is nothing to tell apart.
    return undefined;
  } finally {
    record.fill(0);
  }
}
