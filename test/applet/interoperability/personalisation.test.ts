/** Personalisation of the log-in key and the read-out: whole or refused, in parts that a small card takes. */

import { describe, expect, it } from 'vitest';
import {
  encodeCommandApdu,
  encodeRequest,
  fromHex,
  LOG_IN_CERTIFICATE_BYTES,
  LOG_IN_CERTIFICATE_PART_BYTES,
  PATIENT_APPLICATION,
  READ_OUT_APPLICATION,
  type RequestOf,
  toHex,
} from '../../../apdu/index.js';
import { readOutBytes } from '../../../host/index.js';
import { giveLogIn, LOG_IN_AUTHORITY, LOG_IN_PIN, READ_OUT } from '../../support/log-in.js';
import { personalisePatient } from '../../support/personalised-card.js';
import { channelInside, type TestSecureChannel } from '../../support/secure-channel.js';
import { seededBytes } from '../../support/seeded-random.js';
import { keyPairOf, TODAY } from '../../support/test-authority.js';
import { exchange, linksOf, selectApplication, type Transmit } from '../../support/transmit.js';

const { commands } = PATIENT_APPLICATION;
type Data = RequestOf<typeof commands.storeInteroperability>['data'];

/** A patient card before ACTIVATE FILE, its secure channel open. */
function unfinished() {
  const { card } = personalisePatient({ activate: false });
  const transmit: Transmit = (command) => card.process(command);
  const { channel } = channelInside(card)!;
  const status = (fields: ReturnType<typeof encodeRequest>) => {
    const { ins, p1, p2, data = new Uint8Array(0) } = fields;
    const cla = fields.cla | 0x04;
    const whole = channel.protect(Uint8Array.of(cla, ins, p1, p2), data);
    return exchange(transmit, linksOf({ ...fields, cla, data: whole, le: 256 })).sw;
  };
  return {
    card,
    transmit,
    channel: channel as TestSecureChannel,
    store: (data: Data) => status(encodeRequest(commands.storeInteroperability, { p2: 0, data })),
    generate: () => status(encodeRequest(commands.generateKeyPair, { p2: 'log-in' })),
    activate: () => status(encodeRequest(commands.activate, {})),
  };
}

const select = (transmit: Transmit, aid: string) => selectApplication(transmit, aid);

describe('the log-in key', () => {
  it('is made once, and needs everything that belongs to it before ACTIVATE FILE', () => {
    const card = unfinished();
    expect([card.generate(), card.generate()]).toEqual([0x9000, 0x6985]);
    expect(card.activate()).toBe(0x6985);
    expect(card.store({ pin: LOG_IN_PIN })).toBe(0x9000);
    expect(card.activate()).toBe(0x6985);
  });

  it('takes a certificate of its own key only', () => {
    const card = unfinished();
    giveLogIn(card.transmit, card.channel);
    const other = LOG_IN_AUTHORITY.certify(
      keyPairOf(seededBytes(1, 'another key')).publicKey,
      TODAY,
    ).certificate;
    expect(card.store({ certificate: other.slice(0, LOG_IN_CERTIFICATE_PART_BYTES) })).toBe(0x9000);
    expect(card.activate(), 'a part of a certificate').toBe(0x6a80);
    for (let at = LOG_IN_CERTIFICATE_PART_BYTES; at < other.length; at += LOG_IN_CERTIFICATE_PART_BYTES) {
      const certificateRest = other.slice(at, at + LOG_IN_CERTIFICATE_PART_BYTES);
      expect(card.store({ certificateRest })).toBe(0x9000);
    }
    expect(card.activate(), "another key's certificate").toBe(0x6a80);
  });

  it('refuses a certificate that is too long and a PIN that is none, and stores nothing of them', () => {
    const card = unfinished();
    const part = new Uint8Array(LOG_IN_CERTIFICATE_PART_BYTES);
    expect(card.store({ certificate: part })).toBe(0x9000);
    for (let length = 2 * part.length; length <= LOG_IN_CERTIFICATE_BYTES; length += part.length)
      expect(card.store({ certificateRest: part })).toBe(0x9000);
    const before = card.card.image().nvm;
    expect(card.store({ certificateRest: part })).toBe(0x6a84);
    expect(card.store({ pin: fromHex('3132333435363738').fill(0x41) })).toBe(0x6a80);
    expect(toHex(card.card.image().nvm)).toBe(toHex(before));
  });

  it('can be begun again after a power cut, whatever stood there', () => {
    const card = unfinished();
    giveLogIn(card.transmit, card.channel);
    const { certificate } = LOG_IN_AUTHORITY.certify(keyPairOf(seededBytes(2, 'any key')).publicKey, TODAY);
    expect(card.store({ certificate: certificate.slice(0, LOG_IN_CERTIFICATE_PART_BYTES) })).toBe(0x9000);
    expect(
      card.store({ certificateRest: certificate.slice(LOG_IN_CERTIFICATE_PART_BYTES).slice(0, 200) }),
    ).toBe(0x9000);
  });

  it('is taken in its secure channel only', () => {
    const { card } = unfinished();
    const plain = encodeRequest(commands.storeInteroperability, { p2: 0, data: { readOut: READ_OUT } });
    expect(toHex(card.process(encodeCommandApdu(plain)))).toBe('6982');
  });
});

