/** A card is its memory: rebuilt from its image between any two commands, and free of secrets after each of them. */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION, toHex } from '../../../apdu/index.js';
import { Card, type CryptoEngine, nobleEngine, PATIENT_CARD } from '../../../applet/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  PIN,
  PROFESSIONAL_AID,
  PUK,
  personalisePatient,
  personalisePatientOver,
  personaliseProfessional,
  WRONG_PIN,
} from '../../support/personalised-card.js';
import { ProfessionalPeer, showChain } from '../../support/professional-peer.js';
import { TRANSPORT_KEYS } from '../../support/secure-channel.js';
import { seededBytes } from '../../support/seeded-random.js';
import { apdusOf, call, exchange, selectApplication, type Transmit } from '../../support/transmit.js';
import { storeVisit, triesLeft, verifyPin } from '../../support/visit.js';
import { occurrences } from '../runtime/small-nvm.js';
import { encipherApdus, runSession } from './session-script.js';

const patient = PATIENT_APPLICATION.commands;
const professional = PROFESSIONAL_APPLICATION.commands;

describe('a card rebuilt from its image between any two commands', () => {
  it('answers byte for byte as the one that was never rebuilt, and ends in the same image', () => {
    const exchanges: { command: Uint8Array; response: Uint8Array }[] = [];
    const script = (transmitOf: (card: () => Card, set: (card: Card) => void) => Transmit) => {
      // One stream of random numbers for all cards that are built from it.
      const random = seededBytes(5, 'chip');
      const options = { ports: { random } };
      let card = cardOf(PATIENT_CARD, options);
      const transmit = transmitOf(
        () => card,
        (next) => {
          card = next;
        },
      );
      personalisePatientOver(card, transmit, patient);
      const result = runSession(transmit);
      return { image: card.image(), result };
    };
    const live = script((card) => (command) => {
      const response = card().process(command);
      exchanges.push({ command, response });
      return response;
    });
    let at = 0;
    let rebuilds = 0;
    const random = seededBytes(5, 'chip');
    const limits = DEFAULT_LIMITS;
    let card = new Card(PATIENT_CARD, { limits, engine: nobleEngine, random }).manufacture(TRANSPORT_KEYS);
    card.powerOn();
    for (const { command, response } of exchanges) {
      card = new Card(PATIENT_CARD, { limits, engine: nobleEngine, random }, card.image());
      rebuilds++;
      expect(toHex(card.process(command)), `command ${at}: ${toHex(command.subarray(0, 5))}`).toBe(
        toHex(response),
      );
      at++;
    }
    const end = card.image();
    expect(Buffer.compare(end.nvm, live.image.nvm)).toBe(0);
    expect(Buffer.compare(end.ram, live.image.ram)).toBe(0);
    const seen = new Set(live.result.statusWords.map((sw) => sw.toString(16)));
    console.log(`${rebuilds} rebuilds; final status words seen: ${[...seen].sort().join(' ')}`);
    expect(rebuilds).toBeGreaterThan(80);
    const waiting = exchanges.filter(({ response }) => response.at(-2) === 0x61).length;
    expect(waiting, 'rebuilt while a response waits').toBeGreaterThan(4);
    for (const sw of ['9000', '6982', '6981', '6985', '6a83', '6700', '6883', '6881', '63c0']) {
      expect([...seen]).toContain(sw);
    }
  });

  it('is refused with an image of another size', () => {
    const image = cardOf(PATIENT_CARD).image();
    expect(() => cardOf(PATIENT_CARD, {}, { ...image, nvm: image.nvm.slice(1) })).toThrow(RangeError);
    expect(() => cardOf(PATIENT_CARD, {}, { ...image, ram: image.ram.slice(1) })).toThrow(RangeError);
  });
});

