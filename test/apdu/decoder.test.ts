import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APPLICATIONS,
  CERTIFICATE_PROFILE,
  concatBytes,
  type DecodedExchange,
  decodeTrace,
  encodeCommandApdu,
  encodeRoleCertificate,
  encodeTlv,
  exchangeToLines,
  FIELD,
  fieldHasSecret,
  fromHex,
  PATIENT_APPLICATION,
  PATIENT_CERTIFICATE_BODY,
  PROFESSIONAL_APPLICATION,
  protectedCommandData,
  protectedResponseData,
  ROLE,
  toHex,
  traceDecoder,
  utf8ToBytes,
} from '../../apdu/index.js';
import { sampleBytes } from './sample-values.js';
import { seedProperties } from './seed.js';

seedProperties();

const SELECT_PATIENT = { command: '00A4040C06F0494D495301', response: '9000' };
const SELECT_PROFESSIONAL = { command: '00A4040C06F0494D495302', response: '9000' };

type HexExchange = { readonly command: string; readonly response: string };

function decode(...trace: readonly HexExchange[]): DecodedExchange[] {
  return decodeTrace(
    trace.map(({ command, response }) => ({ command: fromHex(command), response: fromHex(response) })),
  );
}

function last(...trace: readonly HexExchange[]): DecodedExchange {
  return decode(...trace).at(-1)!;
}

