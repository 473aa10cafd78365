/** Secrets of a card that the suite did not personalise: PINs, SCP03 keys, the key of the CA that it trusts. */

import { fromHex, toHex, utf8ToBytes } from '../apdu/index.js';

export type CardSecrets = {
  readonly pin?: Uint8Array;
  readonly puk?: Uint8Array;
  /** Static keys of the secure channel, 16 bytes each. */
  readonly scp03?: { readonly enc: Uint8Array; readonly mac: Uint8Array; readonly dek: Uint8Array };
  /** Signs role certificates: secret scalar and the authority's reference. */
  readonly authority?: { readonly secretKey: Uint8Array; readonly reference: Uint8Array };
};

/** The text is no file of secrets. The message is one sentence and shows nothing of the text. */
export class SecretsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SecretsError';
  }
}

const KEY_BYTES = 16;
const SCALAR_BYTES = 32;

/** Reads the JSON text of a file of secrets. @throws {SecretsError} that quotes nothing of it */
export function parseSecrets(text: string): CardSecrets {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SecretsError('it is no JSON');
  }
  const { secretsVersion, pin, puk, scp03, authority, ...rest } = members(value, 'it');
  if (secretsVersion !== 1) throw new SecretsError('its secretsVersion is not 1');
  if (Object.keys(rest).length > 0) throw new SecretsError('it has a member that is not known');
  return {
    ...(pin === undefined ? {} : { pin: digits(pin, 'pin') }),
    ...(puk === undefined ? {} : { puk: digits(puk, 'puk') }),
    ...(scp03 === undefined ? {} : { scp03: keysOf(members(scp03, 'scp03')) }),
    ...(authority === undefined ? {} : { authority: authorityOf(members(authority, 'authority')) }),
  };
}

/** A file of secrets to be filled in, or to be shortened. */
export function secretsTemplate(): string {
  const key = '00'.repeat(KEY_BYTES);
  return `${JSON.stringify(
    {
      secretsVersion: 1,
      pin: '000000',
      puk: '00000000',
      scp03: { enc: key, mac: key, dek: key },
      authority: { secretKey: '00'.repeat(SCALAR_BYTES), reference: '0000000000000000' },
    },
    null,
    2,
  )}\n`;
}

/** Every secret as bytes, for a search that proves that none is in a report. */
export function secretBytes({ pin, puk, scp03, authority }: CardSecrets): readonly Uint8Array[] {
  return [pin, puk, scp03?.enc, scp03?.mac, scp03?.dek, authority?.secretKey].filter(
    (one) => one !== undefined,
  );
}

function members(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SecretsError(`${what} is no JSON object`);
  return value as Record<string, unknown>;
}

function digits(value: unknown, name: string): Uint8Array {
  if (typeof value !== 'string' || !/^[\x20-\x7e]{4,16}$/.test(value))
    throw new SecretsError(`${name} is not a text of 4 to 16 characters`);
  return utf8ToBytes(value);
}

function bytes(value: unknown, name: string, length: number): Uint8Array {
  if (typeof value !== 'string' || value.length !== 2 * length || !/^[0-9a-f]*$/i.test(value))
    throw new SecretsError(`${name} is not ${length} bytes in hexadecimal`);
  return fromHex(value);
}

function keysOf({ enc, mac, dek }: Record<string, unknown>): NonNullable<CardSecrets['scp03']> {
  const key = (value: unknown, name: string) => bytes(value, `scp03.${name}`, KEY_BYTES);
  return { enc: key(enc, 'enc'), mac: key(mac, 'mac'), dek: key(dek, 'dek') };
}

function authorityOf({
  secretKey,
  reference,
}: Record<string, unknown>): NonNullable<CardSecrets['authority']> {
  return {
    secretKey: bytes(secretKey, 'authority.secretKey', SCALAR_BYTES),
    reference: bytes(reference, 'authority.reference', 8),
  };
}

/** Hexadecimal and text forms in which a secret could stand in a report. */
export function formsOf(secret: Uint8Array): readonly string[] {
  return [toHex(secret), toHex(secret).toUpperCase(), String.fromCharCode(...secret)];
}
