/** Collecting as an agent (eq. 18): with the proxy key, after the agent's PIN, from the patient's counter. */

import {
  encodeTemplate,
  PATIENT_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
  WARRANT,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { expectBytes, expectOk, expectRefusal, expectThat } from '../checks.js';
import { isProxySignature } from '../issuer/delegation-peer.js';
import { sha256 } from '../issuer/p256.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import {
  AGENT_PIN,
  AGENT_REFERENCE,
  type DelegationOptions,
  delegate,
  proveAgent,
} from './delegation-steps.js';
import { type AgreedPrescription, prescribe, verifyPin } from './steps.js';

const { collect, collectAsAgent, showWarrant, verify } = PATIENT_APPLICATION.commands;
const EQ_18 = 'project, PROTOCOL eq. 18';
const NOT_NOW = `${EQ_18}; ISO/IEC 7816-4:2020, 5.6 (6985)`;
const NOT_PERMITTED = `${EQ_18}; ISO/IEC 7816-4:2020, 9.3`;

type Collection = RequestOf<typeof collectAsAgent>['data'];

/** A prescription and a delegation on the card; the agent's PIN verified, a pharmacy at the other end. */
async function atPharmacy(card: TestCard, options?: DelegationOptions) {
  const agreed = await prescribe(card);
  const warrant = await proveAgent(card, options);
  await authenticate(card, 'pharmacy');
  return { agreed, warrant };
}

function request(card: TestCard, { prescriptionId }: AgreedPrescription, day = 2): Collection {
  const time = TestIssuer.daysAfterToday(day);
  return { prescriptionId, pharmacyId: 'PH-7', nonce: card.random.bytes(16), time };
}

export const AGENT_COLLECTION_CASES = caseFamily(
  {
    category: 'agent-collection',
    applications: PATIENT,
    fixture: 'operational',
    features: ['delegation', 'prescriptions', 'card-authentication', 'secure-messaging'],
    clause: EQ_18,
    destroys: 'fills a slot for an agent, writes and collects prescriptions',
  },
  [
    {
      name: 'signed',
      title: 'the proxy key signs the collection, PK_AP and the hash of the warrant with it',
      async run(card) {
        const { agreed, warrant } = await atPharmacy(card);
        const data = request(card, agreed);
        const { proxySignature } = await expectOk(card, collectAsAgent, { data });
        const { prescriptionHash } = agreed.prescription;
        const { domain, fields } = STATEMENT.agentCollection;
        const transcript = {
          domain,
          proxyKey: warrant.proxyKey,
          warrantHash: sha256(encodeTemplate(WARRANT, warrant.warrant)),
          statement: encodeTemplate(fields, { ...data, pid: warrant.warrant.pid, prescriptionHash }),
        };
        expectThat(
          isProxySignature(transcript, proxySignature),
          's·G = R + c·PK_AP',
          'a signature that does not verify',
        );
      },
    },
    {
      name: 'same-request-same-signature',
      title: 'the same request again is answered with the same signature',
      async run(card) {
        const { agreed } = await atPharmacy(card);
        const data = request(card, agreed);
        const first = await expectOk(card, collectAsAgent, { data });
        const second = await expectOk(card, collectAsAgent, { data });
        expectBytes(second.proxySignature, first.proxySignature, 'the stored signature');
      },
    },
    {
      name: 'not-twice',
      title: 'what the agent collected, neither agent nor patient collects again',
      clause: NOT_NOW,
      async run(card) {
        const { agreed } = await atPharmacy(card);
        const data = request(card, agreed);
        await expectOk(card, collectAsAgent, { data });
        const again = { data: request(card, agreed) };
        await expectRefusal(card, collectAsAgent, again, SW.conditionsNotSatisfied);
        await verifyPin(card);
        await expectRefusal(card, collect, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'warrant-shown',
      title: 'the pharmacy is shown the warrant certificate',
      async run(card) {
        const { warrant } = await atPharmacy(card);
        const shown = await expectOk(card, showWarrant, {});
        const shownWarrant = encodeTemplate(WARRANT, shown.warrant);
        expectBytes(shownWarrant, encodeTemplate(WARRANT, warrant.warrant), 'the warrant that NHI signed');
        expectBytes(shown.proxyKey, warrant.proxyKey, 'PK_AP');
        expectBytes(shown.signature, warrant.signature, 'signature of NHI');
      },
    },
    {
      name: 'in-scope',
      title: 'a warrant for one prescription is for no other',
      clause: NOT_NOW,
      async run(card) {
        const other = await prescribe(card);
        const { agreed } = await atPharmacy(card, { terms: { scope: sha256(other.prescriptionId) } });
        const outside = { data: request(card, agreed) };
        await expectRefusal(card, collectAsAgent, outside, SW.conditionsNotSatisfied);
        await expectOk(card, collectAsAgent, { data: request(card, other) });
      },
    },
    {
      name: 'in-term',
      title: 'outside the term of the warrant nothing is collected, on its last day it is',
      clause: NOT_NOW,
      async run(card) {
        const terms = { notBefore: TestIssuer.daysAfterToday(2), notAfter: TestIssuer.daysAfterToday(4) };
        const { agreed } = await atPharmacy(card, { terms });
        for (const day of [1, 5]) {
          const outside = { data: request(card, agreed, day) };
          await expectRefusal(card, collectAsAgent, outside, SW.conditionsNotSatisfied);
        }
        await expectOk(card, collectAsAgent, { data: request(card, agreed, 4) });
      },
    },
    {
      name: 'not-before-nhi',
      title: 'a warrant that NHI has not countersigned opens nothing',
      clause: NOT_NOW,
      async run(card) {
        const agreed = await prescribe(card);
        await verifyPin(card);
        await delegate(card);
        await card.select();
        await expectOk(card, verify, { p2: AGENT_REFERENCE, data: AGENT_PIN });
        await authenticate(card, 'pharmacy');
        await expectRefusal(card, showWarrant, {}, SW.conditionsNotSatisfied);
        const data = request(card, agreed);
        await expectRefusal(card, collectAsAgent, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'not-without-pharmacy',
      title: 'the PIN of the agent without the role of a pharmacy collects nothing',
      clause: NOT_PERMITTED,
      async run(card) {
        const agreed = await prescribe(card);
        await proveAgent(card);
        const data = request(card, agreed);
        await expectRefusal(card, collectAsAgent, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'not-with-holder-pin',
      title: 'the PIN of the holder does not open the slot of an agent, nor an agent what is the holder’s',
      clause: NOT_PERMITTED,
      async run(card) {
        const { agreed } = await atPharmacy(card);
        const data = request(card, agreed);
        await expectRefusal(card, collect, { data }, SW.securityStatusNotSatisfied);
        await card.select();
        await verifyPin(card);
        await authenticate(card, 'pharmacy');
        await expectRefusal(card, collectAsAgent, { data }, SW.securityStatusNotSatisfied);
      },
    },
  ],
);