describe('trace decoder', () => {
  it('follows the selection', () => {
    const storeData = {
      command: `80E28000 0A DF2508${'11'.repeat(8)}`.replace(' 0A', '0B'),
      response: '9000',
    };
    const [before, select, after] = decode(storeData, SELECT_PATIENT, storeData);
    expect(before).toMatchObject({ name: 'command 80e2 (instruction not supported)' });
    expect(before).not.toHaveProperty('application');
    expect(select).toMatchObject({
      name: 'SELECT',
      p1: { meaning: 'by application identifier' },
      p2: { meaning: 'nothing' },
      request: [{ name: 'file or application identifier, or path', value: 'f0494d495301' }],
    });
    expect(after).toMatchObject({
      name: 'STORE DATA',
      application: 'patient',
      p1: { name: 'block', value: 0x80, meaning: 'last block' },
      request: [{ name: 'card serial', tag: 'df25', value: '11'.repeat(8) }],
    });
  });

  it('keeps the selection when a SELECT fails, loses it at a reset or for a foreign application', () => {
    const challenge = { command: '0084000010', response: `${'ab'.repeat(16)}9000` };
    const refused = { command: '00A4040C06F0494D495302', response: '6A82' };
    expect(last(SELECT_PATIENT, refused, challenge).application).toBe('patient');
    const foreign = { command: '00A4040C05A000000001', response: '9000' };
    expect(last(SELECT_PATIENT, foreign, challenge)).not.toHaveProperty('application');
    const decoder = traceDecoder();
    decoder.feed(fromHex(SELECT_PATIENT.command), fromHex('9000'));
    expect(decoder.reset()).toEqual([]);
    const [exchange] = decoder.feed(fromHex(challenge.command), fromHex(challenge.response));
    expect(exchange).not.toHaveProperty('application');
    expect(exchange).toMatchObject({ name: 'GET CHALLENGE', response: [{ name: 'challenge' }] });
  });

  it('masks a PIN and says what the status word means', () => {
    const exchange = last(SELECT_PATIENT, { command: '0020008106313233343536', response: '63C2' });
    expect(exchange).toMatchObject({
      name: 'VERIFY',
      clause: 'ISO/IEC 7816-4:2020, 11.5.6',
      p2: { meaning: 'holder PIN' },
      request: [{ name: 'PIN', length: 6, secret: true }],
      sw: 0x63c2,
      meaning: 'verification failed, 2 tries left',
      reason: 'wrong PIN, or no PIN was sent: x tries are left',
      bytesIn: 11,
      bytesOut: 2,
    });
    expect(JSON.stringify(exchange)).not.toMatch(/313233|123456/);
    expect(exchangeToLines(exchange)).toEqual([
      'VERIFY · P2 reference: holder PIN · 11 bytes in, 2 out',
      '  > PIN: •••• (secret, 6 bytes)',
      '  = 63C2 verification failed, 2 tries left: wrong PIN, or no PIN was sent: x tries are left',
    ]);
  });

  it('merges a chain and joins GET RESPONSE', () => {
    const body = sampleBytes({ kind: 'template', template: PATIENT_CERTIFICATE_BODY }, 'longest');
    const signature = encodeTlv(0x5f37, new Uint8Array(64).fill(3));
    const whole = toHex(concatBytes(encodeTlv(0x7f4e, body), signature));
    const exchange = last(
      SELECT_PATIENT,
      { command: `10da7f21ff${whole.slice(0, 510)}`, response: '9000' },
      {
        command: `00da7f21${toHex(Uint8Array.of(whole.length / 2 - 255))}${whole.slice(510)}`,
        response: '6a80',
      },
    );
    expect(exchange).toMatchObject({
      name: 'PUT DATA: PATIENT CERTIFICATE',
      apdus: 2,
      request: [
        { tag: '7f4e', length: body.length },
        { tag: '5f37', length: 64 },
      ],
      reason: 'not signed by NHI, another pseudonym or other keys, or not later than the one there is',
    });

    const fields = sampleBytes(
      { kind: 'template', template: PATIENT_APPLICATION.algorithms.registration.input },
      'longest',
    );
    const sign = encodeCommandApdu({ cla: 0, ins: 0x2a, p1: 0x9e, p2: 0x9a, data: fields, le: 256 });
    const answer = toHex(encodeTlv(0x5f37, new Uint8Array(64).fill(5)));
    const joined = last(
      SELECT_PATIENT,
      { command: '002241B603800101', response: '9000' },
      { command: toHex(sign), response: `${answer.slice(0, 100)}6111` },
      { command: '00C0000011', response: '6c11' },
      { command: '00C0000011', response: `${answer.slice(100)}9000` },
    );
    expect(joined).toMatchObject({
      name: 'PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE',
      apdus: 3,
      response: [{ name: 'signature (r || s)', length: 64 }],
      sw: 0x9000,
      meaning: 'normal processing',
    });
    expect(joined.request[0]).toMatchObject({ name: 'NHI nonce', tag: 'df35', value: '5a'.repeat(16) });
    expect(joined).not.toHaveProperty('reason');
    expect(exchangeToLines(joined)).toContain(`  < 5F37 signature (r || s): ${'05'.repeat(16)}… (64 bytes)`);
  });

  it('says when a chain or an answer was left incomplete', () => {
    const trace = [
      SELECT_PATIENT,
      { command: '10DB3FFF0400000000', response: '9000' },
      { command: '0084000010', response: '6110' },
      { command: '0084000010', response: '6110' },
    ];
    const [, chain, first, second] = decode(...trace);
    expect(chain).toMatchObject({ name: 'PUT DATA', note: 'the chain was not completed' });
    expect(first).toMatchObject({ note: 'the rest of the response was not fetched', sw: 0x6110 });
    expect(second).toMatchObject({ note: 'the rest of the response was not fetched' });
  });

  it('ends a chain at the link that is refused', () => {
    const exchanges = decode(SELECT_PATIENT, { command: '10DB3FFF0400000000', response: '6884' });
    expect(exchanges).toHaveLength(2);
    expect(exchanges[1]).toMatchObject({ sw: 0x6884, apdus: 1 });
    expect(exchanges[1]).not.toHaveProperty('note');
  });

  it('looks into secure messaging', () => {
    const checksum = new Uint8Array(8).fill(0xcc);
    const cryptogram = new Uint8Array(32).fill(0xee);
    const data = protectedCommandData({ cryptogram, le: 256, checksum });
    const response = protectedResponseData({ sw: 0x6985, checksum });
    const exchange = last(SELECT_PATIENT, {
      command: toHex(encodeCommandApdu({ cla: 0x0c, ins: 0xdb, p1: 0x3f, p2: 0xff, data, le: 256 })),
      response: `${toHex(response)}9000`,
    });
    expect(exchange).toMatchObject({
      name: 'PUT DATA',
      protected: true,
      request: [
        { name: 'cryptogram', value: toHex(cryptogram) },
        { name: 'Le', value: '00' },
        { name: 'cryptographic checksum', tag: '8e' },
      ],
      response: [{ name: 'cryptographic checksum' }],
      sw: 0x6985,
      reason: 'the prescription number was not agreed on in this session',
    });
  });

  it('shows what does not parse as it is, with the reason', () => {
    const command = { command: '002241B602800100'.replace('02800100', '03810106'), response: '6A80' };
    expect(last(SELECT_PATIENT, command).request).toEqual([
      {
        name: 'data',
        length: 3,
        value: '810106',
        fault: 'algorithm reference (tag 80) expected at byte 2',
      },
    ]);
    expect(last(SELECT_PATIENT, { command: '00A4', response: '6700' })).toMatchObject({
      name: 'no command APDU',
      request: [{ value: '00a4', fault: 'header cut short' }],
    });
    expect(last(SELECT_PATIENT, { command: '0084000010', response: '' })).toMatchObject({
      meaning: 'no answer',
      response: [],
    });
    expect(last(SELECT_PATIENT, { command: '00DD0000', response: '6D00' })).toMatchObject({
      name: 'command 00dd (instruction not supported)',
    });
    expect(last(SELECT_PATIENT, { command: '00A40A00023F00', response: '6A86' })).toMatchObject({
      name: 'SELECT (incorrect P1-P2)',
      request: [{ value: '3f00' }],
    });
  });

  it('shows the fields of a certificate and the name of a file', () => {
    const certificate = encodeRoleCertificate({
      body: {
        profile: CERTIFICATE_PROFILE.role,
        issuerReference: new Uint8Array(8),
        role: ROLE.doctor,
        publicPoint: new Uint8Array(33),
        effectiveDate: 0,
        expirationDate: 2 ** 32 - 1,
      },
      signature: new Uint8Array(64),
    });
    const exchange = last(SELECT_PROFESSIONAL, {
      command: '00B0810000',
      response: `${toHex(certificate)}9000`,
    });
    const text = exchangeToLines(exchange).join('\n');
    expect(text).toContain('EF.RoleCert, file content');
    expect(text).toContain('5F24 certificate expiration date: 4294967295 (2106-02-07T06:28:15Z)');
    expect(text).toContain('DF26 role: 1'.replace('1', String(ROLE.doctor)));
  });

  it('counts every byte of a trace once and never throws', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc
        .tuple(
          fc.constantFrom(0x00, 0x0c, 0x10, 0x1c, 0x80, 0x90, 0x8c),
          fc.constantFrom(0xa4, 0xb0, 0x22, 0x2a, 0xc0, 0xdb, 0x20, 0xe2, 0x82),
          fc.constantFrom('0000', '3fff', '9e9a', '41b6', '0081', '0400'),
          fc.uint8Array({ maxLength: 30 }),
        )
        .map(([cla, ins, parameters, body]) =>
          concatBytes(Uint8Array.of(cla, ins), fromHex(parameters), body),
        ),
    );
    const response = fc
      .tuple(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('', '9000', '6110', '6c05', '6a80', '63c1'))
      .map(([data, sw]) => concatBytes(data, fromHex(sw)));
    fc.assert(
      fc.property(fc.array(fc.record({ command: bytes, response }), { maxLength: 12 }), (trace) => {
        const exchanges = decodeTrace(trace);
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(exchanges.map((e) => e.bytesIn))).toBe(sum(trace.map((e) => e.command.length)));
        expect(sum(exchanges.map((e) => e.bytesOut))).toBe(sum(trace.map((e) => e.response.length)));
        expect(sum(exchanges.map((e) => e.apdus))).toBe(trace.length);
        for (const exchange of exchanges) exchangeToLines(exchange);
      }),
      { numRuns: 300 },
    );
  });
});

