/** Refusals when a visit is opened (eq. 6 to 8). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENT } from '../../../apdu/index.js';
import {
  type ConfirmedRequest,
  generateEcKeyPair,
  type HospitalDoor,
  newMessageId,
  OTHER_RECORDS_MESSAGE,
  sealMessage,
  seededRng,
  sha256,
  signStatement,
} from '../../../host/index.js';
import { during, Scenario } from '../../support/scenario.js';
import { expectRefusal, expectRefused, refusalsChecked, SIGNATURE_MADE } from './refused.js';
import { TAMPERINGS } from './tampering.js';
import { confirmedRequest } from './visit-steps.js';

const SEED = 12;
const DAY = 86_400;
const rng = seededRng(SEED, 'attacker');
/** What a doctor's signature leaves on the doctor's card. */
const SIGNED = { changes: [SIGNATURE_MADE] };
let scenario: Scenario;
let otherHospital: HospitalDoor;

beforeAll(async () => {
  scenario = await Scenario.at('equip pharmacy', { seed: SEED });
  await scenario.verifyPins('patient', 'doctor');
  otherHospital = scenario.world.nhi.hospitalDoor('OTHER-0001');
});
afterAll(() => {
  console.log(`visit: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

const confirm = (request: ConfirmedRequest, door: HospitalDoor = scenario.hospitalLine) =>
  door.confirmVisit(request);
const openVisit = () =>
  scenario.world.hospital.openVisit(scenario.world.patientCard, scenario.world.doctorCard);

describe('a request that was changed on its way (eq. 6, 7)', () => {
  it.each(TAMPERINGS)('is unreadable when the doctor signed it so: %s', async (_what, tamper) => {
    const request = await confirmedRequest(scenario, { tamper });
    await expectRefused(scenario, { code: 'envelope-unreadable' }, () => confirm(request));
  });

  it.each(TAMPERINGS)('is noticed after the doctor signed it: %s', async (what, tamper) => {
    const code = what.includes('identifier') ? 'envelope-unreadable' : 'group-signature-invalid';
    await expectRefused(scenario, { code, ...SIGNED }, () =>
      during(
        scenario.hospitalLine,
        (real) => ({ confirmVisit: (sent) => real.confirmVisit({ ...sent, request: tamper(sent.request) }) }),
        openVisit,
      ),
    );
  });

  it('is noticed when the reply key was swapped for an attacker’s', async () => {
    const replyKey = generateEcKeyPair(rng).publicKey;
    await expectRefused(scenario, { code: 'group-signature-invalid', ...SIGNED }, () =>
      during(
        scenario.hospitalLine,
        (real) => ({ confirmVisit: (sent) => real.confirmVisit({ ...sent, replyKey }) }),
        openVisit,
      ),
    );
  });

  it('is refused when nothing can be sealed to the reply key', async () => {
    const replyKey = Uint8Array.from([3, ...new Uint8Array(32).fill(0xff)]);
    const request = await confirmedRequest(scenario, { replyKey });
    await expectRefused(scenario, { code: 'message-malformed', reason: /reply key/ }, () => confirm(request));
  });
});

describe("NHI's answer (eq. 8)", () => {
  it.each(TAMPERINGS)('is not shown when changed: %s', async (_what, tamper) => {
    const before = scenario.lastVisit;
    // NHI did confirm this visit; what the doctor may not see is the answer
    const result = await during(
      scenario.hospitalLine,
      (real) => ({
        async confirmVisit(sent) {
          const confirmed = await real.confirmVisit(sent);
          return confirmed.ok ? { ok: true, answer: tamper(confirmed.answer) } : confirmed;
        },
      }),
      openVisit,
    );
    expectRefusal(result, { code: 'envelope-unreadable' });
    expect(scenario.lastVisit).toBe(before);
  });

  it('is not shown when somebody else sealed it', async () => {
    const forger = generateEcKeyPair(rng);
    const result = await during(
      scenario.hospitalLine,
      () => ({
        async confirmVisit(sent) {
          const messageId = newMessageId(rng);
          const basicData = Buffer.from('{}');
          const records = Buffer.from('[]');
          const statement = {
            messageId,
            requestHash: sha256(sent.request.envelope),
            basicDataHash: sha256(basicData),
            recordsHash: sha256(records),
            time: scenario.world.clock.now(),
          };
          const signature = signStatement(forger.secretKey, STATEMENT.otherRecords, statement);
          const [visitId, pid] = [rng.bytes(16), rng.bytes(16)];
          const values = { statement, signature, visitId, pid, basicData, records };
          const route = { equation: 8, sender: 'nhi', recipient: 'hospital' } as const;
          const to = { route, key: sent.replyKey, messageId };
          return { ok: true, answer: await sealMessage(OTHER_RECORDS_MESSAGE, values, to, rng) };
        },
      }),
      openVisit,
    );
    expectRefusal(result, { code: 'answer-unverified' });
  });
});

describe('a challenge', () => {
  it('serves one visit', async () => {
    const request = await confirmedRequest(scenario);
    expect((await confirm(request)).ok).toBe(true);
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(request));
    const again = await confirmedRequest(scenario, { challenge: request.challenge });
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(again));
  });

  it('serves one attempt, even a failed one', async () => {
    const request = await confirmedRequest(scenario);
    const broken = { ...request, request: { ...request.request, messageId: rng.bytes(16) } };
    await expectRefused(scenario, { code: 'envelope-unreadable' }, () => confirm(broken));
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(request));
  });

  it('is one that NHI issued, to this hospital', async () => {
    const invented = await confirmedRequest(scenario, { challenge: rng.bytes(16) });
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(invented));
    const { challenge } = await otherHospital.issueChallenge();
    const borrowed = await confirmedRequest(scenario, { challenge });
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(borrowed));
  });

  it('is the one that the patient signed', async () => {
    const { challenge: sentChallenge } = await scenario.hospitalLine.issueChallenge();
    const request = await confirmedRequest(scenario, { sentChallenge });
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(request));
  });

  it('is good for 12 hours and not a second longer', async () => {
    const inTime = await confirmedRequest(scenario);
    const late = await confirmedRequest(scenario);
    scenario.world.clock.advance(12 * 3600);
    expect((await confirm(inTime)).ok).toBe(true);
    scenario.world.clock.advance(1);
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(late));
  });
});

describe('another hospital', () => {
  it('can not confirm an envelope that it intercepted', async () => {
    const request = await confirmedRequest(scenario);
    await expectRefused(scenario, { code: 'challenge-unknown' }, () => confirm(request, otherHospital));
    expect((await confirm(request)).ok, 'it is still good where it belongs').toBe(true);
  });

  it('can not use a request that names this hospital with a challenge of its own', async () => {
    const { challenge } = await otherHospital.issueChallenge();
    const request = await confirmedRequest(scenario, { challenge, sentHospitalId: 'OTHER-0001' });
    await expectRefused(scenario, { code: 'hospital-mismatch' }, () => confirm(request, otherHospital));
  });

  it('can not have a confirmation count that the doctor signed for this one', async () => {
    const { challenge } = await otherHospital.issueChallenge();
    const request = await confirmedRequest(scenario, { challenge });
    await expectRefused(scenario, { code: 'group-signature-invalid' }, () => confirm(request, otherHospital));
  });
});

describe('the insurance', () => {
  it('must be paid: Data that had lapsed at registration', async () => {
    const { card } = await scenario.enrolAnother('L100000001', scenario.world.clock.now() - 1);
    const { hospital, doctorCard } = scenario.world;
    await expectRefused(scenario, { code: 'insurance-lapsed', ...SIGNED }, () =>
      hospital.openVisit(card, doctorCard),
    );
  });

  it('must be paid: Data that lapses between two visits', async () => {
    const { clock, hospital, doctorCard } = scenario.world;
    const { card } = await scenario.enrolAnother('L100000002', clock.now() + DAY);
    clock.advance(DAY);
    expect((await hospital.openVisit(card, doctorCard)).ok).toBe(true);
    clock.advance(1);
    await expectRefused(scenario, { code: 'insurance-lapsed', ...SIGNED }, () =>
      hospital.openVisit(card, doctorCard),
    );
  });
});

describe('the patient certificate', () => {
  it('must not be revoked', async () => {
    const { nhi, hospital, doctorCard } = scenario.world;
    const { card } = await scenario.enrolAnother('R100000001');
    const opened = await hospital.openVisit(card, doctorCard);
    if (!opened.ok) throw new Error(opened.reason);
    await nhi.patients.revoke(opened.visit.pid);
    await expectRefused(scenario, { code: 'certificate-revoked', ...SIGNED }, () =>
      hospital.openVisit(card, doctorCard),
    );
  });

  it('must be one of this NHI', async () => {
    const elsewhere = await Scenario.at('register patient', { seed: SEED + 1 });
    await elsewhere.verifyPins('patient');
    // a card of another insurer seals to the other insurer
    await expectRefused(scenario, { code: 'envelope-unreadable', ...SIGNED }, () =>
      scenario.world.hospital.openVisit(elsewhere.world.patientCard, scenario.world.doctorCard),
    );
  });

  it('must be within its dates', async () => {
    const { clock } = scenario.world;
    const { card } = await scenario.enrolAnother('E100000001', clock.now() + 10 * 365 * DAY);
    clock.advance(5 * 365 * DAY + 1);
    const { nhi, doctorCard, input } = scenario.world;
    await nhi.beginEpoch();
    const renewed = await nhi.doctors.renewal(input.doctor.licence);
    expect(renewed.ok && (await doctorCard.renewMembership(renewed.renewal)).ok, 'of this epoch').toBe(true);
    await expectRefused(scenario, { code: 'certificate-invalid', ...SIGNED }, () =>
      scenario.world.hospital.openVisit(card, scenario.world.doctorCard),
    );
  });
});
