/** A new epoch on a card in use: NHI's record replaces the credential, never with an older one. */

import {
  bytesToUtf8,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
  uintToBytes,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { moveDateOn } from '../os/certificate-chain.js';
import { refuse } from '../runtime/status-error.js';
import { currentSuite } from './group-key.js';
import { checkedCredential } from './joining.js';
import type { ProfessionalMemory } from './professional-memory.js';
import { openHintKey } from './sealed-keys.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

const EPOCH_BYTES = 4;

export function membershipRenewalHandlers(os: CardOs, memory: ProfessionalMemory) {
  const { nvm } = os;
  const { group, coupons, latestDate } = memory;

  return {
    renewMembership({ data }: RequestOf<Commands['renewMembership']>) {
      const suite = currentSuite(memory);
      if (data.suite !== suite.id || data.epoch <= group.epoch.value) refuse(SW.conditionsNotSatisfied);
      const membershipKey = group.membershipKey.read();
      const { signature, ...signed } = data;
      const doctorId = bytesToUtf8(memory.doctorId.read());
      if (data.expirationDate < latestDate.value) refuse(SW.incorrectData);
      const credential = checkedCredential(os, memory, suite, {
        ...data,
        statement: STATEMENT.renewal,
        fields: { doctorId, membershipKey, ...signed },
        freshness: uintToBytes(data.epoch, EPOCH_BYTES),
        membershipKey,
      });
      const hintKey = openHintKey(os, memory, suite, data);
      nvm.atomically(() => {
        // With this write every coupon is one of another epoch and counts no more.
        group.epoch.value = data.epoch;
        group.keyHash.write(data.groupKeyHash);
        group.credential.write(credential);
        group.hintKey.write(hintKey);
        moveDateOn(latestDate, data.effectiveDate);
      });
      hintKey.fill(0);
      coupons.wipeStale(nvm, suite, data.epoch);
      return undefined;
    },
  };
}
