/** `imis trace`: traces of APDUs, decoded with the specification. */

import type { Command } from 'commander';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { decodedApplications } from '../specification-file.js';
import { readTrace } from '../trace/read-trace.js';
import { decodePackets, type ShownEvent } from '../trace/shown-trace.js';
import { cardExchangeText } from '../trace/trace-text.js';

type ShowArguments = { readonly spec?: string; readonly json?: true; readonly showSecrets?: true };

export function addTraceCommand(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('trace')
    .description('traces of APDUs, ours and those of Wireshark')
    .command('show')
    .description('decode a trace with the specification')
    .argument('<file>', 'capture (pcapng) or JSON lines')
    .option('--spec <file>', "decode by a vendor's specification (JSON)")
    .option('--json', 'one JSON value for each exchange or reset, a line each')
    .option('--show-secrets', 'also every APDU as it stands in the file, with what is secret in it')
    .addHelpText(
      'after',
      `
Captures come from --trace-file of visit, apdu and card serve, or from Wireshark (link type "upper PDU",
dissector iso7816). A trace file has zeros for secrets unless it was written with --trace-secrets.

Examples:
  imis visit --trace none --trace-file visit.pcapng
  imis trace show visit.pcapng
  tshark -r visit.pcapng`,
    )
    .action(async (file: string, options: ShowArguments) => done(await show(file, options)));
}

async function show(file: string, { spec, json, showSecrets }: ShowArguments): Promise<ExitStatus> {
  const applications = await decodedApplications(spec);
  const { packets, skipped } = await readTrace(file);
  for (const event of decodePackets(packets, applications)) {
    process.stdout.write(json ? jsonLine(event, showSecrets === true) : textOf(event, showSecrets === true));
  }
  if (skipped > 0) process.stderr.write(`imis: ${skipped} packets of other kinds were left out.\n`);
  return EXIT.ok;
}

function textOf(event: ShownEvent, withApdus: boolean): string {
  if (event.kind === 'answer-to-reset') {
    const protocols = event.protocols.map((protocol) => `T=${protocol}`).join(', ');
    return `${event.card}: ATR ${event.atr}${protocols === '' ? '' : ` (${protocols})`}\n`;
  }
  const apdus = withApdus ? event.apdus.map((line) => `  ${line}\n`).join('') : '';
  return `${cardExchangeText(event.card, event.exchange)}${apdus}`;
}

function jsonLine(event: ShownEvent, withApdus: boolean): string {
  if (event.kind === 'answer-to-reset' || withApdus) return `${JSON.stringify(event)}\n`;
  const { apdus: _, ...rest } = event;
  return `${JSON.stringify(rest)}\n`;
}
