/** `imis card info`: what a card in any reader tells of itself. */

import { type Command, Option } from 'commander';
import { connectInProcess } from '../../../reader-drivers/index.js';
import { cardInfoText } from '../card-info/card-info-text.js';
import { readCardInfo } from '../card-info/read-card.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { type CardKindName, makeSimulatedCard, profileNamed } from '../simulated-card.js';
import { connectTarget, parseTarget, TARGET_HELP, TARGET_NOTES, unreachable } from '../target.js';

type InfoArguments = { readonly target: string; readonly card: CardKindName; readonly json?: true };

export function addCardInfoCommand(card: Command, done: (status: ExitStatus) => void): void {
  card
    .command('info')
    .description('decode ATR and EF.DIR of a card, look for applications and secure channels')
    .option('--target <target>', TARGET_HELP, 'sim')
    .addOption(
      new Option('--card <kind>', 'which simulated card')
        .choices(['patient', 'professional'])
        .default('patient'),
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Nothing is verified and no counter is touched: only SELECT, READ BINARY, GET DATA, and INITIALIZE UPDATE for the
applications of this project.
${TARGET_NOTES}

Example:
  imis card info --target pcsc`,
    )
    .action(async (options: InfoArguments) => done(await info(options)));
}

async function info({ target: text, card, json }: InfoArguments): Promise<ExitStatus> {
  const target = parseTarget(text);
  const connection =
    target.kind === 'sim'
      ? connectInProcess(makeSimulatedCard(card, profileNamed(target.profile ?? 'default')))
      : await connectTarget(target);
  try {
    const found = await readCardInfo(connection);
    process.stdout.write(json ? `${JSON.stringify(printable(found), null, 2)}\n` : cardInfoText(found));
  } catch (error) {
    throw unreachable(error);
  } finally {
    await connection.close().catch(() => undefined);
  }
  return EXIT.ok;
}

/** Without what only repeats the ATR's bytes. */
function printable({ parsed, ...rest }: Awaited<ReturnType<typeof readCardInfo>>) {
  if (!parsed) return rest;
  const { convention, protocols, speed, blockProtocol, waitingTimeInteger } = parsed;
  return {
    ...rest,
    convention,
    protocols,
    speed,
    waitingTimeInteger,
    ...(blockProtocol ? { blockProtocol } : {}),
  };
}
