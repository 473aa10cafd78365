/** The log-in key as its two applications show it: NIST SP 800-73-4 and ISO/IEC 7816-15, read by openssl and by Node. */

import { execFileSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ALL_APPLICATIONS,
  cardholderUniqueIdentifier,
  concatBytes,
  decodeTlv,
  decodeTlvs,
  fromHex,
  PIV_APPLICATION,
  PKCS15_APPLICATION,
  PROFESSIONAL_APPLICATION,
  toHex,
} from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { LOG_IN_AUTHORITY, LOG_IN_PIN, LOG_IN_PUK, WRONG_LOG_IN_PIN } from '../../support/log-in.js';
import {
  PROFESSIONAL_AID,
  personalisePatient,
  personaliseProfessional,
} from '../../support/personalised-card.js';
import { TODAY } from '../../support/test-authority.js';
import { selectApplication, type Transmit } from '../../support/transmit.js';

const { card } = personaliseProfessional('doctor', { interoperability: true });

type Answer = { readonly data: Uint8Array; readonly sw: string };

/** One APDU, hexadecimal, and what waits behind it. */
function send(on: Card, command: string): Answer {
  const parts: Uint8Array[] = [];
  for (let next = command; ; next = '00c0000000') {
    const response = on.process(fromHex(next));
    parts.push(response.subarray(0, -2));
    const sw = toHex(response.subarray(-2));
    if (!sw.startsWith('61')) return { data: concatBytes(...parts), sw };
  }
}

function selected(aid: string, from: Card = card): Card {
  const fork = from.fork();
  expect(selectApplication((command) => fork.process(command), aid)).toBe(0x9000);
  return fork;
}

const piv = () => selected(PIV_APPLICATION.aid);
const pkcs15 = () => selected(PKCS15_APPLICATION.aid);
const withData = (header: string, ...data: readonly Uint8Array[]) => {
  const whole = concatBytes(...data);
  return header + toHex(Uint8Array.of(whole.length)) + toHex(whole);
};
const verifyPin = (on: Card, pin: Uint8Array) => send(on, withData('00200080', pin)).sw;
const HASH = Uint8Array.from(createHash('sha256').update('a challenge').digest());
const authenticate = (hash: Uint8Array) => `${withData('0087119a', fromHex('7c2482008120'), hash)}00`;
const getData = (on: Card, tag: string) =>
  send(on, `${withData('00cb3fff', fromHex('5c'), Uint8Array.of(tag.length / 2), fromHex(tag))}00`);
/** Reads a file of the PKCS#15 application as middleware does: selected by path, to its end. */
function readFile(on: Card, path: string): Uint8Array {
  expect(send(on, withData('00a4080c', fromHex(path))).sw).toBe('9000');
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const at = offset.toString(16).padStart(4, '0');
    const { data, sw } = send(on, `00b0${at}00`);
    if (sw === '6b00') return concatBytes(...parts);
    expect(sw).toBe('9000');
    parts.push(data);
    offset += data.length;
  }
}

