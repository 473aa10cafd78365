/** The power goes within a command: all of what it writes is there afterwards, or nothing of it. */

import {
  type CommandSpec,
  encodeCommandApdu,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PROGRAMME,
  PROGRAMME_RECORD,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectOk, expectRefusal, expectThat } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { AGENT_PIN, AGENT_REFERENCE, delegateAndCertify } from './delegation-steps.js';
import { prescribe, readRecord, verifyPin } from './steps.js';

const ATOMIC = 'project, CARD: a command that writes is atomic, whenever the power goes';
const { commands, files } = PATIENT_APPLICATION;
const { programmes, log, records } = files;
/** Later steps than this no command here has. */
const LAST_STEP = 24;

/** A protected command as one APDU. */
function protectedApdu<const C extends CommandSpec>(
  session: CardSession,
  spec: C,
  request: RequestOf<C>,
): Uint8Array {
  return encodeCommandApdu(session.protect(spec, request));
}

/**
 * Runs `attempt` with the cut one step later each time, until the command is over before it. `attempt` answers
 * whether the card still answered.
 */
async function atEveryStep(attempt: (step: number) => Promise<boolean>): Promise<void> {
  for (let step = 0; step <= LAST_STEP; step++) if (await attempt(step)) return;
}

function entry(number: number, length: number): Uint8Array {
  return encodeTemplate(PROGRAMME_RECORD, {
    programme: PROGRAMME.children,
    time: TestIssuer.daysAfterToday(number),
    hospitalId: `H-${number}`,
    entry: new Uint8Array(length).fill(number),
  });
}

async function countOf(card: TestCard, sfi: number, most: number): Promise<number> {
  for (let number = 1; number <= most; number++) {
    const { sw } = checkStatus(await readRecord(card, sfi, number), SW.ok, SW.recordNotFound);
    if (sw !== SW.ok.sw) return number - 1;
  }
  return most;
}

