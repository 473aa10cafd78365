/** Protocol and parameters selection (ISO/IEC 7816-3:2006, 9). */

import { toHex } from '../../apdu/index.js';
import { CheckFailure, expectThat, NotApplicable } from '../checks.js';
import { interfaceByte, protocolsOf } from '../line/atr-structure.js';
import { INITIAL_WAITING_ETU, type LineCard } from '../line/line-card.js';
import { T1Line } from '../line/t1-line.js';
import { expectAlive } from './answer-to-reset.js';
import { expectT0Alive, expectT1Alive, resetFamily } from './line-family.js';

const PPSS = 0xff;

/** A request with the right PCK. */
function request(...rest: readonly number[]): readonly number[] {
  const bytes = [PPSS, ...rest];
  return [...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)];
}

/** Resets; the protocol that the card speaks by itself. A card in specific mode takes no PPS (6.3.1). */
async function begin(line: LineCard): Promise<number> {
  const atr = await line.reset();
  if (interfaceByte(atr, 'TA', 2) !== undefined)
    throw new NotApplicable('a card in specific mode is not asked');
  return protocolsOf(atr)[0]!;
}

/** The response to a request, or `undefined` for silence. @throws {CheckFailure} when it is no PPS. */
async function ask(line: LineCard, bytes: readonly number[]): Promise<Uint8Array | undefined> {
  await line.send(bytes);
  const head = await line.hearUpTo(2, INITIAL_WAITING_ETU);
  if (head.length === 0) return undefined;
  const [first, pps0] = head;
  if (head.length < 2 || first !== PPSS) throw new CheckFailure('a PPS response', toHex(head));
  const parameters = [0x10, 0x20, 0x40].filter((bit) => (pps0! & bit) !== 0).length;
  const whole = Uint8Array.of(...head, ...(await line.hear(parameters + 1, INITIAL_WAITING_ETU)));
  const sum = whole.reduce((all, byte) => all ^ byte, 0);
  expectThat(sum === 0, 'a response whose PCK is right', toHex(whole));
  expectThat((pps0! & 0x80) === 0, 'a response without the reserved bit', toHex(whole));
  return whole;
}

async function expectSpeaking(line: LineCard, protocol: number): Promise<void> {
  if (protocol === 1) await expectT1Alive(new T1Line(line));
  else await expectT0Alive(line);
}

/** The card does not answer what it can not take, and a reset makes it well. */
async function expectMute(line: LineCard, bytes: readonly number[]): Promise<void> {
  const response = await ask(line, bytes);
  if (response) throw new CheckFailure('no response to a PPS that is not right', toHex(response));
  await line.enter('any');
  await expectAlive(line);
}

