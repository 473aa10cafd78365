/**
 * Prices of calls to the Java Card API by name, `class.method|parameter|…` as in the calibration set.
 * Reasons in docs/cost-model.md.
 */
import type { CardProfile, CardTiming } from './card-profile.js';
import { fieldWritePrice } from './field-write-price.js';
import { blocksBetween, finalBlocks, sha256Prices } from './hash-price.js';
import { RANDOM_DATA } from './price-rules.js';
import { ofNextLarger, plus, primitivePrice, scaled } from './price-sum.js';
import { type Price, priceTerm } from './price-term.js';

/** Part of the time that a call belongs to. */
export type CallPart = 'crypto' | 'keys' | 'ram' | 'nvm' | 'bytecode';

/** What a call is priced against: the card, and the other calls of the same command. */
export type CallContext = {
  readonly profile: CardProfile;
  readonly timing: CardTiming;
  readonly api: Readonly<Record<string, number>>;
};

type CallRule = {
  readonly call: RegExp;
  readonly part: CallPart;
  readonly price: (context: CallContext, parameters: Readonly<Record<string, string>>) => Price;
};

const SHA1_BLOCKS = 5;
const EC_ROW_BITS = 256;

const ec =
  (row: string) =>
  ({ timing }: CallContext, { bits }: Readonly<Record<string, string>>): Price =>
    primitivePrice(timing, `${row}_${bits}`);

