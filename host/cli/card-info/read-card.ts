/** What a card tells of itself without a secret: ATR, EF.DIR, applications, kinds of secure channel. */

import {
  APPLICATIONS,
  type Atr,
  AtrError,
  type CommandApduFields,
  decodeTlvs,
  exchange,
  fromHex,
  parseAtr,
  type ResponseApdu,
  SW,
  toHex,
  uintToBytes,
} from '../../../apdu/index.js';
import type { CardConnection } from '../../../reader-drivers/index.js';

export type DirectoryEntry = { readonly aid?: string; readonly label?: string; readonly path?: string };

export type FoundApplication = {
  readonly aid: string;
  readonly name: string;
  /** Status word of its selection, hexadecimal. */
  readonly sw: string;
  /** Secure channels: `SCP03 i=70` and the like; empty where the application tells of none. */
  readonly secureChannels: readonly string[];
};

export type CardInfo = {
  readonly protocol: string;
  readonly atr: string;
  /** Absent for an ATR that breaks the rules; `atrFault` says which. */
  readonly parsed?: Atr;
  readonly atrFault?: string;
  readonly directory: readonly DirectoryEntry[];
  readonly applications: readonly FoundApplication[];
};

/** Applications that are looked for beside those of EF.DIR. */
const KNOWN: readonly (readonly [aid: string, name: string])[] = [
  ...APPLICATIONS.map(({ aid, name }) => [aid.toLowerCase(), name] as const),
  ['a0000000030000', 'GlobalPlatform issuer security domain (GemPlus and Java Card of old)'],
  ['a000000151000000', 'GlobalPlatform issuer security domain'],
  ['a000000063504b43532d3135', 'PKCS#15 (ISO/IEC 7816-15)'],
  ['a000000308000010000100', 'PIV (NIST SP 800-73)'],
  ['d27600012401', 'OpenPGP card'],
  ['a0000002471001', 'travel document (ICAO 9303)'],
];

const SFI_OF_DIRECTORY = 30;
/** Object identifier 1.2.840.114283.4, whose next two arcs name secure channel protocol and options (GlobalPlatform 2.3.1, H.2). */
const CHANNEL_OID = fromHex('2a864886fc6b04');
const MOST_READS = 64;

/** Reads everything. Faults of the reader pass through. */
export async function readCardInfo(connection: CardConnection): Promise<CardInfo> {
  const send = (fields: CommandApduFields): Promise<ResponseApdu> =>
    exchange((command) => connection.transmit(command), fields, false);
  const directory = await readDirectory(send);
  const listed = directory.flatMap(({ aid, label }) =>
    aid === undefined ? [] : [[aid, label ?? 'named by EF.DIR'] as const],
  );
  const wanted = [...KNOWN, ...listed.filter(([aid]) => !KNOWN.some(([known]) => known === aid))];
  const applications: FoundApplication[] = [];
  for (const [aid, name] of wanted) {
    const found = await selected(send, aid, name);
    if (found) applications.push(found);
  }
  const { atr, protocol } = connection;
  return { protocol, atr: toHex(atr), ...parsedAtr(atr), directory, applications };
}

type Send = (fields: CommandApduFields) => Promise<ResponseApdu>;

function parsedAtr(bytes: Uint8Array): Pick<CardInfo, 'parsed' | 'atrFault'> {
  try {
    return { parsed: parseAtr(bytes) };
  } catch (error) {
    if (error instanceof AtrError) return { atrFault: error.message };
    throw error;
  }
}

async function readDirectory(send: Send): Promise<readonly DirectoryEntry[]> {
  await send({ cla: 0, ins: 0xa4, p1: 0, p2: 0x0c, data: fromHex('3f00') });
  const whole: number[] = [];
  for (let round = 0; round < MOST_READS; round++) {
    const p1 = round === 0 ? 0x80 | SFI_OF_DIRECTORY : whole.length >> 8;
    const answer = await send({ cla: 0, ins: 0xb0, p1, p2: round === 0 ? 0 : whole.length & 0xff, le: 256 });
    if (answer.sw !== SW.ok.sw && answer.sw !== SW.endOfFile.sw) break;
    whole.push(...answer.data);
    if (answer.data.length === 0 || answer.data.length < 256) break;
  }
  return entriesOf(Uint8Array.from(whole));
}

/** Templates 61 of EF.DIR (ISO/IEC 7816-4:2020, 12.3.2); what is none is left out. */
function entriesOf(content: Uint8Array): readonly DirectoryEntry[] {
  let end = content.length;
  while (end > 0 && (content[end - 1] === 0x00 || content[end - 1] === 0xff)) end--;
  return objectsIn(content.subarray(0, end)).flatMap(({ tag, value }) => {
    if (tag !== 0x61) return [];
    const members = objectsIn(value);
    const member = (wanted: number) => members.find((one) => one.tag === wanted)?.value;
    const [aid, label, path] = [member(0x4f), member(0x50), member(0x51)];
    return [
      {
        ...(aid ? { aid: toHex(aid) } : {}),
        ...(label ? { label: new TextDecoder().decode(label) } : {}),
        ...(path ? { path: toHex(path) } : {}),
      },
    ];
  });
}

async function selected(send: Send, aid: string, name: string): Promise<FoundApplication | undefined> {
  const answer = await send({ cla: 0, ins: 0xa4, p1: 0x04, p2: 0x00, data: fromHex(aid), le: 256 });
  const there = answer.sw === SW.ok.sw || answer.sw >> 8 === 0x62;
  if (!there) return undefined;
  const own = APPLICATIONS.some((application) => application.aid.toLowerCase() === aid);
  const secureChannels = own ? await ownChannel(send) : await recognisedChannels(send);
  return { aid, name, sw: toHex(uintToBytes(answer.sw, 2)).toUpperCase(), secureChannels };
}

/** Our applications open SCP03 while they can be personalised; other cards may count such an attempt, so they are not asked. */
async function ownChannel(send: Send): Promise<readonly string[]> {
  const answer = await send({ cla: 0x80, ins: 0x50, p1: 0, p2: 0, data: new Uint8Array(8), le: 256 });
  const [protocol, options] = answer.data.subarray(11, 13);
  return answer.sw === SW.ok.sw && protocol !== undefined ? [channelText(protocol, options ?? 0)] : [];
}

/** Card recognition data: GET DATA 0066. */
async function recognisedChannels(send: Send): Promise<readonly string[]> {
  const answer = await send({ cla: 0x80, ins: 0xca, p1: 0x00, p2: 0x66, le: 256 });
  if (answer.sw !== SW.ok.sw) return [];
  const found: string[] = [];
  const text = toHex(answer.data);
  const oid = toHex(CHANNEL_OID);
  for (let at = text.indexOf(oid); at >= 0; at = text.indexOf(oid, at + 1)) {
    const [protocol, options] = fromHex(text.slice(at + oid.length, at + oid.length + 4).padEnd(4, '0'));
    found.push(channelText(protocol!, options!));
  }
  return found;
}

function channelText(protocol: number, options: number): string {
  const hex = (value: number): string => toHex(Uint8Array.of(value)).toUpperCase();
  return `SCP${hex(protocol)} i=${hex(options)}`;
}

function objectsIn(bytes: Uint8Array) {
  try {
    return decodeTlvs(bytes);
  } catch {
    return [];
  }
}
