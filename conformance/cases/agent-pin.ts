/** The PIN of an agent's slot: what it tells, and when it counts no more (ISO/IEC 7816-4, 11.5.6). */

import { type CommandApduFields, encodeRequest, fromHex, PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectOk, expectRefusal, NotApplicable } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import {
  AGENT_PIN,
  AGENT_REFERENCE,
  delegate,
  delegateAndCertify,
  proveAgent,
  SLOT,
} from './delegation-steps.js';
import { verifyPin } from './steps.js';

const { verify, removeDelegation, showWarrant } = PATIENT_APPLICATION.commands;
const VERIFY = 'ISO/IEC 7816-4:2020, 11.5.6; project, PROTOCOL eq. 5';
const OTHER_REFERENCE = 'agent PIN of slot 2';
const TRIES: number = PATIENT_APPLICATION.pins.agent1.tries;
const left = (tries: number): number => SW.counter.sw | tries;
const RIGHT = { p2: AGENT_REFERENCE, data: AGENT_PIN } as const;

/** Whether the agent PIN counts on the basic channel; `tries` are left if it does not. */
async function expectProven(card: TestCard): Promise<void> {
  await expectOk(card, verify, { p2: AGENT_REFERENCE });
}

async function expectNotProven(card: TestCard, tries = TRIES): Promise<void> {
  await expectRefusal(card, verify, { p2: AGENT_REFERENCE }, left(tries));
}

export const AGENT_PIN_CASES = caseFamily(
  {
    category: 'delegation',
    applications: PATIENT,
    fixture: 'operational',
    features: ['delegation', 'pin'],
    clause: VERIFY,
    destroys: 'fills a slot for an agent',
  },
  [
    {
      name: 'agent-pin-of-an-empty-slot',
      title: 'a slot that is empty has no PIN, with and without data',
      clause: `${VERIFY}; 5.6 (6A88)`,
      async run(card) {
        await proveAgent(card);
        await expectRefusal(card, verify, { p2: OTHER_REFERENCE }, SW.referenceDataNotFound);
        const other = { p2: OTHER_REFERENCE, data: AGENT_PIN } as const;
        await expectRefusal(card, verify, other, SW.referenceDataNotFound);
        await expectProven(card);
      },
    },
    {
      name: 'wrong-agent-pin-ends-verification',
      title: 'after a wrong agent PIN the right one of before counts no more',
      clause: `${VERIFY}; ISO/IEC 7816-4:2020, 9.2`,
      async run(card) {
        await proveAgent(card);
        await expectRefusal(
          card,
          verify,
          { p2: AGENT_REFERENCE, data: card.issuer.wrongPin },
          left(TRIES - 1),
        );
        await expectNotProven(card, TRIES - 1);
        await authenticate(card, 'pharmacy');
        await expectRefusal(card, showWarrant, {}, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'one-agent-at-a-time',
      title: 'with the PIN of another slot the agent before is gone',
      clause: 'project, PROTOCOL eq. 18; ISO/IEC 7816-4:2020, 9.2',
      async run(card) {
        await delegateAndCertify(card);
        await delegateAndCertify(card, { slot: 'slot 2' });
        await expectOk(card, verify, RIGHT);
        await expectOk(card, verify, { p2: OTHER_REFERENCE, data: AGENT_PIN });
        await expectNotProven(card);
        await expectOk(card, verify, { p2: OTHER_REFERENCE });
      },
    },
    {
      name: 'slot-filled-anew-asks-anew',
      title: 'who proved the PIN of a slot has proven nothing to the delegation that is in it next',
      async run(card) {
        await delegateAndCertify(card);
        await expectOk(card, verify, RIGHT);
        await verifyPin(card);
        await expectOk(card, removeDelegation, { p2: SLOT });
        await delegate(card);
        await expectNotProven(card);
      },
    },
    {
      name: 'slot-filled-anew-on-every-channel',
      title:
        'who proved the PIN of a slot on another channel has proven nothing to the next delegation in it',
      clause: `${VERIFY}; 5.4.2: a security status for each logical channel`,
      async run(card) {
        await delegateAndCertify(card);
        const { sw } = await card.send('0070000100');
        if (sw !== SW.ok.sw) throw new NotApplicable('this card opens no further channel');
        const onChannel = (fields: CommandApduFields) => card.transmit({ ...fields, cla: fields.cla | 1 });
        const select = { cla: 0, ins: 0xa4, p1: 0x04, p2: 0x0c, data: fromHex(card.spec.aid) };
        checkStatus(await onChannel(select), SW.ok);
        checkStatus(await onChannel(encodeRequest(verify, RIGHT)), SW.ok);
        await expectOk(card, removeDelegation, { p2: SLOT });
        await delegate(card);
        const asked = encodeRequest(verify, { p2: AGENT_REFERENCE, data: undefined });
        checkStatus(await onChannel(asked), left(TRIES));
      },
    },
  ],
);
