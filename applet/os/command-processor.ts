/**
 * From command bytes to response bytes: everything between the transport and a handler. The order
 * of the checks is class, chaining, instruction, parameters, secure messaging of a session, life cycle,
 * access, secure channel, length, data; a handler sees only requests that its declaration permits.
 * What is refused before the protection was looked at is answered in the clear and leaves the session
 * as it was; what is refused behind it is answered under protection.
 */

import {
  type AccessRule,
  type ApplicationSpec,
  type CommandApdu,
  type CommandSpec,
  encodeData,
  fileRule,
  findFileBySfi,
  isProtectedClass,
  isSecureChannelClass,
  MASTER_FILE,
  matchCommand,
  needsSecureChannel,
  parseCommandApdu,
  parseRequest,
  SW,
  secureMessagingIn,
  shortIdentifierOf,
  takesSession,
} from '../../apdu/index.js';
import { refuse, StatusError } from '../runtime/status-error.js';
import type { Application, CardOs } from './card-os.js';
import type { LogicalChannels } from './logical-channels.js';
import type { MessageBuffer } from './message-buffer.js';
import type { Scp03Channel } from './scp03-channel.js';

const CHAINING_BIT = 0x10;
const CHANNEL_BITS = 0x03;
const SECURE_MESSAGING_BITS = 0x0c;
const NO_DATA = new Uint8Array(0);
/** What a short Le of 00 asks for: as much as there is. */
const SHORT_LE = 256;
const SELECT_INS = 0xa4;
const GET_RESPONSE_INS = 0xc0;
const MANAGE_CHANNEL_INS = 0x70;
const CLOSE_CHANNEL = 0x80;
/** What an application's commands offer where none is selected, as far as it has them. */
const MASTER_FILE_COMMANDS = ['select', 'readBinary', 'getHistoricalBytes', 'manageChannel'] as const;

/** CLA INS P1 P2 of the last link of a command, as checksums cover it. */
function headerOf({ cla, ins, p1, p2 }: CommandApdu): Uint8Array {
  return Uint8Array.of(cla & ~CHAINING_BIT, ins, p1, p2);
}

/** Response data and status word, before the transport takes them apart. */
export type Outcome = { readonly data: Uint8Array; readonly sw: number };

export class CommandProcessor {
  protected readonly channels: LogicalChannels;
  protected readonly buffer: MessageBuffer;
  /** What there is before an application is selected. */
  protected readonly masterFile: ApplicationSpec;
  /** Channel of the command in progress; set before anything else looks at it. */
  protected channel = 0;

  constructor(
    protected readonly os: CardOs,
    protected readonly application: Application,
  ) {
    this.channels = new os.parts.LogicalChannels(os.memory);
    this.buffer = new os.parts.MessageBuffer(os.memory);
    this.masterFile = {
      ...application.spec,
      ...MASTER_FILE,
      commands: Object.fromEntries(
        MASTER_FILE_COMMANDS.flatMap((id) => {
          const command = application.spec.commands[id];
          return command ? [[id, command]] : [];
        }),
      ),
    };
    this.channels.layOut();
  }

  process(bytes: Uint8Array): Outcome {
    const { limits } = this.os;
    const apdu = parseCommandApdu(bytes);
    // Within a chain GET RESPONSE is a command like any other and interrupts it (5.3.3).
    const fetches =
      !('fault' in apdu) &&
      (apdu.cla & ~CHANNEL_BITS) === 0x00 &&
      apdu.ins === GET_RESPONSE_INS &&
      !this.buffer.inChain;
    // Every other command ends a response that waits (5.3.4), also one that is refused for its class or length.
    if (!fetches) this.buffer.dropResponse();
    // Extended lengths change the coding, not the buffer: what does not fit comes in a chain.
    if (bytes.length > limits.apduBufferBytes) refuse(SW.wrongLength);
    if ('fault' in apdu || (apdu.extended && !limits.extendedLength)) return refuse(SW.wrongLength);
    const cla = this.classOf(apdu);
    if (fetches) return this.getResponse(apdu);
    try {
      const data = this.collectChain(apdu);
      return data ? this.execute({ ...apdu, data }, cla) : { data: NO_DATA, sw: SW.ok.sw };
    } finally {
      this.buffer.wipeFinished();
    }
  }

  /** The class byte without its channel, chaining and secure-messaging bits (clause 5.4.1). */
  protected classOf(apdu: CommandApdu): number {
    if ((apdu.cla & 0x60) !== 0) refuse(SW.classNotSupported);
    const channel = apdu.cla & CHANNEL_BITS;
    if (!this.channels.isOpen(channel)) refuse(SW.logicalChannelNotSupported);
    this.channel = channel;
    this.os.memory.useChannel(channel);
    const messaging = apdu.cla & SECURE_MESSAGING_BITS;
    if (messaging !== 0 && !isProtectedClass(apdu.cla) && !isSecureChannelClass(apdu.cla)) {
      refuse(SW.secureMessagingNotSupported);
    }
    return apdu.cla & 0x80;
  }

