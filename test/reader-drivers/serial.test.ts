import { afterEach, describe, expect, it } from 'vitest';
import {
  buildAtr,
  fromHex,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  parseAtr,
  toHex,
} from '../../apdu/index.js';
import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import {
  CARD_HOLDERS,
  type CardHolder,
  makeWorld,
  outpatientPhases,
  runPhases,
  seededRng,
} from '../../host/index.js';
import {
  type CardConnection,
  type CardDevice,
  connectInProcess,
  connectSerial,
  listenForReset,
  openSerialLine,
  type ResetListener,
  type ResetTarget,
  resetByModemLine,
  resetBySocket,
  type SerialCardEnd,
  type SerialCardOptions,
  type SerialConnectOptions,
  serveSerial,
  takesDataBy,
  withProtocols,
} from '../../reader-drivers/index.js';
import { SEED } from '../apdu/seed.js';
import { exampleInput } from '../host/fhir/example-inputs.js';
import { cardOf } from '../support/personalised-card.js';
import { responseTo } from './line/counting-card.js';
import { EchoDevice } from './line/echo-device.js';
import { SerialPair, whyNoSerialPair } from './pty.js';

const takesData = takesDataBy([PATIENT_APPLICATION, PROFESSIONAL_APPLICATION]);
const BOTH = ['T=0', 'T=1'] as const;

const ATR = buildAtr({
  convention: 'direct',
  interfaceBytes: [{ ta: 0x95 }, { protocol: 1 }, { protocol: 1, ta: 0xfe, tb: 0x45 }],
  historicalBytes: fromHex('80'),
});

/** Everything a test opened, closed after it. */
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function plugIn(
  device: CardDevice,
  card: Partial<SerialCardOptions> = {},
  host: Partial<SerialConnectOptions> = {},
): Promise<{ pair: SerialPair; end: SerialCardEnd; connection: CardConnection }> {
  const pair = await SerialPair.open();
  opened.push(() => pair.close());
  const end = await serveSerial(device, pair.card, { takesData, ...card });
  opened.push(() => end.close());
  const listener: ResetListener = await listenForReset(pair.resetSocket, end);
  opened.push(() => listener.close());
  const connection = await connectSerial({
    path: pair.host,
    reset: resetBySocket(pair.resetSocket),
    ...host,
  });
  opened.push(() => connection.close());
  return { pair, end, connection };
}

describe.skipIf(whyNoSerialPair() !== undefined)('a card at the far end of a serial line', () => {
  it.each([
    ['T=1', 'T=1', false],
    ['T=0', 'T=0', true],
  ] as const)(
    'goes through a whole visit: patient %s, doctor %s, echo %s',
    async (patient, doctor, echo) => {
      console.log(`seed ${SEED}`);
      const device = (holder: CardHolder) =>
        cardOf(holder === 'patient' ? PATIENT_CARD : PROFESSIONAL_CARD, {
          seed: SEED + CARD_HOLDERS.indexOf(holder),
        });
      const overLine = async (holder: CardHolder, protocol: 'T=0' | 'T=1') => {
        const { connection } = await plugIn(
          withProtocols(device(holder), BOTH),
          { echo },
          // both ends and their cryptography share one thread of a machine that may be busy
          { protocol, echo, slackMs: 5_000 },
        );
        expect(connection.protocol).toBe(protocol);
        return connection;
      };
      const play = async (reach: Record<CardHolder, CardConnection>) => {
        const transmit = (holder: CardHolder) => (command: Uint8Array) => reach[holder].transmit(command);
        const world = await makeWorld(exampleInput('acute-bronchitis'), {
          cards: {
            patient: transmit('patient'),
            doctor: transmit('doctor'),
            pharmacy: transmit('pharmacy'),
          },
          rngFor: (party) => seededRng(SEED, party),
          reinsert: async (holder) => void (await reach[holder].reset()),
        });
        const phases = await runPhases(world, outpatientPhases(), { started: () => {}, ended: () => {} });
        return phases.map(({ name, outcome }) => [name, outcome]);
      };
      const pharmacy = () => connectInProcess(device('pharmacy'));
      const played = await play({
        patient: await overLine('patient', patient),
        doctor: await overLine('doctor', doctor),
        pharmacy: pharmacy(),
      });
      const direct = await play({
        patient: connectInProcess(device('patient')),
        doctor: connectInProcess(device('doctor')),
        pharmacy: pharmacy(),
      });
      expect(played).toEqual(direct);
      expect(played.every(([, outcome]) => outcome === 'ok')).toBe(true);
    },
    60_000,
  );

  it('negotiates the speed that TA1 offers, and stays at the initial one where that is wanted', async () => {
    const fast = await plugIn(new EchoDevice(ATR));
    expect(parseAtr(fast.connection.atr).speed).toMatchObject({ fi: 512, di: 16 });
    const command = fromHex('80100010 03 010203');
    expect(await fast.connection.transmit(command)).toEqual(responseTo(command));
    const slow = await plugIn(new EchoDevice(ATR), {}, { maxDi: 1 });
    expect(await slow.connection.transmit(command)).toEqual(responseTo(command));
  });

  it.each(BOTH)('speaks the inverse convention over %s', async (protocol) => {
    const inverse = buildAtr({ ...parseAtr(ATR), convention: 'inverse' });
    const device = withProtocols(new EchoDevice(inverse), [protocol]);
    const { connection } = await plugIn(device, { takesData: () => true });
    expect(toHex(connection.atr.subarray(0, 1))).toBe('3f');
    const command = fromHex('80100000 02 a55a');
    expect(await connection.transmit(command)).toEqual(responseTo(command));
  });

  it.each(BOTH)('waits for a card that asks for time over %s', async (protocol) => {
    // a block waiting time of 2^0 · 960 · 372 cycles is a tenth of a second, a waiting time of WI = 1 likewise
    const quick = buildAtr({
      convention: 'direct',
      interfaceBytes: [{}, { protocol: 0, tc: 1 }, { protocol: 1 }, { protocol: 1, tb: 0x0d }],
      historicalBytes: fromHex(''),
    });
    const device = new EchoDevice(quick);
    const { connection } = await plugIn(
      device,
      { takesData: () => true, answerTime: () => 1500 },
      { protocol, slackMs: 600 },
    );
    const command = fromHex('80100000 02 a55a');
    expect(await connection.transmit(command)).toEqual(responseTo(command));
    expect(device.executed).toBe(1);
  });

  it('is reset: what it knew in RAM is gone', async () => {
    const device = new EchoDevice(ATR);
    const { connection } = await plugIn(device);
    const before = device.resets;
    expect(await connection.reset()).toEqual(ATR);
    expect(device.resets).toBe(before + 1);
    const command = fromHex('80100004 01 00');
    expect(await connection.transmit(command)).toEqual(responseTo(command));
  });

  it('carries answers of 65,536 bytes in a chain of blocks', async () => {
    const { connection } = await plugIn(new EchoDevice(ATR));
    const command = fromHex('8010ffff 01 00');
    expect(await connection.transmit(command)).toEqual(responseTo(command));
  });
});

