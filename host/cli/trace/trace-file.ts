/** Writes a trace into a file while it happens: complete after every exchange, whatever ends the program. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import {
  type TraceDecoder,
  type TraceMasker,
  traceDecoder,
  traceMasker,
  utf8ToBytes,
} from '../../../apdu/index.js';
import { PcapngWriter, type TraceEvent, type TracePacket, traceLine } from '../../../reader-drivers/index.js';
import { CliError } from '../cli-error.js';
import { machineClock, type TraceClock } from './trace-clock.js';
import { cardExchangeText } from './trace-text.js';

export type TraceFileOptions = {
  /** Keep PINs and keys; without it they are zeros. Text never has them. */
  readonly secrets?: boolean;
  readonly clock?: TraceClock;
};

/** What both options of a command together say. */
export const TRACE_FILE_HELP = 'write the APDUs: .pcapng (Wireshark), .jsonl or .txt (decoded)';
export const TRACE_SECRETS_HELP = 'keep PINs and keys in the trace file; without it they are zeros';

const FORMS = ['.pcapng', '.jsonl', '.txt'] as const;
type Form = (typeof FORMS)[number];
const OWNER_ONLY = 0o600;
const NO_BYTES = new Uint8Array(0);

/** What is remembered of one card. */
type Watched = {
  readonly masker: TraceMasker;
  readonly decoder: TraceDecoder;
  sent?: { readonly command: Uint8Array; readonly timeUs: number };
};

export class TraceFile {
  readonly #file: number;
  readonly #form: Form;
  readonly #secrets: boolean;
  readonly #clock: TraceClock;
  readonly #pcapng: PcapngWriter;
  readonly #cards = new Map<string, Watched>();

  /** Begins the file; one that is there is replaced. @throws {CliError} for another ending, or where nothing can be written. */
  constructor(path: string, { secrets = false, clock = machineClock }: TraceFileOptions = {}) {
    this.#form = formOf(path);
    this.#secrets = secrets;
    this.#clock = clock;
    this.#pcapng = new PcapngWriter(secrets ? 'APDUs with their secrets' : 'APDUs; secrets are zeros');
    try {
      this.#file = openSync(path, 'w', OWNER_ONLY);
    } catch {
      throw new CliError(`The file ${path} can not be written; check the path.`);
    }
    if (this.#form === '.pcapng') writeSync(this.#file, this.#pcapng.start());
  }

  /** Takes what a connection or a served card tells of itself. */
  observer(card: string): (event: TraceEvent) => void {
    return (event) => {
      if (event.kind === 'answer-to-reset') this.reset(card, event.atr);
      if (event.kind === 'command') this.sent(card, event.command);
      if (event.kind === 'response') this.received(card, event.response);
    };
  }

  reset(card: string, atr: Uint8Array): void {
    const watched = this.#flush(card);
    watched.masker.reset();
    if (this.#form === '.txt')
      for (const left of watched.decoder.reset()) this.#write(cardExchangeText(card, left));
    this.#packet({ card, kind: 'answer-to-reset', bytes: atr, timeUs: this.#clock() });
  }

  sent(card: string, command: Uint8Array): void {
    this.#flush(card).sent = { command: command.slice(), timeUs: this.#clock() };
  }

  received(card: string, response: Uint8Array): void {
    this.#exchange(card, response.slice(), this.#clock());
  }

  close(): void {
    for (const [card, { decoder }] of this.#cards) {
      this.#flush(card);
      if (this.#form === '.txt')
        for (const left of decoder.flush()) this.#write(cardExchangeText(card, left));
    }
    closeSync(this.#file);
  }

  /** A command that was never answered is written as it is. */
  #flush(card: string): Watched {
    const watched = this.#cards.get(card) ?? { masker: traceMasker(), decoder: traceDecoder() };
    this.#cards.set(card, watched);
    if (watched.sent) this.#exchange(card, NO_BYTES, watched.sent.timeUs);
    return watched;
  }

  #exchange(card: string, response: Uint8Array, timeUs: number): void {
    const watched = this.#cards.get(card);
    if (!watched?.sent) return;
    const { sent } = watched;
    delete watched.sent;
    if (this.#form === '.txt') {
      for (const exchange of watched.decoder.feed(sent.command, response)) {
        this.#write(cardExchangeText(card, exchange));
      }
      return;
    }
    const plain = { command: sent.command, response };
    const masked = watched.masker.mask(plain);
    const shown = this.#secrets ? plain : masked;
    this.#packet({ card, kind: 'command', bytes: shown.command, timeUs: sent.timeUs });
    if (response.length > 0) this.#packet({ card, kind: 'response', bytes: shown.response, timeUs });
  }

  #packet(packet: TracePacket): void {
    if (this.#form === '.pcapng') writeSync(this.#file, this.#pcapng.packet(packet));
    if (this.#form === '.jsonl') this.#write(traceLine(packet));
  }

  #write(text: string): void {
    writeSync(this.#file, utf8ToBytes(text));
  }
}

/** The file that the options of a command name, if they do. @throws {CliError} */
export function traceFileOf(
  { traceFile, traceSecrets }: { readonly traceFile?: string; readonly traceSecrets?: true },
  clock?: TraceClock,
): TraceFile | undefined {
  if (traceFile === undefined) {
    if (traceSecrets) throw new CliError('--trace-secrets goes with --trace-file.');
    return undefined;
  }
  return new TraceFile(traceFile, { secrets: traceSecrets === true, ...(clock ? { clock } : {}) });
}

function formOf(path: string): Form {
  const form = FORMS.find((ending) => ending === extname(path).toLowerCase());
  if (form === undefined) throw new CliError(`A trace file ends in ${FORMS.join(', ')}; ${path} does not.`);
  return form;
}
