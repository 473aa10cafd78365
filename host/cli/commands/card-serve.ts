/** `imis card serve`: the simulated card in a reader that other programs use. */

import { type Command, Option } from 'commander';
import { ALL_APPLICATIONS } from '../../../apdu/index.js';
import {
  type CardDevice,
  listenForReset,
  serveGemPc,
  serveSerial,
  serveVpcd,
  TransportError,
  takesDataBy,
  VPCD_DEFAULT_PORT,
  withDeviceTracing,
  withProtocols,
} from '../../../reader-drivers/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { profileNamed } from '../simulated-card.js';
import { TRACE_FILE_HELP, TRACE_SECRETS_HELP, traceFileOf } from '../trace/trace-file.js';
import { makeBenchCards } from '../visited-cards.js';
import {
  type BenchCardArguments,
  benchCardFrom,
  readOutOf,
  withBenchCardOrImageOptions,
} from './bench-card-options.js';

type ServeArguments = BenchCardArguments & {
  readonly vpcd?: string;
  readonly gempc?: string;
  readonly serial?: string;
  readonly resetSocket?: string;
  readonly echo?: true;
  readonly protocol: keyof typeof PROTOCOLS;
  readonly delay?: string;
  readonly traceFile?: string;
  readonly traceSecrets?: true;
  readonly seed?: string;
  readonly and?: string;
};

/** A card at the end of some wire. */
type CardEnd = {
  readonly ended: Promise<void>;
  close(): Promise<void>;
  /** Takes the card out, or puts it back in. */
  toggle?(): Promise<void>;
};

const PROTOCOLS = { t0: ['T=0'], t1: ['T=1'], both: ['T=0', 'T=1'] } as const;
const LONGEST_DELAY_MS = 600_000;

export function addCardServeCommand(card: Command, done: (status: ExitStatus) => void): void {
  withBenchCardOrImageOptions(
    card
      .command('serve')
      .description('put the simulated card into a reader that other programs use, until Ctrl-C')
      .addOption(
        new Option(
          '--vpcd <host:port>',
          `into pcscd's virtual reader (default: 127.0.0.1:${VPCD_DEFAULT_PORT})`,
        ).conflicts(['gempc', 'serial']),
      )
      .addOption(
        new Option(
          '--gempc <path>',
          'be a GemPC Twin reader with the card in it, at this serial line',
        ).conflicts(['serial']),
      )
      .option('--serial <path>', 'be a bare card (ISO 7816-3) at the far end of this serial line')
      .option('--reset-socket <path>', 'with --serial: each reset comes over this local socket')
      .option(
        '--and <place>',
        'also the other card of the same visit, for a terminal with two readers: HOST:PORT with --vpcd, a path with --gempc',
      )
      .option('--echo', 'with --serial: send back what comes, as a reader with one wire does')
      .addOption(
        new Option('--protocol <name>', 'protocols that the ATR offers')
          .choices(Object.keys(PROTOCOLS))
          .default('t1'),
      )
      .option('--delay <ms>', 'answer each command that much later (not with --vpcd)')
      .option('--trace-file <file>', TRACE_FILE_HELP)
      .option('--trace-secrets', TRACE_SECRETS_HELP)
      .option('--seed <n>', 'refused: a served card meets programs that must not know its keys'),
  )
    .addHelpText(
      'after',
      `
--interoperability is for other software: pkcs11-tool, gpg, yubico-piv-tool, public readers. docs/middleware.md has
  what each of them needs, and the log-in PINs of the simulated cards.

The signal USR1 takes the card out, or puts it back in (--vpcd and --gempc).

--vpcd: the virtual reader comes with Debian's vsmartcard-vpcd; start it with: pcscd -f
  It listens on all interfaces: use it on a machine or in a network namespace of your own.
  Then try: opensc-tool -l, opensc-tool -a, opensc-tool -s 00A4040C06F0494D495301

A terminal with two readers: imis card serve --and 127.0.0.1:35964, the patient's card in the first and the professional's
  in the second reader of pcscd.

--gempc: pcscd reads it with the driver libccidtwin.so of Debian's libccid. For a line of two ends without wires:
  socat pty,raw,echo=0,link=/tmp/reader pty,raw,echo=0,link=/tmp/host
  imis card serve --gempc /tmp/reader
  Start pcscd after it, with DEVICENAME /tmp/host:GemPCTwin in a file of /etc/reader.conf.d.

--serial: the other end drives the card itself, over T=0 or T=1. A pseudo-terminal has no reset line, hence
  --reset-socket; the host's half is "reset=socket:PATH".`,
    )
    .action(async (options: ServeArguments, command: Command) => done(await serve(options, command)));
}

async function serve(options: ServeArguments, command: Command): Promise<ExitStatus> {
  if (options.seed !== undefined)
    throw new CliError('--seed is refused for a served card: its keys would be known.');
  const ways = waysOf(options);
  const cards = await cardsFor(options, command);
  const trace = traceFileOf(options);
  try {
    const started = cards.map(({ card, kind }, i) => {
      const device = trace ? withDeviceTracing(card, trace.observer(kind)) : card;
      return ways[i]!(device).then((served) => ({ ...served, kind }));
    });
    await untilStopped(started);
  } finally {
    trace?.close();
  }
  return EXIT.ok;
}

type ServedCard = { readonly card: CardDevice; readonly kind: string };

