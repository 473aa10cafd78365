/** `imis readers`: the readers and cards of this machine, and why something is not there. */

import { type Command, Option } from 'commander';
import { pcscEvents } from '../../../reader-drivers/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import {
  findReaders,
  type ReaderReport,
  type ReportedReader,
  readerReport,
} from '../readers/readers-report.js';
import { unreachable } from '../target.js';

type ReadersArguments = { readonly json?: true; readonly text?: true; readonly watch?: true };

export function addReadersCommand(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('readers')
    .description('readers and cards of this machine, and why something is not there')
    .addOption(new Option('--json', 'one JSON document, as in a pipe').conflicts('text'))
    .option('--text', 'text, as on a terminal')
    .option('--watch', 'go on and tell of readers and cards that come and go, until Ctrl-C')
    .addHelpText(
      'after',
      `
What stands behind "target" is what --target of other commands takes.

Exit status: 0 there is a reader or a serial port, 3 there is none.

Examples:
  imis readers
  imis readers | jq -r '.readers[] | select(.card == "present").target'`,
    )
    .action(async (options: ReadersArguments) => done(await readers(options)));
}

async function readers({ json, text, watch }: ReadersArguments): Promise<ExitStatus> {
  const asJson = json === true || (text !== true && process.stdout.isTTY !== true);
  if (watch) return watchReaders(asJson);
  const report = readerReport(await findReaders());
  process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : readersText(report));
  return report.readers.length + report.serialPorts.length > 0 ? EXIT.ok : EXIT.unreachable;
}

async function watchReaders(asJson: boolean): Promise<ExitStatus> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    for await (const { kind, reader } of pcscEvents({ signal: stop.signal })) {
      const atr =
        reader.atr === undefined ? undefined : Buffer.from(reader.atr).toString('hex').toUpperCase();
      const line = asJson
        ? JSON.stringify({ event: kind, reader: reader.name, ...(atr === undefined ? {} : { atr }) })
        : `${kind.replace('-', ' ')}: ${reader.name}${atr === undefined ? '' : `, ATR ${atr}`}`;
      process.stdout.write(`${line}\n`);
    }
    return EXIT.ok;
  } catch (error) {
    throw unreachable(error);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** The report for people. */
export function readersText({ readers: list, serialPorts, missing }: ReaderReport): string {
  return [
    ...(list.length === 0 ? ['No reader in PC/SC.'] : list.flatMap(readerLines)),
    ...(serialPorts.length === 0 ? ['No serial port.'] : serialPorts.map(portLine)),
    ...missing.flatMap(({ name, detail, mend }) => [
      `-- ${name}: ${detail}.`,
      ...(mend === undefined ? [] : [`   To mend it: ${mend}`]),
    ]),
    '',
  ].join('\n');
}

function readerLines({ name, target, card, inUse, atr, protocols = [] }: ReportedReader): readonly string[] {
  const cards = { none: 'no card', present: 'a card', mute: 'a card that gives no answer to reset' } as const;
  const use = inUse === 'no' ? '' : `, ${inUse === 'shared' ? 'in use' : 'kept by another program'}`;
  return [
    `${name}: ${cards[card]}${use}`,
    ...(atr === undefined
      ? []
      : [`   ATR ${atr}${protocols.length > 0 ? ` (${protocols.join(', ')})` : ''}`]),
    `   target: ${target}`,
  ];
}

function portLine({ path, driver, target }: ReaderReport['serialPorts'][number]): string {
  return `${path}: a serial port${driver === undefined ? '' : ` (${driver})`}\n   target: ${target}`;
}
