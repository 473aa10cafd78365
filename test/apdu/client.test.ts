import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  cardClient,
  commandMacInput,
  concatBytes,
  decodeTrace,
  describeRefusal,
  encodeResponseApdu,
  encodeTemplate,
  equalBytes,
  fromHex,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  padBlocks,
  parseCommandApdu,
  parseProtectedCommandData,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  protectedResponseData,
  protectedResponseObjects,
  responseMacInput,
  type SecureChannel,
  toHex,
  unpadBlocks,
  utf8ToBytes,
  type ValuesOf,
  type VISIT_RECORD,
} from '../../apdu/index.js';
import { sampleBytes, sampleValues } from './sample-values.js';
import { seedProperties } from './seed.js';

seedProperties();

const PATIENT = PATIENT_APPLICATION.commands;
const PROFESSIONAL = PROFESSIONAL_APPLICATION.commands;

/** A card that answers what a script says, and remembers what it was sent. */
function scripted(...answers: readonly string[]) {
  const sent: string[] = [];
  let next = 0;
  const transmit = async (command: Uint8Array) => {
    sent.push(toHex(command));
    const answer = answers[next++];
    if (answer === undefined) throw new Error(`the script ends before ${toHex(command)}`);
    return fromHex(answer);
  };
  return { sent, transmit, patient: cardClient(PATIENT_APPLICATION, transmit) };
}

describe('typed client', () => {
  it('calls by the types of the declaration', async () => {
    const card = scripted('9000', `${'ab'.repeat(16)}9000`, '9000');
    expect(await card.patient.select()).toMatchObject({ status: 'ok', sw: 0x9000 });
    const challenge = await card.patient.call(PATIENT.getChallenge);
    if (challenge.status !== 'ok') throw new Error('refused');
    expectTypeOf(challenge.data).toEqualTypeOf<Uint8Array>();
    expect(toHex(challenge.data)).toBe('ab'.repeat(16));
    const verified = await card.patient.call(PATIENT.verify, { p2: 'holder PIN', data: utf8ToBytes('1234') });
    if (verified.status !== 'ok') throw new Error('refused');
    expectTypeOf(verified.data).toEqualTypeOf<undefined>();
    expect(card.sent).toEqual(['00a4040c06f0494d495301', '0084000000', '002000810431323334']);
  });

  it('says why a card refuses', async () => {
    const card = scripted('63C1', '6985', '6999');
    const wrong = await card.patient.call(PATIENT.verify, { p2: 'holder PIN', data: utf8ToBytes('0000') });
    expect(wrong).toEqual({
      status: 'refused',
      sw: 0x63c1,
      meaning: 'verification failed, 1 tries left',
      reason: 'wrong PIN, or no PIN was sent: x tries are left',
    });
    const collected = await card.patient.call(PATIENT.collect, {
      data: {
        prescriptionId: new Uint8Array(16),
        pharmacyId: 'PH',
        nonce: new Uint8Array(16),
        time: 0,
      },
    });
    if (collected.status !== 'refused') throw new Error('not refused');
    expect(describeRefusal(PATIENT.collect, collected)).toBe(
      'COLLECT PRESCRIPTION refused with 6985: conditions of use not satisfied (collected already, or past its expiry)',
    );
    expect(await card.patient.call(PATIENT.activate)).toEqual({
      status: 'refused',
      sw: 0x6999,
      meaning: 'unknown status word',
    });
  });

  it('gives what a file had when it ends before Le', async () => {
    const card = scripted('0102036282');
    const read = await card.patient.call(PATIENT.readBinary, { p1: 0x81, p2: 0 });
    expect(read).toMatchObject({ status: 'ok', sw: 0x6282, data: fromHex('010203') });
  });

  it('fetches a long answer and corrects Le', async () => {
    const answer = toHex(sampleBytes(PATIENT.encipher.response, 'longest'));
    const card = scripted(
      '6c10',
      `${answer.slice(0, 512)}6100`,
      `${answer.slice(512, 1024)}61ff`,
      '6c20',
      `${answer.slice(1024, 1088)}6101`,
      `${answer.slice(1088)}9000`,
    );
    const sealed = await card.patient.call(PATIENT.encipher, { data: fromHex('aa') });
    if (sealed.status !== 'ok') throw new Error('refused');
    expect(sealed.data.envelope).toHaveLength(1200);
    expect(card.sent).toEqual([
      '002a848001aa00',
      '002a848001aa10',
      '00c0000000',
      '00c00000ff',
      '00c0000020',
      '00c0000001',
    ]);
  });

  it('chains what does not fit, and stops at the link that is refused', async () => {
    const data = sampleValues(PROFESSIONAL.joinComplete.data.template, 'longest') as ValuesOf<
      typeof PROFESSIONAL.joinComplete.data.template
    >;
    const whole = sampleBytes(PROFESSIONAL.joinComplete.data, 'longest');
    const links = Math.ceil(whole.length / 255);
    expect(links).toBeGreaterThan(2);
    const card = scripted(...Array.from({ length: links }, () => '9000'));
    const client = cardClient(PROFESSIONAL_APPLICATION, card.transmit);
    expect(await client.call(PROFESSIONAL.joinComplete, { data })).toMatchObject({ status: 'ok' });
    const commands = card.sent.map((hex) => parseCommandApdu(fromHex(hex)));
    if (commands.some((command) => 'fault' in command)) throw new Error('no command APDU');
    const apdus = commands as Exclude<(typeof commands)[number], { fault: unknown }>[];
    expect(apdus.map(({ cla }) => cla)).toEqual([...Array(links - 1).fill(0x90), 0x80]);
    expect(toHex(concatBytes(...apdus.map((apdu) => apdu.data)))).toBe(toHex(whole));

    const refusing = scripted('9000', '6a84');
    const refused = await cardClient(PROFESSIONAL_APPLICATION, refusing.transmit).call(
      PROFESSIONAL.joinComplete,
      { data },
    );
    expect(refused).toMatchObject({ status: 'refused', sw: 0x6a84 });
    expect(refusing.sent).toHaveLength(2);
  });

  it('sends nothing when the request is not what is declared', async () => {
    const card = scripted();
    const bad = { p2: 'holder PIN', data: utf8ToBytes('1') } as const;
    await expect(card.patient.call(PATIENT.verify, bad)).rejects.toThrow(RangeError);
    await expect(card.patient.call(PATIENT.readRecord, { p1: 255, p2: 2 })).rejects.toThrow('out of range');
    expect(card.sent).toEqual([]);
  });

  it.each([
    ['a mute card', ['']],
    ['half a status word', ['90']],
    ['silence at GET RESPONSE', ['6110', '']],
  ])('calls %s mute', async (_, answers) => {
    await expect(scripted(...answers).patient.call(PATIENT.getChallenge)).rejects.toMatchObject({
      name: 'CardAnswerError',
      code: 'mute',
    });
  });

  it('ends an answer that does not end', async () => {
    let answers = 0;
    const endless = (hex: string) =>
      cardClient(PATIENT_APPLICATION, async () => {
        answers++;
        return fromHex(hex);
      });
    await expect(endless('6110').call(PATIENT.getChallenge)).rejects.toMatchObject({ code: 'endless' });
    await expect(endless('aa6110').call(PATIENT.getChallenge)).rejects.toMatchObject({ code: 'endless' });
    await expect(endless('6c10').call(PATIENT.getChallenge)).resolves.toMatchObject({ sw: 0x6c10 });
    expect(answers).toBeLessThan(70_000);
  });

  it('calls an answer that is not the declared one so, without its bytes', async () => {
    const card = scripted('5f37029999' + '9000', 'abcd9000', '9000');
    const sign = card.patient.call(PATIENT.computeSignature, { data: fromHex('aa') });
    await expect(sign).rejects.toMatchObject({
      code: 'not as declared',
      message: expect.stringContaining('2 bytes'),
    });
    const pin = { p2: 'holder PIN', data: utf8ToBytes('1234') } as const;
    await expect(card.patient.call(PATIENT.verify, pin)).rejects.toMatchObject({ code: 'not as declared' });
    await expect(card.patient.call(PATIENT.getChallenge)).rejects.toMatchObject({ code: 'not as declared' });
  });

  it('lets a fault of the connection through', async () => {
    await expect(scripted().patient.call(PATIENT.getChallenge)).rejects.toThrow('the script ends');
  });
});

