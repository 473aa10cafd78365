/**
 * Which card a command works on, as a user writes it; one syntax for every command:
 *
 * - `sim`, `sim:PROFILE`: a simulated card with the limits of a profile
 * - `pcsc`, `pcsc:NAME`: a card in a PC/SC reader, by its name or a part of it
 * - `serial:PATH[,OPTION…]`: a card in a serial reader that does nothing by itself (Phoenix, Smartmouse)
 * - `gempc:PATH[,t0|t1]`: a card in a GemPC Twin at a serial line, without pcscd
 * - `replay:FILE[,CARD]`: a card of a trace file, which answers to the commands of the trace in their order and to no others
 *
 * Options of `serial`: `t0`, `t1`; `reset=rts`, `-rts`, `dtr`, `-dtr` (the minus: low resets) or `reset=socket:PATH`;
 * `echo` for a reader with one wire; `slow` stays at the initial speed; `clock=HZ`.
 */

import {
  type CardConnection,
  type CardReset,
  connectGemPc,
  connectPcsc,
  connectSerial,
  ReplayConnection,
  resetByModemLine,
  resetBySocket,
  TransportError,
} from '../../reader-drivers/index.js';
import { CliError, EXIT } from './cli-error.js';
import { readTrace } from './trace/read-trace.js';

export type CardProtocol = 'T=0' | 'T=1';

/** What resets the card in a serial reader. */
export type TargetReset =
  | { readonly by: 'line'; readonly line: 'rts' | 'dtr'; readonly activeHigh: boolean }
  | { readonly by: 'socket'; readonly path: string };

/** The card that a text names. */
export type Target =
  /** Without a profile: the one that the command takes otherwise. */
  | { readonly kind: 'sim'; readonly profile?: string }
  /** Without a reader: the first with a card. */
  | { readonly kind: 'pcsc'; readonly reader?: string }
  | {
      readonly kind: 'serial';
      readonly path: string;
      readonly protocol?: CardProtocol;
      readonly reset: TargetReset;
      readonly echo: boolean;
      readonly slow: boolean;
      readonly clockHz?: number;
    }
  | { readonly kind: 'gempc'; readonly path: string; readonly protocol?: CardProtocol }
  /** Without a card: the only one of the file. */
  | { readonly kind: 'replay'; readonly path: string; readonly card?: string };

/** A target that is reached over a connection: all but the simulated card. */
export type ReaderTarget = Exclude<Target, { readonly kind: 'sim' }>;

/** For the help of an option --target. */
export const TARGET_HELP =
  'sim[:PROFILE], pcsc[:NAME], serial:PATH[,OPTIONS], gempc:PATH[,t0|t1] or replay:FILE[,CARD]';

/** The same for people who write a serial target; for the text behind a command's help. */
export const TARGET_NOTES = `
Targets: sim[:PROFILE]; pcsc[:READER], a part of its name will do; gempc:PATH[,t0|t1], a GemPC Twin without pcscd;
replay:FILE[,CARD], a card of a trace (.jsonl, .pcapng) that answers to the recorded commands in their order and to no others;
serial:PATH[,OPTION…], a reader that does nothing by itself, with the options t0, t1, echo, slow, clock=HZ and
reset=rts|-rts|dtr|-dtr|socket:PATH (default rts; the minus: low resets).`;

const FORMS = 'sim[:PROFILE], pcsc[:NAME], serial:PATH[,OPTIONS], gempc:PATH[,t0|t1], replay:FILE[,CARD]';
const CLOCK_HZ = { min: 1_000_000, max: 20_000_000 } as const;
const PROTOCOL: Readonly<Record<string, CardProtocol>> = { t0: 'T=0', t1: 'T=1' };

/** @throws {CliError} for a text that names no target. */
export function parseTarget(text: string): Target {
  const [, kind, rest] = /^(\w+)(?::(.*))?$/s.exec(text) ?? [];
  if (rest === '') throw new CliError(`The target "${text}" names nothing behind its colon.`);
  switch (kind) {
    case 'sim':
      return { kind, ...(rest === undefined ? {} : { profile: rest }) };
    case 'pcsc':
      return { kind, ...(rest === undefined ? {} : { reader: rest }) };
    case 'serial':
      return serialTarget(pathAndOptions(text, rest));
    case 'gempc':
      return gempcTarget(pathAndOptions(text, rest));
    case 'replay':
      return replayTarget(text, rest);
    default:
      throw new CliError(`There is no target "${text}"; known: ${FORMS}.`);
  }
}

/** Connects to the card of a target. @throws {CliError} with exit status 3 and what to do when it can not be reached. */
export async function connectTarget(
  target: ReaderTarget,
  options: { readonly exclusive?: boolean; readonly timeoutMs?: number } = {},
): Promise<CardConnection> {
  try {
    return await openTarget(target, options);
  } catch (error) {
    throw unreachable(error);
  }
}

