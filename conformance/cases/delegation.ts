/** Delegation to an agent over two cards (eq. 5): the card under test as the patient's, and as the agent's. */

import { encodeTemplate, PATIENT_APPLICATION, STATEMENT, SW, type Warrant } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { expectBytes, expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import { isAgentHalf, isDelegationKeyProof, OtherHolder, proxyKeyOf } from '../issuer/delegation-peer.js';
import { makeKeys } from '../issuer/p256.js';
import { makePatientKeys } from '../issuer/personalise.js';
import { isStatementSignature } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import {
  AGENT_PIN,
  AGENT_REFERENCE,
  countersignature,
  delegate,
  delegateAndCertify,
  openAndAnswer,
  ownPatientCertificate,
  SLOT,
} from './delegation-steps.js';
import { ownCertificate, verifyPin } from './steps.js';

const { commands } = PATIENT_APPLICATION;
const { closeDelegation, answerDelegation, openDelegation, readWarrant, verify } = commands;
const EQ_5 = 'project, PROTOCOL eq. 5';
const REFUSED = `${EQ_5}; ISO/IEC 7816-4:2020, 5.6 (6A80)`;
const OFF_CURVE = Uint8Array.from([0x02, ...new Uint8Array(31), 0x07]);

/** A warrant of somebody else's for the holder of the card under test, and their Y_P. */
async function offer(card: TestCard) {
  const patient = new OtherHolder(card.issuer, 'patient');
  const { pid, delegationKey } = await ownCertificate(card);
  const warrant: Warrant = {
    ...patient.terms(),
    pid: patient.pid,
    delegationKey: patient.delegation.publicKey,
    agentPid: pid,
    agentDelegationKey: delegationKey,
  };
  return { warrant, patientCommitment: makeKeys(card.random).publicKey };
}

/** Has the card refuse to answer an offer that is changed in one way. */
function refusesOffer(name: string, title: string, change: (warrant: Warrant) => Warrant) {
  return {
    name,
    title: `the agent's card signs no half on a warrant that ${title}`,
    clause: REFUSED,
    async run(card: TestCard) {
      await verifyPin(card);
      const data = await offer(card);
      const changed = { ...data, warrant: change(data.warrant) };
      await expectRefusal(card, answerDelegation, { data: changed }, SW.incorrectData);
      await expectOk(card, answerDelegation, { data });
    },
  };
}

const close = (answer: Awaited<ReturnType<typeof openAndAnswer>>['answer']) =>
  ({ p2: SLOT, data: { ...answer, agentPin: AGENT_PIN } }) as const;

export const DELEGATION_CASES = [
  ...caseFamily(
    {
      category: 'delegation',
      applications: PATIENT,
      fixture: 'blank',
      features: ['delegation'],
      clause: 'ISO/IEC 7816-4:2020, 11.5.5; project, PROTOCOL eq. 1',
      destroys: 'makes keys',
    },
    [
      {
        name: 'proof-of-possession',
        title: 'the card proves that it holds its delegation key, over the nonce',
        async run(card) {
          const keys = await makePatientKeys(card);
          const nonce = card.random.bytes(16);
          const data = { authentication: { nonce, wanted: new Uint8Array(0) } };
          const { authentication } = await expectOk(card, commands.proveDelegationKey, { data });
          expectThat(
            isDelegationKeyProof({ ...keys, nonce }, authentication.proof),
            'a proof of knowledge of the delegation key',
            'a proof that does not verify',
          );
        },
      },
      {
        name: 'no-proof-before-keys',
        title: 'nothing is proven before the keys are made',
        clause: 'ISO/IEC 7816-4:2020, 11.5.5; 5.6 (6985)',
        async run(card) {
          const data = { authentication: { nonce: card.random.bytes(16), wanted: new Uint8Array(0) } };
          await expectRefusal(card, commands.proveDelegationKey, { data }, SW.conditionsNotSatisfied);
        },
      },
    ],
  ),
  ...caseFamily(
    {
      category: 'delegation',
      applications: PATIENT,
      fixture: 'operational',
      features: ['delegation'],
      clause: EQ_5,
      destroys: 'fills a slot for an agent',
    },
    [
      {
        name: 'proxy-key',
        title: 'the proxy key is what anybody recomputes from warrant and commitments, signed by the patient',
        async run(card) {
          await verifyPin(card);
          const { pid, delegationKey, signingKey } = await ownCertificate(card);
          const signed = await delegate(card);
          const { warrant, patientCommitment, agentCommitment, proxyKey, patientSignature } = signed;
          expectBytes(warrant.pid, pid, 'PID of the card');
          expectBytes(warrant.delegationKey, delegationKey, 'delegation key of the card');
          expectBytes(proxyKey, proxyKeyOf(warrant, patientCommitment, agentCommitment), 'PK_AP');
          const fields = encodeTemplate(STATEMENT.warrant.fields, signed);
          expectThat(
            isStatementSignature(signingKey, STATEMENT.warrant, fields, patientSignature),
            'a signature of SK_P on the warrant',
            'a signature that does not verify',
          );
        },
      },
      {
        name: 'warrant-read',
        title: 'the holder reads the warrant back, with the signature of NHI once it is stored',
        async run(card) {
          const certificate = await delegateAndCertify(card);
          const stored = await expectOk(card, readWarrant, { p2: SLOT });
          expectBytes(stored.proxyKey, certificate.proxyKey, 'PK_AP');
          expectBytes(stored.signature ?? new Uint8Array(0), certificate.signature, 'signature of NHI');
        },
      },
      {
        name: 'wrong-half',
        title: "a wrong half of the agent's is refused, and the right one comes too late: y_P is gone",
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 5.6 (6A80, 6985)`,
        async run(card) {
          await verifyPin(card);
          const { answer } = await openAndAnswer(card);
          const agentHalf = answer.agentHalf.map((byte, i) => (i === 31 ? byte ^ 0x01 : byte));
          await expectRefusal(card, closeDelegation, close({ ...answer, agentHalf }), SW.incorrectData);
          await expectRefusal(card, closeDelegation, close(answer), SW.conditionsNotSatisfied);
          await expectRefusal(card, readWarrant, { p2: SLOT }, SW.referenceDataNotFound);
        },
      },
      {
        name: 'other-warrant',
        title: 'a warrant other than the one opened is refused',
        clause: REFUSED,
        async run(card) {
          await verifyPin(card);
          const { agent, answer, patientCommitment } = await openAndAnswer(card);
          const extended = { ...answer.warrant, notAfter: answer.warrant.notAfter + 86_400 };
          const data = agent.answer(extended, patientCommitment);
          await expectRefusal(card, closeDelegation, close(data), SW.incorrectData);
        },
      },
      {
        name: 'power-forgets',
        title: 'a delegation that was opened does not outlive the power',
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
        async run(card) {
          await verifyPin(card);
          const { answer } = await openAndAnswer(card);
          await card.powerCycle();
          await card.select();
          await verifyPin(card);
          await expectRefusal(card, closeDelegation, close(answer), SW.conditionsNotSatisfied);
        },
      },
      {
        name: 'one-open',
        title: 'one delegation is open at a time: the next one takes its place',
        clause: REFUSED,
        async run(card) {
          await verifyPin(card);
          const first = await openAndAnswer(card);
          const second = await openAndAnswer(card);
          expectDifferent(first.patientCommitment, second.patientCommitment, 'Y_P');
          await expectRefusal(card, closeDelegation, close(first.answer), SW.incorrectData);
        },
      },
      {
        name: 'uncertified-agent',
        title: 'an agent whose certificate is not one of NHI is refused',
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 5.6 (6984)`,
        async run(card) {
          await verifyPin(card);
          const rogue = new OtherHolder(card.issuer, 'rogue', card.issuer.strangerKeys);
          const data = { ...rogue.terms(), agentCertificate: rogue.certificate };
          await expectRefusal(card, openDelegation, { data }, SW.referenceDataNotUsable);
        },
      },
      {
        name: 'self-delegation',
        title: 'nobody is their own agent',
        clause: REFUSED,
        async run(card) {
          await verifyPin(card);
          const agentCertificate = await ownPatientCertificate(card);
          const data = { ...new OtherHolder(card.issuer).terms(), agentCertificate };
          await expectRefusal(card, openDelegation, { data }, SW.incorrectData);
        },
      },
      {
        name: 'countersigned-by-nhi',
        title: 'only the signature of NHI on this warrant is stored',
        clause: REFUSED,
        async run(card) {
          await verifyPin(card);
          const signed = await delegate(card);
          const command = commands.storeWarrantCertificate;
          const wrong = { p2: SLOT, data: { signature: signed.patientSignature } } as const;
          await expectRefusal(card, command, wrong, SW.incorrectData);
          const later = { ...signed, warrant: { ...signed.warrant, notAfter: signed.warrant.notAfter + 1 } };
          const extended = { p2: SLOT, data: { signature: countersignature(card, later) } } as const;
          await expectRefusal(card, command, extended, SW.incorrectData);
        },
      },
      {
        name: 'slot-taken',
        title: 'a slot that is taken is not filled again before it is removed',
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
        async run(card) {
          await verifyPin(card);
          await delegate(card);
          const { answer } = await openAndAnswer(card);
          await expectRefusal(card, closeDelegation, close(answer), SW.conditionsNotSatisfied);
          await expectOk(card, commands.removeDelegation, { p2: SLOT });
          await expectRefusal(card, readWarrant, { p2: SLOT }, SW.referenceDataNotFound);
          await delegate(card);
        },
      },
      {
        name: 'agent-half',
        title: "as the agent's card it answers a half that verifies, and never the same twice",
        async run(card) {
          await verifyPin(card);
          const data = await offer(card);
          const first = await expectOk(card, answerDelegation, { data });
          expectThat(
            isAgentHalf(data.warrant, data.patientCommitment, first),
            's_A·G = Y_A + c_A·PK_A',
            'a half that does not verify',
          );
          const second = await expectOk(card, answerDelegation, { data });
          expectDifferent(first.agentCommitment, second.agentCommitment, 'Y_A');
        },
      },
      refusesOffer('other-agent', 'names somebody else', (warrant) => ({
        ...warrant,
        agentPid: new Uint8Array(16),
      })),
      refusesOffer('swapped-roles', 'makes its holder the patient', (warrant) => ({
        ...warrant,
        pid: warrant.agentPid,
        agentPid: warrant.pid,
        delegationKey: warrant.agentDelegationKey,
        agentDelegationKey: warrant.delegationKey,
      })),
      refusesOffer('off-curve', 'has a key off the curve', (warrant) => ({
        ...warrant,
        delegationKey: OFF_CURVE,
      })),
      refusesOffer('empty-term', 'ends before it begins', (warrant) => ({
        ...warrant,
        notAfter: warrant.notBefore,
      })),
      {
        name: 'agent-pin-exhausted',
        title: 'the last wrong agent PIN destroys the slot; the holder PIN keeps its tries',
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 11.5.6`,
        async run(card) {
          await delegateAndCertify(card);
          const wrong = { p2: AGENT_REFERENCE, data: card.issuer.wrongPin } as const;
          for (let left = card.spec.pins.agent1!.tries; left > 0; left--) {
            await expectRefusal(card, verify, wrong, SW.counter);
          }
          const right = { p2: AGENT_REFERENCE, data: AGENT_PIN } as const;
          await expectRefusal(card, verify, right, SW.referenceDataNotFound);
          await verifyPin(card);
          await expectRefusal(card, readWarrant, { p2: SLOT }, SW.referenceDataNotFound);
        },
      },
      {
        name: 'agent-pin-alone',
        title: 'the PIN of an agent is changed by itself only, not by the PIN of the holder',
        clause: `${EQ_5}; ISO/IEC 7816-4:2020, 11.5.7`,
        async run(card) {
          await delegateAndCertify(card);
          const { changeReferenceData } = commands;
          const replacement = card.issuer.wrongPin;
          const byHolder = { p2: AGENT_REFERENCE, data: { current: card.issuer.pin, replacement } } as const;
          await expectRefusal(card, changeReferenceData, byHolder, SW.counter);
          const byAgent = { p2: AGENT_REFERENCE, data: { current: AGENT_PIN, replacement } } as const;
          await expectOk(card, changeReferenceData, byAgent);
          await expectOk(card, verify, { p2: AGENT_REFERENCE, data: replacement });
        },
      },
    ],
  ),
];
