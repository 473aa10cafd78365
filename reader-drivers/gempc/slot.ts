/**
 * The slot of a CCID reader that works on TPDUs, with a card in it or not: messages in, answers out (CCID 1.1,
 * clause 6). The host's driver runs T=1 itself and sends blocks; of T=0 it sends commands, and the slot runs the
 * characters between its own reader and the card's end.
 */

import {
  type Atr,
  answerPps,
  concatBytes,
  encodePps,
  PPSS,
  parseAtr,
  parsePps,
  ta1OfSpeed,
} from '../../apdu/index.js';
import type { AnswerTime } from '../connection/answer-time.js';
import type { CardDevice } from '../connection/card-device.js';
import { etuMilliseconds, INITIAL_SPEED, t1Timing } from '../line/timing.js';
import { T0Card } from '../t0/card.js';
import { T0Reader, type T0ReaderStep } from '../t0/reader.js';
import { encodeBlock } from '../t1/block.js';
import { BlockReceiver } from '../t1/block-receiver.js';
import { T1Card, type T1CardStep } from '../t1/card.js';
import {
  CCID_ANSWER,
  CCID_COMMAND,
  type CcidAnswer,
  type CcidCommand,
  type IccStatus,
  SLOT_ERROR,
} from './ccid.js';

export type SlotOptions = {
  /** Direction of data under T=0, see `takesDataBy`. */
  readonly takesData: (header: Uint8Array) => boolean;
  readonly answerTime?: AnswerTime;
};

/** An answer, and how long the card takes before it. */
export type SlotReply = { readonly answer: CcidAnswer; readonly delayMs: number };

const CLOCK_HZ = 4_000_000;
const MAX_COMMAND_BYTES = 65_544;

type Powered = {
  readonly atr: Atr;
  /** T=1 or T=0 as set by PPS or SetParameters; before that the first one offered. */
  protocol: number;
  t1: T1Card | undefined;
  t0: T0Card;
  /** Response that waits until the host has granted more time. */
  pending: { readonly response: Uint8Array; readonly delayMs: number } | undefined;
};

export class GemPcSlot {
  #device: CardDevice | undefined;
  readonly #options: SlotOptions;
  #powered: Powered | undefined;
  #atr: Uint8Array = new Uint8Array(0);

  constructor(device: CardDevice | undefined, options: SlotOptions) {
    this.#device = device;
    this.#options = options;
  }

  get hasCard(): boolean {
    return this.#device !== undefined;
  }

  insert(device: CardDevice): void {
    this.remove();
    this.#device = device;
  }

  /** The card is gone, and its power with it. */
  remove(): void {
    this.#powerOff();
    this.#device = undefined;
  }

