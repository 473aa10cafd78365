/** A slot for an agent: its PIN, what it opens, how it ends (eq. 18; CRYPTO, section 3). */

import { describe, expect, it } from 'vitest';
import {
  encodeTemplate,
  PATIENT_APPLICATION,
  type SlotName,
  STATEMENT,
  WARRANT,
} from '../../../apdu/index.js';
import { nobleEngine } from '../../../applet/index.js';
import { sha256, verifyProxySignature } from '../../../host/index.js';
import {
  AGENT_PIN,
  delegate,
  enter,
  openAndAnswer,
  personaliseAgent,
  TERMS,
} from '../../support/delegation.js';
import { AUTHORITY, PIN, PUK, personalisePatient, storedString } from '../../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { TODAY } from '../../support/test-authority.js';
import { call, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import { type CollectInput, collectInput, storeVisit, VISIT } from '../../support/visit.js';
import { occurrences } from '../runtime/small-nvm.js';

const { commands, aid } = PATIENT_APPLICATION;
const WRONG_PIN = Uint8Array.from(Buffer.from('86420976'));
const OTHER_PIN = Uint8Array.from(Buffer.from('5501'));

const agent = personaliseAgent().transmit;
const template = (() => {
  const { card, transmit, pid, signingKey } = personalisePatient();
  selectApplication(transmit, aid);
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  const prescriptions = [0, 1].map((repeats) => storeVisit(transmit, doctor, { ...VISIT, repeats }));
  return { card, pid, signingKey, single: prescriptions[0]!, repeated: prescriptions[1]! };
})();

/** A fork of a card with a prescription and a delegation in slot 1; application selected, nothing proven. */
function delegated(options: Parameters<typeof delegate>[2] = {}) {
  const card = template.card.fork();
  session = undefined;
  const transmit: Transmit = (apdu) => card.process(apdu);
  const warrant = delegate(transmit, agent, options);
  selectApplication(transmit, aid);
  return { card, transmit, warrant };
}

const verifyAgent = (to: Transmit, pin: Uint8Array | undefined = AGENT_PIN, slot: SlotName = 'slot 1') =>
  statusOf(to, commands.verify, { p2: `agent PIN of ${slot}`, data: pin });
const triesLeft = (to: Transmit) => statusOf(to, commands.verify, { p2: 'agent PIN of slot 1' });
/** The pharmacy's session with the card of the test in progress. */
let session: PeerSession | undefined;
const pharmacy = (to: Transmit) => {
  session = new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(to);
};
const collectStatus = (to: Transmit, data: CollectInput) =>
  statusOf(to, commands.collectAsAgent, { data }, session);

/** At the counter: the agent PIN and the pharmacy's role are proven. */
function atPharmacy(options?: Parameters<typeof delegate>[2]) {
  const made = delegated(options);
  expect(verifyAgent(made.transmit)).toBe(0x9000);
  pharmacy(made.transmit);
  return made;
}

describe('collecting as an agent (eq. 18)', () => {
  it('signs with the proxy key, and the same again for the same request', () => {
    const { card, transmit, warrant } = atPharmacy();
    const { signature, ...signed } = warrant;
    expect(call(transmit, commands.showWarrant, {}, session)).toEqual({ ...signed, signature });
    const input = collectInput(template.single, 1);
    const { proxySignature } = call(transmit, commands.collectAsAgent, { data: input }, session);
    const operations = card.figures.operations.map(({ name, count }) => `${count} ${name}`);
    expect(operations).toContain('1 p256-mul');
    const { domain, fields } = STATEMENT.agentCollection;
    const { pid } = template;
    const statement = encodeTemplate(fields, { ...input, pid, prescriptionHash: VISIT.prescriptionHash });
    const warrantHash = sha256(encodeTemplate(WARRANT, warrant.warrant));
    const transcript = { domain, proxyKey: warrant.proxyKey, warrantHash, statement };
    expect(verifyProxySignature(transcript, proxySignature)).toBe(true);
    expect(call(transmit, commands.collectAsAgent, { data: input }, session).proxySignature).toEqual(
      proxySignature,
    );
    expect(card.figures.nvmPageWrites).toBe(0);
    expect(collectStatus(transmit, collectInput(template.single, 2))).toBe(0x6985);
    expect(collectStatus(transmit, collectInput(new Uint8Array(16), 1))).toBe(0x6a88);
  });

  it('and by the patient share one counter: what one has, the other does not get', () => {
    const { transmit } = atPharmacy();
    call(transmit, commands.verify, { p2: 'holder PIN', data: PIN });
    const byPatient = (nonce: number, id = template.single) =>
      statusOf(transmit, commands.collect, { data: collectInput(id, nonce) }, session);
    expect(collectStatus(transmit, collectInput(template.single, 1))).toBe(0x9000);
    expect(byPatient(1), 'not with the bytes of the agent either').toBe(0x6985);
    expect(byPatient(2)).toBe(0x6985);
    expect(byPatient(1, template.repeated)).toBe(0x9000);
    expect(collectStatus(transmit, collectInput(template.repeated, 1))).toBe(0x9000);
    expect(collectStatus(transmit, collectInput(template.repeated, 2))).toBe(0x6985);
  });

  it('is for the prescription in scope and the term of the warrant', () => {
    const scope = sha256(template.repeated);
    const { transmit } = atPharmacy({ terms: { ...TERMS, scope } });
    const input = collectInput(template.repeated, 1);
    expect(collectStatus(transmit, collectInput(template.single, 1))).toBe(0x6985);
    expect(collectStatus(transmit, { ...input, time: TERMS.notBefore - 1 })).toBe(0x6985);
    expect(collectStatus(transmit, { ...input, time: TERMS.notAfter + 1 })).toBe(0x6985);
    expect(collectStatus(transmit, { ...input, time: TERMS.notBefore })).toBe(0x9000);
  });

  it('ends with the term as far as the card knows the date, whatever the terminal says', () => {
    const notAfter = TODAY - 3_600;
    const { transmit } = atPharmacy({ terms: { ...TERMS, notBefore: notAfter - 86_400, notAfter } });
    const input = collectInput(template.single, 1);
    expect(collectStatus(transmit, { ...input, time: notAfter - 1 })).toBe(0x6985);
  });

  it('waits for the countersignature of NHI', () => {
    const { transmit } = atPharmacy({ certify: false });
    expect(collectStatus(transmit, collectInput(template.single, 1))).toBe(0x6985);
    expect(statusOf(transmit, commands.showWarrant, {}, session)).toBe(0x6985);
  });

  it('is neither for the holder PIN nor for an agent outside a pharmacy', () => {
    const { transmit } = delegated();
    const input = collectInput(template.single, 1);
    expect(verifyAgent(transmit)).toBe(0x9000);
    expect(collectStatus(transmit, input)).toBe(0x6982);
    expect(statusOf(transmit, commands.showWarrant, {}, session)).toBe(0x6982);
    enter(transmit);
    pharmacy(transmit);
    expect(collectStatus(transmit, input)).toBe(0x6982);
    expect(
      statusOf(transmit, commands.collect, { data: input }, session),
      'the holder collects as the holder',
    ).toBe(0x9000);
  });
});

describe("an agent's PIN", () => {
  it('is exhausted by three wrong tries, which destroy the slot', () => {
    const { card, transmit } = delegated();
    const proxyKey = storedString(card, 'slot 1: proxy key');
    expect(occurrences(card.nvm.read(0, card.nvm.capacity), proxyKey)).toBe(1);
    expect([WRONG_PIN, WRONG_PIN, WRONG_PIN].map((pin) => verifyAgent(transmit, pin))).toEqual([
      0x63c2, 0x63c1, 0x63c0,
    ]);
    // Half of it would be found wherever a page ends.
    for (const half of [proxyKey.subarray(0, 16), proxyKey.subarray(16)]) {
      expect(occurrences(card.image().nvm, half)).toBe(0);
    }
    expect(occurrences(card.nvm.read(0, card.nvm.capacity), AGENT_PIN)).toBe(0);
    expect(verifyAgent(transmit)).toBe(0x6a88);
    expect(triesLeft(transmit)).toBe(0x6a88);
    enter(transmit);
    expect(statusOf(transmit, commands.readWarrant, { p2: 'slot 1' })).toBe(0x6a88);
    expect(statusOf(transmit, commands.verify, { p2: 'holder PIN' }), 'the holder is still in').toBe(0x9000);
    delegate(transmit, agent);
    expect(verifyAgent(transmit), 'the slot serves again').toBe(0x9000);
  });

  it('is read, changed and unblocked by nobody else', () => {
    const { transmit } = delegated();
    const change = (current: Uint8Array) =>
      statusOf(transmit, commands.changeReferenceData, {
        p2: 'agent PIN of slot 1',
        data: { current, replacement: OTHER_PIN },
      });
    expect(verifyAgent(transmit, WRONG_PIN)).toBe(0x63c2);
    enter(transmit);
    const unblock = { p2: 'holder PIN', data: { puk: PUK, replacement: PIN } } as const;
    expect(statusOf(transmit, commands.resetRetryCounter, unblock)).toBe(0x9000);
    expect(triesLeft(transmit), 'neither holder PIN nor PUK gives a try back').toBe(0x63c2);
    for (const slot of [0x83, 0x84]) {
      const apdu = Uint8Array.of(0x00, 0x2c, 0x00, slot, 0x02, 0x80, 0x00);
      expect(Buffer.from(transmit(apdu)).toString('hex')).toBe('6a86');
      expect(Buffer.from(transmit(Uint8Array.of(0x00, 0x2c, 0x03, slot))).toString('hex')).toBe('6a86');
    }
    expect(change(PIN)).toBe(0x63c1);
    expect(change(AGENT_PIN)).toBe(0x9000);
    expect(verifyAgent(transmit)).toBe(0x63c2);
    expect(verifyAgent(transmit, OTHER_PIN)).toBe(0x9000);
    expect(triesLeft(transmit)).toBe(0x9000);
  });

  it('opens one slot, and the other slot closes it', () => {
    const { transmit } = delegated();
    delegate(transmit, agent, { slot: 'slot 2', certify: false });
    selectApplication(transmit, aid);
    pharmacy(transmit);
    expect(verifyAgent(transmit)).toBe(0x9000);
    expect(statusOf(transmit, commands.showWarrant, {}, session)).toBe(0x9000);
    expect(verifyAgent(transmit, AGENT_PIN, 'slot 2')).toBe(0x9000);
    expect(statusOf(transmit, commands.showWarrant, {}, session), 'slot 2 is not countersigned').toBe(0x6985);
    expect(triesLeft(transmit)).toBe(0x63c3);
  });

  it('of a slot emptied on another channel opens nothing that comes into the slot', () => {
    const { transmit } = atPharmacy();
    expect(Buffer.from(transmit(Uint8Array.of(0x00, 0x70, 0x00, 0x00, 0x01))).toString('hex')).toBe('019000');
    const holder: Transmit = (apdu) => transmit(Uint8Array.from([apdu[0]! | 1, ...apdu.subarray(1)]));
    enter(holder);
    call(holder, commands.removeDelegation, { p2: 'slot 1' });
    expect(collectStatus(transmit, collectInput(template.single, 1))).toBe(0x6982);
    enter(agent);
    const { warrant, agentCommitment, agentHalf } = openAndAnswer(holder, agent);
    const data = { warrant, agentCommitment, agentHalf, agentPin: OTHER_PIN };
    call(holder, commands.closeDelegation, { p2: 'slot 1', data });
    expect(statusOf(transmit, commands.showWarrant, {}, session)).toBe(0x6982);
  });
});

describe('nonces of delegation and proxy keys', () => {
  /** Notes every scalar that the card multiplies the base point by. */
  function watched(random: (length: number) => Uint8Array) {
    const scalars: string[] = [];
    const engine = {
      ...nobleEngine,
      p256PublicKey(secretKey: Uint8Array) {
        scalars.push(Buffer.from(secretKey).toString('hex'));
        return nobleEngine.p256PublicKey(secretKey);
      },
    };
    const patient = personalisePatient({ ports: { engine, random } });
    return { ...patient, scalars };
  }

  it('differ from signature to signature although the random numbers do not', () => {
    let constant = false;
    let count = 0;
    const random = (length: number) =>
      constant ? new Uint8Array(length).fill(0x42) : sha256(Uint8Array.of(count++)).slice(0, length);
    const wide = (length: number) =>
      length <= 32 ? random(length) : Uint8Array.from([...random(32), ...random(length - 32)]);
    const { transmit, scalars } = watched(wide);
    delegate(transmit, agent);
    constant = true;
    const before = scalars.length;
    for (let i = 0; i < 5; i++) openAndAnswer(transmit, agent);
    const drawn = scalars.slice(before);
    expect(drawn).toHaveLength(5);
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});
