/** `imis card replay`: a recorded session again, byte for byte, or up to a point in time. */

import { type Command, Option } from 'commander';
import { exchangeToLines } from '../../../apdu/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { writeCardImage } from '../memory/card-image-store.js';
import { mismatchSentence } from '../memory/fault-sentence.js';
import { parseNatural } from '../options.js';
import { divergenceText } from '../replay/divergence-text.js';
import type { RecordedSession } from '../replay/recorded-session.js';
import { type Replay, ReplayRefused, replaySession } from '../replay/replay-session.js';
import { readSession } from '../replay/session-store.js';

type ReplayArguments = {
  readonly to?: number;
  readonly saveImage?: string;
  readonly card?: string;
};

export function addCardReplayCommand(card: Command, done: (status: ExitStatus) => void): void {
  card
    .command('replay')
    .description('run a recorded session again and stop at the first divergence')
    .argument('<file>', 'session written by imis visit --record')
    .option('--to <n>', 'stop after this many commands of the session', parseNatural)
    .option('--save-image <file>', 'write the image of a card as it is when the replay stops')
    .addOption(new Option('--card <holder>', 'whose card --save-image means').default('patient'))
    .addHelpText(
      'after',
      `
Responses, random draws and, at the end, both memories of every card must agree. Exit status: 0 when
they do, 1 at the first divergence, which is shown decoded and with secrets masked, 2 for a file that
can not be read.

Examples:
  imis visit --record visit.session --trace none
  imis card replay visit.session
  imis card replay visit.session --to 40 --save-image patient.image
  imis apdu --image patient.image`,
    )
    .action(async (file: string, options: ReplayArguments) => done(await replay(file, options)));
}

async function replay(file: string, options: ReplayArguments): Promise<ExitStatus> {
  const session = await readSession(file);
  const holder = options.card ?? 'patient';
  const saved = session.cards.find((card) => card.holder === holder);
  if (options.saveImage !== undefined && !saved) {
    const holders = session.cards.map((card) => card.holder).join(', ');
    throw new CliError(`There is no card of the ${holder} in ${file}; there are: ${holders}.`);
  }
  const commands = session.events.filter((event) => event.kind === 'command').length;
  if (options.to !== undefined && options.to > commands) {
    throw new CliError(`--to ${options.to} is beyond the end: ${file} has ${commands} commands.`);
  }
  const result = run(file, session, options.to);
  process.stdout.write(`${summary(result, commands, session.cards.length)}\n`);
  if (options.saveImage !== undefined && saved) {
    await writeCardImage(options.saveImage, result.cards.get(holder)!, saved.start);
    process.stdout.write(
      `The ${holder}'s card as it is now: ${options.saveImage} (it holds the card's secrets)\n`,
    );
  }
  return result.divergence ? EXIT.failed : EXIT.ok;
}

/** @throws {CliError} when a card of the session can not be taken up. */
function run(file: string, session: RecordedSession, to: number | undefined): Replay {
  try {
    return replaySession(session, { to });
  } catch (error) {
    if (!(error instanceof ReplayRefused)) throw error;
    throw new CliError(
      mismatchSentence(`${file}, card of the ${error.holder},`, error.fault, 'this program'),
    );
  }
}

function summary(result: Replay, commands: number, cards: number): string {
  const { divergence, last } = result;
  const counts = `${result.commands} of ${commands} commands, ${result.resets} resets, ${cards} cards, ${result.responseBytes} response bytes, ${result.randomBytes} random bytes`;
  if (divergence) return `${divergenceText(divergence)}\nReplayed until there: ${counts}.`;
  if (result.commands < commands) {
    const lines = last ? [`The last command, ${last.holder}:`, ...exchangeToLines(last.exchange)] : [];
    return [`Stopped: ${counts}; all agree so far.`, ...lines].join('\n');
  }
  return `All agree: ${counts}.`;
}
