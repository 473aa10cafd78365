/** Delegation on two cards (eq. 5): what the cards make, and everything that they refuse to be party to. */

import { describe, expect, it } from 'vitest';
import {
  encodeTemplate,
  PATIENT_APPLICATION,
  type RequestOf,
  STATEMENT,
  toHex,
  WARRANT,
  type Warrant,
} from '../../../apdu/index.js';
import { type Card, nobleEngine } from '../../../applet/index.js';
import { proxyKeyOf } from '../../../host/index.js';
import {
  AGENT_PIN,
  AGENT_SEED,
  certificateOf,
  countersign,
  delegate,
  enter,
  openAndAnswer,
  personaliseAgent,
  TERMS,
} from '../../support/delegation.js';
import { PIN, personalisePatient, storedString } from '../../support/personalised-card.js';
import { P256, publicOf, toNumber } from '../../support/proxy-signer.js';
import { isSignatureOn } from '../../support/test-authority.js';
import { call, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import { occurrences } from '../runtime/small-nvm.js';

const { commands, aid } = PATIENT_APPLICATION;
type Closing = RequestOf<typeof commands.closeDelegation>['data'];
type Certificate = RequestOf<typeof commands.openDelegation>['data']['agentCertificate'];

const OFF_CURVE = Uint8Array.from([0x02, ...new Uint8Array(31), 0x07]);
const IDENTITY = new Uint8Array(33);

const patientTemplate = personalisePatient();
const agentTemplate = personaliseAgent();

/** Forks of two cards, holder PINs verified, with the certificates they hold. */
function two() {
  const cards = { patient: patientTemplate.card.fork(), agent: agentTemplate.card.fork() };
  const patient: Transmit = (apdu) => cards.patient.process(apdu);
  const agent: Transmit = (apdu) => cards.agent.process(apdu);
  enter(patient);
  enter(agent);
  return { cards, patient, agent, agentCertificate: certificateOf(agent) };
}

const closing = (made: ReturnType<typeof openAndAnswer>, changes: Partial<Closing> = {}): Closing => {
  const { warrant, agentCommitment, agentHalf } = made;
  return { warrant, agentCommitment, agentHalf, agentPin: AGENT_PIN, ...changes };
};
const closeStatus = (patient: Transmit, data: Closing) =>
  statusOf(patient, commands.closeDelegation, { p2: 'slot 1', data });

describe('a delegation over two cards', () => {
  it('gives a proxy key that anybody recomputes, under the signatures of patient and NHI', () => {
    const { cards, patient, agent } = two();
    const made = delegate(patient, agent);
    const { warrant } = made;
    expect(toHex(warrant.pid)).toBe(toHex(patientTemplate.pid));
    expect(toHex(warrant.agentPid)).toBe(toHex(agentTemplate.pid));
    const recomputed = proxyKeyOf({ ...warrant, ...made, warrant: encodeTemplate(WARRANT, warrant) });
    expect(toHex(recomputed!)).toBe(toHex(made.proxyKey));
    const fields = encodeTemplate(STATEMENT.warrant.fields, made);
    expect(isSignatureOn(patientTemplate.signingKey, STATEMENT.warrant, fields, made.patientSignature)).toBe(
      true,
    );
    const secret = toNumber(storedString(cards.patient, 'slot 1: proxy key'));
    expect(toHex(publicOf(secret)), 'SK_AP on the patient card').toBe(toHex(made.proxyKey));
    expect(call(patient, commands.readWarrant, { p2: 'slot 1' })).toEqual(made);
  });

  it('fills as many slots as there are, and each again after it was removed', () => {
    const { patient, agent, agentCertificate } = two();
    delegate(patient, agent);
    delegate(patient, agent, { slot: 'slot 2' });
    const data = { ...TERMS, agentCertificate };
    expect(statusOf(patient, commands.openDelegation, { data })).toBe(0x6a84);
    call(patient, commands.removeDelegation, { p2: 'slot 1' });
    expect(statusOf(patient, commands.removeDelegation, { p2: 'slot 1' })).toBe(0x6a88);
    expect(statusOf(patient, commands.readWarrant, { p2: 'slot 1' })).toBe(0x6a88);
    const made = openAndAnswer(patient, agent);
    expect(statusOf(patient, commands.closeDelegation, { p2: 'slot 2', data: closing(made) })).toBe(0x6985);
    expect(closeStatus(patient, closing(made))).toBe(0x9000);
  });

  it('takes the countersignature of NHI on this warrant and no other', () => {
    const { patient, agent } = two();
    const made = delegate(patient, agent, { certify: false });
    const store = (signature: Uint8Array) =>
      statusOf(patient, commands.storeWarrantCertificate, { p2: 'slot 1', data: { signature } });
    expect(store(made.patientSignature)).toBe(0x6a80);
    const later = { ...made, warrant: { ...made.warrant, notAfter: made.warrant.notAfter + 1 } };
    expect(store(countersign(later))).toBe(0x6a80);
    expect(store(countersign(made))).toBe(0x9000);
    const empty = { p2: 'slot 2', data: { signature: countersign(made) } } as const;
    expect(statusOf(patient, commands.storeWarrantCertificate, empty)).toBe(0x6a88);
  });
});

describe("the patient's card", () => {
  it('opens for an agent whom NHI certified, and not for its own holder', () => {
    const { patient, agentCertificate } = two();
    const open = (certificate: Certificate, changes: Partial<typeof TERMS> = {}) =>
      statusOf(patient, commands.openDelegation, {
        data: { ...TERMS, ...changes, agentCertificate: certificate },
      });
    const { body, signature } = agentCertificate;
    // A rogue key (PK_A − PK_P, say) that nobody proved possession of has no certificate of NHI.
    const rogue = P256.fromBytes(body.delegationKey).negate().toBytes(true);
    expect(open({ body: { ...body, delegationKey: rogue }, signature })).toBe(0x6984);
    expect(open({ body, signature: signature.toReversed() })).toBe(0x6984);
    expect(open(certificateOf(patient)), 'self-delegation').toBe(0x6a80);
    expect(open(agentCertificate, { notAfter: TERMS.notBefore }), 'an empty term').toBe(0x6a80);
    expect(open(agentCertificate)).toBe(0x9000);
  });

  it.each([
    [
      's_A',
      (m: Closing) => ({ ...m, agentHalf: m.agentHalf.map((byte, i) => (i === 31 ? byte ^ 1 : byte)) }),
    ],
    ['s_A = 0', (m: Closing) => ({ ...m, agentHalf: new Uint8Array(32) })],
    ['s_A beyond the order', (m: Closing) => ({ ...m, agentHalf: new Uint8Array(32).fill(0xff) })],
    ['Y_A', (m: Closing) => ({ ...m, agentCommitment: m.warrant.delegationKey })],
    ['Y_A off the curve', (m: Closing) => ({ ...m, agentCommitment: OFF_CURVE })],
    ['Y_A at infinity', (m: Closing) => ({ ...m, agentCommitment: IDENTITY })],
    ['the term', (m: Closing) => ({ ...m, warrant: { ...m.warrant, notAfter: m.warrant.notAfter + 1 } })],
    ['the agent', (m: Closing) => ({ ...m, warrant: { ...m.warrant, agentPid: new Uint8Array(16) } })],
    ['the scope', (m: Closing) => ({ ...m, warrant: { ...m.warrant, scope: new Uint8Array(32) } })],
  ])('refuses to close with another %s, and has forgotten y_P', (_what, change) => {
    const { cards, patient, agent } = two();
    const right = closing(openAndAnswer(patient, agent));
    const nonce = openNonce(cards.patient);
    expect(closeStatus(patient, change(right))).toBe(0x6a80);
    const { nvm, ram } = cards.patient.image();
    expect(occurrences(nvm, nonce) + occurrences(ram, nonce)).toBe(0);
    expect(closeStatus(patient, right), 'the right one comes too late').toBe(0x6985);
    expect(statusOf(patient, commands.readWarrant, { p2: 'slot 1' })).toBe(0x6a88);
  });

  it('has one delegation open at a time, on all channels together', () => {
    const { patient, agent, agentCertificate } = two();
    const first = openAndAnswer(patient, agent);
    const second = openAndAnswer(patient, agent);
    expect(toHex(first.patientCommitment)).not.toBe(toHex(second.patientCommitment));
    expect(closeStatus(patient, closing(first)), 'the second took its place').toBe(0x6a80);
    const third = openAndAnswer(patient, agent);
    patient(Uint8Array.of(0x00, 0x70, 0x00, 0x00, 0x01));
    const otherChannel: Transmit = (apdu) => patient(Uint8Array.from([apdu[0]! | 1, ...apdu.subarray(1)]));
    selectApplication(otherChannel, aid);
    call(otherChannel, commands.verify, { p2: 'holder PIN', data: PIN });
    expect(closeStatus(otherChannel, closing(third)), 'it is not open there').toBe(0x6985);
    call(otherChannel, commands.openDelegation, { data: { ...TERMS, agentCertificate } });
    expect(closeStatus(patient, closing(third)), 'and now not here any more').toBe(0x6985);
  });

  it.each([
    ['a reset', (card: Card) => void card.reset()],
    ['a new selection', (card: Card) => void selectApplication((apdu) => card.process(apdu), aid)],
  ])('forgets y_P at %s', (_what, forget) => {
    const { cards, patient, agent } = two();
    const made = openAndAnswer(patient, agent);
    const nonce = openNonce(cards.patient);
    expect(occurrences(cards.patient.image().ram, nonce)).toBe(1);
    forget(cards.patient);
    expect(occurrences(cards.patient.image().ram, nonce)).toBe(0);
    enter(patient);
    expect(closeStatus(patient, closing(made))).toBe(0x6985);
  });
});

describe("the agent's card", () => {
  it.each<[string, (warrant: Warrant) => Warrant]>([
    ['names another agent', (w) => ({ ...w, agentPid: new Uint8Array(16).fill(9) })],
    ['names another key of the agent', (w) => ({ ...w, agentDelegationKey: P256.BASE.toBytes(true) })],
    [
      'has the roles swapped',
      (w) => ({
        ...w,
        pid: w.agentPid,
        agentPid: w.pid,
        delegationKey: w.agentDelegationKey,
        agentDelegationKey: w.delegationKey,
      }),
    ],
    ['makes the agent their own patient', (w) => ({ ...w, pid: w.agentPid })],
    ['has one key for both', (w) => ({ ...w, delegationKey: w.agentDelegationKey })],
    ['has a key off the curve', (w) => ({ ...w, delegationKey: OFF_CURVE })],
    ['has the point at infinity as a key', (w) => ({ ...w, delegationKey: IDENTITY })],
    ['has an empty term', (w) => ({ ...w, notAfter: w.notBefore })],
  ])('signs no half on a warrant that %s', (_what, change) => {
    const { patient, agent, agentCertificate } = two();
    const opened = call(patient, commands.openDelegation, { data: { ...TERMS, agentCertificate } });
    const data = { ...opened, warrant: change(opened.warrant) };
    expect(statusOf(agent, commands.answerDelegation, { data })).toBe(0x6a80);
    for (const bad of [OFF_CURVE, IDENTITY]) {
      const offered = { ...opened, patientCommitment: bad };
      expect(statusOf(agent, commands.answerDelegation, { data: offered })).toBe(0x6a80);
    }
  });
});

describe('secrets of a delegation', () => {
  it('are nowhere but y_P while it is open and SK_AP in its slot', () => {
    const scalars = new Map<string, Uint8Array>();
    const engine = {
      ...nobleEngine,
      p256PublicKey(secretKey: Uint8Array) {
        scalars.set(toHex(secretKey), secretKey.slice());
        return nobleEngine.p256PublicKey(secretKey);
      },
    };
    const patient = personalisePatient({ ports: { engine } });
    const agent = personalisePatient({ seed: AGENT_SEED, ports: { engine } });
    const known = new Set([patient, agent].flatMap(({ cardKeys }) => cardKeys.map(toHex)));
    delegate(patient.transmit, agent.transmit);
    const proxyKey = toHex(storedString(patient.card, 'slot 1: proxy key'));
    let searched = 0;
    for (const [hex, secret] of scalars) {
      if (known.has(hex)) continue;
      searched++;
      for (const { card } of [patient, agent]) {
        expect(occurrences(card.image().ram, secret)).toBe(0);
        const nvm = card.nvm.read(0, card.nvm.capacity);
        const expected = hex === proxyKey && card === patient.card ? 1 : 0;
        expect(occurrences(nvm, secret), hex === proxyKey ? 'SK_AP' : 'a nonce or half').toBe(expected);
      }
    }
    // y_P, y_A, s_A (given to s_A·G) and SK_AP
    expect(searched).toBeGreaterThanOrEqual(4);
  });
});

/** y_P as it stands in RAM while a delegation is open. */
function openNonce(card: Card): Uint8Array {
  const { offset } = card.owners.ram.find(({ name }) => name === 'open delegation')!;
  return card.image().ram.slice(offset, offset + 32);
}