/** An engine that notes every secret it is given or gives. */
function watchedEngine(secrets: Map<string, Uint8Array>): CryptoEngine {
  const watch = (bytes: Uint8Array | undefined): void => {
    if (bytes) secrets.set(toHex(bytes), Uint8Array.from(bytes));
  };
  return {
    ...nobleEngine,
    p256PublicKey(secretKey) {
      watch(secretKey);
      return nobleEngine.p256PublicKey(secretKey);
    },
    p256EcdsaSign(secretKey, digest) {
      watch(secretKey);
      return nobleEngine.p256EcdsaSign(secretKey, digest);
    },
    p256Ecdh(secretKey, publicKey) {
      watch(secretKey);
      const shared = nobleEngine.p256Ecdh(secretKey, publicKey);
      watch(shared);
      return shared;
    },
    aes128Cmac(key, message) {
      watch(key);
      return nobleEngine.aes128Cmac(key, message);
    },
    aes128GcmSeal(key, nonce, aad, plaintext) {
      watch(key);
      return nobleEngine.aes128GcmSeal(key, nonce, aad, plaintext);
    },
  };
}

/** Watches the RAM of a card after every command for what must not be there. */
class RamWatch {
  readonly secrets = new Map<string, Uint8Array>();
  searches = 0;
  allowedFinds = 0;

  constructor() {
    for (const secret of [PIN, WRONG_PIN, PUK]) this.secrets.set(toHex(secret), secret);
  }

  /** `allowed`: owners of RAM that may hold a secret now. */
  look(card: Card, command: Uint8Array, allowed: readonly string[]): void {
    const ram = card.image().ram;
    const chain = card.owners.ram.find((owner) => owner.name === 'chain: active')!;
    const ranges = [...allowed, ...(ram[chain.offset] === 1 ? ['message buffer'] : [])];
    const rest = ram.slice();
    for (const { name, offset, length } of card.owners.ram) {
      if (ranges.includes(name)) rest.fill(0, offset, offset + length);
    }
    for (const secret of this.secrets.values()) {
      this.searches++;
      const where = `a secret of ${secret.length} bytes after ${toHex(command.subarray(0, 4))}`;
      expect(occurrences(rest, secret), where).toBe(0);
      this.allowedFinds += occurrences(ram, secret);
    }
    const arena = card.owners.ram.at(-1)!;
    expect(
      ram.subarray(arena.offset + arena.length).every((byte) => byte === 0),
      'the arena is wiped',
    ).toBe(true);
  }
}

const SESSION_KEYS = ['encryption key', 'MAC key'].map((name) => `channel 0: session: ${name}`);
const SECURE_CHANNEL_KEYS = ['S-ENC', 'S-MAC', 'S-RMAC'].map((name) => `channel 0: secure channel: ${name}`);