  /** The whole data of a command, or `undefined` while its chain goes on. */
  protected collectChain(apdu: CommandApdu): Uint8Array | undefined {
    const header = Uint8Array.of(apdu.cla & ~CHAINING_BIT, apdu.ins, apdu.p1, apdu.p2);
    const more = (apdu.cla & CHAINING_BIT) !== 0;
    if (this.buffer.inChain && !this.buffer.continuesChain(header)) {
      this.buffer.dropChain();
      refuse(SW.lastCommandExpected);
    }
    if (!more && !this.buffer.inChain) return apdu.data;
    const spec = this.match(apdu, apdu.cla & 0x80);
    // protection lengthens a command beyond what its declaration says
    const lengthened = isProtectedClass(apdu.cla) && takesSession(spec);
    if (!spec.chaining && !lengthened) refuse(SW.chainingNotSupported);
    this.buffer.append(header, apdu.data);
    return more ? undefined : this.buffer.finishChain();
  }

  protected match(apdu: CommandApdu, cla: number): CommandSpec {
    const match = matchCommand(this.commandsNow(), cla, apdu.ins, apdu.p1, apdu.p2);
    switch (match) {
      case 'class not supported':
        return refuse(SW.classNotSupported);
      case 'instruction not supported':
        return refuse(SW.instructionNotSupported);
      case 'incorrect P1-P2':
        return refuse(SW.incorrectP1P2);
      case 'data object not found':
        return refuse(SW.referenceDataNotFound);
      default:
        return match;
    }
  }

  protected commandsNow(): ApplicationSpec {
    return this.os.selection.selected?.spec ?? this.masterFile;
  }

  protected execute(apdu: CommandApdu, cla: number): Outcome {
    const spec = this.match(apdu, cla);
    if (isProtectedClass(apdu.cla)) return this.executeInSession(spec, apdu);
    if (apdu.ins === MANAGE_CHANNEL_INS) return this.manageChannel(apdu, spec);
    this.assertPermitted(spec, apdu);
    const channel = this.secureChannelFor(spec, apdu.cla);
    const plain = channel
      ? { ...apdu, data: channel.unwrap(headerOf(apdu), apdu.data), le: undefined }
      : apdu;
    const { data, sw } = this.handle(spec, plain, apdu);
    const response = channel ? channel.wrap(data, sw) : data;
    // The secure channel served personalisation; the answer to ACTIVATE FILE is the last thing in it.
    if (needsSecureChannel(spec.secureMessaging) && this.application.lifeCycle !== 'initialisation') {
      this.os.secureChannel.close();
    }
    if (channel) return this.respond(response, apdu.le ?? SHORT_LE, SW.ok.sw);
    return this.respond(data, apdu.le ?? (this.answersWithoutLe(spec) ? SHORT_LE : undefined), sw);
  }

  /** Whether data come at once although Le is absent: as the command or the application just selected declares. */
  protected answersWithoutLe(spec: CommandSpec): boolean {
    const selects = spec.ins === SELECT_INS && this.os.selection.selected?.spec.selectionAnswer !== undefined;
    return selects || spec.answersWithoutLe === true;
  }

  /** A command of the session with another card: its role counts, and whatever becomes of it is answered protected. */
  protected executeInSession(spec: CommandSpec, apdu: CommandApdu): Outcome {
    const session = this.os.selection.selected?.session;
    if (!session || !takesSession(spec)) return refuse(SW.secureMessagingNotSupported);
    const { data: plain, le } = session.unwrap(headerOf(apdu), apdu.data);
    const extended = le !== undefined && le > SHORT_LE;
    const { data, sw } = this.performInSession(spec, { ...apdu, data: plain, le, extended });
    // Nothing waits behind a protected answer: Le under the checksum ends it, Le of zeros asks for all (5.3.2).
    const wanted = le === undefined || le === SHORT_LE ? data : data.subarray(0, le);
    const response = this.os.ram.keep(session.wrap(wanted, sw));
    // nothing comes after the end of an application
    if (this.application.lifeCycle === 'terminated') session.close();
    return this.respond(response, apdu.le ?? SHORT_LE, SW.ok.sw);
  }

  protected performInSession(spec: CommandSpec, plain: CommandApdu): Outcome {
    const { security } = this.os;
    security.inSession = true;
    try {
      this.assertPermitted(spec, plain);
      return this.handle(spec, plain, plain);
    } catch (error) {
      if (error instanceof StatusError) return { data: NO_DATA, sw: error.sw };
      throw error;
    } finally {
      security.inSession = false;
    }
  }