  answer(command: CcidCommand): SlotReply {
    switch (command.type) {
      case CCID_COMMAND.getSlotStatus:
      case CCID_COMMAND.iccClock:
      case CCID_COMMAND.mechanical:
      case CCID_COMMAND.abort:
      case CCID_COMMAND.t0Apdu:
        return this.#now({ type: CCID_ANSWER.slotStatus, icc: this.#status });
      case CCID_COMMAND.iccPowerOn:
        return this.#powerOn();
      case CCID_COMMAND.iccPowerOff:
        this.#powerOff();
        return this.#now({ type: CCID_ANSWER.slotStatus, icc: this.#status });
      case CCID_COMMAND.xfrBlock:
        return this.#transfer(command.data);
      case CCID_COMMAND.getParameters:
      case CCID_COMMAND.resetParameters:
        return this.#parameters();
      case CCID_COMMAND.setParameters:
        return this.#setParameters(command);
      case CCID_COMMAND.escape:
        return this.#escape(command.data);
      case CCID_COMMAND.setDataRateAndClock:
        return this.#now({ type: CCID_ANSWER.dataRateAndClock, icc: this.#status, data: command.data });
      case CCID_COMMAND.secure:
        return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.notSupported);
      default:
        return this.#refuse(CCID_ANSWER.slotStatus, SLOT_ERROR.notSupported);
    }
  }

  get #status(): IccStatus {
    if (!this.#device) return 'absent';
    return this.#powered ? 'active' : 'inactive';
  }

  #now(answer: CcidAnswer, delayMs = 0): SlotReply {
    return { answer, delayMs };
  }

  #refuse(type: number, error: number): SlotReply {
    return this.#now({ type, icc: this.#status, error });
  }

  #data(data: Uint8Array, delayMs = 0): SlotReply {
    return this.#now({ type: CCID_ANSWER.dataBlock, icc: this.#status, data }, delayMs);
  }

  #powerOn(): SlotReply {
    if (!this.#device) return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
    // asked of a card that is on, it is a warm reset (6.1.1)
    this.#atr = this.#powered ? this.#device.reset() : this.#device.powerOn();
    const atr = parseAtr(this.#atr);
    this.#powered = {
      atr,
      protocol: atr.protocols[0]!,
      t1: atr.blockProtocol && new T1Card({ maxCommandBytes: MAX_COMMAND_BYTES }),
      t0: new T0Card({ takesData: this.#options.takesData }),
      pending: undefined,
    };
    return this.#data(this.#atr);
  }

  #powerOff(): void {
    if (!this.#powered) return;
    this.#powered = undefined;
    this.#device?.powerOff();
  }

  #transfer(data: Uint8Array): SlotReply {
    const powered = this.#powered;
    if (!powered) return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
    if (data[0] === PPSS) return this.#pps(powered, data);
    return powered.protocol === 1 ? this.#block(powered, data) : this.#command(powered, data);
  }

  #pps(powered: Powered, data: Uint8Array): SlotReply {
    const request = parsePps(data);
    const response = request && answerPps(powered.atr, request);
    if (!response) return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
    powered.protocol = response.protocol;
    return this.#data(encodePps(response));
  }

  #block(powered: Powered, bytes: Uint8Array): SlotReply {
    const { edc } = powered.atr.blockProtocol!;
    const receiver = new BlockReceiver(edc);
    let reception = receiver.pushAll(bytes);
    if (reception === 'incomplete') reception = receiver.timeout();
    if (reception === 'incomplete') return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
    let step: T1CardStep = powered.t1!.heard(reception.block);
    let delayMs = 0;
    if (step.kind === 'command') {
      const response = this.#device!.process(step.command);
      delayMs = this.#options.answerTime?.(step.command, response) ?? 0;
      const extensions = Math.ceil(delayMs / this.#blockWaitingMs(powered)) - 1;
      if (extensions > 0) {
        powered.pending = { response, delayMs };
        return this.#sent(powered.t1!.extend(Math.min(255, extensions + 1)), edc, 0);
      }
      step = powered.t1!.respond(response);
    } else if (step.kind === 'extended' && powered.pending) {
      const { response } = powered.pending;
      delayMs = powered.pending.delayMs;
      powered.pending = undefined;
      step = powered.t1!.respond(response);
    }
    return this.#sent(step, edc, delayMs);
  }

  #sent(step: T1CardStep, edc: 'LRC' | 'CRC', delayMs: number): SlotReply {
    if (step.kind !== 'send') return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
    return this.#data(encodeBlock(step.block, edc), delayMs);
  }

  #blockWaitingMs({ atr }: Powered): number {
    return etuMilliseconds(t1Timing(atr, INITIAL_SPEED).block, INITIAL_SPEED, CLOCK_HZ);
  }

  /** A T=0 command, character by character between the reader's end and the card's. */
  #command({ t0 }: Powered, bytes: Uint8Array): SlotReply {
    // case 1 comes with its four bytes, and T=0 sends a P3 of 0
    const header = concatBytes(bytes.subarray(0, 5), new Uint8Array(Math.max(0, 5 - bytes.length)));
    const data = bytes.subarray(5);
    const reader = new T0Reader({ header, data, expected: data.length > 0 ? 0 : header[4]! || 256 });
    const fromCard: number[] = [];
    let delayMs = 0;
    let step: T0ReaderStep = reader.start();
    for (;;) {
      if (step.kind === 'response') return this.#data(step.response, delayMs);
      if (step.kind === 'failed') return this.#refuse(CCID_ANSWER.dataBlock, SLOT_ERROR.iccMute);
      if (step.kind === 'send') {
        for (const character of step.bytes) {
          let cardStep = t0.character(character);
          if (cardStep.kind === 'command') {
            const response = this.#device!.process(cardStep.command);
            delayMs = this.#options.answerTime?.(cardStep.command, response) ?? 0;
            cardStep = t0.respond(response);
          }
          if (cardStep.kind === 'send') fromCard.push(...cardStep.bytes);
        }
      }
      const next = fromCard.shift();
      step = next === undefined ? reader.timeout() : reader.character(next);
    }
  }

  /** Protocol data structures of the parameters (6.2.3). */
  #parameters(): SlotReply {
    const powered = this.#powered;
    if (!powered) return this.#refuse(CCID_ANSWER.parameters, SLOT_ERROR.iccMute);
    const { atr, protocol } = powered;
    const fiDi = ta1OfSpeed(atr.speed.fi, atr.speed.di);
    const { extraGuardTimeN, waitingTimeInteger, blockProtocol } = atr;
    const data =
      protocol === 1 && blockProtocol
        ? Uint8Array.of(
            ...[fiDi, blockProtocol.edc === 'CRC' ? 0x11 : 0x10, extraGuardTimeN],
            ...[(blockProtocol.bwi << 4) | blockProtocol.cwi, 0, blockProtocol.ifsc, 0],
          )
        : Uint8Array.of(fiDi, 0, extraGuardTimeN, waitingTimeInteger, 0);
    return this.#now({ type: CCID_ANSWER.parameters, icc: this.#status, specific: protocol, data });
  }

  #setParameters({ specific, data }: CcidCommand): SlotReply {
    const powered = this.#powered;
    const protocol = specific[0]!;
    if (!powered) return this.#refuse(CCID_ANSWER.parameters, SLOT_ERROR.iccMute);
    // the offset of bProtocolNum names what is wrong (table 6.2-2)
    if (!powered.atr.protocols.includes(protocol)) return this.#refuse(CCID_ANSWER.parameters, 7);
    powered.protocol = protocol;
    return this.#now({ type: CCID_ANSWER.parameters, icc: this.#status, specific: protocol, data });
  }

  /** What the driver asks its own hardware at the start: firmware name, slot-change notices, features. */
  #escape(data: Uint8Array): SlotReply {
    const answer = (bytes: Uint8Array) =>
      this.#now({ type: CCID_ANSWER.escape, icc: this.#status, data: bytes });
    if (data[0] === 0x02) return answer(FIRMWARE);
    if (data[0] === 0x01) return answer(new Uint8Array(0));
    return this.#refuse(CCID_ANSWER.escape, SLOT_ERROR.notSupported);
  }
}

/** Name and version that the driver reads and logs. */
const FIRMWARE = Uint8Array.from('GemTwin-V2.00-GF', (letter) => letter.charCodeAt(0));
