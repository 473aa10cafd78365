/** The card's end of SCP03: what stays where, per logical channel; both implementations "i"; recorded sessions. */

import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  fromHex,
  PATIENT_APPLICATION,
  SCP03_CONSTANT,
  SCP03_LEVELS,
  scp03DerivationInput,
  toHex,
} from '../../../apdu/index.js';
import { nobleEngine, PATIENT_CARD, PROFESSIONAL_CARD } from '../../../applet/index.js';
import {
  cardOf,
  PATIENT_AID,
  personalisePatient,
  personaliseProfessional,
  poweredFrom,
} from '../../support/personalised-card.js';
import {
  PLAIN_RESPONSE,
  RECORDED_SESSIONS,
  SECURITY_DOMAIN,
  SESSION_KEYS,
} from '../../support/scp03-vectors.js';
import {
  beginChannel,
  channelInside,
  externalAuthenticate,
  openChannel,
  TestSecureChannel,
  TRANSPORT_KEYS,
} from '../../support/secure-channel.js';
import { exchange, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';

const { commands } = PATIENT_APPLICATION;
const store = { p1: 'more to come', p2: 0, data: { emergency: new Uint8Array(20).fill(0x41) } } as const;
const WITHOUT_OPTIONS = { ...TRANSPORT_KEYS, options: 0x00 } as const;

function blank(transportKeys = TRANSPORT_KEYS) {
  const card = cardOf(PATIENT_CARD, { transportKeys });
  const transmit: Transmit = (command) => card.process(command);
  card.powerOn();
  selectApplication(transmit, PATIENT_AID);
  return { card, transmit };
}

/** On a logical channel: the same bytes but for the class byte. */
const onChannel =
  (transmit: Transmit, channel: number): Transmit =>
  (command) =>
    transmit(Uint8Array.of(command[0]! | channel, ...command.subarray(1)));

describe('transport keys', () => {
  it('are part of the memory image: a card rebuilt from it opens a channel without being given them', () => {
    const { card } = blank();
    const { nvm } = card.image();
    const rebuilt = poweredFrom(PATIENT_CARD, nvm);
    const transmit: Transmit = (command) => rebuilt.process(command);
    selectApplication(transmit, PATIENT_AID);
    expect(() => openChannel(transmit).call(transmit, commands.storeData, store)).not.toThrow();
  });

  it('are written once, before the card ever has power', () => {
    const card = cardOf(PATIENT_CARD);
    expect(() => card.manufacture(TRANSPORT_KEYS)).toThrow(/left its manufacturer/);
  });

  it.each([
    ['patient', () => personalisePatient().card],
    ['professional', () => personaliseProfessional('doctor').card],
  ] as const)('of a %s card are erased by ACTIVATE FILE, and the session with them', (_name, make) => {
    const card = make();
    const { nvm, ram } = card.image();
    for (const key of [TRANSPORT_KEYS.encryption, TRANSPORT_KEYS.mac, TRANSPORT_KEYS.dataEncryption]) {
      expect(Buffer.from(nvm).includes(Buffer.from(key))).toBe(false);
    }
    const owned = card.owners.ram.filter(({ name }) => name.includes('secure channel: '));
    expect(owned.length).toBeGreaterThanOrEqual(8);
    for (const { offset, length } of owned) {
      expect(ram.subarray(offset, offset + length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('count their sessions in flash: a pseudo-random challenge never returns', () => {
    let { card, transmit } = blank();
    const challenges = new Set<string>();
    for (let i = 1; i <= 5; i++) {
      const { answer } = beginChannel(transmit);
      challenges.add(toHex(answer.subarray(13, 21)));
      expect(toHex(answer.subarray(29))).toBe(i.toString(16).padStart(6, '0'));
      card = poweredFrom(PATIENT_CARD, card.image().nvm);
      const next = card;
      transmit = (command) => next.process(command);
      selectApplication(transmit, PATIENT_AID);
    }
    expect(challenges.size).toBe(5);
  });

  it('with i = 00 give random challenges and no counter', () => {
    const { transmit } = blank(WITHOUT_OPTIONS);
    const answers = [beginChannel(transmit, WITHOUT_OPTIONS), beginChannel(transmit, WITHOUT_OPTIONS)];
    for (const { answer } of answers) expect(answer).toHaveLength(29);
    expect(toHex(answers[0]!.answer.subarray(13))).not.toBe(toHex(answers[1]!.answer.subarray(13)));
  });
});

describe('security levels', () => {
  it.each([TRANSPORT_KEYS, WITHOUT_OPTIONS])('are those that i = $options offers', (keys) => {
    for (const level of Object.values(SCP03_LEVELS)) {
      const { transmit } = blank(keys);
      const session = beginChannel(transmit, keys);
      const channel = new TestSecureChannel(session.keys, level);
      const { sw } = exchange(transmit, [externalAuthenticate(channel, session.hostCryptogram)]);
      const offered = keys.options === 0x70 || level <= 0x03;
      expect(sw).toBe(offered ? 0x9000 : 0x6a86);
      if (!offered) continue;
      const made = () => channel.call(transmit, commands.generateKeyPair, { p2: 'signing' });
      if (level === 0) expect(made).toThrow(/6982/);
      else expect(made().publicPoint).toHaveLength(33);
    }
  });
});

describe('a secure channel', () => {
  it('is that of its logical channel', () => {
    const { card, transmit } = blank();
    const first = openChannel(transmit);
    expect(exchange(transmit, [fromHex('0070000001')]).sw).toBe(0x9000);
    const second = onChannel(transmit, 1);
    selectApplication(second, PATIENT_AID);
    // in the clear on the other one: refused there, and nothing is closed here
    expect(statusOf(second, commands.storeData, store)).toBe(0x6982);
    first.call(transmit, commands.storeData, store);
    const other = openChannel(second);
    other.call(second, commands.storeData, store);
    first.call(transmit, commands.storeData, store);
    // closing a logical channel forgets the secure channel of it
    expect(exchange(transmit, [fromHex('00708001')]).sw).toBe(0x9000);
    const left = card.owners.ram.find(({ name }) => name === 'channel 1: secure channel: S-MAC')!;
    expect(
      card
        .image()
        .ram.subarray(left.offset, left.offset + left.length)
        .some((b) => b !== 0),
    ).toBe(false);
    first.call(transmit, commands.storeData, store);
  });

  it.each([
    ['selection', (transmit: Transmit) => selectApplication(transmit, PATIENT_AID)],
    ['a command in the clear', (transmit: Transmit) => statusOf(transmit, commands.storeData, store)],
    ['a wrong checksum', (transmit: Transmit) => transmit(fromHex('84e2000008a0a1a2a3a4a5a6a7'))],
  ] as const)('leaves nothing in RAM after %s', (_name, end) => {
    const { card, transmit } = blank();
    const { keys } = openChannel(transmit);
    expect(channelInside(card)?.channel.opened).toBe(true);
    end(transmit);
    const { ram } = card.image();
    for (const key of Object.values(keys)) expect(Buffer.from(ram).includes(Buffer.from(key))).toBe(false);
    expect(channelInside(card)).toBeUndefined();
  });

  it('takes long data as a chain of one protected command', () => {
    const { transmit } = blank();
    const channel = openChannel(transmit);
    const data = { emergency: new Uint8Array(128).fill(1), roleCertificate: new Uint8Array(160).fill(2) };
    const apdus = channel.apdusOf(commands.storeData, {
      ...store,
      data: { roleCertificate: data.roleCertificate, emergency: data.emergency },
    });
    expect(apdus.length).toBe(2);
    const answer = exchange(transmit, apdus);
    expect(answer.sw).toBe(0x9000);
    expect(channel.open(answer)).toHaveLength(0);
  });

  it('refuses padding that is none', () => {
    const { transmit } = blank();
    const channel = openChannel(transmit);
    // a checksum over bytes that decrypt to noise
    const plain = new TestSecureChannel(channel.keys, 0x01, channel.chaining, channel.counter, true);
    const header = Uint8Array.of(0x84, 0xe2, 0x00, 0x00);
    for (const body of [new Uint8Array(16), new Uint8Array(15)]) {
      const apdu = concatBytes(header, Uint8Array.of(body.length + 8), plain.protect(header, body));
      expect(exchange(transmit, [apdu]).sw).toBe(0x6982);
    }
  });
});

describe('published values', () => {
  it('of pseudo-random challenges are those of the derivation', () => {
    for (const { answer } of RECORDED_SESSIONS) {
      const bytes = fromHex(answer);
      const context = concatBytes(bytes.subarray(29), SECURITY_DOMAIN);
      const input = scp03DerivationInput(SCP03_CONSTANT.cardChallenge, 8, context);
      const challenge = nobleEngine.aes128Cmac(SESSION_KEYS.encryption, input).subarray(0, 8);
      expect(toHex(challenge)).toBe(toHex(bytes.subarray(13, 21)));
    }
  });

  it.each(RECORDED_SESSIONS)('of commands at level $level are those that the card checks', (recorded) => {
    // the test's own end, which the card is held against everywhere else
    const bytes = fromHex(recorded.answer);
    const challenge = fromHex(recorded.initializeUpdate).slice(5, 13);
    const kdf = (key: Uint8Array, constant: number, length: number) =>
      nobleEngine
        .aes128Cmac(
          key,
          scp03DerivationInput(constant, length, concatBytes(challenge, bytes.subarray(13, 21))),
        )
        .slice(0, length);
    const mac = kdf(SESSION_KEYS.mac, SCP03_CONSTANT.macKey, 16);
    const channel = new TestSecureChannel(
      {
        encryption: kdf(SESSION_KEYS.encryption, SCP03_CONSTANT.encryptionKey, 16),
        mac,
        responseMac: kdf(SESSION_KEYS.mac, SCP03_CONSTANT.responseMacKey, 16),
      },
      recorded.level,
    );
    expect(toHex(kdf(mac, SCP03_CONSTANT.cardCryptogram, 8))).toBe(toHex(bytes.subarray(21, 29)));
    const cryptogram = kdf(mac, SCP03_CONSTANT.hostCryptogram, 8);
    expect(toHex(externalAuthenticate(channel, cryptogram))).toBe(recorded.externalAuthenticate);
    const [, sent] = recorded.commands[0]!;
    const plain = fromHex('bf3e035c015a');
    const data = channel.protect(fromHex(sent).slice(0, 4), plain);
    expect(toHex(data)).toBe(sent.slice(10, -2));
    expect(toHex(channel.open({ data: fromHex(recorded.response), sw: 0x9000 }))).toBe(PLAIN_RESPONSE);
  });

  it('the professional card has the same channel', () => {
    const card = cardOf(PROFESSIONAL_CARD);
    card.powerOn();
    const transmit: Transmit = (command) => card.process(command);
    selectApplication(transmit, 'F0494D495302');
    expect(() =>
      openChannel(transmit).call(transmit, commands.generateKeyPair, { p2: 'signing' }),
    ).not.toThrow();
  });
});
