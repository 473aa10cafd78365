/** The power fails at every page operation of the commands of delegation: before or after, and nothing between. */

import { afterAll, describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { cutEverywhere, over } from '../../support/cut-everywhere.js';
import {
  AGENT_PIN,
  countersign,
  delegate,
  enter,
  openAndAnswer,
  personaliseAgent,
} from '../../support/delegation.js';
import { personalisePatient } from '../../support/personalised-card.js';
import { apdusOf, selectApplication, statusOf } from '../../support/transmit.js';
import { occurrences } from '../runtime/small-nvm.js';

const { commands, aid } = PATIENT_APPLICATION;
const counts = { cuts: 0, recoveryCuts: 0, before: 0, after: 0 };
afterAll(() => console.log(JSON.stringify(counts)));

const WRONG_PIN = Uint8Array.from(Buffer.from('86420976'));
const agent = personaliseAgent().transmit;
const SLOT = { p2: 'slot 1' } as const;
const PIN_OF_SLOT = 'agent PIN of slot 1';

/** A patient card, selected, the holder PIN verified. */
function patient() {
  const { card, transmit } = personalisePatient();
  enter(transmit);
  enter(agent);
  return { card, transmit };
}

const hasWarrant = (card: Card): boolean => {
  enter(over(card));
  return statusOf(over(card), commands.readWarrant, SLOT) === 0x9000;
};
const agentPin = (card: Card, data = AGENT_PIN): number => {
  selectApplication(over(card), aid);
  return statusOf(over(card), commands.verify, { p2: PIN_OF_SLOT, data });
};

describe('DELEGATION: CLOSE cut at every page operation', () => {
  it('leaves a whole slot or none, and y_P nowhere', () => {
    const { card, transmit } = patient();
    const { warrant, agentCommitment, agentHalf } = openAndAnswer(transmit, agent);
    const { offset } = card.owners.ram.find(({ name }) => name === 'open delegation')!;
    const nonce = card.image().ram.slice(offset, offset + 32);
    expect(nonce.some((byte) => byte !== 0)).toBe(true);
    const data = { warrant, agentCommitment, agentHalf, agentPin: AGENT_PIN };
    const apdus = apdusOf(commands.closeDelegation, { ...SLOT, data });
    let judged = 0;
    cutEverywhere(
      card.image(),
      apdus,
      (torn, done) => {
        judged++;
        expect(hasWarrant(torn)).toBe(done);
        expect(agentPin(torn)).toBe(done ? 0x9000 : 0x6a88);
        enter(over(torn));
        expect(statusOf(over(torn), commands.closeDelegation, { ...SLOT, data })).toBe(0x6985);
        const { nvm, ram } = torn.image();
        for (const half of [nonce.subarray(0, 16), nonce.subarray(16)]) {
          expect(occurrences(nvm, half) + occurrences(ram, half)).toBe(0);
        }
      },
      counts,
    );
    expect(judged).toBeGreaterThan(10);
  });
});

describe('the last wrong try cut at every page operation', () => {
  it('never gives a try back, and the slot opens to nobody after it was spent', () => {
    const { card, transmit } = patient();
    delegate(transmit, agent);
    for (let i = 0; i < 2; i++) agentPin(card, WRONG_PIN);
    selectApplication(transmit, aid);
    const spent = cutStates(card);
    expect(spent.has('last try left')).toBe(true);
    expect(spent.has('gone')).toBe(true);
  });

  /** What the slot is after each cut: the try is there as before, or the slot is gone. */
  function cutStates(card: Card): ReadonlySet<string> {
    const [apdu] = apdusOf(commands.verify, { p2: PIN_OF_SLOT, data: WRONG_PIN });
    const seen = new Set<string>();
    for (let at = 0; ; at++) {
      const torn = card.fork();
      let operation = 0;
      torn.nvm.flash.tear = () => (operation++ === at ? 'half' : undefined);
      const answered = torn.process(apdu!).length > 0;
      torn.nvm.flash.tear = () => undefined;
      torn.powerOn();
      const status = agentPin(torn);
      expect([0x9000, 0x6a88]).toContain(status);
      seen.add(status === 0x9000 ? 'last try left' : 'gone');
      expect(hasWarrant(torn)).toBe(status === 0x9000);
      if (answered) return seen;
    }
  }
});

describe('STORE CERTIFICATE and REMOVE cut at every page operation', () => {
  it('are done or not', () => {
    const { card, transmit } = patient();
    const signed = delegate(transmit, agent, { certify: false });
    const data = { signature: countersign(signed) };
    const store = apdusOf(commands.storeWarrantCertificate, { ...SLOT, data });
    cutEverywhere(card.image(), store, (torn) => expect(hasWarrant(torn)).toBe(true), counts);
    const remove = apdusOf(commands.removeDelegation, SLOT);
    cutEverywhere(
      card.image(),
      remove,
      (torn, done) => expect(agentPin(torn)).toBe(done ? 0x6a88 : 0x9000),
      counts,
    );
  });
});