export const POWER_CUT_CASES = caseFamily(
  {
    category: 'power-cut',
    applications: PATIENT,
    fixture: 'operational',
    features: ['power-cut', 'records', 'card-authentication', 'secure-messaging'],
    clause: ATOMIC,
    destroys: 'writes to the card, and cuts its power while it does',
  },
  [
    {
      name: 'try-spent-before-comparison',
      title: 'even the right PIN is not answered before the card has written something: the try comes first',
      applications: BOTH,
      features: ['power-cut', 'pin'],
      clause:
        'ISO/IEC 7816-4:2020, 11.5.6; project specification, VERIFY: the try is spent before the comparison',
      async run(card) {
        const right = encodeCommandApdu({ cla: 0, ins: 0x20, p1: 0, p2: 0x81, data: card.issuer.pin });
        const answer = await card.sendAndCut(right, 0);
        expectThat(
          answer === undefined,
          'silence, for the power went with the first byte written',
          'an answer',
        );
      },
    },
    {
      name: 'pin-change',
      title: 'a change of the PIN leaves the old one or the new one',
      applications: BOTH,
      features: ['power-cut', 'pin'],
      async run(card) {
        const old = card.issuer.pin;
        const replacement = Uint8Array.of(0x39, 0x38, 0x37, 0x36, 0x35);
        const data = { current: old, replacement };
        const fields = encodeTemplate(commands.changeReferenceData.data.template, data);
        const change = encodeCommandApdu({ cla: 0, ins: 0x24, p1: 0, p2: 0x81, data: fields });
        await atEveryStep(async (step) => {
          const answer = await card.sendAndCut(change, step);
          await card.select();
          const after = await card.command(commands.verify, { p2: 'holder PIN', data: replacement });
          if (after.sw !== SW.ok.sw) await expectOk(card, commands.verify, { p2: 'holder PIN', data: old });
          expectThat(!answer || after.sw === SW.ok.sw, 'the new PIN after 9000', 'the old one');
          return after.sw === SW.ok.sw;
        });
      },
    },
    {
      name: 'agent-slot',
      title:
        'the last wrong try of an agent PIN, cut off, leaves a slot that counts no more; the other is as it was',
      features: ['power-cut', 'delegation'],
      clause: `ISO/IEC 7816-4:2020, 11.5.6; ${ATOMIC}`,
      async run(card) {
        await delegateAndCertify(card);
        await delegateAndCertify(card, { slot: 'slot 2' });
        const { agent1 } = PATIENT_APPLICATION.pins;
        const data = card.issuer.wrongPin;
        const wrong = { cla: 0, ins: 0x20, p1: 0, p2: agent1.reference, data };
        for (let left = agent1.tries - 1; left > 0; left--) {
          checkStatus(await card.transmit(wrong), SW.counter.sw | left);
        }
        // the try is spent before the comparison, what the slot keeps is erased behind it
        await card.sendAndCut(encodeCommandApdu(wrong), 1);
        await card.select();
        const right = { p2: AGENT_REFERENCE, data: AGENT_PIN } as const;
        await expectRefusal(card, commands.verify, right, SW.referenceDataNotFound);
        await expectOk(card, commands.verify, { p2: 'agent PIN of slot 2', data: AGENT_PIN });
        await verifyPin(card);
        await delegateAndCertify(card);
        await expectOk(card, commands.verify, right);
      },
    },
    {
      name: 'visit',
      title: 'a visit is on the card with its log entry, or neither is',
      clause: `ISO/IEC 7816-4:2020, 11.6.4; project, PROTOCOL eq. 11; ${ATOMIC}`,
      async run(card) {
        const data = {
          time: TestIssuer.daysAfterToday(3),
          hospitalId: 'H-3',
          record: Uint8Array.of(1, 2, 3),
        };
        await atEveryStep(async (step) => {
          const session = await authenticate(card, 'doctor');
          const answer = await card.sendAndCut(
            protectedApdu(session, commands.putVisitRecord, { data }),
            step,
          );
          await card.select();
          await authenticate(card, 'doctor');
          await verifyPin(card);
          const visits = await countOf(card, records.sfi, records.records);
          const entries = await countOf(card, log.sfi, log.records);
          expectThat(
            visits === entries,
            'as many log entries as visits',
            `${visits} visits, ${entries} entries`,
          );
          expectThat(!answer || visits > 0, 'the visit after 9000', 'none');
          return visits > 0;
        });
      },
    },
    {
      name: 'record',
      title: 'a record that is replaced is the old one or the new one, to the byte',
      clause: `ISO/IEC 7816-4:2020, 11.4.5; ${ATOMIC}`,
      async run(card) {
        const [before, after, behind] = [entry(1, 60), entry(2, 20), entry(3, 30)];
        const session = await authenticate(card, 'doctor');
        for (const data of [before, behind]) {
          await session.expectOk(card, commands.appendRecord, { p2: programmes.sfi, data });
        }
        await atEveryStep(async (step) => {
          const doctor = await authenticate(card, 'doctor');
          const update = { p1: 1, p2: programmes.sfi, data: after };
          await card.sendAndCut(protectedApdu(doctor, commands.updateRecord, update), step);
          await card.select();
          await authenticate(card, 'doctor');
          const { data } = checkStatus(await readRecord(card, programmes.sfi, 1), SW.ok);
          const old = equalBytes(data, before);
          if (!old) expectBytes(data, after, 'record 1');
          const next = checkStatus(await readRecord(card, programmes.sfi, 2), SW.ok);
          expectBytes(next.data, behind, 'record 2');
          return !old;
        });
      },
    },
    {
      name: 'collection',
      title: 'a collection that the power interrupted is signed when it is asked for again',
      features: ['power-cut', 'prescriptions', 'card-authentication', 'secure-messaging'],
      clause: `project, PROTOCOL eq. 17: whoever lost the answer asks again; ${ATOMIC}`,
      async run(card) {
        const { prescriptionId } = await prescribe(card);
        const data = {
          prescriptionId,
          pharmacyId: 'PH-7',
          nonce: card.random.bytes(16),
          time: TestIssuer.daysAfterToday(2),
        };
        const enter = async (): Promise<CardSession> => {
          await verifyPin(card);
          return authenticate(card, 'pharmacy');
        };
        await atEveryStep(async (step) => {
          const pharmacy = await enter();
          const answer = await card.sendAndCut(protectedApdu(pharmacy, commands.collect, { data }), step);
          await card.select();
          if (answer) return true;
          // the state that the cut left must still end in a signature; what that writes is cut at no step
          const { data: state } = checkStatus(await readInSession(card, enter), SW.ok);
          const collected = state[2] !== 1;
          if (collected) await expectOk(card, commands.collect, { data });
          return collected;
        });
      },
    },
  ],
);

/** Record 1 of the prescriptions, with a pharmacy at the other end. */
async function readInSession(card: TestCard, enter: () => Promise<CardSession>) {
  await enter();
  return readRecord(card, files.prescriptions.sfi, 1);
}
