/** Logical channels (ISO/IEC 7816-4, 5.4.2 and 11.1.2): what one of them knows is nothing to another. */

import { fromHex, SW } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectStatus, expectThat, NotApplicable, statusText } from '../checks.js';
import type { TestCard } from '../test-card.js';

const CHANNELS = 'ISO/IEC 7816-4:2020, 5.4.2; 11.1.2';

/** Channels that a card can have, the basic one included, and the last that the first interindustry class names. */
const MOST = 20;
const MOST_BASIC = 3;

/** Opens channel 1. @throws {NotApplicable} on a card that has no further channel */
async function openFirst(card: TestCard): Promise<void> {
  const { sw } = await card.send('0070000100');
  if (sw !== SW.ok.sw) throw new NotApplicable('this card opens no further channel');
}

function selectOn(card: TestCard, channel: number): Uint8Array {
  const aid = fromHex(card.spec.aid);
  return Uint8Array.of(channel, 0xa4, 0x04, 0x0c, aid.length, ...aid);
}

export const LOGICAL_CHANNEL_CASES = caseFamily(
  {
    category: 'channel',
    applications: BOTH,
    fixture: 'operational',
    features: ['selection'],
    clause: CHANNELS,
  },
  [
    {
      name: 'closed-is-not-there',
      title: 'a channel that was opened and closed is not supported until it is opened again',
      clause: `${CHANNELS}; 5.6 (6881)`,
      async run(card) {
        await openFirst(card);
        await expectStatus(card, '00708001', SW.ok);
        await expectStatus(card, selectOn(card, 1), SW.logicalChannelNotSupported);
      },
    },
    {
      name: 'reopened-begins-anew',
      title: 'a channel that is closed and opened again knows nothing of before',
      async run(card) {
        await openFirst(card);
        await expectStatus(card, selectOn(card, 1), SW.ok);
        await expectStatus(card, '0120008100', 0x63c3, SW.wrongLength);
        const pin = card.issuer.pin;
        await expectStatus(card, Uint8Array.of(0x01, 0x20, 0x00, 0x81, pin.length, ...pin), SW.ok);
        await expectStatus(card, '00708001', SW.ok);
        await openFirst(card);
        const { sw } = await card.send('01200081');
        expectThat(sw !== SW.ok.sw, 'no PIN verified on a channel just opened', '9000');
      },
    },
    {
      name: 'answer-of-its-own',
      title: 'an answer that waits on one channel is not given to another',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; 5.4.2',
      async run(card) {
        await openFirst(card);
        const aid = fromHex(card.spec.aid);
        const select = Uint8Array.of(0x01, 0xa4, 0x04, 0x00, aid.length, ...aid);
        const announced = checkStatus(await card.send(select), SW.bytesAvailable);
        const answer = await card.send(Uint8Array.of(0x00, 0xc0, 0, 0, announced.sw & 0xff));
        expectThat(answer.data.length === 0, 'no data on channel 0', `${answer.data.length} bytes`);
      },
    },
    {
      name: 'all-of-them',
      title: 'a card that assigns channels assigns each it has, once, and then says that there is none left',
      clause: `${CHANNELS}: P2 = 00, the card assigns the number; 5.6 (6A81)`,
      async run(card) {
        await openFirst(card);
        await expectStatus(card, '00708001', SW.ok);
        const assigned = await assignAll(card);
        expectThat(assigned.length > 0, 'a channel where one can be named', 'none');
        for (let channel = 1; channel <= MOST_BASIC; channel++) {
          if (assigned.includes(channel)) {
            await expectStatus(card, selectOn(card, channel), SW.ok);
            continue;
          }
          const named = Uint8Array.of(0x00, 0x70, 0x00, channel, 0x00);
          await expectStatus(card, named, SW.functionNotSupported, SW.incorrectP1P2);
          await expectStatus(card, selectOn(card, channel), SW.logicalChannelNotSupported);
        }
      },
    },
    {
      name: 'assigned-again',
      title: 'the number of a channel that was closed is assigned again',
      async run(card) {
        await openFirst(card);
        await expectStatus(card, '00708001', SW.ok);
        const assigned = await assignAll(card);
        const freed = assigned[0]!;
        await expectStatus(card, Uint8Array.of(0x00, 0x70, 0x80, freed), SW.ok);
        const again = await assignAll(card);
        expectThat(again.length === 1 && again[0] === freed, `channel ${freed}`, again.join(', ') || 'none');
      },
    },
    {
      name: 'close-refused-closes-nothing',
      title: 'MANAGE CHANNEL that is refused for its length closes no channel',
      clause: `${CHANNELS}: no Le when P1 = 80; 5.6 (6700)`,
      async run(card) {
        await openFirst(card);
        const { sw } = await card.send('0070800100');
        // Le where nothing is answered may be overlooked (5.1); then the channel is closed
        const expected = sw === SW.ok.sw ? SW.logicalChannelNotSupported : SW.ok;
        await expectStatus(card, selectOn(card, 1), expected);
      },
    },
    {
      name: 'chain-of-its-own',
      title: 'a link on another channel does not continue a chain',
      clause: 'ISO/IEC 7816-4:2020, 5.3.3: same CLA but for bit 5; 5.6 (6883)',
      async run(card) {
        await openFirst(card);
        await expectStatus(card, selectOn(card, 1), SW.ok);
        // PERFORM SECURITY OPERATION or PUT DATA: whichever this card takes in a chain
        const header = await chained(card);
        const other = Uint8Array.of(0x01, ...header.subarray(1, 4), 1, 0x00);
        await expectStatus(card, other, SW.lastCommandExpected);
      },
    },
  ],
);

/** Has the card assign channels until it has none left; their numbers. */
async function assignAll(card: TestCard): Promise<readonly number[]> {
  const assigned: number[] = [];
  for (let round = 0; round <= MOST; round++) {
    const { sw, data } = await card.send('0070000001');
    if (sw !== SW.ok.sw) {
      expectThat(sw === SW.functionNotSupported.sw, '6A81 where no channel is left', statusText(sw));
      return assigned;
    }
    expectThat(data.length === 1, 'the number of the channel', `${data.length} bytes`);
    const [number = 0] = data;
    expectThat(number > 0 && number < MOST && !assigned.includes(number), 'another channel', `${number}`);
    assigned.push(number);
  }
  return assigned;
}

/** Begins a chain of a declared command on channel 0; answers its header. */
async function chained(card: TestCard): Promise<Uint8Array> {
  for (const command of Object.values(card.spec.commands)) {
    if (!command.chaining || command.cla !== 0 || command.secureMessaging) continue;
    if (command.p1.kind !== 'constant' || command.p2.kind !== 'constant') continue;
    const header = Uint8Array.of(0x00, command.ins, command.p1.value, command.p2.value);
    const begun = await card.send(Uint8Array.of(0x10, ...header.subarray(1), 1, 0x00));
    if (begun.sw === SW.ok.sw) return header;
  }
  throw new NotApplicable('this card takes no command in a chain');
}