/** One card, or with --and both of a visit, the one of --card first. @throws {CliError} */
async function cardsFor(options: ServeArguments, command: Command): Promise<readonly ServedCard[]> {
  if (options.and !== undefined) {
    const profile = profileNamed(options.profile);
    const holder = await readOutOf({ ...options, card: 'patient' });
    const made = await makeBenchCards({ ...options, profile, seed: null, readOutOf: holder });
    const kinds = (['patient', 'professional'] as const).filter((kind) => kind !== options.card);
    return [options.card, ...kinds].map((kind) => ({ card: made[kind], kind }));
  }
  const { card, kind, seeded } = await benchCardFrom(command, options, null);
  if (seeded) {
    throw new CliError(
      `${options.image} is refused for a served card: it was made with --seed, and its keys are known.`,
    );
  }
  return [{ card, kind }];
}

/** Serves until Ctrl-C, or until a reader is gone; then all cards come out. */
async function untilStopped(
  started: readonly Promise<{ readonly end: CardEnd; readonly place: string; readonly kind: string }>[],
): Promise<void> {
  const settled = await Promise.allSettled(started);
  const served = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = (): void => {
    for (const { end } of served) void end.close();
  };
  const toggle = (): void => {
    for (const { end } of served) void end.toggle?.().catch(() => undefined);
  };
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) {
    stop();
    explain(failed.reason);
  }
  process.once('SIGINT', stop).once('SIGTERM', stop).on('SIGUSR1', toggle);
  // after that: who reads it may press Ctrl-C at once
  for (const { kind, place } of served) {
    process.stderr.write(`The ${kind} card is in the reader at ${place}. Ctrl-C takes it out.\n`);
  }
  try {
    await Promise.all(served.map(({ end }) => end.ended.finally(stop))).catch(explain);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGUSR1', toggle);
  }
}

type Way = (device: CardDevice) => Promise<{ readonly end: CardEnd; readonly place: string }>;

/** The ways of one card, or of two; what is wrong with the options is said before a card is made. @throws {CliError} */
function waysOf(options: ServeArguments): readonly Way[] {
  const { and, ...first } = options;
  if (and === undefined) return [wayOf(first)];
  if (options.serial !== undefined) throw new CliError('--and goes with --vpcd and --gempc.');
  if (options.image !== undefined)
    throw new CliError('--and is the other card of a visit; --image is one card.');
  const place = options.gempc === undefined ? 'vpcd' : 'gempc';
  if ((options[place] ?? `127.0.0.1:${VPCD_DEFAULT_PORT}`) === and) {
    throw new CliError(`--and names the place of the first card, ${and}; a reader takes one card.`);
  }
  return [wayOf(first), wayOf({ ...first, [place]: and }, '--and')];
}

/** How a card is to be served. @throws {CliError} */
function wayOf(options: ServeArguments, place = '--vpcd'): Way {
  const { serial, gempc, vpcd, resetSocket } = options;
  if (serial === undefined && (resetSocket !== undefined || options.echo))
    throw new CliError('--reset-socket and --echo go with --serial.');
  const offered = (device: CardDevice) => withProtocols(device, PROTOCOLS[options.protocol]);
  const wire = {
    takesData: takesDataBy(ALL_APPLICATIONS),
    ...delayOf(options),
  };
  if (serial !== undefined) {
    return async (device) => ({
      end: await serialEnd(offered(device), serial, resetSocket, { ...wire, echo: options.echo ?? false }),
      place: serial,
    });
  }
  if (gempc !== undefined) {
    return async (device) => {
      const end = await serveGemPc(offered(device), gempc, wire);
      const toggle = async (): Promise<void> => (end.hasCard ? end.remove() : end.insert());
      return { end: Object.assign(end, { toggle }), place: gempc };
    };
  }
  if (options.delay !== undefined) throw new CliError('--delay goes with --gempc and --serial.');
  const address = parseAddress(vpcd ?? `127.0.0.1:${VPCD_DEFAULT_PORT}`, place);
  return async (device) => {
    const end = await serveVpcd(offered(device), address);
    let inserted = true;
    const toggle = async (): Promise<void> => {
      inserted = !inserted;
      await (inserted ? end.insert() : end.remove());
    };
    return { end: Object.assign(end, { toggle }), place: `${address.host}:${address.port}` };
  };
}

async function serialEnd(
  device: CardDevice,
  path: string,
  resetSocket: string | undefined,
  options: Parameters<typeof serveSerial>[2],
): Promise<CardEnd> {
  const end = await serveSerial(device, path, options);
  if (resetSocket === undefined) {
    // without a way to be told, the card comes to life when it is plugged in
    end.reset();
    return end;
  }
  const listener = await listenForReset(resetSocket, end).catch(async (error: Error) => {
    await end.close();
    throw new CliError(`--reset-socket ${resetSocket} can not be listened on: ${error.message}.`);
  });
  return { ended: end.ended.finally(() => listener.close()), close: () => end.close() };
}

function delayOf({ delay }: ServeArguments): { answerTime?: () => number } {
  if (delay === undefined) return {};
  const milliseconds = Number(delay);
  if (!/^\d+(\.\d+)?$/.test(delay) || milliseconds > LONGEST_DELAY_MS)
    throw new CliError(`--delay takes milliseconds from 0 to ${LONGEST_DELAY_MS}, not "${delay}".`);
  return { answerTime: () => milliseconds };
}

/** @throws {CliError} for an address without a port that something can listen on. */
function parseAddress(text: string, option: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (!host || Number(port) < 1 || Number(port) > 65535)
    throw new CliError(`${option} takes HOST:PORT, not "${text}".`);
  return { host, port: Number(port) };
}

/** @throws {CliError} for a reader that can not be reached; anything else is thrown on. */
function explain(error: unknown): never {
  if (error instanceof TransportError)
    throw new CliError(`${error.message}.`.replace(/\.\.$/, '.'), EXIT.unreachable);
  throw error;
}
