/** A card in a serial reader that does nothing by itself (Phoenix, Smartmouse): this driver speaks ISO/IEC 7816-3. */

import {
  type Atr,
  AtrError,
  acceptPps,
  atrLengthSoFar,
  concatBytes,
  encodePps,
  equalBytes,
  parseAtr,
  ppsLength,
  proposePps,
} from '../../apdu/index.js';
import type { CardConnection } from '../connection/card-connection.js';
import { OneAtATime } from '../connection/one-at-a-time.js';
import { TransportError } from '../connection/transport-error.js';
import { conventionOfTs, convert } from '../line/convention.js';
import {
  baudRate,
  etuMilliseconds,
  INITIAL_SPEED,
  INITIAL_WAITING_ETU,
  type LineSpeed,
  t0Timing,
  t1Timing,
} from '../line/timing.js';
import { T0Reader, type T0ReaderStep } from '../t0/reader.js';
import { requireT0Command } from '../t0/tpdu.js';
import { encodeBlock } from '../t1/block.js';
import { BlockReceiver } from '../t1/block-receiver.js';
import { T1Reader } from '../t1/reader.js';
import type { Heard } from '../t1/reception.js';
import { DEFAULT_CLOCK_HZ } from './card-end.js';
import type { CardReset } from './card-reset.js';
import { CharacterQueue } from './character-queue.js';
import { CARD_CHARACTERS, openSerialLine, type SerialLine } from './serial-line.js';

export type SerialConnectOptions = {
  /** Device or pseudo-terminal. */
  readonly path: string;
  readonly reset: CardReset;
  /** Wanted protocol; default the first that the card offers. */
  readonly protocol?: 'T=0' | 'T=1';
  /** Fastest D to negotiate, see `proposePps`; 1 stays at the initial speed. Default 64. */
  readonly maxDi?: number;
  /** Whether each character sent comes back, as on a reader with one wire for both directions. Default false. */
  readonly echo?: boolean;
  readonly clockHz?: number;
  /** Added to every waiting time for buffers on the way and for a machine with much else to do. Default 2,000 ms. */
  readonly slackMs?: number;
};

const IFSD = 254;
/** A card that is mute is noticed this much later; one that answers is never waited for. */
const DEFAULT_SLACK_MS = 2_000;
/** Characters after which a line that does not fall silent is noise and nothing else. */
const MAX_NOISE = 1_024;

/** Opens the line, resets the card, negotiates. @throws {TransportError} */
export async function connectSerial(options: SerialConnectOptions): Promise<CardConnection> {
  const { path, clockHz = DEFAULT_CLOCK_HZ } = options;
  const settings = { ...CARD_CHARACTERS, baudRate: baudRate(INITIAL_SPEED, clockHz) };
  return connectOverLine(await openSerialLine(path, settings), options);
}

