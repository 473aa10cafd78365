/** The host's end of SCP03 against published values, and NHI's card issuing against cards that are not its own. */

import { describe, expect, it } from 'vitest';
import {
  type CommandApdu,
  cardClient,
  encodeCommandApdu,
  fromHex,
  PATIENT_APPLICATION,
  parseCommandApdu,
  parseInitializeUpdateAnswer,
  SCP03_DIVERSIFICATION_BYTES,
  SCP03_OPTIONS,
  TEST_CARD_BATCH,
  toHex,
} from '../../../apdu/index.js';
import { nobleEngine, PATIENT_CARD } from '../../../applet/index.js';
import {
  aesCmac,
  CardIssuing,
  deriveSessionKeys,
  diversifyKey,
  openPersonalisation,
  Scp03Session,
  seededRng,
  transportKeysOf,
} from '../../../host/index.js';
import { cardOf } from '../../support/personalised-card.js';
import { PLAIN_RESPONSE, RECORDED_SESSIONS, SESSION_KEYS } from '../../support/scp03-vectors.js';

function parsed(apdu: string): CommandApdu {
  const command = parseCommandApdu(fromHex(apdu));
  if ('fault' in command) throw new Error(command.fault);
  return command;
}

describe('building blocks', () => {
  it('AES-CMAC gives the values of NIST SP 800-38B, D.1 to D.3', () => {
    const message = fromHex(
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
    );
    const values: readonly [key: string, length: number, mac: string][] = [
      ['2b7e151628aed2a6abf7158809cf4f3c', 0, 'bb1d6929e95937287fa37d129b756746'],
      ['2b7e151628aed2a6abf7158809cf4f3c', 16, '070a16b46b4d4144f79bdd9dd04a287c'],
      ['2b7e151628aed2a6abf7158809cf4f3c', 40, 'dfa66747de9ae63030ca32611497c827'],
      ['2b7e151628aed2a6abf7158809cf4f3c', 64, '51f0bebf7e3b9d92fc49741779363cfe'],
      [
        '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
        0,
        '028962f61b7bf89efc6b551f4667d983',
      ],
      [
        '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
        64,
        'e1992190549f6ed5696a2c056c315410',
      ],
    ];
    for (const [key, length, mac] of values) {
      expect(toHex(aesCmac(fromHex(key), message.subarray(0, length)))).toBe(mac);
      if (key.length === 32) {
        expect(toHex(nobleEngine.aes128Cmac(fromHex(key), message.subarray(0, length)))).toBe(mac);
      }
    }
  });

  // GlobalPlatformPro, TestSCP03 (KDF3 with a master key of 256 bits)
  it('a static key is derived from master key and diversification data', () => {
    const master = fromHex('8C72C72CF908411653018807950D82FBAD947562F0828A0B10B8B9606ABF3BCD');
    const key = diversifyKey(master, 1, fromHex('D9B1DE5D0362DEDCE4FB'));
    expect(toHex(key)).toBe('9aac5d0b3601f89438a0d9d0b6b256cfb47e6462dfa5228d3420c4ac7c224781');
  });

  // OpenJavaCard, SCP03DerivationTest (the well-known test key for all three)
  it('session keys are derived from both challenges', () => {
    const key = TEST_CARD_BATCH.masterKey;
    const keys = deriveSessionKeys(
      { encryption: key, mac: key },
      fromHex('A7F76C713F0A713D'),
      fromHex('31900058C1C451A2'),
    );
    expect(toHex(keys.encryption)).toBe('258a78866f41482bef482dc8ca976ccd');
    expect(toHex(keys.mac)).toBe('053db6abc7fdf3b63a0d965ee16b0255');
  });
});

describe('recorded sessions', () => {
  it.each(RECORDED_SESSIONS)('at level $level are those of this host', (recorded) => {
    const challenge = parsed(recorded.initializeUpdate).data;
    const answer = parseInitializeUpdateAnswer(fromHex(recorded.answer))!;
    expect(answer).toMatchObject({ keyVersion: 0x30, options: 0x70 });
    const keys = deriveSessionKeys(SESSION_KEYS, challenge, answer.cardChallenge);
    expect(toHex(keys.cardCryptogram)).toBe(toHex(answer.cardCryptogram));
    const session = new Scp03Session(keys, recorded.level);
    const authenticate = { cla: 0x80, ins: 0x82, p1: recorded.level, p2: 0, data: keys.hostCryptogram };
    expect(toHex(encodeCommandApdu(session.protect(authenticate)))).toBe(recorded.externalAuthenticate);
    recorded.commands.forEach(([plain, sent], i) => {
      expect(toHex(encodeCommandApdu(session.protect(parsed(plain))))).toBe(sent);
      if (i > 0) return;
      const response = { data: fromHex(recorded.response), sw: 0x9000 };
      expect(toHex(session.open(response)!)).toBe(PLAIN_RESPONSE);
      const wrong = response.data.slice();
      wrong[0]! ^= 1;
      if ((recorded.level & 0x10) !== 0) expect(session.open({ ...response, data: wrong })).toBeUndefined();
    });
  });
});

describe("NHI's card issuing", () => {
  const rng = seededRng(5, 'issuing');
  const issuing = new CardIssuing([TEST_CARD_BATCH], rng);
  const open = (batch = TEST_CARD_BATCH, options: 0x00 | 0x70 = SCP03_OPTIONS.full) => {
    const card = cardOf(PATIENT_CARD, { transportKeys: transportKeysOf(batch, rng, options) });
    card.powerOn();
    const client = cardClient(PATIENT_APPLICATION, async (command) => card.process(command));
    const session = issuing.openSession();
    return { client, session, opened: client.select().then(() => openPersonalisation(client, session)) };
  };

  it.each([SCP03_OPTIONS.plain, SCP03_OPTIONS.full])(
    'opens a channel to a card with i = %i',
    async (options) => {
      const { client, session, opened } = open(TEST_CARD_BATCH, options);
      expect(await opened).toMatchObject({ ok: true });
      const { generateKeyPair } = PATIENT_APPLICATION.commands;
      const made = await client.callThrough(session, generateKeyPair, { p2: 'signing' });
      expect(made).toMatchObject({ status: 'ok', sw: 0x9000 });
    },
  );

  it('knows no card of another batch, nor one that only says that it is of this one', async () => {
    const masterKey = new Uint8Array(16).fill(9);
    for (const keyVersion of [0x31, TEST_CARD_BATCH.keyVersion]) {
      expect(await open({ keyVersion, masterKey }).opened).toMatchObject({ ok: false, code: 'card-unknown' });
    }
  });

  it('gives every card keys of its own', () => {
    const [a, b] = [transportKeysOf(TEST_CARD_BATCH, rng), transportKeysOf(TEST_CARD_BATCH, rng)];
    expect(a.diversificationData).toHaveLength(SCP03_DIVERSIFICATION_BYTES);
    const keys = [a.encryption, a.mac, a.dataEncryption, b.encryption, b.mac, b.dataEncryption].map(toHex);
    expect(new Set(keys).size).toBe(6);
  });

  it('answers nothing through a session that was not opened', async () => {
    const session = issuing.openSession();
    await expect(session.protect({ cla: 0x80, ins: 0xe2, p1: 0, p2: 0 })).rejects.toThrow();
  });
});
