/** The options that say which simulated card a command works on. */

import { type Command, Option } from 'commander';
import { CARD_KINDS, type CardKindName } from '../simulated-card.js';
import { CARD_STATES, type CardState } from '../visited-cards.js';
import { inputOption, VISIT_PROFILE } from './visit.js';

export type BenchCardArguments = {
  readonly card: CardKindName;
  readonly state: CardState;
  readonly profile: string;
  readonly input: string;
};

/** Adds --card, --state, --profile and --input. */
export function withBenchCardOptions(command: Command): Command {
  return command
    .addOption(new Option('--card <kind>', 'which card').choices(Object.keys(CARD_KINDS)).default('patient'))
    .addOption(
      new Option('--state <state>', 'blank, or visited: as it is after a whole outpatient visit')
        .choices(CARD_STATES)
        .default('visited'),
    )
    .option('--profile <name>', 'card profile', VISIT_PROFILE)
    .addOption(inputOption('input of the visit that prepares the card'));
}
