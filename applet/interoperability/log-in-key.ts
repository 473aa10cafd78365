/**
 * The log-in key with what belongs to it: certificate, PIN, PUK and the card's identifier. An option of
 * personalisation; a card without it has the memory and none of the applications that use it.
 */

import {
  encodeTlv,
  LOG_IN_PIN_DIGITS,
  LOG_IN_PINS,
  PKCS15_APPLICATION,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import type { Pin } from '../os/pin.js';
import type { NvmField, NvmString } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

type Personalisation = RequestOf<
  (typeof PROFESSIONAL_APPLICATION)['commands']['storeInteroperability']
>['data'];

const IDENTIFIER_BYTES = 16;
const DATE_BYTES = 8;
const [FIRST_DIGIT, LAST_DIGIT] = [0x30, 0x39];
const PADDING = 0xff;
/** How the point stands in a SubjectPublicKeyInfo of P-256: as a BIT STRING (RFC 5480). */
const POINT_TAG = 0x03;
const NO_UNUSED_BITS = 0x00;
const WINDOW_BYTES = 64;

export class LogInKey {
  readonly identifier: NvmField;
  readonly expiry: NvmField;
  readonly certificate: NvmString;
  readonly pins: { readonly holder: Pin; readonly puk: Pin };
  private readonly secret: NvmString;
  private readonly point: NvmField;

  /** @throws {ProfileTooSmall} */
  constructor(private readonly os: CardOs) {
    const { memory, files, parts } = os;
    this.secret = memory.string('log-in key: secret', 32);
    this.point = memory.field('log-in key: public', 33);
    this.identifier = memory.field('log-in: card identifier', IDENTIFIER_BYTES);
    this.expiry = memory.field('log-in: last day of validity', DATE_BYTES);
    this.pins = {
      holder: new parts.Pin(memory, LOG_IN_PINS.holder),
      puk: new parts.Pin(memory, LOG_IN_PINS.puk),
    };
    const { certificate } = PKCS15_APPLICATION.files;
    files.install(memory, { certificate });
    this.certificate = files.transparent(certificate).content;
  }

  /** Everything there: the card has the applications of this key. */
  get isWhole(): boolean {
    return !this.certificate.isEmpty;
  }

  /** Makes the key, once; answers its public point, compressed. */
  generate(): Uint8Array {
    if (!this.secret.isEmpty) refuse(SW.conditionsNotSatisfied);
    const { secretKey, publicKey } = this.os.coprocessor.p256GenerateKeyPair();
    this.os.nvm.atomically(() => {
      this.secret.write(secretKey);
      this.point.write(publicKey);
    });
    secretKey.fill(0);
    return publicKey;
  }

  /** Takes a part of the personalisation; belongs into a transaction. 6A80 or 6A84 before anything is written. */
  store({ identifier, expiry, pin, puk, certificate, certificateRest }: Personalisation): void {
    for (const value of [pin, puk]) if (value) assertFormat(value);
    const before = certificate?.length ?? this.certificate.length;
    if (before + (certificateRest?.length ?? 0) > this.certificate.capacity) refuse(SW.notEnoughMemory);
    if (identifier) this.identifier.write(identifier);
    if (expiry) this.expiry.write(expiry);
    if (pin) this.pins.holder.set(pin);
    if (puk) this.pins.puk.set(puk);
    if (certificate) this.certificate.restart(certificate);
    if (certificateRest) this.certificate.overwrite(before, certificateRest);
  }

  /**
   * At ACTIVATE FILE: a log-in key that was begun is finished (6985), and its certificate names it (6A80), so
   * that no card shows a certificate that it can not answer for.
   */
  assertFinished(): void {
    const parts = [
      !this.secret.isEmpty,
      !this.certificate.isEmpty,
      this.pins.holder.isSet,
      this.pins.puk.isSet,
      this.identifier.read().some((byte) => byte !== 0),
      this.expiry.read()[0] !== 0,
    ];
    if (!parts.includes(true)) return;
    if (parts.includes(false)) refuse(SW.conditionsNotSatisfied);
    if (!this.certificateNamesKey()) refuse(SW.incorrectData);
  }

  /** ECDSA-Sig-Value in DER over a hash. */
  sign(hash: Uint8Array): Uint8Array {
    const secret = this.secret.read();
    try {
      const signature = this.os.coprocessor.p256EcdsaSign(secret, hash);
      if (!signature) throw new Error('the log-in key is no scalar');
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      return encodeTlv(0x30, Uint8Array.of(...derInteger(r), ...derInteger(s)));
    } finally {
      secret.fill(0);
    }
  }

  /** Whether the certificate is one whole DER object that has this key's point in it as a BIT STRING. */
  private certificateNamesKey(): boolean {
    const { certificate } = this;
    const [tag, form, high, low] = certificate.slice(0, 4);
    if (tag !== 0x30 || form !== 0x82 || 4 + ((high! << 8) | low!) !== certificate.length) return false;
    const point = this.os.coprocessor.p256Uncompress(this.point.read());
    return (
      point !== undefined && holds(certificate, encodeTlv(POINT_TAG, Uint8Array.of(NO_UNUSED_BITS, ...point)))
    );
  }
}

/** 6A80 for what is not digits with padding behind them; no try was spent on it. */
export function assertFormat(value: Uint8Array): void {
  const end = value.indexOf(PADDING);
  const digits = end < 0 ? value : value.subarray(0, end);
  const isDigit = (byte: number) => byte >= FIRST_DIGIT && byte <= LAST_DIGIT;
  const padding = value.subarray(digits.length);
  const right =
    digits.length >= LOG_IN_PIN_DIGITS.min &&
    digits.every(isDigit) &&
    padding.every((byte) => byte === PADDING);
  if (!right) refuse(SW.incorrectData);
}

/** INTEGER of an unsigned number: no leading zero too many, one where the first bit would say "negative". */
function derInteger(value: Uint8Array): Uint8Array {
  const first = value.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : value.subarray(first);
  return encodeTlv(0x02, digits[0]! >= 0x80 ? Uint8Array.of(0, ...digits) : digits);
}

/** Looks through `content` a window at a time, for it may be longer than a small card's RAM. */
function holds(content: NvmString, wanted: Uint8Array): boolean {
  for (let start = 0; start < content.length; start += WINDOW_BYTES) {
    const window = content.slice(start, WINDOW_BYTES + wanted.length - 1);
    for (let at = 0; at + wanted.length <= window.length; at++) {
      if (wanted.every((byte, i) => window[at + i] === byte)) return true;
    }
  }
  return false;
}
