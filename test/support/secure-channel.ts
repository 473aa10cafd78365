/**
 * The issuer's end of a secure channel SCP03 for tests of the card, with @noble/ciphers and the formulas
 * of GlobalPlatform Card Specification, Amendment D v1.1.2, written out: a third one beside those of
 * the host and of the conformance suite.
 */

import { cbc, cmac, ecb } from '@noble/ciphers/aes.js';
import {
  type CommandSpec,
  concatBytes,
  decodeData,
  encodeRequest,
  type RequestOf,
  type ResponseApdu,
  type ResponseOf,
  TEST_CARD_BATCH,
} from '../../apdu/index.js';
import type { Card, TransportKeySet } from '../../applet/index.js';
import { exchange, linksOf, type Transmit } from './transmit.js';

const DIVERSIFICATION_DATA = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

/** The static keys of a card of the test batch. */
export function staticKeysOf(diversificationData: Uint8Array) {
  const key = (identifier: number): Uint8Array =>
    cmac(
      concatBytes(Uint8Array.of(1, 0, 0, 0, identifier, 0), diversificationData),
      TEST_CARD_BATCH.masterKey,
    );
  return { encryption: key(1), mac: key(2), dataEncryption: key(3) };
}

/** Transport keys of the cards of the tests: one card of the test batch. */
export const TRANSPORT_KEYS: TransportKeySet = {
  keyVersion: TEST_CARD_BATCH.keyVersion,
  options: 0x70,
  diversificationData: DIVERSIFICATION_DATA,
  ...staticKeysOf(DIVERSIFICATION_DATA),
};

/** Everything that all levels offer. */
export const FULL_LEVEL = 0x33;
const HOST_CHALLENGE = Uint8Array.from([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7]);

/** First bytes of AES-CMAC over the fixed input of 4.1.5. */
export function derive(key: Uint8Array, constant: number, length: number, context: Uint8Array): Uint8Array {
  const label = new Uint8Array(12);
  label[11] = constant;
  return cmac(concatBytes(label, Uint8Array.of(0, 0, length * 8, 1), context), key).slice(0, length);
}

export type ChannelKeys = {
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
  readonly responseMac: Uint8Array;
};

/** State of a channel after EXTERNAL AUTHENTICATE. */
export class TestSecureChannel {
  constructor(
    readonly keys: ChannelKeys,
    public level: number,
    public chaining: Uint8Array = new Uint8Array(16),
    public counter = 0,
    public opened = false,
  ) {}

  /** The data field of a protected command; `header` is CLA INS P1 P2 with the class bit 04 set. */
  protect(header: Uint8Array, plain: Uint8Array): Uint8Array {
    if (this.opened) this.counter++;
    const encrypts = this.opened && (this.level & 0x02) !== 0 && plain.length > 0;
    const body = encrypts
      ? cbc(this.keys.encryption, this.initialValue(0), { disablePadding: true }).encrypt(pad(plain))
      : plain;
    this.opened = true;
    const length = body.length + 8;
    const lc = length < 256 ? [length] : [0, length >> 8, length & 0xff];
    const unnumbered = Uint8Array.of(header[0]! & 0xfc, header[1]!, header[2]!, header[3]!, ...lc);
    this.chaining = cmac(concatBytes(this.chaining, unnumbered, body), this.keys.mac);
    return concatBytes(body, this.chaining.subarray(0, 8));
  }

  /** What the data field of the next recorded command carried; its checksum is not looked at. */
  plainOf(data: Uint8Array): Uint8Array {
    this.counter++;
    const body = data.subarray(0, -8);
    if ((this.level & 0x02) === 0 || body.length === 0) return body;
    const padded = cbc(this.keys.encryption, this.initialValue(0), { disablePadding: true }).decrypt(body);
    return padded.subarray(0, padded.lastIndexOf(0x80));
  }

  /** The plain data of an answer. @throws {Error} for a wrong checksum. */
  open({ data, sw }: ResponseApdu): Uint8Array {
    if (this.counter === 0 || (this.level & 0x10) === 0) return data;
    const body = data.subarray(0, -8);
    const input = concatBytes(this.chaining, body, Uint8Array.of(sw >> 8, sw & 0xff));
    const expected = cmac(input, this.keys.responseMac).subarray(0, 8);
    if (data.length < 8 || !Buffer.from(expected).equals(data.subarray(-8))) throw new Error('wrong R-MAC');
    if ((this.level & 0x20) === 0 || body.length === 0) return body;
    const iv = this.initialValue(0x80);
    const padded = cbc(this.keys.encryption, iv, { disablePadding: true }).decrypt(body);
    return padded.subarray(0, padded.lastIndexOf(0x80));
  }

