/** The secure channel of personalisation, SCP03: opening, levels, checksums, counters (GlobalPlatform Amendment D). */

import {
  type CommandApduFields,
  encodeRequest,
  fromHex,
  PATIENT_APPLICATION,
  SCP03_LEVELS,
  SW,
  uintToBytes,
} from '../../apdu/index.js';
import { BOTH, type CaseEntry, caseFamily } from '../case.js';
import { checkStatus, expectBytes, expectDifferent, expectThat } from '../checks.js';
import { derive, parseGreeting, SecureChannel, staticKey } from '../issuer/secure-channel.js';
import type { TestCard } from '../test-card.js';
import { dateOfPersonalisation } from './steps.js';

const CLAUSE = 'GlobalPlatform Card Specification, Amendment D v1.1.2';
// declared alike by both applications
const { generateKeyPair, activate } = PATIENT_APPLICATION.commands;

/** INITIALIZE UPDATE with a challenge of the case's own. */
async function greet(card: TestCard, level?: number) {
  const hostChallenge = card.random.bytes(8);
  const answer = checkStatus(await card.transmit(initializeUpdate(hostChallenge)), SW.ok);
  return new SecureChannel(hostChallenge, parseGreeting(answer.data), level, card.issuer.channelKeys);
}

function initializeUpdate(data: Uint8Array, p1 = 0): CommandApduFields {
  return { cla: 0x80, ins: 0x50, p1, p2: 0, data, le: 256 };
}

async function openChannel(card: TestCard, level?: number): Promise<SecureChannel> {
  const channel = await greet(card, level);
  checkStatus(await card.transmit(channel.authenticate()), SW.ok);
  return channel;
}

async function expectStored(card: TestCard, channel: SecureChannel): Promise<void> {
  checkStatus(channel.open(await card.transmit(channel.protect(dateOfPersonalisation()))), SW.ok);
}

/** Passes when a command is refused as insecure and the channel is closed with it. */
async function expectClosedBy(
  card: TestCard,
  channel: SecureChannel,
  command: CommandApduFields,
): Promise<void> {
  checkStatus(await card.transmit(command), SW.securityStatusNotSatisfied);
  const next = channel.protect(dateOfPersonalisation());
  checkStatus(await card.transmit(next), SW.securityStatusNotSatisfied);
}

function flipped(command: CommandApduFields, at: number): CommandApduFields {
  const data = command.data!.slice();
  data[at < 0 ? data.length + at : at]! ^= 0x01;
  return { ...command, data };
}

/** Every declared level: what it protects is right, and it carries what it may. */
const LEVELS: readonly CaseEntry[] = Object.entries(SCP03_LEVELS).map(([name, level]) => ({
  name: `level-${level.toString(16).padStart(2, '0')}`,
  title: `a channel at the level "${name}" takes and gives what that level protects, and refuses the rest`,
  clause: `${CLAUSE}, 6.2.4 to 6.2.7; table 7-4`,
  async run(card) {
    const channel = await greet(card, level);
    const { options } = channel.greeting;
    const offered =
      ((level & 0x10) === 0 || (options & 0x20) !== 0) && ((level & 0x20) === 0 || (options & 0x40) !== 0);
    const opened = await card.transmit(channel.authenticate());
    if (!offered) {
      checkStatus(opened, SW.incorrectP1P2);
      return;
    }
    checkStatus(opened, SW.ok);
    const made = await card.transmit(channel.protect(encodeRequest(generateKeyPair, { p2: 'signing' })));
    if ((level & 0x01) === 0) {
      checkStatus(made, SW.securityStatusNotSatisfied);
      return;
    }
    const { data } = checkStatus(channel.open(made), SW.ok);
    expectBytes(data.subarray(0, 2), fromHex('8621'), 'a public key object');
    const stored = await card.transmit(channel.protect(dateOfPersonalisation()));
    if ((level & 0x02) === 0) checkStatus(stored, SW.securityStatusNotSatisfied);
    else checkStatus(channel.open(stored), SW.ok);
  },
}));

