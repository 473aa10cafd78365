/** `imis apdu`: send APDUs to a simulated card and read the decoded answers, from a script or by hand. */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import {
  type ApplicationSpec,
  exchangeToLines,
  fromHex,
  type TraceDecoder,
  toHex,
  traceDecoder,
} from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { seededRng, systemRng } from '../../index.js';
import { parseScriptLine, type SentLine } from '../apdu-script.js';
import { loadApplet, makeAppletCard } from '../applet-module.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { writeCardImage } from '../memory/card-image-store.js';
import { parseSeed } from '../options.js';
import { specificationFrom } from '../specification-file.js';
import {
  type BenchCard,
  type BenchCardArguments,
  benchCardFrom,
  withBenchCardOrImageOptions,
} from './bench-card-options.js';

type ApduArguments = BenchCardArguments & {
  readonly script?: string;
  readonly seed?: number;
  readonly saveImage?: string;
  readonly spec?: string;
  readonly applet?: string;
};

export function addApduCommand(program: Command, done: (status: ExitStatus) => void): void {
  withBenchCardOrImageOptions(
    program
      .command('apdu')
      .description('send APDUs to a simulated card and read the decoded answers')
      .option('--script <file>', 'lines to send instead of typing them')
      .option('--seed <n>', 'make the card repeatable', parseSeed)
      .option('--save-image <file>', 'write the image of the card as it is at the end')
      .option('--spec <file>', "decode by a vendor's specification (JSON)")
      .option('--applet <module>', "a vendor's applet instead of one of the cards; goes with --spec"),
  )
    .addHelpText(
      'after',
      `
A line is a command APDU in hexadecimal, or "reset"; "=> 9000" behind it states the expected
status word (x stands for any digit), "#" starts a comment. Exit status 1 when an expectation fails.

Example:
  echo '00A4040C06F0494D495301 => 9000' | imis apdu --card patient`,
    )
    .action(async (options: ApduArguments, command: Command) => done(await apdu(options, command)));
}

async function apdu(options: ApduArguments, command: Command): Promise<ExitStatus> {
  const lines = options.script === undefined ? undefined : await readScript(options.script);
  const { applications } = await specificationFrom(options.spec);
  const made =
    options.applet === undefined
      ? await benchCardFrom(command, options, options.seed ?? null)
      : await appletCardFrom(options.applet, options);
  const { card } = made;
  const session = new Session(card, applications);
  process.stdout.write(
    card.isPowered
      ? 'The image has power: the card goes on where it was, without a reset.\n'
      : `ATR ${toHex(card.powerOn()).toUpperCase()}\n`,
  );
  if (lines) for (const line of lines) session.run(line);
  else await interact(session);
  session.end();
  if (options.saveImage !== undefined) await writeCardImage(options.saveImage, card, made);
  return session.failures === 0 ? EXIT.ok : EXIT.failed;
}

/** A new card with the applet of a module. @throws {CliError} */
async function appletCardFrom(module: string, { spec, seed }: ApduArguments): Promise<BenchCard> {
  if (spec === undefined) throw new CliError('--applet goes with --spec FILE, what the applet is to do.');
  const [application] = (await specificationFrom(spec)).applications;
  const cardKind = await loadApplet(module);
  const rng = seed === undefined ? systemRng : seededRng(seed, 'bench card');
  const card = makeAppletCard(cardKind(application!), rng);
  return { card, kind: application!.id, profile: 'default', seeded: seed !== undefined };
}

/** Every line parsed before the first one is sent. @throws {CliError} naming the line. */
async function readScript(path: string): Promise<readonly SentLine[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`The script ${path} can not be read; check the path.`);
  });
  return text.split(/\r?\n/).map((line, i) => {
    const parsed = parseScriptLine(line);
    if (parsed.kind === 'fault') throw new CliError(`${path}, line ${i + 1}: ${parsed.reason}.`);
    return parsed;
  });
}

async function interact(session: Session): Promise<void> {
  const terminal = process.stdin.isTTY === true;
  const reader = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: 'apdu> ',
  });
  if (terminal) reader.prompt();
  let number = 0;
  for await (const line of reader) {
    number++;
    const parsed = parseScriptLine(line);
    if (parsed.kind === 'fault') {
      process.stderr.write(`imis: ${terminal ? '' : `standard input, line ${number}: `}${parsed.reason}.\n`);
      session.failures += terminal ? 0 : 1;
    } else {
      session.run(parsed);
    }
    if (terminal) reader.prompt();
  }
}

class Session {
  failures = 0;
  private readonly decoder: TraceDecoder;

  constructor(
    private readonly card: Card,
    applications: readonly ApplicationSpec[],
  ) {
    this.decoder = traceDecoder(applications);
  }

  run(line: SentLine): void {
    if (line.kind === 'empty') return;
    if (line.kind === 'reset') {
      this.print(this.decoder.reset());
      process.stdout.write(`ATR ${toHex(this.card.reset()).toUpperCase()}\n`);
      return;
    }
    const response = this.card.process(fromHex(line.command));
    this.print(this.decoder.feed(fromHex(line.command), response));
    const sw = toHex(response.subarray(-2)).toUpperCase();
    if (line.expected && !line.expected.test(sw)) {
      this.failures++;
      process.stdout.write(`  ✗ expected ${line.expectedText}, the card answered ${sw}\n`);
    }
  }

  end(): void {
    this.print(this.decoder.flush());
  }

  private print(exchanges: ReturnType<ReturnType<typeof traceDecoder>['flush']>): void {
    for (const exchange of exchanges) process.stdout.write(`${exchangeToLines(exchange).join('\n')}\n`);
  }
}
