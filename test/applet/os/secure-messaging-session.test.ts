/** Class bits and secure messaging as the card judges them (ISO/IEC 7816-4:2020, 5.4.1 and clause 10). */

import { describe, expect, it } from 'vitest';
import { PATIENT_APPLICATION, toHex } from '../../../apdu/index.js';
import { PATIENT_CARD } from '../../../applet/index.js';
import { AUTHORITY, cardOf, PATIENT_AID, personalisePatient } from '../../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { exchange, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import { agreeOnNumber, putVisitApdus, VISIT } from '../../support/visit.js';

const READ_NEWEST = { p1: 1, p2: 2 };
const { readRecord } = PATIENT_APPLICATION.commands;

/** A card with a doctor's session and an agreed prescription number, forked for every case. */
const prepared = (() => {
  const { card, transmit } = personalisePatient();
  selectApplication(transmit, PATIENT_AID);
  const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  agreeOnNumber(transmit, VISIT, session);
  return { image: card.image(), session };
})();

function fork(): { readonly transmit: Transmit; readonly session: PeerSession } {
  const card = cardOf(PATIENT_CARD, {}, prepared.image);
  return { transmit: (command) => card.process(command), session: prepared.session.fork() };
}

/** PUT DATA in one APDU. */
function putData(session: PeerSession): Uint8Array {
  const [apdu, ...more] = putVisitApdus(session, VISIT);
  expect(more).toHaveLength(0);
  return apdu!;
}

describe('a challenge', () => {
  it('is answered once: the same proof again opens nothing and takes the role away', () => {
    const { card } = personalisePatient();
    const sent: Uint8Array[] = [];
    const transmit: Transmit = (command) => {
      sent.push(command);
      return card.process(command);
    };
    selectApplication(transmit, PATIENT_AID);
    const session = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
    expect(statusOf(transmit, readRecord, READ_NEWEST, session)).toBe(0x6a83);
    const proof = sent.find((command) => command[1] === 0x82)!;
    expect(exchange(transmit, [proof]).sw).toBe(0x6985);
    expect(statusOf(transmit, readRecord, READ_NEWEST, session)).toBe(0x6982);
  });
});

describe('a protected command', () => {
  it('is answered under the next counter value, and only once', () => {
    const { transmit, session } = fork();
    const apdu = putData(session);
    const { data, sw } = exchange(transmit, [apdu]);
    expect(sw).toBe(0x9000);
    expect(session.open(data).sw).toBe(0x9000);
    expect(exchange(transmit, [apdu]).sw, 'a replayed command').toBe(0x6988);
    expect(statusOf(transmit, readRecord, READ_NEWEST, session), 'the role went with the session').toBe(
      0x6982,
    );
  });

  it('with any byte changed but the outer Le, which no checksum covers, is refused, stores nothing and ends session and role', () => {
    const length = putData(fork().session).length - 1;
    const seen = new Map<number, number>();
    for (let at = 0; at < length; at++) {
      const { transmit, session } = fork();
      const apdu = putData(session);
      apdu.set([apdu[at]! ^ 0x01], at);
      const before = prepared.session.fork();
      const { sw } = exchange(transmit, [apdu]);
      expect([0x6700, 0x6881, 0x6882, 0x6986, 0x6987, 0x6988, 0x6a86, 0x6a88, 0x6d00]).toContain(sw);
      seen.set(sw, (seen.get(sw) ?? 0) + 1);
      const after = statusOf(transmit, readRecord, READ_NEWEST, before);
      expect(after, `byte ${at}`).toBe(sw === 0x6987 || sw === 0x6988 ? 0x6982 : 0x6a83);
    }
    console.log(
      `${length} changed bytes: ${[...seen].map(([sw, count]) => `${sw.toString(16)} ${count}`).join(', ')}`,
    );
    expect(seen.get(0x6988)).toBeGreaterThan(100);
    expect(seen.get(0x6987)).toBeGreaterThan(3);
  });

  it('is refused where nobody could check it: SELECT of an application, GET RESPONSE', () => {
    const { transmit, session } = fork();
    const aid = [0x06, 0xf0, 0x49, 0x4d, 0x49, 0x53, 0x01];
    expect(toHex(transmit(Uint8Array.of(0x0c, 0xa4, 0x04, 0x0c, ...aid)))).toBe('6882');
    expect(toHex(transmit(Uint8Array.of(0x0c, 0xc0, 0x00, 0x00, 0x00)))).toBe('6882');
    expect(toHex(transmit(Uint8Array.of(0x10, 0xc0, 0x00, 0x00, 0x00)))).toBe('6884');
    expect(toHex(transmit(Uint8Array.of(0x10, 0xa4, 0x04, 0x0c, ...aid)))).toBe('6884');
    expect(exchange(transmit, [putData(session)]).sw, 'the session has not ended').toBe(0x9000);
  });
});
