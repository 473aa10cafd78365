/** A card in a GemPC Twin at the end of a serial line, reached without a PC/SC service. */

import {
  type Atr,
  acceptPps,
  concatBytes,
  encodePps,
  parseAtr,
  proposePps,
  ta1OfSpeed,
} from '../../apdu/index.js';
import type { CardConnection } from '../connection/card-connection.js';
import { OneAtATime } from '../connection/one-at-a-time.js';
import { TransportError } from '../connection/transport-error.js';
import { openSerialLine, type SerialLine } from '../serial/serial-line.js';
import { requireT0Command } from '../t0/tpdu.js';
import { encodeBlock } from '../t1/block.js';
import { BlockReceiver } from '../t1/block-receiver.js';
import { T1Reader } from '../t1/reader.js';
import type { Heard } from '../t1/reception.js';
import { CCID_COMMAND, type HeardAnswer, SLOT_ERROR } from './ccid.js';
import { GEMPC_LINE } from './gempc.js';
import { HostLink } from './host-link.js';
import { parametersFor } from './slot-parameters.js';

export type GemPcConnectOptions = {
  /** Device or pseudo-terminal of the reader's line. */
  readonly path: string;
  /** Wanted protocol; default the first that the card offers. */
  readonly protocol?: 'T=0' | 'T=1';
  /** How long the reader may take before it answers or asks for time; default 3,000 ms. */
  readonly answerTimeoutMs?: number;
};

const IFSD = 254;
/** What this reader's own clock and line can do, as its driver has it. */
const MAX_DI = 16;
const NO_DATA = new Uint8Array(0);
const ESCAPE_FIRMWARE = Uint8Array.of(0x02);

/**
 * Opens the line, asks whether a reader is there, powers the card and negotiates.
 * @throws {TransportError} `no-binding`, `no-reader`, `no-card`, `card-mute`, `protocol`.
 */
export async function connectGemPc(options: GemPcConnectOptions): Promise<CardConnection> {
  return connectGemPcOverLine(await openSerialLine(options.path, GEMPC_LINE), options);
}

/** The same over a line that is open; it is closed with the connection. @throws {TransportError} */
export async function connectGemPcOverLine(
  line: SerialLine,
  options: GemPcConnectOptions,
): Promise<CardConnection> {
  const link = new HostLink(line, options.answerTimeoutMs ?? 3_000);
  const connection = new GemPcConnection(link, options);
  try {
    await link.ask(CCID_COMMAND.escape, ESCAPE_FIRMWARE);
    await connection.reset();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

class GemPcConnection implements CardConnection {
  readonly #link: HostLink;
  readonly #options: GemPcConnectOptions;
  readonly #guard = new OneAtATime();
  #atrBytes: Uint8Array = NO_DATA;
  #atr: Atr | undefined;
  #protocol: 'T=0' | 'T=1' = 'T=0';
  #t1: T1Reader | undefined;

  constructor(link: HostLink, options: GemPcConnectOptions) {
    this.#link = link;
    this.#options = options;
  }

  get atr(): Uint8Array {
    return this.#atrBytes.slice();
  }

  get protocol(): 'T=0' | 'T=1' {
    return this.#protocol;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      const response = this.#t1 ? await this.#blocks(this.#t1, command) : await this.#characters(command);
      if (response.length >= 2) return response;
      throw new TransportError(
        'card-mute',
        `the card answered ${response.length} bytes, fewer than a status word`,
      );
    });
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      await this.#link.ask(CCID_COMMAND.iccPowerOff, NO_DATA);
      const { data } = this.#must(await this.#link.ask(CCID_COMMAND.iccPowerOn, NO_DATA));
      this.#atrBytes = data.slice();
      this.#atr = parseAtr(data);
      await this.#negotiate(this.#atr);
      return this.atr;
    });
  }

  close(): Promise<void> {
    return this.#guard.close(async () => {
      // a reader that is gone has taken the card's power along
      await this.#link.ask(CCID_COMMAND.iccPowerOff, NO_DATA).catch(() => undefined);
      await this.#link.close();
    });
  }

  async #negotiate(atr: Atr): Promise<void> {
    const wanted = this.#options.protocol;
    const protocol = wanted === undefined ? atr.protocols[0]! : wanted === 'T=1' ? 1 : 0;
    if (!atr.protocols.includes(protocol) || protocol > 1) {
      throw new TransportError('protocol', `the card does not offer T=${protocol}`);
    }
    let speed: { readonly fi: number; readonly di: number } = atr.specificMode
      ? atr.speed
      : { fi: 372, di: 1 };
    const request = proposePps(atr, protocol, MAX_DI);
    if (request) {
      const { data } = this.#must(await this.#link.ask(CCID_COMMAND.xfrBlock, encodePps(request)));
      const accepted = acceptPps(request, data);
      if (!accepted) throw new TransportError('protocol', 'the card refuses the protocol or speed asked for');
      speed = accepted;
    }
    this.#must(
      await this.#link.ask(
        CCID_COMMAND.setParameters,
        parametersFor(atr, protocol, ta1OfSpeed(speed.fi, speed.di)),
        [protocol, 0, 0],
      ),
    );
    this.#protocol = protocol === 1 ? 'T=1' : 'T=0';
    this.#t1 =
      protocol === 1 && atr.blockProtocol
        ? new T1Reader({ ifsc: atr.blockProtocol.ifsc, ifsd: IFSD })
        : undefined;
  }

  async #blocks(t1: T1Reader, command: Uint8Array): Promise<Uint8Array> {
    const { edc } = this.#atr!.blockProtocol!;
    let step = t1.start(command);
    for (;;) {
      if (step.kind === 'response') return step.response;
      if (step.kind === 'failed') {
        if (step.reason === 'mute')
          throw new TransportError('card-mute', 'the card does not answer any more; reset it');
        const why = `the exchange broke off (${step.reason}): whether the card executed it is not known`;
        throw new TransportError('io', why);
      }
      const sent = encodeBlock(step.block, edc);
      const answer = await this.#link.ask(CCID_COMMAND.xfrBlock, sent, [step.bwtMultiplier, 0, 0]);
      step = t1.heard(this.#heard(answer, edc));
    }
  }

  #heard(answer: HeardAnswer, edc: 'LRC' | 'CRC'): Heard {
    if (answer.icc === 'absent') throw removed();
    if (answer.outcome === 'failed') return answer.error === SLOT_ERROR.parity ? 'redundancy' : 'silence';
    const receiver = new BlockReceiver(edc);
    const whole = receiver.pushAll(answer.data);
    const reception = whole === 'incomplete' ? receiver.timeout() : whole;
    return reception === 'incomplete' ? 'silence' : reception.block;
  }

  async #characters(apdu: Uint8Array): Promise<Uint8Array> {
    const { header, data } = requireT0Command(apdu);
    return this.#must(await this.#link.ask(CCID_COMMAND.xfrBlock, concatBytes(header, data))).data.slice();
  }

  /** @throws {TransportError} for an answer that says no. */
  #must(answer: HeardAnswer): HeardAnswer {
    if (answer.outcome === 'ok') return answer;
    if (answer.icc === 'absent')
      throw this.#atr ? removed() : new TransportError('no-card', 'there is no card in the reader');
    throw new TransportError(
      'card-mute',
      `the reader gets no answer of the card (error ${answer.error.toString(16)})`,
    );
  }
}

function removed(): TransportError {
  return new TransportError('card-removed', 'the card was taken out');
}