const RULES: readonly CallRule[] = [
  {
    call: /^Cipher\.doFinal\|(?<key>RSAPriv|RSAPub)\|(?<bits>\d+)\|ebits(?<exponent>\d+|full)$/,
    part: 'crypto',
    price: (context, { key, bits, exponent }) =>
      exponentiation(
        context.timing,
        Number(bits),
        exponent === 'full' ? exponentBitsSet(context, key!, Number(bits)) : Number(exponent),
      ),
  },
  {
    call: /^Cipher\.init\|(?<key>RSAPriv|RSAPub)\|(?<bits>\d+)$/,
    part: 'crypto',
    price: ({ timing }, { key, bits }) =>
      ofNextLarger(timing, key === 'RSAPriv' ? 'rsa_priv_init' : 'rsa_pub_init', Number(bits)),
  },
  {
    call: /^RSAPriv\.set(?<part>Exponent|Modulus)\|(?<bits>\d+)\|\d+$/,
    part: 'keys',
    price: ({ timing }, { part, bits }) =>
      ofNextLarger(timing, part === 'Exponent' ? 'rsa_priv_setExp' : 'rsa_priv_setMod', Number(bits)),
  },
  {
    // Never measured. Nothing about it is secret, so it is one write without the protection of a private key.
    call: /^RSAPub\.set(?:Exponent|Modulus)\|\d+\|\d+$/,
    part: 'keys',
    price: ({ profile, timing }) => estimated(fieldWritePrice(profile, timing)),
  },
  { call: /^ECPriv\.setS\|(?<bits>\d+)$/, part: 'keys', price: ec('ec_setS') },
  { call: /^ECPub\.setW\|(?<bits>\d+)$/, part: 'keys', price: ec('ec_setW') },
  { call: /^ECPub\.getW\|(?<bits>\d+)$/, part: 'keys', price: ec('ec_getW') },
  {
    // Never measured. A generator is a public point, of the same form as a public key.
    call: /^EC(?:Priv|Pub)\.setG\|(?<bits>\d+)$/,
    part: 'keys',
    price: (context, parameters) => estimated(ec('ec_setW')(context, parameters)),
  },
  { call: /^KeyPair\.genKeyPair\|(?<bits>\d+)$/, part: 'crypto', price: ec('ec_keygen') },
  { call: /^KeyAgreement\.init\|(?<bits>\d+)$/, part: 'crypto', price: ec('ecdh_init') },
  {
    call: /^KeyAgreement\.generateSecret\|alg(?<algorithm>[1-6])\|(?<bits>\d+)$/,
    part: 'crypto',
    price: (context, { algorithm, bits }) => keyAgreement(context, Number(algorithm), bits!),
  },
  { call: /^Signature\.init\|(?<bits>\d+)\|[12]$/, part: 'crypto', price: ec('ecdsa_init') },
  {
    call: /^Signature\.(?<what>sign|verify)\|(?<bits>\d+)\|(?<bytes>\d+)$/,
    part: 'crypto',
    price: ({ timing }, { what, bits, bytes }) =>
      plus(
        primitivePrice(timing, `ecdsa_${what}_${bits}`),
        // The row holds SHA-1 over 256 bytes, five blocks with padding.
        scaled(primitivePrice(timing, 'sha1_256B'), finalBlocks(0, Number(bytes)) / SHA1_BLOCKS - 1),
      ),
  },
  {
    call: /^MessageDigest\.doFinal\|(?<bytes>\d+)\|prev(?<before>\d+)$/,
    part: 'crypto',
    price: ({ timing }, { bytes, before }) =>
      sha256Prices(timing).final(finalBlocks(Number(before), Number(bytes))),
  },
  {
    call: /^MessageDigest\.update\|(?<bytes>\d+)\|tot(?<from>\d+)-(?<to>\d+)$/,
    part: 'crypto',
    price: (context, { bytes, from, to }) => {
      const blocks = blocksBetween(Number(from), Number(to));
      // Bytes that fill no block are only kept.
      return blocks === 0
        ? ramRow(context, 'copy_ram_256', Number(bytes))
        : sha256Prices(context.timing).update(blocks);
    },
  },
  { call: /^MessageDigest\.reset$/, part: 'crypto', price: ({ timing }) => sha256Prices(timing).reset() },
  {
    call: /^RandomData\.generateData\|(?<bytes>\d+)$/,
    part: 'crypto',
    price: ({ timing }, { bytes }) => priceTerm(timing, RANDOM_DATA, Number(bytes)),
  },
  {
    call: /^Util\.arrayCopyNonAtomic\|(?:R2R|(?<fromNvm>E2R))\|(?<bytes>\d+)$/,
    part: 'ram',
    price: (context, { fromNvm, bytes }) =>
      ramRow(context, fromNvm === undefined ? 'copy_ram_256' : 'copy_nvm2ram_256', Number(bytes)),
  },
  {
    call: /^Util\.arrayCopyNonAtomic\|(?:R2E|(?<fromNvm>E2E))\|(?<bytes>\d+)$/,
    part: 'nvm',
    price: (context, { fromNvm, bytes }) =>
      plus(
        ramRow(context, fromNvm === undefined ? 'copy_ram_256' : 'copy_nvm2ram_256', Number(bytes)),
        pageWrites(context, Number(bytes)),
      ),
  },
  {
    call: /^Util\.arrayFillNonAtomic\|(?<where>R|E)\|(?<bytes>\d+)$/,
    part: 'ram',
    price: (context, { where, bytes }) => {
      const fill = ramRow(context, 'fill_ram_256', Number(bytes));
      return where === 'R' ? fill : plus(fill, pageWrites(context, Number(bytes)));
    },
  },
  {
    call: /^Util\.arrayCompare\|(?:R|E)\|(?<bytes>\d+)$/,
    part: 'ram',
    price: (context, { bytes }) => ramRow(context, 'compare_ram_256', Number(bytes)),
  },
  {
    // A body of a few bytecodes behind the call.
    call: /^(?:Key\.getSize|KeyPair\.get(?:Public|Private)|KeyAgreement\.getAlgorithm|Util\.(?:make|get)Short)$/,
    part: 'bytecode',
    price: ({ timing }) => getter(timing),
  },
  {
    call: /^persistent_array_stores$/,
    part: 'nvm',
    price: ({ profile, timing }) => estimated(fieldWritePrice(profile, timing)),
  },
];