/** A card that can not be reached, or not any more, as one sentence; anything else is a bug and comes back as it is. */
export function unreachable(error: unknown): unknown {
  if (!(error instanceof TransportError)) return error;
  return new CliError(`${error.message}.`.replace(/\.\.$/, '.'), EXIT.unreachable);
}

/** As {@link connectTarget}, for callers that tell one fault from another. @throws {TransportError} */
export async function openTarget(
  target: ReaderTarget,
  { exclusive = false, timeoutMs = 0 }: { readonly exclusive?: boolean; readonly timeoutMs?: number },
): Promise<CardConnection> {
  switch (target.kind) {
    case 'pcsc':
      return connectPcsc({
        ...(target.reader === undefined ? {} : { reader: target.reader }),
        share: exclusive ? 'exclusive' : 'shared',
        timeoutMs,
      });
    case 'serial': {
      const { path, protocol, reset, echo, slow, clockHz } = target;
      return connectSerial({
        path,
        reset: resetOf(reset),
        echo,
        ...(protocol === undefined ? {} : { protocol }),
        ...(slow ? { maxDi: 1 } : {}),
        ...(clockHz === undefined ? {} : { clockHz }),
      });
    }
    case 'gempc': {
      const { path, protocol } = target;
      return connectGemPc({ path, ...(protocol === undefined ? {} : { protocol }) });
    }
    case 'replay': {
      const { packets } = await readTrace(target.path);
      return new ReplayConnection(packets, target.card === undefined ? {} : { card: target.card });
    }
  }
}

/** What resets the card of a serial target. */
export function resetOf(reset: TargetReset): CardReset {
  return reset.by === 'socket' ? resetBySocket(reset.path) : resetByModemLine(reset.line, reset.activeHigh);
}

type PathAndOptions = { readonly text: string; readonly path: string; readonly options: readonly string[] };

function pathAndOptions(text: string, rest: string | undefined): PathAndOptions {
  const [path, ...options] = (rest ?? '').split(',');
  if (!path) throw new CliError(`The target "${text}" names no line; it is ${text.split(':')[0]}:PATH.`);
  return { text, path, options };
}

function serialTarget({ text, path, options }: PathAndOptions): Target {
  const target: {
    -readonly [K in keyof Extract<Target, { kind: 'serial' }>]: Extract<Target, { kind: 'serial' }>[K];
  } = {
    kind: 'serial',
    path,
    reset: { by: 'line', line: 'rts', activeHigh: true },
    echo: false,
    slow: false,
  };
  for (const option of options) {
    const [name, value] = splitOnce(option);
    if (value === undefined && PROTOCOL[name] !== undefined) target.protocol = PROTOCOL[name];
    else if (value === undefined && name === 'echo') target.echo = true;
    else if (value === undefined && name === 'slow') target.slow = true;
    else if (value !== undefined && name === 'reset') target.reset = resetNamed(text, value);
    else if (value !== undefined && name === 'clock') target.clockHz = clockNamed(text, value);
    else
      throw new CliError(
        `The target "${text}" has an unknown option "${option}"; known: t0, t1, echo, slow, clock=HZ, reset=….`,
      );
  }
  return target;
}

function gempcTarget({ text, path, options }: PathAndOptions): Target {
  const [option, ...more] = options;
  if (option === undefined) return { kind: 'gempc', path };
  const protocol = PROTOCOL[option];
  if (protocol === undefined || more.length > 0)
    throw new CliError(`The target "${text}" has an unknown option "${options.join(',')}"; known: t0, t1.`);
  return { kind: 'gempc', path, protocol };
}

function replayTarget(text: string, rest: string | undefined): Target {
  const [, path, card] = /^([^,]+)(?:,(.+))?$/s.exec(rest ?? '') ?? [];
  if (path === undefined)
    throw new CliError(`The target "${text}" names no trace; it is replay:FILE[,CARD].`);
  return { kind: 'replay', path, ...(card === undefined ? {} : { card }) };
}

function resetNamed(text: string, value: string): TargetReset {
  const [, path] = /^socket:(.+)$/.exec(value) ?? [];
  if (path !== undefined) return { by: 'socket', path };
  const [, minus, line] = /^(-?)(rts|dtr)$/.exec(value) ?? [];
  if (line === undefined)
    throw new CliError(
      `The target "${text}" is reset by rts, -rts, dtr, -dtr or socket:PATH, not "${value}".`,
    );
  return { by: 'line', line: line as 'rts' | 'dtr', activeHigh: minus === '' };
}

function clockNamed(text: string, value: string): number {
  const clockHz = Number(value);
  if (!/^\d+$/.test(value) || clockHz < CLOCK_HZ.min || clockHz > CLOCK_HZ.max)
    throw new CliError(
      `The target "${text}" has a clock of ${CLOCK_HZ.min} to ${CLOCK_HZ.max} Hz, not "${value}".`,
    );
  return clockHz;
}

function splitOnce(option: string): readonly [name: string, value: string | undefined] {
  const at = option.indexOf('=');
  return at < 0 ? [option, undefined] : [option.slice(0, at), option.slice(at + 1)];
}
