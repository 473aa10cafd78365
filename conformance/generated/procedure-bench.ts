/** The bench for a card that the suite did not make: it goes by the test procedures of the specification. */

import {
  type AccessLeaf,
  type ApplicationSpec,
  fromHex,
  type LifeCycle,
  SW,
  type TestProcedure,
} from '../../apdu/index.js';
import { expectStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import type { Bench, Proof } from './bench.js';

const OPERATIONAL: LifeCycle = 'operational';

export function procedureBench(application: ApplicationSpec): Bench {
  const initial = application.initialState ?? 'initialisation';
  const to = (leaf: AccessLeaf) => procedureTo(application, leaf);
  return {
    application,
    states: [
      initial,
      ...(application.testProcedures ?? []).flatMap(({ reaches }) =>
        'state' in reaches ? [reaches.state] : [],
      ),
    ],
    proves: (proof) => to(proof) !== undefined,
    reach(state, proofs) {
      const onward = state === initial || state === OPERATIONAL ? undefined : to({ state });
      return {
        fixture: state === initial && initial !== OPERATIONAL ? 'blank' : 'operational',
        ...(onward ? { destroys: `brings the card into the state ${state}` } : {}),
        async prepare(card) {
          if (onward) await follow(card, onward);
          for (const proof of proofs) await follow(card, to(proof as Proof)!);
        },
      };
    },
  };
}

/**
 * Makes a card just made an operational one, by the procedure of its specification. Procedures of
 * states count from the operational one, and that one from the initial.
 */
export async function personaliseByProcedure(card: TestCard): Promise<void> {
  const procedure = procedureTo(card.spec, { state: OPERATIONAL });
  if (procedure) await follow(card, procedure);
}

function procedureTo({ testProcedures }: ApplicationSpec, leaf: AccessLeaf): TestProcedure | undefined {
  const wanted = JSON.stringify(leaf);
  return testProcedures?.find(({ reaches }) => JSON.stringify(reaches) === wanted);
}

async function follow(card: TestCard, { commands }: TestProcedure): Promise<void> {
  for (const command of commands) await expectStatus(card, fromHex(command), SW.ok, SW.bytesAvailable);
}
