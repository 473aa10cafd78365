/** Logical channels (ISO/IEC 7816-4, 5.4.2 and 11.1.2): what one of them knows is nothing to another. */

import { fromHex, SW } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat, NotApplicable } from '../checks.js';
import type { TestCard } from '../test-card.js';

const CHANNELS = 'ISO/IEC 7816-4:2020, 5.4.2; 11.1.2';

/** Opens channel 1. @throws {NotApplicable} on a card that has no further channel */
async function openFirst(card: TestCard): Promise<void> {
  const { sw } = await card.send('0070000100');
  if (sw !== SW.ok.sw) throw new NotApplicable('this card opens no further channel');
}

/** The first numbers of channels, as classes of the first interindustry range name them. */
const NAMED_CHANNELS = [1, 2, 3] as const;

/** Opens channels of the card's choice until it has no more; answers their numbers in that order. */
async function openAll(card: TestCard): Promise<readonly number[]> {
  const opened: number[] = [];
  while (opened.length <= NAMED_CHANNELS.length) {
    const { data, sw } = await expectStatus(card, '0070000001', SW.ok, SW.functionNotSupported);
    if (sw !== SW.ok.sw) break;
    expectThat(data.length === 1, 'the number of the channel', `${data.length} bytes`);
    opened.push(data[0]!);
  }
  if (opened.length === 0) throw new NotApplicable('this card opens no further channel');
  return opened;
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
      name: 'as-many-as-there-are',
      title: 'the card opens channels of its own choice until none is free; each is another one and works',
      clause: `${CHANNELS}; 5.6 (6A81)`,
      async run(card) {
        const opened = await openAll(card);
        const sound = opened.every((number, i) => number > 0 && opened.indexOf(number) === i);
        expectThat(sound && opened.length <= 3, 'other channels than the basic one', opened.join(', '));
        for (const channel of opened) await expectStatus(card, selectOn(card, channel), SW.ok);
        for (const channel of NAMED_CHANNELS.filter((number) => !opened.includes(number))) {
          await expectStatus(card, selectOn(card, channel), SW.logicalChannelNotSupported);
        }
      },
    },
    {
      name: 'none-free-none-by-number',
      title: 'where the card has no free channel to choose, there is none to be opened by its number either',
      clause: `${CHANNELS}; 5.6 (6A81, 6A86)`,
      async run(card) {
        const opened = await openAll(card);
        for (const channel of NAMED_CHANNELS) {
          const taken = opened.includes(channel);
          const refusals = taken ? [SW.incorrectP1P2] : [SW.functionNotSupported, SW.incorrectP1P2];
          await expectStatus(card, Uint8Array.of(0, 0x70, 0x00, channel, 0), ...refusals);
          const still = taken ? SW.ok : SW.logicalChannelNotSupported;
          await expectStatus(card, selectOn(card, channel), still);
        }
      },
    },
    {
      name: 'closed-is-free-again',
      title: 'a channel that was closed is free again for the card to choose, the others stay as they are',
      async run(card) {
        const opened = await openAll(card);
        for (const channel of opened) {
          await expectStatus(card, Uint8Array.of(0, 0x70, 0x80, channel), SW.ok);
          const { data } = await expectStatus(card, '0070000001', SW.ok);
          expectBytes(data, Uint8Array.of(channel), 'the only free channel');
        }
      },
    },
    {
      name: 'refused-close-closes-nothing',
      title: 'closing with an Le, which it does not have, closes the channel or is refused; never both',
      clause: `${CHANNELS}; 5.6 (6700)`,
      async run(card) {
        await openFirst(card);
        const { sw } = await expectStatus(card, '0070800101', SW.ok, SW.wrongLength, 0x6c00);
        const then = sw === SW.ok.sw ? SW.logicalChannelNotSupported : SW.ok;
        await expectStatus(card, selectOn(card, 1), then);
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
