/**
 * What a public reader of the Taiwanese health-insurance card gets to see of a patient card, if personalisation
 * switches that on. Anybody reads it without a PIN, so by default it names nobody: a number derived from the
 * pseudonym and the date of issue.
 */

import { createHash } from 'node:crypto';
import { READ_OUT_BYTES, READ_OUT_LAYOUT, utf8ToBytes } from '../../apdu/index.js';

/** What a holder may want to be shown; who shows it gives up being anonymous. */
export type NamedCardholder = {
  readonly name: string;
  readonly nationalId: string;
  /** ISO 8601, YYYY-MM-DD. */
  readonly birthDate: string;
  readonly sex: 'M' | 'F';
};

const CARD_NUMBER_DOMAIN = 'IMIS-v1/read-out/card-number';
/** Years of the Republic of China count from 1912 as the first. */
const ROC_YEAR_ZERO = 1911;
const NOTHING = { nationalId: ' ', birthDate: '0', sex: ' ' } as const;

/**
 * The 57 bytes for a card.
 * @param pid the pseudonym of the patient certificate
 * @param issued seconds since 1970
 * @throws {RangeError} for a name that Big5 has no characters for, or that does not fit
 */
export function readOutBytes(pid: Uint8Array, issued: number, holder?: NamedCardholder): Uint8Array {
  const fields: Readonly<Record<keyof typeof READ_OUT_LAYOUT, Uint8Array>> = {
    cardNumber: utf8ToBytes(cardNumber(pid)),
    name: holder ? big5(holder.name) : new Uint8Array(0),
    nationalId: utf8ToBytes(holder?.nationalId ?? NOTHING.nationalId.repeat(READ_OUT_LAYOUT.nationalId)),
    birthDate: utf8ToBytes(
      holder ? rocDate(holder.birthDate) : NOTHING.birthDate.repeat(READ_OUT_LAYOUT.birthDate),
    ),
    sex: utf8ToBytes(holder?.sex ?? NOTHING.sex),
    issueDate: utf8ToBytes(rocDate(new Date(issued * 1000).toISOString().slice(0, 10))),
  };
  const whole = new Uint8Array(READ_OUT_BYTES);
  let at = 0;
  for (const [field, length] of Object.entries(READ_OUT_LAYOUT)) {
    const value = fields[field as keyof typeof READ_OUT_LAYOUT];
    if (value.length > length)
      throw new RangeError(`${field}: ${value.length} bytes, there is room for ${length}`);
    whole.set(value, at);
    at += length;
  }
  return whole;
}

/** Twelve digits that follow from the pseudonym and lead to it only for those who know it. */
function cardNumber(pid: Uint8Array): string {
  const hash = createHash('sha256').update(CARD_NUMBER_DOMAIN).update(pid).digest();
  const digits = READ_OUT_LAYOUT.cardNumber;
  return String(hash.readBigUInt64BE() % 10n ** BigInt(digits)).padStart(digits, '0');
}

/** yyyMMdd of an ISO date. */
function rocDate(date: string): string {
  const [year, month, day] = date.split('-');
  return `${String(Number(year) - ROC_YEAR_ZERO).padStart(3, '0')}${month}${day}`;
}

/** First and last byte of a Big5 character: the platform decodes, so its table is turned around. */
const LEAD = { from: 0xa1, to: 0xf9 } as const;
const TRAIL = { from: 0x40, to: 0xfe } as const;
let characters: ReadonlyMap<string, readonly number[]> | undefined;

function big5(text: string): Uint8Array {
  characters ??= big5Table();
  const bytes = [...text].flatMap((character) => {
    const code = character.codePointAt(0)!;
    const encoded = code < 0x80 ? [code] : characters!.get(character);
    if (!encoded) throw new RangeError(`name: Big5 has no "${character}"`);
    return encoded;
  });
  return Uint8Array.from(bytes);
}

function big5Table(): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder('big5');
  const table = new Map<string, readonly number[]>();
  for (let lead: number = LEAD.from; lead <= LEAD.to; lead++) {
    for (let trail: number = TRAIL.from; trail <= TRAIL.to; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      // what is no character becomes a replacement, or two characters
      if ([...character].length === 1 && character !== '\ufffd' && !table.has(character))
        table.set(character, [lead, trail]);
    }
  }
  return table;
}