  /** The APDUs of a request: one, or a chain. */
  apdusOf<const C extends CommandSpec>(spec: C, request: RequestOf<C>): Uint8Array[] {
    const plain = encodeRequest(spec, request);
    const cla = plain.cla | 0x04;
    const header = Uint8Array.of(cla, plain.ins, plain.p1, plain.p2);
    const data = this.protect(header, plain.data ?? new Uint8Array(0));
    return linksOf({ ...plain, cla, data });
  }

  /** The typed answer to a request. @throws {Error} unless it is 9000 under the right checksum. */
  call<const C extends CommandSpec>(transmit: Transmit, spec: C, request: RequestOf<C>): ResponseOf<C> {
    const answer = exchange(transmit, this.apdusOf(spec, request));
    if (answer.sw !== 0x9000) throw new Error(`${spec.name}: ${answer.sw.toString(16)}`);
    return decodeData(spec.response, this.open(answer)) as ResponseOf<C>;
  }

  private initialValue(first: number): Uint8Array {
    const block = new Uint8Array(16);
    block[0] = first;
    block[14] = this.counter >> 8;
    block[15] = this.counter & 0xff;
    return ecb(this.keys.encryption, { disablePadding: true }).encrypt(block);
  }
}

/** Session keys, host cryptogram and card cryptogram of two challenges. */
export function sessionOf(
  keys: Pick<TransportKeySet, 'encryption' | 'mac'>,
  hostChallenge: Uint8Array,
  cardChallenge: Uint8Array,
) {
  const context = concatBytes(hostChallenge, cardChallenge);
  const mac = derive(keys.mac, 0x06, 16, context);
  return {
    keys: {
      encryption: derive(keys.encryption, 0x04, 16, context),
      mac,
      responseMac: derive(keys.mac, 0x07, 16, context),
    },
    cardCryptogram: derive(mac, 0x00, 8, context),
    hostCryptogram: derive(mac, 0x01, 8, context),
  };
}

/** INITIALIZE UPDATE: the answer, and the session that it leads to. */
export function beginChannel(
  transmit: Transmit,
  keys: TransportKeySet = TRANSPORT_KEYS,
  hostChallenge: Uint8Array = HOST_CHALLENGE,
) {
  const apdu = concatBytes(Uint8Array.of(0x80, 0x50, 0x00, 0x00, 0x08), hostChallenge, Uint8Array.of(0));
  const { data, sw } = exchange(transmit, [apdu]);
  if (sw !== 0x9000) throw new Error(`INITIALIZE UPDATE: ${sw.toString(16)}`);
  const session = sessionOf(keys, hostChallenge, data.slice(13, 21));
  if (!Buffer.from(session.cardCryptogram).equals(data.subarray(21, 29))) {
    throw new Error('wrong card cryptogram');
  }
  return { answer: data, ...session };
}

/** EXTERNAL AUTHENTICATE of a session, as an APDU. */
export function externalAuthenticate(channel: TestSecureChannel, cryptogram: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0x84, 0x82, channel.level, 0x00);
  return concatBytes(header, Uint8Array.of(0x10), channel.protect(header, cryptogram));
}

/** An open channel to a blank card whose application is selected. */
export function openChannel(
  transmit: Transmit,
  keys: TransportKeySet = TRANSPORT_KEYS,
  level = FULL_LEVEL,
): TestSecureChannel {
  const session = beginChannel(transmit, keys);
  const channel = new TestSecureChannel(session.keys, level);
  const { sw } = exchange(transmit, [externalAuthenticate(channel, session.hostCryptogram)]);
  if (sw !== 0x9000) throw new Error(`EXTERNAL AUTHENTICATE: ${sw.toString(16)}`);
  return channel;
}

function pad(plain: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(plain.length / 16) + 1) * 16);
  padded.set(plain);
  padded[plain.length] = 0x80;
  return padded;
}

export type ChannelInside = { readonly channel: TestSecureChannel; readonly cryptogram: Uint8Array };

/** The channel of a card as its RAM has it on a logical channel, begun or open; otherwise `undefined`. */
export function channelInside(card: Card, logicalChannel = 0): ChannelInside | undefined {
  const { ram } = card.image();
  return channelOf((name) => {
    const owner = card.owners.ram.find((one) => one.name === `channel ${logicalChannel}: ${name}`)!;
    return ram.slice(owner.offset, owner.offset + owner.length);
  });
}

/** The same from a copy of each transient field, by its name. */
export function channelOf(fieldOf: (name: string) => Uint8Array): ChannelInside | undefined {
  const field = (name: string): Uint8Array => fieldOf(`secure channel: ${name}`);
  const phase = field('phase')[0]!;
  if (phase === 0) return undefined;
  const keys = { encryption: field('S-ENC'), mac: field('S-MAC'), responseMac: field('S-RMAC') };
  const counter = field('encryption counter').reduce((sum, byte) => sum * 256 + byte, 0);
  const level = field('security level')[0]!;
  const chaining = field('MAC chaining value');
  const channel = new TestSecureChannel(keys, level, chaining, counter, phase === 2);
  return { channel, cryptogram: field('host cryptogram') };
}