  /** 9000, or the warning that comes with what was done (5.6: 6282, 6283, 6285). */
  protected statusOf(spec: CommandSpec, { le, extended }: CommandApdu, data: Uint8Array): number {
    // Le of zeros asks for whatever there is (5.3.2), every other for that many bytes.
    const isShort = le !== undefined && le !== (extended ? 65536 : SHORT_LE) && data.length < le;
    if (spec.readsLe && isShort) return SW.endOfFile.sw;
    const { selected } = this.os.selection;
    if (spec.ins !== SELECT_INS || !selected) return SW.ok.sw;
    const { lifeCycle } = selected;
    if (lifeCycle === 'deactivated') return SW.fileDeactivated.sw;
    return lifeCycle === 'terminated' ? SW.terminated.sw : SW.ok.sw;
  }

  protected assertPermitted(spec: CommandSpec, apdu: CommandApdu): void {
    // The master file has no life cycle of its own, and its files are for everybody.
    const { selected } = this.os.selection;
    if (!selected) return;
    const { lifeCycle } = selected;
    if (!spec.states.includes(lifeCycle)) refuse(SW.conditionsNotSatisfied);
    const rule = spec.access === 'by file' ? this.ruleOfFile(spec, apdu) : spec.access;
    if (rule === 'by algorithm') return;
    if (!this.os.security.satisfies(rule, lifeCycle)) refuse(SW.securityStatusNotSatisfied);
  }

  /** The rule of the file that a command addresses; that there is none is for its handler to say. */
  protected ruleOfFile(spec: CommandSpec, { p1, p2 }: CommandApdu): AccessRule {
    const { selection } = this.os;
    const sfi = shortIdentifierOf(spec, p1, p2);
    const file = sfi === 0 ? selection.file : findFileBySfi(selection.directory, sfi);
    return file ? fileRule(file, spec.fileOperation) : 'always';
  }

  protected secureChannelFor(spec: CommandSpec, cla: number): Scp03Channel | undefined {
    const rule = secureMessagingIn(spec, this.application.lifeCycle);
    const isProtected = isSecureChannelClass(cla);
    if (rule === undefined) return isProtected ? refuse(SW.secureMessagingNotSupported) : undefined;
    const { secureChannel } = this.os;
    secureChannel.assertPermits(rule, isProtected);
    return secureChannel;
  }

  /** Runs the handler; `length` says how much of the answer is wanted. */
  protected handle(spec: CommandSpec, apdu: CommandApdu, length: CommandApdu): Outcome {
    const request = parseRequest(spec, apdu);
    if (request === 'length') return refuse(SW.wrongLength);
    if (request === 'data') return refuse(SW.incorrectData);
    // what the master file understands, the card's own application does
    const handler = (this.os.selection.selected ?? this.application).handlers[spec.id];
    if (!handler) throw new Error(`no handler for ${spec.id}`);
    const answer = encodeData(spec.response, handler(request as never));
    const data = spec.readsLe && length.le !== undefined ? answer.subarray(0, length.le) : answer;
    return { data, sw: this.statusOf(spec, length, data) };
  }

  protected manageChannel(apdu: CommandApdu, spec: CommandSpec): Outcome {
    this.secureChannelFor(spec, apdu.cla);
    const own = apdu.cla & CHANNEL_BITS;
    if (apdu.data.length > 0) refuse(SW.wrongLength);
    if (apdu.p1 === CLOSE_CHANNEL) {
      // nothing is answered, whatever Le says: over T=0 the card can not tell P3 = 0 from no Le (7816-3, 12.2.1)
      this.channels.closeChannel(apdu.p2 || own);
      return { data: NO_DATA, sw: SW.ok.sw };
    }
    const opened = this.channels.openChannel(apdu.p2);
    // The card tells the number only when it chose it.
    return apdu.p2 === 0
      ? this.respond(Uint8Array.of(opened), apdu.le, SW.ok.sw)
      : { data: NO_DATA, sw: SW.ok.sw };
  }

  protected getResponse(apdu: CommandApdu): Outcome {
    if (apdu.p1 !== 0 || apdu.p2 !== 0) return refuse(SW.incorrectP1P2);
    if (apdu.data.length > 0 || apdu.le === undefined) return refuse(SW.wrongLength);
    if (this.buffer.waiting === 0 || !this.buffer.belongsTo(apdu.cla & CHANNEL_BITS)) {
      return refuse(SW.conditionsNotSatisfied);
    }
    return this.release(apdu.le);
  }

  /**
   * Answers what Le asks for and keeps the rest; without Le all of it waits for GET RESPONSE. `sw`
   * comes with the last of it, so that 61xx hides no warning.
   */
  protected respond(data: Uint8Array, le: number | undefined, sw: number): Outcome {
    if (data.length === 0) return { data, sw };
    if (le !== undefined && data.length <= le) return { data, sw };
    this.os.ram.hold(data.length, () => this.buffer.keepResponse(data, this.channel, sw));
    return le === undefined ? this.release(0) : this.release(le);
  }

  protected release(length: number): Outcome {
    const sw = this.buffer.responseStatus;
    const data = length === 0 ? NO_DATA : this.buffer.takeResponse(length);
    const rest = this.buffer.waiting;
    return { data, sw: rest === 0 ? sw : SW.bytesAvailable.sw | (rest > 0xff ? 0 : rest) };
  }
}