export const SECURE_CHANNEL_CASES = caseFamily(
  {
    category: 'secure-channel',
    applications: BOTH,
    fixture: 'blank',
    features: ['personalisation'],
    clause: CLAUSE,
  },
  [
    {
      name: 'card-authenticates',
      title: "the card's cryptogram proves the keys of its batch",
      clause: `${CLAUSE}, 6.2.2.2; 7.1.1`,
      async run(card) {
        const { greeting } = await greet(card);
        expectThat([0x00, 0x70].includes(greeting.options), 'i = 00 or 70', greeting.options.toString(16));
      },
    },
    {
      name: 'challenges-differ',
      title:
        'two card challenges differ, and a sequence counter counts every one of them, also without power',
      clause: `${CLAUSE}, 6.2.2.1`,
      async run(card) {
        const first = (await greet(card)).greeting;
        await card.powerCycle();
        await card.select();
        const second = (await greet(card)).greeting;
        expectDifferent(first.challenge, second.challenge, 'challenges');
        if (first.sequenceCounter === undefined) return;
        const step = (second.sequenceCounter ?? 0) - first.sequenceCounter;
        expectThat(step === 1, 'the next sequence counter', `one after ${step}`);
      },
    },
    {
      name: 'pseudo-random-challenge',
      title: 'a pseudo-random challenge follows from sequence counter and application identifier',
      clause: `${CLAUSE}, 6.2.2.1`,
      async run(card) {
        const { greeting } = await greet(card);
        if (greeting.sequenceCounter === undefined) return;
        const context = Uint8Array.of(...uintToBytes(greeting.sequenceCounter, 3), ...fromHex(card.spec.aid));
        const expected = derive(staticKey(1, greeting.diversificationData), 0x02, 8, context);
        expectBytes(greeting.challenge, expected, 'challenge');
      },
    },
    {
      name: 'key-version',
      title: 'the key version may be named, and another one is not found',
      clause: `${CLAUSE}, 7.1.1.3; 7.1.1.7 (6A88)`,
      async run(card) {
        const { keyVersion } = (await greet(card)).greeting;
        const challenge = card.random.bytes(8);
        checkStatus(await card.transmit(initializeUpdate(challenge, keyVersion)), SW.ok);
        const other = initializeUpdate(challenge, keyVersion ^ 0x01);
        checkStatus(await card.transmit(other), SW.referenceDataNotFound);
      },
    },
    ...LEVELS,
    {
      name: 'wrong-cryptogram',
      title: 'a wrong host cryptogram under a right checksum opens nothing, and the session is over',
      clause: `${CLAUSE}, 7.1.2.6 (6300)`,
      async run(card) {
        const channel = await greet(card);
        const wrong = channel.authenticate((cryptogram) => cryptogram.map((byte) => byte ^ 0xff));
        checkStatus(await card.transmit(wrong), SW.authenticationFailed);
        const right = channel.authenticate();
        checkStatus(await card.transmit(right), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'wrong-authentication-mac',
      title: 'EXTERNAL AUTHENTICATE with a wrong checksum is refused, and its right form afterwards too',
      clause: `${CLAUSE}, 5.6; 6.2.4`,
      async run(card) {
        const channel = await greet(card);
        const command = channel.authenticate();
        checkStatus(await card.transmit(flipped(command, -1)), SW.securityStatusNotSatisfied);
        checkStatus(await card.transmit(command), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'authentication-out-of-turn',
      title: 'EXTERNAL AUTHENTICATE without INITIALIZE UPDATE before it is refused, and so is a second one',
      clause: `${CLAUSE}, 7.1.2 (6985)`,
      async run(card) {
        const channel = await greet(card);
        const command = channel.authenticate();
        await card.select();
        checkStatus(await card.transmit(command), SW.conditionsNotSatisfied);
        const other = await openChannel(card);
        checkStatus(await card.transmit(other.authenticate()), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'authentication-unprotected',
      title: 'EXTERNAL AUTHENTICATE without its checksum is refused',
      clause: `${CLAUSE}, 7.1.2.5`,
      async run(card) {
        const { data, ...command } = (await greet(card)).authenticate();
        const bare = { ...command, cla: 0x80, data: data!.subarray(0, 8) };
        checkStatus(await card.transmit(bare), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'store-data-in-the-clear',
      title: 'STORE DATA, key pairs and ACTIVATE FILE in the clear are refused, and close an open channel',
      clause: `${CLAUSE}, 5.6; project specification, secure messaging of the command`,
      async run(card) {
        const commands = [
          dateOfPersonalisation(),
          encodeRequest(generateKeyPair, { p2: 'signing' }),
          encodeRequest(activate, {}),
        ];
        for (const command of commands) {
          checkStatus(await card.transmit(command), SW.securityStatusNotSatisfied);
        }
        for (const command of commands) await expectClosedBy(card, await openChannel(card), command);
      },
    },
    {
      name: 'wrong-mac',
      title: 'a command with one bit changed, in its data or its checksum, is refused and closes the channel',
      clause: `${CLAUSE}, 5.6; 6.2.4`,
      async run(card) {
        for (const at of [0, 15, -8, -1]) {
          const channel = await openChannel(card);
          await expectClosedBy(card, channel, flipped(channel.protect(dateOfPersonalisation()), at));
        }
      },
    },
    {
      name: 'wrong-header',
      title: 'a command whose P2 was changed on its way is refused and closes the channel',
      clause: `${CLAUSE}, 6.2.4`,
      async run(card) {
        const channel = await openChannel(card);
        const command = channel.protect(dateOfPersonalisation());
        await expectClosedBy(card, channel, { ...command, p2: 0x07 });
      },
    },
    {
      name: 'right-mac-unsaid',
      title:
        'a command under a right checksum whose class byte says that it has none is refused and closes the channel',
      clause: `${CLAUSE}, 6.2.4: CLA with secure messaging`,
      async run(card) {
        const channel = await openChannel(card);
        const plain = dateOfPersonalisation();
        await expectClosedBy(card, channel, { ...channel.protect(plain), cla: plain.cla });
      },
    },
    {
      name: 'no-room-for-a-mac',
      title: 'a protected command with fewer than 8 bytes of data is refused and closes the channel',
      clause: `${CLAUSE}, 6.2.4`,
      async run(card) {
        const channel = await openChannel(card);
        const { data, ...command } = channel.protect(dateOfPersonalisation());
        await expectClosedBy(card, channel, { ...command, data: data!.subarray(0, 7) });
      },
    },
    {
      name: 'replayed',
      title: 'a command sent twice is refused the second time',
      clause: `${CLAUSE}, 6.2.3: chaining value`,
      async run(card) {
        const channel = await openChannel(card);
        const command = channel.protect(dateOfPersonalisation());
        checkStatus(channel.open(await card.transmit(command)), SW.ok);
        await expectClosedBy(card, channel, command);
      },
    },
    {
      name: 'left-out',
      title: 'a command after one that never reached the card is refused: checksums are chained',
      clause: `${CLAUSE}, 6.2.3: chaining value`,
      async run(card) {
        const channel = await openChannel(card);
        channel.protect(dateOfPersonalisation());
        await expectClosedBy(card, channel, channel.protect(dateOfPersonalisation()));
      },
    },
    {
      name: 'counted-without-data',
      title: 'commands without data count as well: what follows them is decrypted',
      clause: `${CLAUSE}, 6.2.6: encryption counter`,
      async run(card) {
        const channel = await openChannel(card);
        for (const p2 of ['signing', 'decryption'] as const) {
          const command = channel.protect(encodeRequest(generateKeyPair, { p2 }));
          checkStatus(channel.open(await card.transmit(command)), SW.ok);
        }
        await expectStored(card, channel);
      },
    },
    {
      name: 'refusal-keeps-channel',
      title: 'a command that the application refuses is answered without protection, and the channel goes on',
      clause: `${CLAUSE}, 6.2.5: no protection of error status words`,
      async run(card) {
        const channel = await openChannel(card);
        const refused = await card.transmit(channel.protect(encodeRequest(activate, {})));
        checkStatus(refused, SW.conditionsNotSatisfied);
        await expectStored(card, channel);
      },
    },
    {
      name: 'sessions-replace',
      title: 'INITIALIZE UPDATE ends the session before it',
      clause: `${CLAUSE}, 5.6`,
      async run(card) {
        const channel = await openChannel(card);
        const next = await greet(card);
        const old = channel.protect(dateOfPersonalisation());
        checkStatus(await card.transmit(old), SW.securityStatusNotSatisfied);
        checkStatus(await card.transmit(next.authenticate()), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'lost-by-selection-and-reset',
      title: 'selecting the application again, or a reset, ends the session',
      clause: `${CLAUSE}, 5.6`,
      async run(card) {
        const leave = [() => card.select(), () => card.reset().then(() => card.select())];
        for (const end of leave) {
          const channel = await openChannel(card);
          await end();
          const command = channel.protect(dateOfPersonalisation());
          checkStatus(await card.transmit(command), SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'wrong-padding',
      title: 'encrypted data that end in another padding than 80 00… are refused and close the channel',
      clause: `${CLAUSE}, 6.2.6; 5.6`,
      async run(card) {
        const channel = await openChannel(card);
        const plain = dateOfPersonalisation();
        // whole blocks without a bit of padding
        const unpadded = new Uint8Array(Math.ceil(plain.data!.length / 16) * 16).fill(0x01);
        unpadded.set(plain.data!);
        await expectClosedBy(card, channel, channel.protect(plain, unpadded));
      },
    },
    {
      name: 'iso-messaging-refused',
      title: "the class bits of the other secure messaging are refused for the channel's commands",
      clause: 'ISO/IEC 7816-4:2020, 5.4.1; 5.6 (6882)',
      async run(card) {
        const channel = await openChannel(card);
        const command = channel.protect(dateOfPersonalisation());
        const { sw } = await card.transmit({ ...command, cla: 0x8c });
        const refused = [SW.secureMessagingNotSupported.sw, SW.securityStatusNotSatisfied.sw].includes(sw);
        expectThat(refused, '6882 or 6982', sw.toString(16));
      },
    },
    {
      name: 'closed-after-activation',
      title: 'an operational card opens no channel: INITIALIZE UPDATE would tell it from others',
      clause: `${CLAUSE}, 7.1.1; project specification, states of INITIALIZE UPDATE`,
      fixture: 'operational',
      async run(card) {
        const command = initializeUpdate(card.random.bytes(8));
        checkStatus(await card.transmit(command), SW.conditionsNotSatisfied);
      },
    },
  ],
);