/** The same over a line that is open; it is closed with the connection. @throws {TransportError} */
export async function connectOverLine(
  line: SerialLine,
  options: SerialConnectOptions,
): Promise<CardConnection> {
  const connection = new SerialConnection(line, options);
  try {
    await connection.reset();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

class SerialConnection implements CardConnection {
  readonly #line: SerialLine;
  readonly #options: SerialConnectOptions;
  readonly #clockHz: number;
  readonly #slackMs: number;
  readonly #guard = new OneAtATime();
  readonly #incoming = new CharacterQueue();
  #speed: LineSpeed = INITIAL_SPEED;
  #atrBytes: Uint8Array = new Uint8Array(0);
  #atr: Atr | undefined;
  #protocol: 'T=0' | 'T=1' = 'T=0';
  #t1: T1Reader | undefined;
  #lineGone = false;
  /** After a failure that only a reset mends. */
  #lost = false;

  constructor(line: SerialLine, options: SerialConnectOptions) {
    this.#line = line;
    this.#options = options;
    this.#clockHz = options.clockHz ?? DEFAULT_CLOCK_HZ;
    this.#slackMs = options.slackMs ?? DEFAULT_SLACK_MS;
    line.onData((bytes) => this.#incoming.push(bytes));
    void line.closed.then(() => {
      this.#lineGone = true;
      this.#incoming.end();
    });
  }

  get atr(): Uint8Array {
    return this.#atrBytes.slice();
  }

  get protocol(): 'T=0' | 'T=1' {
    return this.#protocol;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      if (this.#lost) throw new TransportError('card-mute', 'the card was lost and has not been reset since');
      return this.#protocol === 'T=1' ? this.#blocks(command) : this.#characters(command);
    });
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      await this.#setSpeed(INITIAL_SPEED);
      await this.#options.reset.reset(this.#line, () => this.#incoming.clear());
      this.#atrBytes = await this.#readAtr();
      this.#atr = parse(this.#atrBytes);
      await this.#negotiate(this.#atr);
      this.#lost = false;
      return this.atr;
    });
  }

  close(): Promise<void> {
    return this.#guard.close(async () => {
      if (!this.#lineGone) await this.#options.reset.release(this.#line);
      await this.#line.close();
    });
  }

  async #readAtr(): Promise<Uint8Array> {
    let bytes: Uint8Array = new Uint8Array(0);
    let convention: 'direct' | 'inverse' | undefined;
    for (;;) {
      const expected = atrLengthSoFar(bytes);
      if (!expected) throw new TransportError('card-mute', 'what the card sends after its reset is no ATR');
      if (expected.final && bytes.length >= expected.length) return bytes;
      const raw = await this.#take(expected.length - bytes.length, INITIAL_WAITING_ETU);
      if (!raw) {
        const what = bytes.length === 0 ? 'no ATR came' : 'the ATR breaks off';
        throw new TransportError('card-mute', `${what}: is there a card, and does the reset line reach it?`);
      }
      convention ??= conventionOfTs(raw[0]!);
      if (!convention) throw new TransportError('card-mute', 'what the card sends after its reset is no ATR');
      bytes = concatBytes(bytes, convert(raw, convention));
    }
  }

  async #negotiate(atr: Atr): Promise<void> {
    const wanted = this.#options.protocol;
    const protocol = wanted === undefined ? atr.protocols[0]! : wanted === 'T=1' ? 1 : 0;
    if (!atr.protocols.includes(protocol) || protocol > 1) {
      throw new TransportError('protocol', `the card does not offer T=${protocol}`);
    }
    const request = proposePps(atr, protocol, this.#options.maxDi);
    if (request) {
      await this.#send(encodePps(request));
      const response = await this.#readPps();
      const speed = acceptPps(request, response);
      if (!speed) throw new TransportError('protocol', 'the card refuses the protocol or speed asked for');
      await this.#setSpeed({ f: speed.fi, d: speed.di });
    } else if (atr.specificMode) {
      await this.#setSpeed({ f: atr.speed.fi, d: atr.speed.di });
    }
    this.#protocol = protocol === 1 ? 'T=1' : 'T=0';
    this.#t1 =
      protocol === 1 && atr.blockProtocol
        ? new T1Reader({ ifsc: atr.blockProtocol.ifsc, ifsd: IFSD })
        : undefined;
  }

  async #readPps(): Promise<Uint8Array> {
    let bytes: Uint8Array = new Uint8Array(0);
    while (bytes.length < 2 || bytes.length < ppsLength(bytes[1]!)) {
      const wanted = bytes.length < 2 ? 2 - bytes.length : ppsLength(bytes[1]!) - bytes.length;
      const more = await this.#take(wanted, INITIAL_WAITING_ETU);
      if (!more) return bytes;
      bytes = concatBytes(bytes, convert(more, this.#atr!.convention));
    }
    return bytes;
  }

  async #blocks(command: Uint8Array): Promise<Uint8Array> {
    const { edc } = this.#atr!.blockProtocol!;
    const timing = t1Timing(this.#atr!, this.#speed);
    let step = this.#t1!.start(command);
    for (;;) {
      if (step.kind === 'response') return complete(step.response);
      if (step.kind === 'failed') {
        if (step.reason !== 'mute') {
          throw new TransportError(
            'io',
            `the exchange broke off (${step.reason}): whether the card executed it is not known`,
          );
        }
        throw this.#lose('the card does not answer any more');
      }
      await this.#send(encodeBlock(step.block, edc));
      step = this.#t1!.heard(await this.#hear(timing.block * step.bwtMultiplier, timing.character));
    }
  }

  async #hear(blockEtu: number, characterEtu: number): Promise<Heard> {
    const receiver = new BlockReceiver(this.#atr!.blockProtocol!.edc);
    let heard: Uint8Array = new Uint8Array(0);
    for (;;) {
      const raw = await this.#take(Number.POSITIVE_INFINITY, heard.length > 0 ? characterEtu : blockEtu);
      if (raw) heard = concatBytes(heard, convert(raw, this.#atr!.convention));
      const reception = raw ? receiver.pushAll(heard.subarray(-raw.length)) : receiver.timeout();
      if (reception === 'incomplete') {
        if (raw) continue;
        return 'silence';
      }
      if (typeof reception.block === 'string') await this.#mustNotBeReset(heard, characterEtu);
      return reception.block;
    }
  }

  /**
   * What came is no block, or no procedure byte: once the line is silent, whether it ended with the card's ATR. Then
   * the card was reset behind our back, and its protocol may take for the rest of a command what was its beginning.
   */
  async #mustNotBeReset(heard: Uint8Array, etu: number): Promise<void> {
    let all = heard;
    for (let more = await this.#take(MAX_NOISE, etu); more; more = await this.#take(MAX_NOISE, etu)) {
      all = concatBytes(all, convert(more, this.#atr!.convention));
      if (all.length > MAX_NOISE) break;
    }
    if (!equalBytes(all.subarray(-this.#atrBytes.length), this.#atrBytes)) return;
    this.#lost = true;
    throw new TransportError('card-reset', 'the card was reset in the middle of a command; reset it');
  }

  async #characters(apdu: Uint8Array): Promise<Uint8Array> {
    const command = requireT0Command(apdu);
    const { waiting } = t0Timing(this.#atr!, this.#speed);
    const reader = new T0Reader(command);
    let step: T0ReaderStep = reader.start();
    let heard: Uint8Array = new Uint8Array(0);
    for (;;) {
      switch (step.kind) {
        case 'response':
          if (!this.#incoming.isEmpty) throw this.#lose('a character too many came with the answer');
          return complete(step.response);
        case 'failed':
          await this.#mustNotBeReset(heard, INITIAL_WAITING_ETU);
          throw this.#lose(
            step.reason === 'mute' ? 'the card does not answer any more' : 'the card sent no procedure byte',
          );
        case 'send':
          if (!this.#incoming.isEmpty) throw this.#lose('a character too many came before the command');
          await this.#send(step.bytes);
          step = { kind: 'receive' };
          break;
        case 'receive': {
          const raw = await this.#take(1, waiting);
          const character = raw && convert(raw, this.#atr!.convention);
          if (character) heard = concatBytes(heard, character);
          step = character ? reader.character(character[0]!) : reader.timeout();
        }
      }
    }
  }

  /** Sends, and takes back what the wire echoes. */
  async #send(bytes: Uint8Array): Promise<void> {
    const raw = convert(bytes, this.#atr!.convention);
    this.#incoming.clear();
    await this.#line.write(raw);
    if (!this.#options.echo) return;
    for (let at = 0; at < raw.length; ) {
      const echoed = await this.#take(raw.length - at, INITIAL_WAITING_ETU);
      if (!echoed) throw this.#lose('what was sent did not come back: this reader does not echo');
      if (!equalBytes(echoed, raw.subarray(at, at + echoed.length))) {
        throw this.#lose('what was sent came back changed: both ends talked at once');
      }
      at += echoed.length;
    }
  }

  #take(limit: number, etu: number): Promise<Uint8Array | undefined> {
    if (this.#lineGone) throw new TransportError('no-reader', `the line ${this.#options.path} is gone`);
    return this.#incoming.take(limit, etuMilliseconds(etu, this.#speed, this.#clockHz) + this.#slackMs);
  }

  async #setSpeed(speed: LineSpeed): Promise<void> {
    this.#speed = speed;
    await this.#line.setBaudRate(baudRate(speed, this.#clockHz));
  }

  #lose(why: string): TransportError {
    this.#lost = true;
    return new TransportError('card-mute', `${why}; reset it`);
  }
}

function parse(bytes: Uint8Array): Atr {
  try {
    return parseAtr(bytes);
  } catch (error) {
    if (!(error instanceof AtrError)) throw error;
    throw new TransportError('card-mute', `the card's ${error.message}`, { cause: error });
  }
}

function complete(response: Uint8Array): Uint8Array {
  if (response.length >= 2) return response;
  throw new TransportError(
    'card-mute',
    `the card answered ${response.length} bytes, fewer than a status word`,
  );
}