describe('typed client under secure messaging', () => {
  const mac = (input: Uint8Array) => createHash('sha256').update(input).digest().subarray(0, 8);

  /** Both ends of a session: the other card's checksums, and a patient card that checks and makes them. */
  function session(answer: { readonly sw: number; readonly plain?: Uint8Array }) {
    let hostCounter = 0;
    // both ends "encrypt" by turning every byte of the padded data round
    const turned = (bytes: Uint8Array | undefined) => bytes?.map((byte) => byte ^ 0xff);
    const channel: SecureChannel = {
      protect: async ({ cla, ins, p1, p2, data, le }) => {
        const header = Uint8Array.of(cla | 0x0c, ins, p1, p2);
        const objects = { cryptogram: data && data.length > 0 ? turned(padBlocks(data)) : undefined, le };
        const input = commandMacInput(++hostCounter, header, protectedCommandObjects(objects));
        return {
          cla: header[0]!,
          ins,
          p1,
          p2,
          data: protectedCommandData({ ...objects, checksum: mac(input) }),
          le: 256,
        };
      },
      open: async ({ data }) => {
        if (data.length === 0) return undefined;
        let parsed: ReturnType<typeof parseProtectedResponse>;
        try {
          parsed = parseProtectedResponse(data);
        } catch {
          return undefined;
        }
        const { objects, checksum, cryptogram, sw } = parsed;
        if (!equalBytes(checksum, mac(responseMacInput(++hostCounter, objects)))) return undefined;
        return { data: cryptogram ? unpadBlocks(turned(cryptogram)!)! : new Uint8Array(0), sw };
      },
    };
    let cardCounter = 0;
    let data = new Uint8Array(0);
    const trace: { command: Uint8Array; response: Uint8Array }[] = [];
    const plains: Uint8Array[] = [];
    const transmit = async (command: Uint8Array) => {
      const response = process(command);
      trace.push({ command, response });
      return response;
    };
    function process(command: Uint8Array): Uint8Array {
      const apdu = parseCommandApdu(command);
      if ('fault' in apdu) throw new Error(apdu.fault);
      data = concatBytes(data, apdu.data) as Uint8Array<ArrayBuffer>;
      if ((apdu.cla & 0x10) !== 0) return fromHex('9000');
      const { objects, checksum, cryptogram } = parseProtectedCommandData(data);
      const header = Uint8Array.of(apdu.cla, apdu.ins, apdu.p1, apdu.p2);
      if (!equalBytes(checksum, mac(commandMacInput(++cardCounter, header, objects)))) return fromHex('6988');
      plains.push(cryptogram ? unpadBlocks(turned(cryptogram)!)! : new Uint8Array(0));
      const objectsBack = { sw: answer.sw, cryptogram: answer.plain && turned(padBlocks(answer.plain)) };
      const covered = protectedResponseObjects(objectsBack);
      const checksumBack = mac(responseMacInput(++cardCounter, covered));
      return encodeResponseApdu({
        data: protectedResponseData({ ...objectsBack, checksum: checksumBack }),
        sw: 0x9000,
      });
    }
    return { channel, transmit, trace, plains, client: cardClient(PATIENT_APPLICATION, transmit) };
  }

  const visit = (record: Uint8Array): ValuesOf<typeof VISIT_RECORD> => ({
    time: 1_760_000_000,
    hospitalId: 'H-1',
    record,
    prescription: {
      doctorRandom: new Uint8Array(16),
      prescriptionHash: new Uint8Array(32),
      expiry: 1_760_000_001,
      repeats: 1,
      prescription: new Uint8Array(90),
    },
  });

  it('carries a command of any length, as the decoder sees it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 120 }), async (record) => {
        const { client, channel, plains, trace } = session({ sw: 0x9000 });
        const data = visit(record);
        const result = await client.callThrough(channel, PATIENT.putVisitRecord, { data });
        expect(result).toMatchObject({ status: 'ok', sw: 0x9000, data: undefined });
        expect(plains).toEqual([encodeTemplate(PATIENT.putVisitRecord.data.template, data)]);
        const select = { command: fromHex('00A4040C06F0494D495301'), response: fromHex('9000') };
        const decoded = decodeTrace([select, ...trace]).at(-1)!;
        expect(decoded).toMatchObject({ name: 'PUT DATA', protected: true, apdus: trace.length, sw: 0x9000 });
        expect(decoded.request.map(({ fault }) => fault)).toEqual(decoded.request.map(() => undefined));
      }),
      { numRuns: 60 },
    );
  });

  it('takes the status inside as the answer', async () => {
    const { client, channel } = session({ sw: 0x6a84 });
    const result = await client.callThrough(channel, PATIENT.putVisitRecord, { data: visit(fromHex('aa')) });
    expect(result).toMatchObject({
      status: 'refused',
      sw: 0x6a84,
      reason: 'every prescription slot holds an open prescription',
    });
  });

  it('takes a refusal of the protection itself', async () => {
    const { client, channel } = session({ sw: 0x9000 });
    const forging: SecureChannel = {
      ...channel,
      protect: async (command) => {
        const made = await channel.protect(command);
        return { ...made, data: made.data!.with(-1, made.data!.at(-1)! ^ 1) };
      },
    };
    const result = await client.callThrough(forging, PATIENT.putVisitRecord, { data: visit(fromHex('aa')) });
    expect(result).toMatchObject({ status: 'refused', sw: 0x6988 });
  });

  it.each([
    [
      'an answer whose checksum is wrong',
      (bytes: Uint8Array) => bytes.with(-3, bytes.at(-3)! ^ 1),
      'checksum',
    ],
    ['another status', (bytes: Uint8Array) => bytes.with(2, 0x63), 'checksum'],
    ['a bare 9000', () => fromHex('9000'), 'checksum'],
    ['an answer without checksum', () => fromHex('990290009000'), 'checksum'],
    ['an empty answer', () => fromHex(''), 'mute'],
  ])('refuses %s', async (_, change, code) => {
    const { transmit, channel } = session({ sw: 0x9000 });
    const client = cardClient(PATIENT_APPLICATION, async (command) => {
      const response = await transmit(command);
      return response.length > 2 ? change(response) : response;
    });
    const call = client.callThrough(channel, PATIENT.putVisitRecord, { data: visit(fromHex('aa')) });
    await expect(call).rejects.toMatchObject({ name: 'CardAnswerError', code });
  });
});
