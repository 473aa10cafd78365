/** The bench for this project's cards: the suite personalises them and plays every other party. */

import {
  type ApplicationSpec,
  type LifeCycle,
  PATIENT_APPLICATION,
  type RoleName,
} from '../../apdu/index.js';
import { proveAgent } from '../cases/delegation-steps.js';
import { verifyPin } from '../cases/steps.js';
import { expectOk } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import type { Bench, Proof, Reach } from './bench.js';

const { deactivate, terminate } = PATIENT_APPLICATION.commands;
const DESTROYS: Readonly<Partial<Record<LifeCycle, string>>> = {
  deactivated: 'deactivates the application',
  terminated: 'terminates the application',
};

export function ownBench(application: ApplicationSpec): Bench {
  const isPatient = application.id === PATIENT_APPLICATION.id;
  return {
    application,
    states: isPatient
      ? ['initialisation', 'operational', 'deactivated', 'terminated']
      : ['initialisation', 'operational'],
    proves(proof, state) {
      if ('role' in proof) return isPatient && (state === 'operational' || state === 'deactivated');
      return state === 'operational' && (proof.pin === 'holder' || (isPatient && proof.pin === 'agent'));
    },
    reach: (state, proofs) => reach(state, proofs),
  };
}

function reach(state: LifeCycle, proofs: readonly Proof[]): Reach {
  const agent = proofs.some((proof) => 'pin' in proof && proof.pin === 'agent');
  const destroys = DESTROYS[state] ?? (agent ? 'fills a slot for an agent' : undefined);
  return {
    fixture: state === 'initialisation' ? 'blank' : 'operational',
    ...(destroys === undefined ? {} : { destroys }),
    async prepare(card) {
      if (state === 'deactivated' || state === 'terminated') await endUse(card, state);
      // proving an agent selects the application anew, so it comes first
      if (agent) await proveAgent(card);
      if (proofs.some((proof) => 'pin' in proof && proof.pin === 'holder')) await verifyPin(card);
      for (const proof of proofs) if ('role' in proof) await authenticate(card, proof.role as RoleName);
    },
  };
}

async function endUse(card: TestCard, state: 'deactivated' | 'terminated'): Promise<void> {
  await authenticate(card, 'nhi');
  await expectOk(card, state === 'deactivated' ? deactivate : terminate, {});
  if (state === 'deactivated') card.enterSession(undefined);
}