describe('RAM after every command', () => {
  it('of the patient card holds no PIN, no private key, and the session key in its one place', () => {
    const watch = new RamWatch();
    const options = { ports: { engine: watchedEngine(watch.secrets) } };
    const card = cardOf(PATIENT_CARD, options);
    let commands = 0;
    const transmit: Transmit = (command) => {
      const response = card.process(command);
      commands++;
      watch.look(card, command, [...SESSION_KEYS, ...SECURE_CHANNEL_KEYS]);
      return response;
    };
    const { roleKey, cardKeys } = personalisePatientOver(card, transmit, patient);
    for (const key of [roleKey, ...cardKeys]) watch.secrets.set(toHex(key), key);
    runSession(transmit, ({ keys }) => {
      for (const [i, name] of SESSION_KEYS.entries()) {
        const key = keys.slice(16 * i, 16 * i + 16);
        watch.secrets.set(toHex(key), key);
        const owner = card.owners.ram.find((one) => one.name === name)!;
        expect(toHex(card.image().ram.slice(owner.offset, owner.offset + owner.length))).toBe(toHex(key));
      }
    });
    console.log(
      `patient card: ${commands} commands, ${watch.secrets.size} secrets, ${watch.searches} searches, ${watch.allowedFinds} finds where they belong`,
    );
    expect(watch.secrets.size).toBeGreaterThan(12);
    // The search does find what is there: session keys, and a PIN in a chain that goes on.
    expect(watch.allowedFinds).toBeGreaterThan(10);
  });

  it('of the professional card holds the ephemeral key only between the two halves of the authentication', () => {
    const holder = personalisePatient();
    const watch = new RamWatch();
    const { card, roleKey, cardKeys } = personaliseProfessional('doctor', {
      ports: { engine: watchedEngine(watch.secrets) },
    });
    for (const key of [roleKey, ...cardKeys]) watch.secrets.set(toHex(key), key);
    let allowed = SESSION_KEYS;
    const transmit: Transmit = (command) => {
      const response = card.process(command);
      watch.look(card, command, allowed);
      return response;
    };
    selectApplication(transmit, PROFESSIONAL_AID);
    selectApplication(holder.transmit, PATIENT_AID);
    expect(verifyPin(transmit)).toBe(0x9000);
    const answer = call(holder.transmit, patient.getChallenge, {});
    const certificate = exchange(transmit, [Uint8Array.of(0x00, 0xb0, 0x81, 0x00, 0x00)]).data;
    showChain(holder.transmit, AUTHORITY, certificate);
    allowed = [...allowed, 'channel 0: card authentication: ephemeral secret'];
    const half = call(transmit, professional.internalAuthenticate, { data: { answer } });
    const back = call(holder.transmit, patient.mutualAuthenticate, { data: half });
    const { roleCertificate, ...proof } = back;
    showChain(transmit, AUTHORITY, roleCertificate);
    allowed = SESSION_KEYS;
    call(transmit, professional.externalAuthenticate, { data: proof });
    const header = Uint8Array.of(0x0c, 0xdb, 0x3f, 0xff);
    const plain = Uint8Array.from(Buffer.from('what the doctor writes and the patient alone may read'));
    watch.secrets.set(toHex(plain), plain);
    call(transmit, professional.protectCommand, { data: { header, plain, le: Uint8Array.of(0) } });
    console.log(`professional card: ${watch.secrets.size} secrets, ${watch.searches} searches`);
    expect(watch.allowedFinds).toBeGreaterThan(1);
  });
});

describe('a reset', () => {
  it.each([
    ['reset', (card: Card) => card.reset()],
    [
      'power cycle',
      (card: Card) => {
        card.powerOff();
        expect(card.process(Uint8Array.of(0x00, 0x84, 0x00, 0x00, 0x10))).toHaveLength(0);
        return card.powerOn();
      },
    ],
  ])('(%s) forgets selection, PIN, role, session and everything else that is transient', (_name, reset) => {
    const { card, transmit } = personalisePatient();
    const clean = card.image();
    selectApplication(transmit, PATIENT_AID);
    const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
    storeVisit(transmit, session);
    expect(verifyPin(transmit)).toBe(0x9000);
    const atr = reset(card);
    expect(toHex(atr)).toBe(toHex(PATIENT_CARD.atr));
    expect(card.image().ram.every((byte) => byte === 0)).toBe(true);
    expect(clean.powered).toBe(true);
    const [challenge] = apdusOf(patient.getChallenge, {}) as [Uint8Array];
    expect(toHex(transmit(challenge)), 'nothing is selected').toBe('6d00');
    selectApplication(transmit, PATIENT_AID);
    expect(triesLeft(transmit)).toBe(3);
    for (const sfi of [1, 2, 3, 4, 5]) {
      const read = sfi === 1 || sfi === 4 ? [0xb0, 0x80 | sfi, 0x00] : [0xb2, 0x01, (sfi << 3) | 4];
      expect(toHex(transmit(Uint8Array.of(0x00, ...read, 0x00))), `file ${sfi}`).toBe('6982');
    }
    expect(exchange(transmit, encipherApdus()).sw).toBe(0x6985);
    expect(toHex(transmit(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00)))).toBe('6985');
  });

  it('as a new selection, which also drops the session', () => {
    const { transmit } = personalisePatient();
    selectApplication(transmit, PATIENT_AID);
    new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
    expect(verifyPin(transmit)).toBe(0x9000);
    selectApplication(transmit, PATIENT_AID);
    expect(triesLeft(transmit)).toBe(3);
    expect(toHex(transmit(Uint8Array.of(0x00, 0xb2, 0x01, 0x14, 0x00)))).toBe('6982');
  });
});