/** What openssl says of a DER structure, one line for each element. */
function asn1(der: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'imis-der-'));
  try {
    writeFileSync(join(folder, 'der'), der);
    return execFileSync('openssl', ['asn1parse', '-inform', 'DER', '-in', join(folder, 'der')], {
      encoding: 'utf8',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether a DER signature over the hash holds under the certificate's key; OpenSSL checks it. */
function holds(certificate: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', Buffer.from('a challenge'), new X509Certificate(certificate).publicKey, signature);
}

const certificateOf = (): Uint8Array => {
  const object = decodeTlv(getData(piv(), '5fc105').data);
  return decodeTlvs(object.value).find(({ tag }) => tag === 0x70)!.value;
};

describe('the certificate of the log-in key', () => {
  it('is an X.509 certificate of the authority for the key that signs', () => {
    const certificate = new X509Certificate(certificateOf());
    const authority = new X509Certificate(LOG_IN_AUTHORITY.certificate(TODAY));
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect([authority.ca, certificate.ca]).toEqual([true, false]);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toMatch(/^URI:urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.4.1.311.20.2.2']);
    expect(Date.parse(certificate.validFrom)).toBe(TODAY * 1000);
  });

  it('is the same in both applications, and names nobody', () => {
    expect(toHex(readFile(pkcs15(), '50154331'))).toBe(toHex(certificateOf()));
    expect(new X509Certificate(certificateOf()).subject).toMatch(/^O=IMIS hospital\nCN=Log-in [0-9a-f]{8}$/);
  });

  it('is of a key that no other command of the card knows', () => {
    const { publicKey } = new X509Certificate(certificateOf());
    const point = publicKey.export({ format: 'jwk' });
    const x = Buffer.from(point.x!, 'base64url').toString('hex');
    const owners = card.owners.nvm.filter(({ offset, length }) =>
      toHex(card.nvm.read(offset, length)).includes(x),
    );
    expect(owners.map(({ name }) => name)).toEqual(['log-in key: public', 'EF.LogInCert (file 4331)']);
  });
});

describe('the PIV application', () => {
  it('answers its property template to SELECT, with and without Le', () => {
    const select = withData('00a40400', fromHex('a000000308000010000100'));
    for (const command of [select, `${select}00`, `${withData('00a40400', fromHex('a000000308'))}00`]) {
      const { data, sw } = send(card.fork(), command);
      expect(sw).toBe('9000');
      const template = decodeTlv(data);
      expect(template.tag).toBe(0x61);
      expect(decodeTlvs(template.value).map(({ tag, value }) => [tag, toHex(value)])).toEqual([
        [0x4f, '000010000100'],
        [0x79, '4f05a000000308'],
      ]);
    }
    expect(send(card.fork(), withData('00a4040c', fromHex('a000000308')))).toEqual({
      data: new Uint8Array(0),
      sw: '9000',
    });
  });

  it('has a discovery object, a CHUID and a capability container in the forms of part 1', () => {
    const on = piv();
    expect(toHex(getData(on, '7e').data)).toBe('7e124f0ba0000003080000100001005f2f024000');
    const chuid = decodeTlvs(decodeTlv(getData(on, '5fc102').data).value);
    expect(chuid.map(({ tag, value }) => [tag, value.length])).toEqual([
      [0x30, 25],
      [0x34, 16],
      [0x35, 8],
      [0x3e, 0],
      [0xfe, 0],
    ]);
    expect(Buffer.from(chuid[2]!.value).toString()).toMatch(/^20\d{6}$/);
    const container = decodeTlvs(decodeTlv(getData(on, '5fc107').data).value);
    expect(container.map(({ tag }) => tag)).toEqual([
      0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe,
    ]);
    expect(container[0]!.value).toHaveLength(21);
    expect(getData(on, '5fc10a').sw).toBe('6a82');
  });

  it('has the FASC-N of a non-federal issuer: five bits a digit, odd parity, and their column sum behind', () => {
    const fascN = decodeTlvs(
      decodeTlv(cardholderUniqueIdentifier(new Uint8Array(16), new Uint8Array(8))).value,
    )[0]!.value;
    const bits = [...fascN].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const symbols = bits.match(/.{5}/g)!;
    for (const symbol of symbols) expect([...symbol].filter((bit) => bit === '1').length % 2, symbol).toBe(1);
    const value = (symbol: string) => Number.parseInt([...symbol.slice(0, 4)].reverse().join(''), 2);
    const [start, separator, end] = [11, 13, 15];
    const digits = (text: string) => [...text].map(Number);
    expect(symbols.slice(0, -1).map(value)).toEqual([
      ...[start, ...digits('9999'), separator, ...digits('9999'), separator, ...digits('999999'), separator],
      ...[...digits('0'), separator, ...digits('1'), separator, ...digits('0000000000'), ...digits('3')],
      ...[...digits('0000'), ...digits('1'), end],
    ]);
    const sum = symbols.slice(0, -1).reduce((xor, symbol) => xor ^ value(symbol), 0);
    expect(value(symbols.at(-1)!)).toBe(sum);
  });

  it('signs a hash after the PIN and not before, nor after the PIN was taken back or the application left', () => {
    const on = piv();
    expect(send(on, authenticate(HASH)).sw).toBe('6982');
    expect(verifyPin(on, LOG_IN_PIN)).toBe('9000');
    const { data, sw } = send(on, authenticate(HASH));
    expect(sw).toBe('9000');
    const response = decodeTlv(decodeTlv(data).value);
    expect([decodeTlv(data).tag, response.tag]).toEqual([0x7c, 0x82]);
    expect(holds(certificateOf(), response.value)).toBe(true);
    expect(send(on, '0020ff80').sw).toBe('9000');
    expect(send(on, authenticate(HASH)).sw).toBe('6982');
    verifyPin(on, LOG_IN_PIN);
    const transmit: Transmit = (command) => on.process(command);
    selectApplication(transmit, PROFESSIONAL_AID);
    selectApplication(transmit, PIV_APPLICATION.aid);
    expect(send(on, authenticate(HASH)).sw).toBe('6982');
  });

  it.each([
    ['another algorithm', '00 87 07 9a', '6a86'],
    ['another key', '00 87 11 9c', '6a86'],
    ['card management', '00 db 3f ff', '6d00'],
    ['generating a key', '00 47 00 9a', '6d00'],
  ])('refuses %s', (_, header, sw) => {
    const on = piv();
    verifyPin(on, LOG_IN_PIN);
    expect(send(on, withData(header.replaceAll(' ', ''), fromHex('7c2482008120'), HASH)).sw).toBe(sw);
  });
});

describe('the log-in PIN', () => {
  it('has tries of its own, told without spending one, and is blocked when they are gone', () => {
    for (const on of [piv(), pkcs15()]) {
      expect([send(on, '00200080').sw, send(on, '0020008000').sw]).toEqual(['63c3', '63c3']);
      const answers = [1, 2, 3, 4].map(() => verifyPin(on, WRONG_LOG_IN_PIN));
      expect(answers).toEqual(['63c2', '63c1', '63c0', '6983']);
      expect([verifyPin(on, LOG_IN_PIN), send(on, '00200080').sw]).toEqual(['6983', '6983']);
      const transmit: Transmit = (command) => on.process(command);
      selectApplication(transmit, PROFESSIONAL_AID);
      expect(send(on, '00200081').sw, 'the holder PIN is another one').toBe('63c3');
      selectApplication(transmit, PIV_APPLICATION.aid);
      expect(send(on, withData('002c0080', LOG_IN_PUK, WRONG_LOG_IN_PIN)).sw).toBe('9000');
      expect(verifyPin(on, WRONG_LOG_IN_PIN)).toBe('9000');
    }
  });

  it.each([
    ['3132333435ffffff', '6a80'],
    ['313233343536ff37', '6a80'],
    ['ffffffffffffffff', '6a80'],
    ['4142434445464748', '6a80'],
    ['313233343536', '6700'],
    ['31323334353637ff', '63c2'],
  ])('spends a try on %s only if it could be a PIN (%s)', (value, expected) => {
    const on = piv();
    expect(verifyPin(on, fromHex(value))).toBe(expected);
    expect(send(on, '00200080').sw).toBe(expected === '63c2' ? '63c2' : '63c3');
  });

  it('is changed with the old one, and the PUK too', () => {
    const on = piv();
    const other = fromHex('393939393939ffff');
    expect(send(on, withData('00240080', WRONG_LOG_IN_PIN, other)).sw).toBe('63c2');
    expect(send(on, withData('00240080', LOG_IN_PIN, other)).sw).toBe('9000');
    expect(send(on, withData('00240081', LOG_IN_PUK, other)).sw).toBe('9000');
    expect(send(on, withData('002c0080', LOG_IN_PUK, LOG_IN_PIN)).sw).toBe('63c9');
    expect(send(on, withData('002c0080', other, LOG_IN_PIN)).sw).toBe('9000');
    expect(verifyPin(on, LOG_IN_PIN)).toBe('9000');
  });
});

describe('the PKCS#15 application', () => {
  it('has files that openssl reads as the DER of ISO/IEC 7816-15', () => {
    const on = pkcs15();
    const odf = readFile(on, '50155031');
    expect(asn1(odf)).toMatch(
      /cont \[ 8 \][\s\S]*3F0050154401[\s\S]*cont \[ 0 \][\s\S]*3F0050154402[\s\S]*cont \[ 4 \][\s\S]*3F0050154403/,
    );
    const token = asn1(readFile(on, '50155032'));
    expect(token).toMatch(
      /INTEGER +:00\n[\s\S]*OCTET STRING +\[HEX DUMP\]:[0-9A-F]{32}\n[\s\S]*UTF8STRING +:imis-card\n[\s\S]*cont \[ 0 \][\s\S]*BIT STRING/,
    );
    const pins = asn1(readFile(on, '50154401'));
    expect(pins).toMatch(
      /UTF8STRING +:log-in PIN[\s\S]*ENUMERATED +:01[\s\S]*INTEGER +:06[\s\S]*INTEGER +:08[\s\S]*INTEGER +:08[\s\S]*cont \[ 0 \][\s\S]*\[HEX DUMP\]:FF[\s\S]*\[HEX DUMP\]:3F005015/,
    );
    const keys = asn1(readFile(on, '50154402'));
    expect(keys).toMatch(
      /^ +0:d=0[^\n]*cont \[ 0 \][\s\S]*UTF8STRING +:log-in key[\s\S]*\[HEX DUMP\]:3F0050154B01[\s\S]*INTEGER +:0100/,
    );
    expect(asn1(readFile(on, '50154403'))).toMatch(
      /UTF8STRING +:log-in certificate[\s\S]*\[HEX DUMP\]:3F0050154331/,
    );
  });

  it('is found by EF.DIR, by its DF name, by path and by file identifier, and control information has 80, 82, 83, 8A', () => {
    const on = card.fork();
    const directory = Buffer.from(readFile(on, '2f00')).toString('hex');
    expect(directory).toContain('4f0ca000000063504b43532d3135');
    expect(directory).toContain('51043f005015');
    expect(send(on, '00a4000c023f00').sw).toBe('9000');
    expect(send(on, '00a4010c025015').sw).toBe('9000');
    expect(send(on, '00a4020c025031').sw).toBe('9000');
    const { data } = send(on, '00a4080004501550 3100'.replaceAll(' ', ''));
    const objects = decodeTlvs(decodeTlv(data).value).map(({ tag }) => tag);
    expect([decodeTlv(data).tag, ...objects]).toEqual([0x6f, 0x80, 0x82, 0x83, 0x88, 0x8a]);
    expect(send(on, '00a40900024402').sw).toMatch(/^61|9000/);
    expect(send(on, '00a4030c').sw).toBe('9000');
  });

  it('signs a hash with the key it is told of, after the PIN', () => {
    const on = pkcs15();
    const sign = `${withData('002a9e9a', HASH)}00`;
    expect(send(on, withData('002241b6', fromHex('840102'))).sw).toBe('6a88');
    expect(send(on, withData('002241b6', fromHex('800104 8102 4b01 840101'.replaceAll(' ', '')))).sw).toBe(
      '9000',
    );
    expect(send(on, sign).sw).toBe('6982');
    expect(verifyPin(on, LOG_IN_PIN)).toBe('9000');
    const { data, sw } = send(on, sign);
    expect(sw).toBe('9000');
    expect(holds(certificateOf(), data)).toBe(true);
    expect(send(on, `${withData('002a9e9a', HASH.slice(1))}00`).sw).toBe('6700');
  });

  it('lets nobody read the file that stands for the key', () => {
    const on = pkcs15();
    verifyPin(on, LOG_IN_PIN);
    expect(send(on, '00a4020c024b01').sw).toBe('9000');
    expect(send(on, '00b0000000').sw).toBe('6982');
  });
});

describe('a card without the option', () => {
  it.each([
    ['professional', personaliseProfessional('doctor').card],
    ['patient', personalisePatient().card],
  ])('of a %s answers 6A82 to every application but its own', (own, plain) => {
    for (const { aid, id } of ALL_APPLICATIONS) {
      const { sw } = send(plain.fork(), withData('00a4040c', fromHex(aid)));
      expect([id, sw]).toEqual([id, id === own ? '9000' : '6a82']);
    }
    expect(send(plain.fork(), '00a4010c025015').sw).toBe('6a82');
    expect(Buffer.from(readFile(plain.fork(), '2f00')).toString('hex')).not.toContain('a000000063');
  });

  it('does not show its own before ACTIVATE FILE, and goes on from its image like any other', () => {
    const begun = personaliseProfessional('doctor', { interoperability: true, activate: false }).card;
    expect(send(begun, withData('00a4040c', fromHex(PIV_APPLICATION.aid))).sw).toBe('6a82');
    expect(PROFESSIONAL_APPLICATION.commands.storeInteroperability.states).toEqual(['initialisation']);
  });
});