/**
 * Price of one call and the part of the time it belongs to.
 *
 * @param name as counted; a bar with nothing behind it is the same as none
 * @returns null for a name that is not known
 */
export function priceCall(context: CallContext, name: string): { part: CallPart; price: Price } | null {
  const call = name.replace(/\|$/, '');
  for (const rule of RULES) {
    const match = rule.call.exec(call);
    if (match !== null) return { part: rule.part, price: rule.price(context, match.groups ?? {}) };
  }
  return null;
}

/** Bits of 65537, the shortest exponent that was timed. */
const SHORTEST_EXPONENT_BITS = 17;

/** The engine's straight line; where noise tilts it below nothing, the shortest timed exponent bounds shorter ones. */
function exponentiation(timing: CardTiming, modulusBits: number, exponentBits: number): Price {
  const withBits = (bits: number) =>
    priceTerm(
      timing,
      {
        kind: 'exponentiation',
        modulusBytes: 'length',
        exponentBits: bits,
        withFixedPart: true,
        label: 'derived',
      },
      modulusBits / 8,
    );
  const constant = withBits(0);
  const isTilted = constant.ms !== null && constant.ms < 0;
  return withBits(isTilted ? Math.max(SHORTEST_EXPONENT_BITS, exponentBits) : exponentBits);
}

/** A full exponent has the bytes that were set for such a key in the same command, otherwise the modulus's. */
function exponentBitsSet({ api }: CallContext, key: string, modulusBits: number): number {
  const prefix = `${key}.setExponent|${modulusBits}|`;
  const setBits = Object.entries(api)
    .filter(([name, count]) => name.startsWith(prefix) && count > 0)
    .map(([name]) => 8 * Number(name.slice(prefix.length)));
  return setBits.length === 0 ? modulusBits : Math.max(...setBits);
}

/** Algorithms whose result is a whole point: mapping of PACE (5) and PLAIN_XY (6). */
const FULL_POINT_ALGORITHMS: readonly number[] = [5, 6];

function keyAgreement({ timing }: CallContext, algorithm: number, bits: string): Price {
  const row = primitivePrice(timing, `ecdh_${bits}`);
  const agreement = algorithm === 1 || row.ms === null ? row : estimated(row);
  const extra = timing.fullPointOutput;
  if (extra === undefined || !FULL_POINT_ALGORITHMS.includes(algorithm)) return agreement;
  const atRow = primitivePrice(timing, `ecdh_${EC_ROW_BITS}`);
  if (row.ms === null || atRow.ms === null) return row;
  return plus(agreement, { ms: (extra.extraMs * row.ms) / atRow.ms, label: extra.label });
}

/** The 256-byte row taken whole for anything shorter, since it is mostly the call; longer by its share. */
function ramRow({ timing }: CallContext, row: string, bytes: number): Price {
  const figure = timing.primitives[row];
  const rowBytes = figure !== undefined && figure.ms !== null ? figure.lengthBytes : null;
  const price = primitivePrice(timing, row);
  return rowBytes === null || bytes === rowBytes
    ? price
    : estimated(scaled(price, Math.max(1, bytes / rowBytes)));
}

function pageWrites({ profile, timing }: CallContext, bytes: number): Price {
  const pages = Math.ceil(bytes / profile.memory.pageBytes.value);
  return estimated(scaled(fieldWritePrice(profile, timing), pages));
}

function getter({ bytecode }: CardTiming): Price {
  if (bytecode === null) return { ms: null, missing: ['bytecode'] };
  const factor = bytecode.fittedFactor?.value ?? 1;
  return { ms: (factor * (4 * bytecode.localUs + 2 * bytecode.memoryUs)) / 1000, label: 'estimated' };
}

function estimated(price: Price): Price {
  return price.ms === null ? price : { ms: price.ms, label: 'estimated' };
}
