/** The power fails at every page operation of the two commands that write a visit and a collection (eq. 11, 17). */

import { afterAll, describe, expect, it } from 'vitest';
import { decodeTemplate, PATIENT_APPLICATION } from '../../../apdu/index.js';
import { PATIENT_CARD } from '../../../applet/index.js';
import { cutEverywhere, over } from '../../support/cut-everywhere.js';
import { AUTHORITY, cardOf, PATIENT_AID, personalisePatient } from '../../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { ask, exchange, selectApplication, type Transmit } from '../../support/transmit.js';
import {
  agreeOnNumber,
  type CollectInput,
  collectApdus,
  collectInput,
  isCollectionSignature,
  putVisitApdus,
  storeVisit,
  VISIT,
  verifyPin,
} from '../../support/visit.js';
import { occurrences } from '../runtime/small-nvm.js';

const { commands } = PATIENT_APPLICATION;
const counts = { cuts: 0, recoveryCuts: 0, before: 0, after: 0, signatures: 0 };
afterAll(() => console.log(JSON.stringify(counts)));

describe('PUT DATA (eq. 11) cut at every page operation', () => {
  it('stores record, prescription and log entry together or not at all', () => {
    const { transmit, card } = personalisePatient();
    selectApplication(transmit, PATIENT_AID);
    const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
    const earlier = storeVisit(transmit, session, { ...VISIT, record: 'Z00.0 earlier visit' });
    const prescriptionId = agreeOnNumber(transmit, VISIT, session);
    const image = card.image();
    const apdus = putVisitApdus(session, VISIT);
    let judged = 0;
    cutEverywhere(
      image,
      apdus,
      (torn, done) => {
        judged++;
        // Role and session went with the power; the doctor starts anew and reads what is there.
        const again = over(torn);
        selectApplication(again, PATIENT_AID);
        expect(exchange(again, apdus).sw).toBe(0x6982);
        if (judged % 8 !== 0) return;
        const renewed = new ProfessionalPeer(AUTHORITY, 'doctor', judged).authenticate(again);
        const slots = [1, 2].map((slot) => ask(again, commands.readRecord, { p1: slot, p2: 3 }, renewed));
        expect(slots.map((slot) => slot.sw)).toEqual([0x9000, done ? 0x9000 : 0x6a83]);
        expect(occurrences(slots[0]!.data, earlier) === 1).toBe(true);
        expect(occurrences(slots[1]!.data, prescriptionId)).toBe(done ? 1 : 0);
        const newest = ask(again, commands.readRecord, { p1: 1, p2: 2 }, renewed).data;
        expect(Buffer.from(newest).includes(done ? VISIT.record : 'Z00.0 earlier visit')).toBe(true);
        storeVisit(again, renewed);
      },
      counts,
    );
    expect(judged).toBeGreaterThan(30);
  });
});

describe('COLLECT (eq. 17) cut at every page operation', () => {
  const { transmit, card, pid, signingKey } = personalisePatient();
  selectApplication(transmit, PATIENT_AID);
  const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  const prescriptionId = storeVisit(transmit, session);
  expect(verifyPin(transmit)).toBe(0x9000);
  const pharmacy = new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(transmit);
  const first = collectInput(prescriptionId, 1);
  const second = collectInput(prescriptionId, 2);

  /** The signature on a collection, or the status word of the refusal. */
  const collect = (to: Transmit, input: CollectInput, session: PeerSession): string | number => {
    const { data, sw } = ask(to, commands.collect, { data: input }, session);
    if (sw !== 0x9000) return sw;
    const { signature } = decodeTemplate(commands.collect.response.template, data);
    expect(isCollectionSignature(signingKey, pid, input, signature)).toBe(true);
    counts.signatures++;
    return Buffer.from(signature).toString('hex');
  };

  it('gives one collection, and its signature again to whoever repeats the request', () => {
    let turn = 0;
    cutEverywhere(
      card.image(),
      collectApdus(first, pharmacy.fork()),
      (torn, done) => {
        const again = over(torn);
        selectApplication(again, PATIENT_AID);
        expect(verifyPin(again)).toBe(0x9000);
        const peer = new ProfessionalPeer(AUTHORITY, 'pharmacy', ++turn).authenticate(again);
        // The pharmacy repeats its request, or another one is quicker.
        const order = turn % 2 === 0 ? [first, second] : [second, first];
        const answers = order.map((input) => collect(again, input, peer));
        const signatures = answers.filter((answer) => typeof answer === 'string');
        expect(signatures, 'exactly one of two collections').toHaveLength(1);
        const expected = done ? first : order[0]!;
        expect(typeof answers[order.indexOf(expected)]).toBe('string');
        expect(answers[1 - order.indexOf(expected)]).toBe(0x6985);
        expect(collect(again, expected, peer), 'the same answer to the same request').toBe(signatures[0]);
      },
      counts,
    );
    expect(turn).toBeGreaterThan(15);
  });

  it('answers the same signature without a cut, and refuses a second collection', () => {
    const fresh = cardOf(PATIENT_CARD, {}, card.image());
    const session = pharmacy.fork();
    const signature = collect(over(fresh), first, session);
    expect(typeof signature).toBe('string');
    expect(collect(over(fresh), first, session)).toBe(signature);
    expect(fresh.figures.nvmPageWrites).toBe(0);
    expect(collect(over(fresh), second, session)).toBe(0x6985);
    expect(collect(over(fresh), collectInput(new Uint8Array(16), 1), session)).toBe(0x6a88);
  });
});
