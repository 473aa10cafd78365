/** Life-cycle states in which a command is not permitted. */

import { type CommandSpec, type LifeCycle, type StatusWord, SW, sampleData } from '../../apdu/index.js';
import type { ConformanceCase } from '../case.js';
import { checkStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import type { Bench } from './bench.js';
import { firstAccepted } from './command-sender.js';
import type { Plan } from './maker.js';

/** A card may know the state for the reason, or that nobody has the right, or not the command at all. */
const NOT_IN_THIS_STATE: readonly StatusWord[] = [
  SW.conditionsNotSatisfied,
  SW.securityStatusNotSatisfied,
  SW.instructionNotSupported,
];
const CLAUSE = 'ISO/IEC 7816-4:2020, 7.4.10; 5.6 (6985)';
/** Getting a card there costs an authentication, so all commands share one. */
const COSTLY: readonly LifeCycle[] = ['deactivated', 'terminated'];

async function expectNotInState(card: TestCard, command: CommandSpec): Promise<void> {
  const { cla, ins } = command;
  const p1 = firstAccepted(command.p1);
  const p2 = firstAccepted(command.p2);
  const response = await card.transmit({ cla, ins, p1, p2, data: sampleData(command.data) });
  checkStatus(response, ...NOT_IN_THIS_STATE);
}

/** One case for each state that is reached at once. */
export function statePlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  return bench.states
    .filter((state) => !command.states.includes(state) && !COSTLY.includes(state))
    .map((state) => ({
      name: `not-in-${state}`,
      title: `refused in the life-cycle state ${state}`,
      clause: `${command.clause}; ${CLAUSE}`,
      state,
      proofs: [],
      run: (card) => expectNotInState(card, command),
    }));
}

/** One case for each other state, with every command that is not permitted there. */
export function sharedStateCases(bench: Bench): readonly ConformanceCase[] {
  const { application } = bench;
  return bench.states
    .filter((state) => COSTLY.includes(state))
    .map((state) => {
      const reach = bench.reach(state, []);
      const commands = Object.values(application.commands).filter((one) => !one.states.includes(state));
      return {
        id: `declaration.${application.id}-refused-when-${state}`,
        title: `${commands.length} commands are refused in the life-cycle state ${state}`,
        clause: CLAUSE,
        category: 'declaration',
        applications: [application.id],
        fixture: reach.fixture,
        features: [],
        destructive: true,
        reason: reach.destroys ?? `brings the card into the state ${state}`,
        origin: 'generated',
        async run(card) {
          await reach.prepare(card);
          for (const command of commands) await expectNotInState(card, command);
        },
      };
    });
}