describe('secrets stay out of a decoded trace', () => {
  const pin = '7391846205';
  const pinHex = toHex(utf8ToBytes(pin));
  const carriers = APPLICATIONS.flatMap((application) =>
    Object.values(application.commands)
      .filter((command) => fieldHasSecret(command.data))
      .map((command) => ({ aid: application.aid, command })),
  );

  it('whatever command carries them, in whatever wrong form', () => {
    expect(carriers.length).toBeGreaterThan(5);
    const secret = utf8ToBytes(pin);
    const placed = fc.constantFrom(
      secret,
      encodeTlv(0x80, secret),
      encodeTlv(0x81, secret),
      encodeTlv(0xd2, secret),
      concatBytes(encodeTlv(0x80, secret), encodeTlv(0x81, secret)),
      concatBytes(encodeTlv(0xd2, secret), secret),
      encodeTlv(0xdf25, secret),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...carriers),
        placed,
        fc.constantFrom(0x00, 0x10, 0x0c, 0x1c),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('9000', '6a80', '63c2', '6105', ''),
        fc.constantFrom('plain', 'wrapped', 'cut short', 'wrong P2'),
        (carrier, data, bits, selected, chained, echo, sw, form) => {
          const { cla, ins } = carrier.command;
          const body =
            form === 'wrapped'
              ? concatBytes(encodeTlv(0x81, data), protectedCommandData({ checksum: new Uint8Array(8) }))
              : data;
          const p1 = carrier.command.p1.kind === 'constant' ? carrier.command.p1.value : 0;
          const p2 = form === 'wrong P2' ? 0x99 : ins === 0xe2 ? 0 : 0x81;
          const whole = encodeCommandApdu({ cla: cla | bits, ins, p1, p2, data: body });
          const command = form === 'cut short' ? whole.subarray(0, whole.length - 1) : whole;
          const response = concatBytes(echo ? data : new Uint8Array(0), fromHex(sw));
          const decoder = traceDecoder();
          const exchanges = [
            ...(selected ? decoder.feed(fromHex(`00A4040C06${carrier.aid}`), fromHex('9000')) : []),
            ...(chained
              ? decoder.feed(encodeCommandApdu({ cla: cla | 0x10, ins, p1, p2, data }), fromHex('9000'))
              : []),
            ...decoder.feed(command, response),
            ...decoder.flush(),
          ];
          const text = JSON.stringify(exchanges) + exchanges.flatMap(exchangeToLines).join('\n');
          expect(text).not.toContain(pinHex.slice(4, 16));
          expect(text).not.toContain(pin.slice(2, 8));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of an application that nobody knows', () => {
    for (const ins of ['20', '21', '24', '2c', 'c2', 'd8', 'e2']) {
      const exchange = last({
        command: `80${ins}0001${toHex(Uint8Array.of(pinHex.length / 2))}${pinHex}`,
        response: '6a88',
      });
      expect(JSON.stringify(exchange)).not.toContain(pinHex);
    }
  });

  it('and a hint key, although it never comes this way', () => {
    expect(FIELD.hintKey.secret).toBe(true);
    expect(PATIENT_APPLICATION.commands.storeData.data.template.roleKey.secret).toBe(true);
    expect(PROFESSIONAL_APPLICATION.commands.storeData.data.template.pin.secret).toBe(true);
  });
});

describe('trace decoder in the file tree', () => {
  const reading = { command: '00B0000000', response: '9000' };

  it('knows EF.DIR before any application, and its name in a path', () => {
    const directory = { command: '00A4020C022F00', response: '9000' };
    expect(last(directory, reading)).toMatchObject({ name: 'READ BINARY', id: 'readBinary' });
    expect(last(directory, reading)).not.toHaveProperty('application');
  });

  it('follows a path into an application and out of it', () => {
    const path = { command: '00A4080C04DF010104', response: '9000' };
    expect(last(path, reading)).toMatchObject({ application: 'patient' });
    const parent = { command: '00A4030C', response: '9000' };
    expect(last(path, parent, reading)).not.toHaveProperty('application');
    const child = { command: '00A4010C02DF02', response: '9000' };
    expect(last(path, parent, child, reading)).toMatchObject({ application: 'professional' });
    const refused = { command: '00A4080C022F00', response: '6A82' };
    expect(last(path, refused, reading)).toMatchObject({ application: 'patient' });
  });
});
