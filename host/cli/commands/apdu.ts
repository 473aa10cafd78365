/** `imis apdu`: send APDUs to a card and read the decoded answers, from a script or by hand. */

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
import { withTracing } from '../../../reader-drivers/index.js';
import { parseScriptLine, type SentLine } from '../apdu-script.js';
import { appletCard } from '../applet-module.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { onInterrupt } from '../interrupt.js';
import { writeCardImage } from '../memory/card-image-store.js';
import { parseSeed } from '../options.js';
import { decodedApplications } from '../specification-file.js';
import {
  connectTarget,
  parseTarget,
  type ReaderTarget,
  TARGET_HELP,
  TARGET_NOTES,
  unreachable,
} from '../target.js';
import { TRACE_FILE_HELP, TRACE_SECRETS_HELP, type TraceFile, traceFileOf } from '../trace/trace-file.js';
import { type BenchCardArguments, benchCardFrom, withBenchCardOrImageOptions } from './bench-card-options.js';

type ApduArguments = BenchCardArguments & {
  readonly script?: string;
  readonly seed?: number;
  readonly saveImage?: string;
  readonly spec?: string;
  readonly applet?: string;
  readonly target: string;
  readonly traceFile?: string;
  readonly traceSecrets?: true;
};

/** A card to talk to. */
type Reached = {
  /** What is said of it before the first line. */
  readonly greeting: string;
  transmit(command: Uint8Array): Promise<Uint8Array>;
  reset(): Promise<Uint8Array>;
  /** When the last line is done. */
  end(): Promise<void>;
};

export function addApduCommand(program: Command, done: (status: ExitStatus) => void): void {
  withBenchCardOrImageOptions(
    program
      .command('apdu')
      .description('send APDUs to a card, simulated or in a reader, and read the decoded answers')
      .option('--target <target>', TARGET_HELP, 'sim')
      .option('--script <file>', 'lines to send instead of typing them')
      .option('--seed <n>', 'make the card repeatable', parseSeed)
      .option('--save-image <file>', 'write the image of the card as it is at the end')
      .option('--spec <file>', "decode by a vendor's specification (JSON)")
      .option('--applet <module>', "a vendor's applet instead of one of the cards; goes with --spec")
      .option('--trace-file <file>', TRACE_FILE_HELP)
      .option('--trace-secrets', TRACE_SECRETS_HELP),
  )
    .addHelpText(
      'after',
      `
A line is a command APDU in hexadecimal, or "reset"; "=> 9000" behind it states the expected
status word (x stands for any digit), "#" starts a comment. Exit status 1 when an expectation fails, 3 when the card can not be reached.
${TARGET_NOTES}

Examples:
  imis apdu --target pcsc --script probe.apdu
  echo '00A4040C06F0494D495301 => 9000' | imis apdu --card patient`,
    )
    .action(async (options: ApduArguments, command: Command) => done(await apdu(options, command)));
}

async function apdu(options: ApduArguments, command: Command): Promise<ExitStatus> {
  const target = parseTarget(options.target);
  const lines = options.script === undefined ? undefined : await readScript(options.script);
  const applications = await decodedApplications(options.spec);
  const trace = traceFileOf(options);
  try {
    const card =
      target.kind === 'sim'
        ? await simulated(
            { ...options, ...(target.profile ? { profile: target.profile } : {}) },
            command,
            trace,
          )
        : await inReader(target, options.target, command, trace);
    const session = new Session(card, applications);
    const settled = onInterrupt(() => card.end());
    try {
      process.stdout.write(`${card.greeting}\n`);
      if (lines) for (const line of lines) await session.run(line);
      else await interact(session);
      session.end();
    } catch (error) {
      throw unreachable(error);
    } finally {
      settled();
      await card.end();
    }
    return session.failures === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    trace?.close();
  }
}

async function simulated(
  options: ApduArguments,
  command: Command,
  trace: TraceFile | undefined,
): Promise<Reached> {
  const made =
    options.applet === undefined
      ? await benchCardFrom(command, options, options.seed ?? null)
      : await appletCard(options.applet, options.spec, options.seed);
  const { card, kind } = made;
  const observe = trace?.observer(kind) ?? (() => undefined);
  const restored = card.isPowered;
  const atr = restored ? new Uint8Array(0) : card.powerOn();
  if (!restored) observe({ kind: 'answer-to-reset', atr });
  return {
    greeting: restored
      ? 'The image has power: the card goes on where it was, without a reset.'
      : atrText(atr),
    transmit: async (bytes) => {
      observe({ kind: 'command', command: bytes });
      const response = card.process(bytes);
      observe({ kind: 'response', command: bytes, response });
      return response;
    },
    reset: async () => {
      const again = card.reset();
      observe({ kind: 'answer-to-reset', atr: again });
      return again;
    },
    end: async () => {
      if (options.saveImage !== undefined) await writeCardImage(options.saveImage, card, made);
    },
  };
}

/** Options that make a card; a card in a reader is there already. */
const OF_SIMULATED_CARDS = ['card', 'state', 'profile', 'input', 'image', 'seed', 'saveImage'] as const;

async function inReader(
  target: ReaderTarget,
  text: string,
  command: Command,
  trace: TraceFile | undefined,
): Promise<Reached> {
  const made = OF_SIMULATED_CARDS.find((name) => command.getOptionValueSource(name) === 'cli');
  if (made !== undefined) {
    const option = made === 'saveImage' ? 'save-image' : made;
    throw new CliError(`--${option} is for simulated cards; ${text} is a card in a reader.`);
  }
  const connection = await connectTarget(target);
  const card = trace ? withTracing(connection, trace.observer(target.kind)) : connection;
  return {
    greeting: `${atrText(card.atr)} (${card.protocol})`,
    transmit: (bytes) => card.transmit(bytes),
    reset: () => card.reset(),
    end: () => card.close(),
  };
}

function atrText(atr: Uint8Array): string {
  return `ATR ${toHex(atr).toUpperCase()}`;
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
      await session.run(parsed);
    }
    if (terminal) reader.prompt();
  }
}

class Session {
  failures = 0;
  private readonly decoder: TraceDecoder;

  constructor(
    private readonly card: Reached,
    applications: readonly ApplicationSpec[],
  ) {
    this.decoder = traceDecoder(applications);
  }

  async run(line: SentLine): Promise<void> {
    if (line.kind === 'empty') return;
    if (line.kind === 'reset') {
      this.print(this.decoder.reset());
      process.stdout.write(`${atrText(await this.card.reset())}\n`);
      return;
    }
    const response = await this.card.transmit(fromHex(line.command));
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
