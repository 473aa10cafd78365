/** Running out of memory is an answer: 6A84 for RAM, 6581 for the commit buffer, and nothing has changed. */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION, type ResponseApdu } from '../../../apdu/index.js';
import { type Card, type CardLimits, PATIENT_CARD } from '../../../applet/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  personalisePatient,
  poweredFrom,
} from '../../support/personalised-card.js';
import { ProfessionalPeer } from '../../support/professional-peer.js';
import { ask, exchange, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import {
  agreeOnNumber,
  collectApdus,
  collectInput,
  putVisitApdus,
  storeVisit,
  VISIT,
  verifyPin,
} from '../../support/visit.js';
import { encipherApdus } from './session-script.js';

const { commands } = PATIENT_APPLICATION;
const personalised = personalisePatient();
const nvm = personalised.card.image().nvm;
/** Of a card with so little RAM that it has the basic logical channel only. */
const staticRam = personalised.card.owners.ram
  .filter(({ name }) => !/^channel [123]:/.test(name))
  .reduce((sum, { length }) => sum + length, 0);

type Started = { readonly card: Card; readonly transmit: Transmit };

function start(limits: CardLimits, image = nvm): Started {
  const card = poweredFrom(PATIENT_CARD, image, { limits });
  const transmit: Transmit = (command) => card.process(command);
  selectApplication(transmit, PATIENT_AID);
  return { card, transmit };
}

/** Nothing that lasts has changed, in content or in a single flash byte. */
function expectUntouched(card: Card, before: Uint8Array): void {
  expect(Buffer.compare(card.image().nvm, before)).toBe(0);
  expect(card.nvm.inTransaction).toBe(false);
}

describe('a profile with little RAM', () => {
  it('answers 6A84 to PSO: ENCIPHER, its earlier state intact, up to the size that suffices', () => {
    const answers = new Map<number, number>();
    for (let ramBytes = staticRam; ramBytes <= DEFAULT_LIMITS.ramBytes; ramBytes += 64) {
      const { card, transmit } = start({ ...DEFAULT_LIMITS, ramBytes });
      expect(verifyPin(transmit)).toBe(0x9000);
      const data = { algorithm: Uint8Array.of(0x06) };
      expect(statusOf(transmit, commands.manageSecurityEnvironment, { p2: 'confidentiality', data })).toBe(
        0x9000,
      );
      const before = card.image();
      const { sw } = exchange(transmit, encipherApdus());
      answers.set(ramBytes, sw);
      expect(card.figures.ramPeakBytes).toBeLessThanOrEqual(ramBytes);
      if (sw === 0x9000) continue;
      expect(sw).toBe(0x6a84);
      expectUntouched(card, before.nvm);
      expect(Buffer.compare(card.image().ram, before.ram), 'PIN and algorithm as before').toBe(0);
      // The same state carries on in a card with more RAM for the same programs.
      expect(statusOf(transmit, commands.verify, { p2: 'holder PIN' })).toBe(0x9000);
    }
    const sizes = [...answers.keys()];
    const least = sizes.find((size) => answers.get(size) === 0x9000)!;
    console.log(
      `ENCIPHER: ${sizes.length} sizes of RAM from ${staticRam} bytes, enough from ${least} bytes on`,
    );
    expect(answers.get(staticRam)).toBe(0x6a84);
    expect(sizes.every((size) => (answers.get(size) === 0x9000) === size >= least)).toBe(true);
  });

  it('answers nothing but 6A84 where RAM ends, whatever the command', () => {
    const { card, transmit } = start({ ...DEFAULT_LIMITS, ramBytes: staticRam });
    expect(exchange(transmit, [Uint8Array.of(0x00, 0x84, 0x00, 0x00, 0x10)]).sw).toBe(0x6a84);
    expect(verifyPin(transmit)).toBe(0x9000);
    expect(card.figures.ramPeakBytes).toBe(staticRam);
  });
});

describe('an answer that must wait for GET RESPONSE', () => {
  it('is 6A84 where its bytes have no room, and whole where they have', () => {
    // Without Le all of the certificate waits.
    const certificate = Uint8Array.of(0x00, 0xb0, 0x81, 0x00);
    for (const [arenaBytes, sw] of [
      [100, 0x6a84],
      [400, 0x9000],
    ] as const) {
      const { transmit } = start({ ...DEFAULT_LIMITS, ramBytes: staticRam + arenaBytes });
      verifyPin(transmit);
      const answer = exchange(transmit, [certificate]);
      expect(answer.sw).toBe(sw);
      expect(answer.data.length > 200, 'the whole certificate').toBe(sw === 0x9000);
    }
  });
});

describe('a profile with a small commit buffer', () => {
  it('answers 6581 to PUT DATA and stores no part of it, up to the size that suffices', () => {
    const full = start(DEFAULT_LIMITS);
    const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(full.transmit);
    storeVisit(full.transmit, session, { ...VISIT, record: 'Z00.0 earlier' });
    agreeOnNumber(full.transmit, VISIT, session);
    const image = full.card.image();
    const apdus = putVisitApdus(session, VISIT);
    const answers = new Map<number, number>();
    for (let commitBufferBytes = 0; commitBufferBytes <= 512; commitBufferBytes += 16) {
      const limits = { ...DEFAULT_LIMITS, commitBufferBytes };
      const card = cardOf(PATIENT_CARD, { limits }, image);
      const transmit: Transmit = (command) => card.process(command);
      const doctor = session.fork();
      const { sw } = doctor.open(exchange(transmit, apdus).data);
      answers.set(commitBufferBytes, sw);
      if (sw === 0x9000) continue;
      expect(sw).toBe(0x6581);
      expectUntouched(card, image.nvm);
      // Files, log and counters by the commands that show them.
      const record = (p1: number, p2: number) => ask(transmit, commands.readRecord, { p1, p2 }, doctor);
      expect(Buffer.from(record(1, 2).data).includes('Z00.0 earlier')).toBe(true);
      expect(record(2, 3).sw).toBe(0x6a83);
      expect(record(2, 2).sw).toBe(0x6a83);
    }
    const sizes = [...answers.keys()];
    const least = sizes.find((size) => answers.get(size) === 0x9000)!;
    console.log(`PUT DATA: ${sizes.length} sizes of commit buffer, enough from ${least} bytes on`);
    expect(answers.get(0)).toBe(0x6581);
    expect(sizes.every((size) => (answers.get(size) === 0x9000) === size >= least)).toBe(true);
  });

  it('answers 6581 to COLLECT and to VERIFY, and neither collects nor compares', () => {
    const full = start(DEFAULT_LIMITS);
    const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(full.transmit);
    const prescriptionId = storeVisit(full.transmit, session);
    verifyPin(full.transmit);
    const pharmacy = new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(full.transmit);
    const image = full.card.image();
    const input = collectApdus(collectInput(prescriptionId, 1), pharmacy);
    const inside = ({ data, sw }: ResponseApdu) => (data.length > 0 ? pharmacy.fork().open(data).sw : sw);
    for (const [commitBufferBytes, apdus] of [
      [100, input],
      [0, [Uint8Array.from(Buffer.from('00200081083733393135383236', 'hex'))]],
    ] as const) {
      const card = cardOf(PATIENT_CARD, { limits: { ...DEFAULT_LIMITS, commitBufferBytes } }, image);
      const transmit: Transmit = (command) => card.process(command);
      expect(inside(exchange(transmit, apdus))).toBe(0x6581);
      expectUntouched(card, image.nvm);
    }
    expect(inside(exchange(full.transmit, input))).toBe(0x9000);
  });
});

describe('a command that is too long for the profile', () => {
  it.each([
    ['261 bytes fit', 261, 0x6d00],
    ['262 bytes do not', 262, 0x6700],
    ['70,000 bytes do not', 70_000, 0x6700],
  ])('%s', (_name, length, sw) => {
    const { card, transmit } = start(DEFAULT_LIMITS);
    const command = new Uint8Array(length);
    command.set([0x00, 0x10, 0x00, 0x00, 0xff]);
    expect(exchange(transmit, [command]).sw).toBe(sw);
    expect(card.figures.ramPeakBytes).toBeLessThanOrEqual(DEFAULT_LIMITS.ramBytes);
  });

  it('is 6700 even where extended lengths are spoken: the APDU buffer is what it is', () => {
    const { transmit } = start({ ...DEFAULT_LIMITS, extendedLength: true });
    const command = new Uint8Array(7 + 2_000 + 2);
    command.set([0x00, 0xa4, 0x04, 0x00, 0x00, 2_000 >> 8, 2_000 & 0xff]);
    expect(exchange(transmit, [command]).sw).toBe(0x6700);
  });
});
