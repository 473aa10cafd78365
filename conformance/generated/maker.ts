/** What makes a generated case of the parts that differ from command to command. */

import type { CommandSpec, LifeCycle } from '../../apdu/index.js';
import type { Category, ConformanceCase } from '../case.js';
import type { TestCard } from '../test-card.js';
import { termsOf } from './access-terms.js';
import type { Bench, Proof } from './bench.js';

/** A case of one command before its card is known. */
export type Plan = {
  /** Last part of the identifier. */
  readonly name: string;
  readonly title: string;
  readonly clause: string;
  /** Where it begins; by default where the command is permitted. */
  readonly state?: LifeCycle;
  /** What is proven; by default what the command's access rule needs, as far as the suite can. */
  readonly proofs?: readonly Proof[];
  /** What running it destroys beyond getting there. */
  readonly destroys?: string;
  readonly category?: Category;
  readonly run: (card: TestCard) => Promise<void>;
};

/** The case that a plan for a command becomes. */
export function caseOf(bench: Bench, command: CommandSpec, plan: Plan): ConformanceCase {
  const { application } = bench;
  const { name, title, clause, category = 'declaration' } = plan;
  const state = plan.state ?? usualState(bench, command);
  const reach = bench.reach(state, plan.proofs ?? usualProofs(bench, command, state));
  const destroys = reach.destroys ?? plan.destroys;
  return {
    id: `${category}.${application.id}-${kebab(command.id)}-${name}`,
    title: `${command.name}: ${title}`,
    clause,
    category,
    applications: [application.id],
    fixture: reach.fixture,
    features: [],
    destructive: destroys !== undefined,
    ...(destroys === undefined ? {} : { reason: destroys }),
    origin: 'generated',
    async run(card) {
      await reach.prepare(card);
      await plan.run(card);
    },
  };
}

/** The first state in which the command is permitted, in the order of a card's life. */
export function usualState({ states }: Bench, command: CommandSpec): LifeCycle {
  return states.find((state) => command.states.includes(state)) ?? states[0]!;
}

/** What meets the access rule with the least, as far as the suite can prove it. */
export function usualProofs(bench: Bench, { access }: CommandSpec, state: LifeCycle): readonly Proof[] {
  const provable = (proof: Proof) => bench.proves(proof, state);
  if (access === 'by file') return [];
  if (access === 'by algorithm') return [{ pin: 'holder' }].filter(provable);
  const terms = termsOf(access).map((term) => term.filter((leaf): leaf is Proof => !('state' in leaf)));
  return terms.find((term) => term.every(provable)) ?? [];
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