/** Nothing is at the end of the line. */
const NO_CARD: ResetTarget = { sent: 0, received: 0, hold: () => {}, reset: () => {}, powerOff: () => {} };

describe.skipIf(whyNoSerialPair() !== undefined)('a serial line that is not what it should be', () => {
  it('has no card: said after the time of an ATR', async () => {
    const pair = await SerialPair.open();
    opened.push(() => pair.close());
    const listener = await listenForReset(pair.resetSocket, NO_CARD);
    opened.push(() => listener.close());
    await expect(
      connectSerial({ path: pair.host, reset: resetBySocket(pair.resetSocket), slackMs: 0 }),
    ).rejects.toMatchObject({ code: 'card-mute', message: expect.stringMatching(/^no ATR came/) });
  });

  it('does not exist', async () => {
    const reset = resetByModemLine('rts');
    await expect(connectSerial({ path: '/dev/no-such-line', reset })).rejects.toMatchObject({
      code: 'no-reader',
    });
  });

  it('has no modem lines: a pseudo-terminal refuses RTS, and the other way to reset is named', async () => {
    const pair = await SerialPair.open();
    opened.push(() => pair.close());
    await expect(connectSerial({ path: pair.host, reset: resetByModemLine('rts') })).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(/RTS/),
    });
  });

  it('sends noise instead of an ATR', async () => {
    const pair = await SerialPair.open();
    opened.push(() => pair.close());
    const line = await openSerialLine(pair.card, { baudRate: 9600, parity: 'even', stopBits: 2 });
    opened.push(() => line.close());
    const listener = await listenForReset(pair.resetSocket, {
      ...NO_CARD,
      reset: () => void line.write(fromHex('deadbeef')),
    });
    opened.push(() => listener.close());
    await expect(
      connectSerial({ path: pair.host, reset: resetBySocket(pair.resetSocket) }),
    ).rejects.toMatchObject({ code: 'card-mute', message: expect.stringMatching(/no ATR/) });
  });

  it('is cut during use: the next command says so', async () => {
    const { pair, connection } = await plugIn(new EchoDevice(ATR));
    await pair.cut();
    await expect(connection.transmit(fromHex('8010000000'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(no-reader|closed|io)$/),
    });
  });

  it('refuses what T=0 can not carry, and a protocol that the card does not offer', async () => {
    const device = withProtocols(new EchoDevice(ATR), ['T=0']);
    const { connection } = await plugIn(device);
    await expect(connection.transmit(fromHex(`80100000 000100 ${'00'.repeat(256)}`))).rejects.toMatchObject({
      code: 'protocol',
    });
    await expect(plugIn(device, {}, { protocol: 'T=1' })).rejects.toMatchObject({ code: 'protocol' });
  });
});