describe('the read-out', () => {
  const { card } = personalisePatient({ interoperability: true });
  const READ = fromHex('00ca1100020000');

  it('answers 57 bytes without Le, and with one', () => {
    const transmit: Transmit = (command) => card.fork().process(command);
    expect(toHex(transmit(READ)), 'the application of this project knows no such object').toBe('6a88');
    const on = card.fork();
    expect(select((command) => on.process(command), READ_OUT_APPLICATION.aid)).toBe(0x9000);
    const expected = `${toHex(READ_OUT)}9000`;
    expect(toHex(on.process(READ))).toBe(expected);
    expect(toHex(on.process(Uint8Array.of(...READ, 0x00)))).toBe(expected);
    expect(toHex(on.process(fromHex('00ca1100020001')))).toBe('6a80');
    expect(toHex(on.process(fromHex('00ca1200020000')))).toBe('6a88');
    expect(toHex(on.process(fromHex('00ca110000')))).toBe('6700');
  });

  const PID = new Uint8Array(16).fill(7);
  const AT = Date.UTC(2026, 2, 12) / 1000;
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

  it('names nobody by default: a number from the pseudonym and a date', () => {
    const bytes = readOutBytes(PID, AT);
    expect(bytes).toHaveLength(57);
    expect(text(bytes)).toMatch(/^\d{12}\0{20} {10}0{7} 1150312$/);
    expect(readOutBytes(PID, AT)).toEqual(bytes);
    expect(
      text(
        readOutBytes(
          PID.map((byte) => byte + 1),
          AT,
        ),
      ).slice(0, 12),
    ).not.toBe(text(bytes).slice(0, 12));
  });

  it('has the name in Big5 for who wants it, read back by the platform', () => {
    const holder = { name: '王小明', nationalId: 'A123456788', birthDate: '1911-12-31', sex: 'F' } as const;
    const bytes = readOutBytes(PID, AT, { ...holder, birthDate: '1985-07-04' });
    expect(new TextDecoder('big5').decode(bytes.subarray(12, 32)).replace(/\0+$/, '')).toBe('王小明');
    expect(text(bytes.subarray(32))).toBe('A1234567880740704F1150312');
    expect(() => readOutBytes(PID, AT, { ...holder, name: '王'.repeat(11) })).toThrow(/name: 22 bytes/);
    expect(() => readOutBytes(PID, AT, { ...holder, name: 'Ж\u{1F600}' })).toThrow(/Big5 has no/);
  });
});
