/** Messages of the CCID device class, revision 1.1, clause 6: what a slot is asked, and how it answers. */

import { concatBytes } from '../../apdu/index.js';
import { SLOT_CHANGE } from './frame.js';

/** bMessageType of the commands to a slot (6.1). */
export const CCID_COMMAND = {
  setParameters: 0x61,
  iccPowerOn: 0x62,
  iccPowerOff: 0x63,
  getSlotStatus: 0x65,
  secure: 0x69,
  t0Apdu: 0x6a,
  escape: 0x6b,
  getParameters: 0x6c,
  resetParameters: 0x6d,
  iccClock: 0x6e,
  xfrBlock: 0x6f,
  mechanical: 0x71,
  abort: 0x72,
  setDataRateAndClock: 0x73,
} as const;

/** bClockStatus (6.2.2). */
export const CLOCK_STATUS = { running: 0x00, stoppedLow: 0x01, stoppedHigh: 0x02 } as const;

/** bMessageType of the answers (6.2). */
export const CCID_ANSWER = {
  dataBlock: 0x80,
  slotStatus: 0x81,
  parameters: 0x82,
  escape: 0x83,
  dataRateAndClock: 0x84,
} as const;

/** bmICCStatus, bits 1 and 0 of bStatus (table 6.2-3). */
export type IccStatus = 'active' | 'inactive' | 'absent';
const ICC_STATUS: Readonly<Record<IccStatus, number>> = { active: 0, inactive: 1, absent: 2 };
const ICC_NAMES: readonly IccStatus[] = ['active', 'inactive', 'absent'];
const FAILED = 0x40;
const TIME_EXTENSION = 0x80;

/** bError (table 6.2-2). A number from 1 to 7F is the offset of the field of the message that is wrong. */
export const SLOT_ERROR = {
  notSupported: 0x00,
  length: 0x01,
  slot: 0x05,
  /** The first of the three bytes that each message uses in its own way: bPowerSelect, bProtocolNum, bClockCommand. */
  specific: 0x07,
  levelParameter: 0x08,
  aborted: 0xff,
  iccMute: 0xfe,
  parity: 0xfd,
  hardware: 0xfb,
  busy: 0xe0,
} as const;

export type CcidCommand = {
  readonly type: number;
  readonly slot: number;
  readonly sequence: number;
  /** The three bytes of the header that each message uses in its own way. */
  readonly specific: Uint8Array;
  readonly data: Uint8Array;
};

/** A command; its length field has been checked by the frame. */
export function decodeCommand(message: Uint8Array): CcidCommand {
  return {
    type: message[0]!,
    slot: message[5]!,
    sequence: message[6]!,
    specific: message.subarray(7, 10),
    data: message.subarray(10),
  };
}

export function encodeCommand({ type, slot, sequence, specific, data }: CcidCommand): Uint8Array {
  return concatBytes(header(type, data.length, slot, sequence), specific, data);
}

/** The type of the answer to a command (table 6-1); what is no command is answered with the status of the slot. */
export function answerType(type: number): number {
  switch (type) {
    case CCID_COMMAND.iccPowerOn:
    case CCID_COMMAND.xfrBlock:
    case CCID_COMMAND.secure:
      return CCID_ANSWER.dataBlock;
    case CCID_COMMAND.getParameters:
    case CCID_COMMAND.resetParameters:
    case CCID_COMMAND.setParameters:
      return CCID_ANSWER.parameters;
    case CCID_COMMAND.escape:
      return CCID_ANSWER.escape;
    case CCID_COMMAND.setDataRateAndClock:
      return CCID_ANSWER.dataRateAndClock;
    default:
      return CCID_ANSWER.slotStatus;
  }
}

/** What a host makes of an answer. */
export type HeardAnswer = {
  readonly type: number;
  readonly slot: number;
  readonly sequence: number;
  readonly icc: IccStatus;
  /** `extension`: the slot needs `error` more waiting times. */
  readonly outcome: 'ok' | 'failed' | 'extension';
  readonly error: number;
  readonly data: Uint8Array;
};

/** An answer of ten bytes or more; its length field has been checked by the frame. */
export function decodeAnswer(message: Uint8Array): HeardAnswer {
  const status = message[7]!;
  const extension = (status & TIME_EXTENSION) !== 0;
  return {
    type: message[0]!,
    slot: message[5]!,
    sequence: message[6]!,
    icc: ICC_NAMES[status & 0x03] ?? 'absent',
    outcome: extension ? 'extension' : (status & FAILED) !== 0 ? 'failed' : 'ok',
    error: message[8]!,
    data: message.subarray(10),
  };
}

export type CcidAnswer = {
  readonly type: number;
  readonly icc: IccStatus;
  /** Left out where the command succeeded. */
  readonly error?: number;
  /** bChainParameter, bClockStatus or bProtocolNum, by the type of the answer. */
  readonly specific?: number;
  readonly data?: Uint8Array;
};

export function encodeAnswer({ slot, sequence }: CcidCommand, answer: CcidAnswer): Uint8Array {
  const { type, icc, error, specific = 0, data = new Uint8Array(0) } = answer;
  const status = ICC_STATUS[icc] | (error === undefined ? 0 : FAILED);
  return concatBytes(
    header(type, data.length, slot, sequence),
    Uint8Array.of(status, error ?? 0, specific),
    data,
  );
}

/** The slot needs `multiplier` more waiting times (6.2.6, table 6.2-3). */
export function encodeTimeExtension({ slot, sequence }: CcidCommand, multiplier: number): Uint8Array {
  return concatBytes(
    header(CCID_ANSWER.dataBlock, 0, slot, sequence),
    Uint8Array.of(TIME_EXTENSION, multiplier, 0),
  );
}

/** NotifySlotChange of slot 0 (6.3.1): bit 0 present, bit 1 changed. */
export function encodeSlotChange(present: boolean): Uint8Array {
  return Uint8Array.of(SLOT_CHANGE, present ? 0x03 : 0x02);
}

function header(type: number, length: number, slot: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(7);
  const view = new DataView(bytes.buffer);
  bytes[0] = type;
  view.setUint32(1, length, true);
  bytes[5] = slot;
  bytes[6] = sequence;
  return bytes;
}
