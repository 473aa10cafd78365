/** The split of sk for the register of openings: one half to the doctor's device, the other to the kiosk. */

import {
  bytesToUtf8,
  encodeTemplate,
  OPENING_HALF,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { splitForOpening } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { signStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { currentSuite, nextCounter } from './group-key.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

/** What the card has given out, as stored; never-written memory reads as the first. */
const GIVEN = { nothing: 0, device: 1, both: 2 } as const;
const EMPTY = new Uint8Array(0);

export function openingSplitHandlers(os: CardOs, memory: ProfessionalMemory) {
  const { coprocessor, nvm, ram } = os;
  const { group, opening, keys, doctorId } = memory;

  /** The device's half, of a member: a card that is none has no suite. The kiosk's is stored, the state moves on, and only then anything leaves the card. */
  const giveDeviceHalf = (): Uint8Array => {
    if (opening.given.value !== GIVEN.nothing) refuse(SW.conditionsNotSatisfied);
    const secretKey = ram.keep(group.secretKey.read());
    const { a, b } = splitForOpening(coprocessor, currentSuite(memory), secretKey, nextCounter(memory));
    nvm.atomically(() => {
      opening.kioskHalf.write(a);
      opening.given.value = GIVEN.device;
    });
    a.fill(0);
    // Until a reset: whoever holds the card in one session must not be given both halves.
    opening.sameSession.value = 1;
    return b;
  };

  const giveKioskHalf = (): Uint8Array => {
    if (opening.given.value !== GIVEN.device || opening.sameSession.value !== 0) {
      refuse(SW.conditionsNotSatisfied);
    }
    const half = opening.kioskHalf.read();
    nvm.atomically(() => {
      opening.kioskHalf.write(EMPTY);
      opening.given.value = GIVEN.both;
    });
    return half;
  };

  return {
    exportOpeningHalf({ p1, data }: RequestOf<Commands['exportOpeningHalf']>) {
      const given = p1 === 'device' ? giveDeviceHalf() : giveKioskHalf();
      const openingHalf = ram.keep(given);
      given.fill(0);
      const fields = encodeTemplate(STATEMENT.openingHalf.fields, {
        doctorId: bytesToUtf8(doctorId.read()),
        nonce: data.nonce,
        membershipKey: group.membershipKey.read(),
        openingHalfOf: OPENING_HALF[p1],
      });
      const key = keys.signing.secret.read();
      const signature = signStatement(coprocessor, key, STATEMENT.openingHalf, fields);
      return { openingHalf, signature };
    },
  };
}
