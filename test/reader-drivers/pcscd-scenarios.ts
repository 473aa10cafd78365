/**
 * What runs beside a private pcscd: `node --import tsx pcscd-scenarios.ts NAME`. Each scenario serves echo cards into
 * the virtual reader, uses them and checks what it sees; a check that fails ends the program with its message.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { encodeCommandApdu, fromHex, toHex } from '../../apdu/index.js';
import {
  type CardConnection,
  connectPcsc,
  listPcscReaders,
  serveVpcd,
  VPCD_DEFAULT_PORT,
  waitForPcscCard,
  waitForPcscRemoval,
} from '../../reader-drivers/index.js';
import { ATR_T0, ATR_T1, ECHO_AID, ECHO_FCI, EchoCard } from './echo-card.js';
import { serveEchoCard } from './echo-card-process.js';

const FIRST = 'Virtual PCD 00 00';
const SECOND = 'Virtual PCD 00 01';
const SECOND_PORT = VPCD_DEFAULT_PORT + 1;
const WAIT = { timeoutMs: 10_000 } as const;
const OK = '9000';

const PUT_NOTE = fromHex('00DA0042');
const GET_NOTE = fromHex('00CA000001');
const SELECT = encodeCommandApdu({ cla: 0, ins: 0xa4, p1: 4, p2: 0, data: ECHO_AID, le: 256 });

async function send(connection: CardConnection, command: Uint8Array): Promise<string> {
  return toHex(await connection.transmit(command));
}

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.equal((error as { code?: string }).code, code, String(error));
    return true;
  };
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  /** SELECT, echoes at every length boundary, the longest answer; both slots and protocols at once. */
  async exchange() {
    assert.deepEqual(
      (await listPcscReaders()).map(({ name, cardPresent }) => [name, cardPresent]),
      [
        [FIRST, false],
        [SECOND, false],
      ],
    );
    await assert.rejects(connectPcsc({ reader: 'PCD 00 01' }), failsWith('no-card'));
    await assert.rejects(connectPcsc({ reader: 'elsewhere' }), failsWith('no-reader'));
    const cards = [await serveEchoCard(ATR_T1), await serveEchoCard(ATR_T0, SECOND_PORT)];
    const block = await connectPcsc({ reader: FIRST, ...WAIT });
    const character = await connectPcsc({ reader: 'pcd 00 01', ...WAIT });
    assert.deepEqual([block.protocol, character.protocol], ['T=1', 'T=0']);
    assert.deepEqual([block.atr, character.atr], [ATR_T1, ATR_T0]);
    assert.deepEqual([block.reader, character.reader], [FIRST, SECOND]);
    assert.equal(await send(block, SELECT), toHex(ECHO_FCI) + OK);
    // T=0 has no place for Le beside data: the driver leaves it out, and this card then answers nothing
    assert.equal(await send(character, SELECT), OK);
    assert.equal(await send(block, fromHex('00A4040006A0000000010100')), '6a82');

    let echoes = 0;
    // 65,526 data bytes make a command of 65,535, the most that a frame of the virtual reader holds.
    for (const length of [1, 127, 128, 254, 255, 256, 257, 261, 1_000, 4_096, 32_767, 65_526]) {
      const data = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
      const le = length <= 255 ? 256 : 65_536;
      const command = encodeCommandApdu({ cla: 0, ins: 0xee, p1: 0, p2: 0, data, le });
      if (length === 255) assert.equal(command.length, 261);
      assert.equal(await send(block, command), toHex(data) + OK, `echo of ${length} bytes`);
      echoes++;
    }
    const longest = await block.transmit(fromHex('00E0000000FFFD'));
    assert.equal(longest.length, 65_535);
    assert.equal(await send(block, fromHex('00E0000000FFFE')), '6f00');
    await assert.rejects(
      Promise.all([block.transmit(SELECT), block.transmit(SELECT)]),
      failsWith('busy'),
      'one command at a time',
    );
    await character.close();
    // The first of the two commands that collided is still under way: closing waits for it.
    await block.close();
    for (const card of cards) await card.close();
    return { echoes };
  },

  /** Volatile state dies with a reset of ours, of another program, and at the end of a connection. */
  async reset() {
    const card = await serveEchoCard();
    const one = await connectPcsc({ reader: FIRST, ...WAIT });
    const other = await connectPcsc({ reader: FIRST, ...WAIT });
    assert.equal(await send(one, PUT_NOTE), OK);
    assert.equal(await send(other, GET_NOTE), `42${OK}`, 'both see the same card');
    assert.deepEqual(await one.reset(), ATR_T1);
    assert.equal(await send(one, GET_NOTE), `00${OK}`);
    await assert.rejects(other.transmit(GET_NOTE), failsWith('card-reset'));
    await other.reset();
    assert.equal(await send(other, GET_NOTE), `00${OK}`);
    await one.close();
    await other.reset();
    assert.equal(await send(other, PUT_NOTE), OK);
    await other.close();
    const later = await connectPcsc({ reader: FIRST, ...WAIT });
    assert.equal(await send(later, GET_NOTE), `00${OK}`, 'the last connection left nothing behind');
    await later.close();
    const signals = await card.tell('signals');
    await card.close();
    return { resets: signals.split(' ').filter((signal) => signal === 'reset').length };
  },

  async sharing() {
    const card = await serveEchoCard();
    const alone = await connectPcsc({ reader: FIRST, share: 'exclusive', ...WAIT });
    await assert.rejects(connectPcsc({ reader: FIRST }), failsWith('sharing-violation'));
    await alone.close();
    const shared = await connectPcsc({ reader: FIRST });
    await assert.rejects(connectPcsc({ reader: FIRST, share: 'exclusive' }), failsWith('sharing-violation'));
    await shared.close();
    await card.close();
  },

  /** What one program does in a transaction no other comes between; it may end without ending it. */
  async transactions() {
    const card = await serveEchoCard();
    const one = await connectPcsc({ reader: FIRST, ...WAIT });
    const other = await connectPcsc({ reader: FIRST, ...WAIT });
    const order: string[] = [];
    let waiting: Promise<unknown> | undefined;
    await one.transaction(async () => {
      assert.equal(await send(one, PUT_NOTE), OK);
      waiting = other.transaction(async () => {
        order.push('other');
        assert.equal(await send(other, GET_NOTE), `42${OK}`);
      });
      await delay(300);
      assert.equal(await send(one, GET_NOTE), `42${OK}`);
      order.push('one');
    });
    await waiting;
    assert.deepEqual(order, ['one', 'other']);
    const dropped = await connectPcsc({ reader: FIRST, onClose: 'leave' });
    await assert.rejects(
      dropped.transaction(() => dropped.close()),
      failsWith('closed'),
    );
    assert.equal(await send(other, GET_NOTE), `42${OK}`, 'the card is free again');
    await other.close();
    await one.close();
    await card.close();
  },

  /** The card is served by the thread that reaches it through the service. */
  async sameThread() {
    const end = await serveVpcd(new EchoCard());
    for (let round = 0; round < 3; round++) {
      const connection = await connectPcsc({ reader: FIRST, ...WAIT });
      assert.equal(await send(connection, GET_NOTE), `00${OK}`);
      assert.equal(await send(connection, PUT_NOTE), OK);
      await connection.close();
    }
    await end.close();
  },

  /** The service is killed: who waits and who sends is told so, and closing still ends. */
  async stopped() {
    const card = await serveEchoCard();
    const connection = await connectPcsc({ reader: FIRST, ...WAIT });
    const waiting = assert.rejects(
      waitForPcscRemoval({ reader: FIRST, ...WAIT }),
      failsWith('no-service'),
      'who waits',
    );
    await delay(100);
    await promisify(execFile)('pkill', ['-KILL', '-x', 'pcscd']);
    await assert.rejects(connection.transmit(GET_NOTE), failsWith('no-service'));
    await waiting;
    await connection.close();
    await assert.rejects(listPcscReaders(), failsWith('no-service'));
    await card.close();
  },

  /** Taken out, put in, taken out during a command; a slot holds one card. */
  async removal() {
    const card = await serveEchoCard();
    const connection = await connectPcsc({ reader: FIRST, ...WAIT });
    assert.equal(await send(connection, PUT_NOTE), OK);
    await assert.rejects(
      serveVpcd(new EchoCard(), { noticeTimeoutMs: 1_500 }),
      failsWith('timeout'),
      'slot is taken',
    );

    const removal = waitForPcscRemoval({ reader: FIRST, ...WAIT });
    await card.tell('remove');
    await removal;
    await assert.rejects(connection.transmit(GET_NOTE), failsWith('card-removed'));
    await assert.rejects(connectPcsc({ reader: FIRST, timeoutMs: 300 }), failsWith('timeout'));

    const insertion = waitForPcscCard({ reader: FIRST, ...WAIT });
    await card.tell('insert');
    assert.deepEqual((await insertion).atr, ATR_T1);
    await assert.rejects(
      connection.transmit(GET_NOTE),
      failsWith('card-removed'),
      'it might be another card',
    );
    await connection.reset();
    assert.equal(await send(connection, GET_NOTE), `00${OK}`);

    const ended = assert.rejects(card.tell('ended'), /broken card/);
    await card.tell('break');
    await assert.rejects(connection.transmit(GET_NOTE), failsWith('card-removed'));
    await ended;
    await connection.close();
    await card.close();
  },

  /** A hundred connections, so that what a single one leaks would show. */
  async many() {
    const card = await serveEchoCard();
    for (let round = 0; round < 100; round++) {
      const connection = await connectPcsc({ reader: FIRST, ...WAIT });
      assert.equal(await send(connection, GET_NOTE), `00${OK}`);
      assert.equal(await send(connection, PUT_NOTE), OK);
      await connection.close();
    }
    await card.close();
  },

  /** Ends without closing anything: the operating system must be able to clean up. */
  async careless() {
    await serveVpcd(new EchoCard());
    await connectPcsc({ reader: FIRST, ...WAIT });
    process.exit(0);
  },

  /** Programs of others, as they are. */
  async tools() {
    const end = await serveVpcd(new EchoCard());
    await waitForPcscCard({ reader: FIRST, ...WAIT });
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await promisify(execFile)('opensc-tool', args, { timeout: 30_000 });
      return stdout + stderr;
    };
    const outputs = {
      list: await run('-l'),
      atr: await run('-a'),
      send: await run('-s', toHex(SELECT), '-s', '00:EE:00:00:03:01:02:03:00'),
    };
    await end.close();
    return outputs;
  },

  /** Where no PC/SC service runs. */
  async alone() {
    await assert.rejects(listPcscReaders(), failsWith('no-service'));
    await assert.rejects(connectPcsc(WAIT), failsWith('no-service'));
    await assert.rejects(serveVpcd(new EchoCard()), failsWith('no-service'));
  },
};

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (scenario === undefined)
  throw new Error(`no scenario "${name}"; there are: ${Object.keys(scenarios).join(', ')}`);
console.log(JSON.stringify((await scenario()) ?? {}));
