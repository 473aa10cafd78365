/** VERIFY and CHANGE REFERENCE DATA of the patient card: the holder PIN as on every card, agent PINs by slot. */

import { type PATIENT_APPLICATION, type RequestOf, SW } from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import type { interindustryHandlers } from '../os/interindustry-handlers.js';
import { refuse } from '../runtime/status-error.js';
import type { DelegationSlots } from './delegation-slot.js';

type Commands = typeof PATIENT_APPLICATION.commands;
type HolderPin = Pick<ReturnType<typeof interindustryHandlers>, 'verify' | 'changeReferenceData'>;

const AGENT_SLOT = { 'agent PIN of slot 1': 1, 'agent PIN of slot 2': 2 } as const;

export function agentPinHandlers(os: CardOs, slots: DelegationSlots, holderPin: HolderPin) {
  return {
    verify({ p2, data }: RequestOf<Commands['verify']>) {
      if (p2 === 'holder PIN') return holderPin.verify({ data });
      const slot = AGENT_SLOT[p2];
      if (data === undefined) {
        const { pin } = slots.taken(slot);
        return os.security.agentSlot === slot ? undefined : refuse(SW.counter, pin.triesLeft);
      }
      slots.checkPin(slot, data);
      os.security.grantAgent(slot);
      return undefined;
    },

    changeReferenceData({ p2, data }: RequestOf<Commands['changeReferenceData']>) {
      if (p2 === 'holder PIN') return holderPin.changeReferenceData({ data });
      const slot = AGENT_SLOT[p2];
      slots.checkPin(slot, data.current);
      os.nvm.atomically(() => slots.taken(slot).pin.set(data.replacement));
      return undefined;
    },
  };
}