export const PROTOCOL_SELECTION_CASES = resetFamily(
  { category: 'protocol-selection', features: [], clause: 'ISO/IEC 7816-3:2006, 9.3' },
  [
    {
      name: 'speed-agreed',
      title: 'the speed of TA1 is agreed to by the same bytes, and holds after them',
      async run(line) {
        const protocol = await begin(line);
        const ta1 = interfaceByte(line.atr, 'TA', 1);
        if (ta1 === undefined || ta1 === 0x11) throw new NotApplicable('this card offers no other speed');
        const response = await ask(line, request(0x10 | protocol, ta1));
        const wanted = toHex(Uint8Array.from(request(0x10 | protocol, ta1)));
        if (!response || toHex(response) !== wanted)
          throw new CheckFailure(wanted, response ? toHex(response) : 'silence');
        await line.changeSpeed(ta1);
        await expectSpeaking(line, protocol);
      },
    },
    {
      name: 'protocol-agreed',
      title: 'a request for each offered protocol without a speed is agreed to by the same bytes',
      async run(line) {
        await begin(line);
        for (const protocol of protocolsOf(line.atr).filter((one) => one < 2)) {
          await begin(line);
          const response = await ask(line, request(protocol));
          const wanted = toHex(Uint8Array.from(request(protocol)));
          if (!response || toHex(response) !== wanted)
            throw new CheckFailure(wanted, response ? toHex(response) : 'silence');
          await expectSpeaking(line, protocol);
        }
      },
    },
    {
      name: 'default-speed-agreed',
      title: 'the default speed, asked for as PPS1 = 11, is agreed to or left out of the response',
      async run(line) {
        const protocol = await begin(line);
        const response = await ask(line, request(0x10 | protocol, 0x11));
        const permitted = [request(0x10 | protocol, 0x11), request(protocol)];
        const right = response && permitted.some((one) => toHex(Uint8Array.from(one)) === toHex(response));
        if (!right) throw new CheckFailure('agreement', response ? toHex(response) : 'silence');
        await expectSpeaking(line, protocol);
      },
    },
    {
      name: 'unknown-protocol',
      title: 'a protocol that is not offered is answered with silence',
      async run(line) {
        await begin(line);
        await expectMute(line, request(protocolsOf(line.atr).includes(14) ? 13 : 14));
      },
    },
    {
      name: 'wrong-check-byte',
      title: 'a request with a wrong PCK is answered with silence',
      async run(line) {
        const protocol = await begin(line);
        const right = request(protocol);
        await expectMute(line, [...right.slice(0, -1), right.at(-1)! ^ 0x01]);
      },
    },
    {
      name: 'wrong-check-byte-with-speed',
      title: 'a request for a speed with a wrong PCK changes nothing and is answered with silence',
      async run(line) {
        const protocol = await begin(line);
        const right = request(0x10 | protocol, interfaceByte(line.atr, 'TA', 1) ?? 0x11);
        await expectMute(line, [...right.slice(0, -1), right.at(-1)! ^ 0x80]);
      },
    },
    {
      name: 'truncated',
      title: 'a request that breaks off is answered with silence, wherever it breaks off',
      clause: 'ISO/IEC 7816-3:2006, 9.1; 9.3',
      async run(line) {
        const protocol = await begin(line);
        const whole = request(0x10 | protocol, interfaceByte(line.atr, 'TA', 1) ?? 0x11);
        for (let length = 1; length < whole.length; length++) {
          await begin(line);
          await line.send(whole.slice(0, length));
          await line.expectSilence(INITIAL_WAITING_ETU, `${length} bytes of a PPS request`);
        }
        await line.enter('any');
        await expectAlive(line);
      },
    },
    {
      name: 'reset-at-each-byte',
      title: 'a reset after any part of a request leads to the answer to reset and a working card',
      clause: 'ISO/IEC 7816-3:2006, 6.2.3; 9.1',
      async run(line) {
        const protocol = await begin(line);
        const whole = request(0x10 | protocol, interfaceByte(line.atr, 'TA', 1) ?? 0x11);
        for (let length = 1; length <= whole.length; length++) {
          await begin(line);
          await line.send(whole.slice(0, length));
          await line.enter('any');
          await expectAlive(line);
        }
      },
    },
    {
      name: 'reserved-speed',
      title: 'a PPS1 with a reserved code is left out of the response, or answered with silence',
      async run(line) {
        const protocol = await begin(line);
        const response = await ask(line, request(0x10 | protocol, 0xff));
        if (response && toHex(response) !== toHex(Uint8Array.from(request(protocol))))
          throw new CheckFailure('a response without PPS1, or silence', toHex(response));
        if (response) await expectSpeaking(line, protocol);
      },
    },
    {
      name: 'faster-than-offered',
      title: 'what a response without the faster speed that was asked for means is the default speed',
      async run(line) {
        const protocol = await begin(line);
        const response = await ask(line, request(0x10 | protocol, 0x97));
        // a card may take more than it offers; what it answers must be true
        if (!response) return;
        const [, pps0 = 0, pps1 = 0] = response;
        expectThat((pps0 & 0x0f) === protocol, `protocol ${protocol}`, `${pps0 & 0x0f}`);
        if ((pps0 & 0x10) !== 0) {
          expectThat(pps1 === 0x97, 'PPS1 as asked for, or none', toHex(response));
          await line.changeSpeed(pps1);
        }
        await expectSpeaking(line, protocol);
      },
    },
    {
      name: 'second-parameter',
      title: 'PPS2 is repeated or left out',
      async run(line) {
        const protocol = await begin(line);
        const response = await ask(line, request(0x20 | protocol, 0x00));
        const permitted = [request(0x20 | protocol, 0x00), request(protocol)];
        const right = !response || permitted.some((one) => toHex(Uint8Array.from(one)) === toHex(response));
        expectThat(right, 'PPS2 repeated or left out', response ? toHex(response) : 'silence');
      },
    },
    {
      name: 'reserved-bit',
      title: 'PPS0 with its reserved bit is answered with silence, or by a response without the bit',
      clause: 'ISO/IEC 7816-3:2006, 9.2; 9.3',
      async run(line) {
        const protocol = await begin(line);
        await ask(line, request(0x80 | protocol));
        await line.enter('any');
        await expectAlive(line);
      },
    },
    {
      name: 'reset-forgets',
      title: 'a reset brings the card back to the default speed',
      clause: 'ISO/IEC 7816-3:2006, 6.3.1; 9',
      async run(line) {
        const protocol = await begin(line);
        const ta1 = interfaceByte(line.atr, 'TA', 1);
        if (ta1 === undefined || ta1 === 0x11) throw new NotApplicable('this card offers no other speed');
        if (!(await ask(line, request(0x10 | protocol, ta1))))
          throw new CheckFailure('agreement to the speed of TA1', 'silence');
        await line.enter('any');
        await expectAlive(line);
      },
    },
  ],
);
