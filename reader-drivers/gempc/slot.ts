/**
 * The slot of a CCID reader that works on TPDUs, with a card in it or not: messages in, answers out (CCID 1.1,
 * clause 6). The host's driver runs T=1 itself and sends blocks; of T=0 it sends commands, and the slot runs the
 * characters between its own reader and the card's end.
 */

import { type Atr, answerPps, concatBytes, encodePps, PPSS, parseAtr, parsePps } from '../../apdu/index.js';
import type { AnswerTime } from '../connection/answer-time.js';
import type { CardDevice } from '../connection/card-device.js';
import { baudRate, etuMilliseconds, INITIAL_SPEED, t1Timing } from '../line/timing.js';
import { T0Card } from '../t0/card.js';
import { T0Reader, type T0ReaderStep } from '../t0/reader.js';
import { encodeBlock } from '../t1/block.js';
import { BlockReceiver } from '../t1/block-receiver.js';
import { T1Card, type T1CardStep } from '../t1/card.js';
import {
  answerType,
  CCID_ANSWER,
  CCID_COMMAND,
  type CcidAnswer,
  type CcidCommand,
  CLOCK_STATUS,
  type IccStatus,
  SLOT_ERROR,
} from './ccid.js';
import { CLOCK_STOP_AT, defaultParameters, faultIn } from './slot-parameters.js';

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
  /** What was set last, or holds from the start. */
  parameters: Uint8Array;
  clock: number;
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

  /** What the slot says to a command; `delayMs` later. */
  answer(command: CcidCommand): SlotReply {
    const fault = faultOf(command);
    if (fault !== undefined) return this.refusal(command, fault);
    switch (command.type) {
      case CCID_COMMAND.getSlotStatus:
      case CCID_COMMAND.abort:
        return this.#state();
      case CCID_COMMAND.iccPowerOn:
        return this.#powerOn();
      case CCID_COMMAND.iccPowerOff:
        this.#powerOff();
        return this.#state();
      case CCID_COMMAND.escape:
        return this.#escape(command);
      case CCID_COMMAND.setDataRateAndClock:
        return this.#now({ type: CCID_ANSWER.dataRateAndClock, icc: this.#status, data: RATE_AND_CLOCK });
      default:
        return this.#powered ? this.#ofCard(command, this.#powered) : this.#withoutCard(command);
    }
  }

  /** Says no to a command. */
  refusal({ type, slot }: CcidCommand, error: number): SlotReply {
    // of a slot that does not exist nothing is known but that no card is in it
    const icc = slot === 0 ? this.#status : 'absent';
    const specific = answerType(type) === CCID_ANSWER.slotStatus ? this.#clock : 0;
    return this.#now({ type: answerType(type), icc, error, specific });
  }

  /** Commands to a card that has power. */
  #ofCard(command: CcidCommand, powered: Powered): SlotReply {
    const { type, specific, data } = command;
    switch (type) {
      case CCID_COMMAND.xfrBlock:
        return powered.clock === CLOCK_STATUS.running
          ? this.#transfer(data, powered)
          : this.refusal(command, SLOT_ERROR.iccMute);
      case CCID_COMMAND.getParameters:
        return this.#parameters(powered);
      case CCID_COMMAND.resetParameters:
        powered.parameters = defaultParameters(powered.protocol);
        return this.#parameters(powered);
      case CCID_COMMAND.setParameters:
        return this.#setParameters(command, powered);
      case CCID_COMMAND.iccClock:
        return this.#iccClock(command, powered, specific[0] === 1);
      default:
        return this.refusal(command, SLOT_ERROR.notSupported);
    }
  }

  #withoutCard(command: CcidCommand): SlotReply {
    return this.refusal(command, NEEDS_CARD.has(command.type) ? SLOT_ERROR.iccMute : SLOT_ERROR.notSupported);
  }

  get #status(): IccStatus {
    if (!this.#device) return 'absent';
    return this.#powered ? 'active' : 'inactive';
  }

  /** Without power the clock rests low. */
  get #clock(): number {
    return this.#powered?.clock ?? CLOCK_STATUS.stoppedLow;
  }

  #now(answer: CcidAnswer, delayMs = 0): SlotReply {
    return { answer, delayMs };
  }

  #state(): SlotReply {
    return this.#now({ type: CCID_ANSWER.slotStatus, icc: this.#status, specific: this.#clock });
  }

  #mute(): SlotReply {
    return this.#now({ type: CCID_ANSWER.dataBlock, icc: this.#status, error: SLOT_ERROR.iccMute });
  }

  #data(data: Uint8Array, delayMs = 0): SlotReply {
    return this.#now({ type: CCID_ANSWER.dataBlock, icc: this.#status, data }, delayMs);
  }

  #powerOn(): SlotReply {
    if (!this.#device) return this.#mute();
    // asked of a card that is on, it is a warm reset (6.1.1)
    this.#atr = this.#powered ? this.#device.reset() : this.#device.powerOn();
    const atr = parseAtr(this.#atr);
    this.#powered = {
      atr,
      protocol: atr.protocols[0]!,
      parameters: defaultParameters(atr.protocols[0]!),
      clock: CLOCK_STATUS.running,
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

  #transfer(data: Uint8Array, powered: Powered): SlotReply {
    if (data[0] === PPSS) return this.#pps(powered, data);
    return powered.protocol === 1 ? this.#block(powered, data) : this.#command(powered, data);
  }

  #pps(powered: Powered, data: Uint8Array): SlotReply {
    const request = parsePps(data);
    const response = request && answerPps(powered.atr, request);
    if (!response) return this.#mute();
    powered.protocol = response.protocol;
    return this.#data(encodePps(response));
  }

  #block(powered: Powered, bytes: Uint8Array): SlotReply {
    const { edc } = powered.atr.blockProtocol!;
    const receiver = new BlockReceiver(edc);
    let reception = receiver.pushAll(bytes);
    if (reception === 'incomplete') reception = receiver.timeout();
    if (reception === 'incomplete') return this.#mute();
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
    if (step.kind !== 'send') return this.#mute();
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
      if (step.kind === 'failed') return this.#mute();
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

  #parameters({ protocol, parameters }: Powered): SlotReply {
    return this.#now({
      type: CCID_ANSWER.parameters,
      icc: this.#status,
      specific: protocol,
      data: parameters,
    });
  }

  #setParameters(command: CcidCommand, powered: Powered): SlotReply {
    const { specific, data } = command;
    const protocol = specific[0]!;
    if (!powered.atr.protocols.includes(protocol)) return this.refusal(command, SLOT_ERROR.specific);
    const fault = faultIn(protocol, data);
    if (fault !== undefined) return this.refusal(command, fault);
    powered.protocol = protocol;
    powered.parameters = data.slice();
    return this.#parameters(powered);
  }

  /** 6.1.9: the clock stops in the state that the parameters permit, if they permit it. */
  #iccClock(command: CcidCommand, powered: Powered, stop: boolean): SlotReply {
    const permitted = powered.parameters[CLOCK_STOP_AT]!;
    if (stop && permitted === 0) return this.refusal(command, SLOT_ERROR.specific);
    const stopped = permitted === 2 ? CLOCK_STATUS.stoppedHigh : CLOCK_STATUS.stoppedLow;
    powered.clock = stop ? stopped : CLOCK_STATUS.running;
    return this.#state();
  }

  /** What the driver asks its own hardware at the start: firmware name, slot-change notices, features. */
  #escape(command: CcidCommand): SlotReply {
    const answer = (bytes: Uint8Array) =>
      this.#now({ type: CCID_ANSWER.escape, icc: this.#status, data: bytes });
    if (command.data[0] === 0x02) return answer(FIRMWARE);
    if (command.data[0] === 0x01) return answer(new Uint8Array(0));
    return this.refusal(command, SLOT_ERROR.notSupported);
  }
}

