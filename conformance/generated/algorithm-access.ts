/** Access rules of algorithms, each one thing short of being met: the rule counts in the command that uses the algorithm. */

import {
  type AlgorithmSpec,
  type ApplicationSpec,
  type CommandSpec,
  SW,
  sampleData,
} from '../../apdu/index.js';
import { checkStatus } from '../checks.js';
import { CLAUSE, NOT_PERMITTED } from './access-rules.js';
import { shortfalls } from './access-terms.js';
import type { Bench } from './bench.js';
import { firstAccepted, sendCommand } from './command-sender.js';
import { kebab, type Plan, usualState } from './maker.js';

/** MANAGE SECURITY ENVIRONMENT: SET for computing (ISO/IEC 7816-4:2020, 11.5.11), and its object with the reference. */
const SET = { ins: 0x22, p1: 0x41, reference: 0x80 } as const;
/**
 * Templates of algorithms, by what P1 of PERFORM SECURITY OPERATION answers with (ISO/IEC 7816-8:2019, table 7): digital
 * signatures, confidentiality.
 */
const TEMPLATES: Readonly<Record<number, number>> = { 158: 0xb6, 132: 0xb8, 134: 0xb8 };
const SEALS: AlgorithmSpec['operation'] = 'sign-then-seal';

/** For every algorithm that the command may be told to use: each leaf of its rule unmet. */
export function algorithmPlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  if (command.access !== 'by algorithm' || command.p1.kind !== 'constant') return [];
  const template = TEMPLATES[command.p1.value];
  const set = template !== undefined && setCommand(bench.application);
  if (!set) return [];
  const state = bench.states.includes('operational') ? 'operational' : usualState(bench, command);
  return Object.values(bench.application.algorithms)
    .filter(({ operation }) => (operation === SEALS) === (template === 0xb8))
    .flatMap((algorithm) =>
      shortfalls(algorithm.access, state, bench).map(
        ({ missing, proofs }): Plan => ({
          name: `${kebab(algorithm.id)}-without-${kebab(missing)}`,
          title: `with the algorithm of equation ${algorithm.equation} refused where only this is missing: ${missing.replace('-but-', ', and there is ')}`,
          clause: `${command.clause}; ${CLAUSE}`,
          state,
          proofs,
          async run(card) {
            const data = Uint8Array.of(SET.reference, 1, algorithm.reference);
            checkStatus(await sendCommand(card, set, { p1: SET.p1, p2: template, data }), SW.ok);
            const fields = sampleData({ kind: 'template', template: algorithm.input });
            const sent = { p1: firstAccepted(command.p1), p2: firstAccepted(command.p2), data: fields };
            checkStatus(await sendCommand(card, command, sent), ...NOT_PERMITTED);
          },
        }),
      ),
    );
}

function setCommand({ commands }: ApplicationSpec): CommandSpec | undefined {
  return Object.values(commands).find(
    ({ ins, p1 }) => ins === SET.ins && p1.kind === 'constant' && p1.value === SET.p1,
  );
}