/** Answered as a silent card where there is none, or none with power; what else is not supported is so in any case. */
const NEEDS_CARD: ReadonlySet<number> = new Set([
  CCID_COMMAND.xfrBlock,
  CCID_COMMAND.getParameters,
  CCID_COMMAND.resetParameters,
  CCID_COMMAND.setParameters,
  CCID_COMMAND.iccClock,
]);

/** Commands whose data field is empty (6.1). */
const WITHOUT_DATA: ReadonlySet<number> = new Set([
  CCID_COMMAND.iccPowerOn,
  CCID_COMMAND.iccPowerOff,
  CCID_COMMAND.getSlotStatus,
  CCID_COMMAND.getParameters,
  CCID_COMMAND.resetParameters,
  CCID_COMMAND.iccClock,
  CCID_COMMAND.abort,
]);
/** bPowerSelect: automatic, 5 V, 3 V, 1.8 V. */
const MOST_POWER_SELECT = 3;
const MOST_CLOCK_COMMAND = 1;
const RATE_AND_CLOCK_BYTES = 8;

/** What is wrong with a command whatever the card: the offset of the field, as bError names it. */
function faultOf({ type, slot, specific, data }: CcidCommand): number | undefined {
  if (slot !== 0) return SLOT_ERROR.slot;
  if (WITHOUT_DATA.has(type) && data.length > 0) return SLOT_ERROR.length;
  const [first = 0, level = 0, levelHigh = 0] = specific;
  switch (type) {
    case CCID_COMMAND.iccPowerOn:
      return first > MOST_POWER_SELECT ? SLOT_ERROR.specific : undefined;
    case CCID_COMMAND.iccClock:
      return first > MOST_CLOCK_COMMAND ? SLOT_ERROR.specific : undefined;
    case CCID_COMMAND.xfrBlock:
      if (data.length === 0) return SLOT_ERROR.length;
      // a reader of TPDUs has one level (6.1.4)
      return level !== 0 || levelHigh !== 0 ? SLOT_ERROR.levelParameter : undefined;
    case CCID_COMMAND.setDataRateAndClock:
      return data.length === RATE_AND_CLOCK_BYTES ? undefined : SLOT_ERROR.length;
    default:
      return undefined;
  }
}

/** Clock in kHz and bits a second, 32 bits each, lowest byte first: this reader has one of each (6.2.5). */
const RATE_AND_CLOCK = new Uint8Array(
  Uint32Array.of(CLOCK_HZ / 1000, baudRate(INITIAL_SPEED, CLOCK_HZ)).buffer,
);

/** Name and version that the driver reads and logs. */
const FIRMWARE = Uint8Array.from('GemTwin-V2.00-GF', (letter) => letter.charCodeAt(0));
