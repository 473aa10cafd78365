/** What an observer knows of a card from its traffic: the selected application, file and algorithm. */

import { toHex } from '../bytes.js';
import type { CommandApdu } from '../command-apdu.js';
import { TlvError } from '../tlv.js';
import { findAlgorithm, matchCommand } from './application.js';
import { splitClassByte } from './class-byte.js';
import { getHistoricalBytes } from './data-objects.js';
import { type DecodedObject, fieldHasSecret, rawObject, secretObject } from './decoded-object.js';
import { findFileBySfi, locateFile, shortIdentifierOf } from './file-tree.js';
import * as interindustry from './interindustry.js';
import { MASTER_FILE } from './master-file.js';
import { decodeData } from './request.js';
import type { AlgorithmSpec, ApplicationSpec, CommandSpec, FileSpec } from './specification.js';

/** The command that a header stands for, as far as it is known. */
export type FoundCommand = {
  readonly name: string;
  readonly command?: CommandSpec;
  /** The data or the answer may carry something that may not be shown. */
  readonly secretRequest: boolean;
  readonly secretResponse: boolean;
};

/**
 * Instructions whose data may be reference data or keys in any application (ISO/IEC 7816-4:2020,
 * table 5, and GlobalPlatform PUT KEY and STORE DATA), and those that may carry such a command:
 * masked when no declaration says more.
 */
const SECRET_INSTRUCTIONS: ReadonlySet<number> = new Set([
  0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2c, 0x2d, 0xc2, 0xc3, 0xd8, 0xda, 0xdb, 0xe2,
]);
const PERFORM_SECURITY_OPERATION = 0x2a;
/** P1 of PERFORM SECURITY OPERATION: DECIPHER: the answer is the plain text (ISO/IEC 7816-8:2019, 11.10). */
const ANSWERS_PLAIN_TEXT = 0x80;
const SELECT = 0xa4;
/** P2 of SELECT: the next occurrence. */
const NEXT_OCCURRENCE = 0x02;

/** The application to assume when none is selected: the master file and what every card understands. */
const UNSELECTED: ApplicationSpec = {
  ...MASTER_FILE,
  id: 'none',
  aid: '',
  commands: { ...interindustry, getHistoricalBytes },
  algorithms: {},
  pins: {
    holder: { reference: 0x81, name: 'holder PIN', minLength: 4, maxLength: 12, tries: 3 },
    puk: { reference: 0x82, name: 'PUK', minLength: 8, maxLength: 8, tries: 10 },
  },
};

/** What an observer knows of one logical channel. */
type ChannelView = { application?: ApplicationSpec; algorithm?: AlgorithmSpec; file?: FileSpec };

/** Follows one card. State changes only through {@link follow} and {@link reset}. */
export class CardView {
  #channels: ChannelView[] = [];
  #channel: ChannelView = {};
  readonly #applications: readonly ApplicationSpec[];

  constructor(applications: readonly ApplicationSpec[]) {
    this.#applications = applications;
  }

  /** Forgets everything, as the card does at a reset. */
  reset(): void {
    this.#channels = [];
    this.useChannelOf(0x00);
  }

  /** Looks at the logical channel that a class byte names. */
  useChannelOf(cla: number): void {
    const { channel } = splitClassByte(cla);
    this.#channels[channel] ??= {};
    this.#channel = this.#channels[channel];
  }

  /** The application selected on the channel looked at. */
  get application(): ApplicationSpec | undefined {
    return this.#channel.application;
  }

  /** The algorithm of its security environment. */
  get algorithm(): AlgorithmSpec | undefined {
    return this.#channel.algorithm;
  }

  /** Its current file. */
  get file(): FileSpec | undefined {
    return this.#channel.file;
  }

  /** The command that a header stands for in the selected application. */
  commandOf(apdu: CommandApdu): FoundCommand {
    const application = this.application ?? UNSELECTED;
    const { base } = splitClassByte(apdu.cla);
    const match = matchCommand(application, base, apdu.ins, apdu.p1, apdu.p2);
    if (typeof match !== 'string') {
      const secretRequest = fieldHasSecret(match.data);
      return {
        name: match.name,
        command: match,
        secretRequest,
        // a faulty card might echo what it was sent
        secretResponse: fieldHasSecret(match.response) || (secretRequest && match.response.kind === 'none'),
      };
    }
    const sameInstruction = Object.values(application.commands).find((command) => command.ins === apdu.ins);
    const name = sameInstruction?.name.split(':')[0] ?? `command ${toHex(Uint8Array.of(apdu.cla, apdu.ins))}`;
    const secretRequest = this.#mayCarrySecret(apdu.ins);
    const answersPlainText = apdu.ins === PERFORM_SECURITY_OPERATION && apdu.p1 === ANSWERS_PLAIN_TEXT;
    return { name: `${name} (${match})`, secretRequest, secretResponse: secretRequest || answersPlainText };
  }

  /** Takes note of what a command changed; `sw` is the one inside secure messaging. */
  follow(apdu: CommandApdu, data: Uint8Array, sw: number | undefined): void {
    if (sw === undefined || (sw !== 0x9000 && sw >> 8 !== 0x61 && sw >> 8 !== 0x62)) return;
    const channel = this.#channel;
    if (apdu.ins === SELECT) this.#followSelection(channel, apdu, data);
    else if (apdu.ins === interindustry.manageChannel.ins) {
      // opened or closed, it starts anew; the number that a card chose stands in the answer, and was free
      const view = this.#channels[apdu.p2 || splitClassByte(apdu.cla).channel];
      if (view && apdu.p1 === interindustry.manageChannel.p1.values.close) this.#replaceChannel(view, {});
    } else {
      const file = this.#addressedFile(apdu);
      if (file) channel.file = file;
      if (channel.application && apdu.ins === interindustry.manageSecurityEnvironment.ins) {
        const algorithm = algorithmIn(channel.application, data);
        if (algorithm) channel.algorithm = algorithm;
        else delete channel.algorithm;
      }
    }
  }

  /** The file that a command reads: the one whose short identifier it carries, or the current one. */
  fileOf(apdu: CommandApdu): FileSpec | undefined {
    return this.#addressedFile(apdu) ?? this.file;
  }

  /** Bytes that are no command: raw with the reason, or their length if they may carry a secret. */
  maskUnknown(command: Uint8Array, fault: string): DecodedObject {
    const ins = command[1];
    return ins !== undefined && this.#mayCarrySecret(ins)
      ? secretObject('bytes', command, fault)
      : rawObject('bytes', command, fault);
  }

  #replaceChannel(view: ChannelView, content: ChannelView): void {
    delete view.application;
    delete view.algorithm;
    delete view.file;
    Object.assign(view, content);
  }

  #mayCarrySecret(ins: number): boolean {
    const declared = this.#applications.flatMap((application) => Object.values(application.commands));
    return (
      SECRET_INSTRUCTIONS.has(ins) ||
      declared.some((command) => command.ins === ins && fieldHasSecret(command.data))
    );
  }

  #followSelection(channel: ChannelView, apdu: CommandApdu, data: Uint8Array): void {
    const current = channel.application ?? UNSELECTED;
    const { values } = interindustry.select.p1;
    const methods = Object.keys(values) as (keyof typeof values)[];
    const method = methods.find((candidate) => values[candidate] === apdu.p1);
    const next = (apdu.p2 & NEXT_OCCURRENCE) !== 0;
    const location = method && locateFile(this.#applications, current, method, data, next);
    if (!location) {
      this.#replaceChannel(channel, {});
      return;
    }
    const { directory, file } = location;
    if (file && directory.fid === current.fid) {
      channel.file = file;
      return;
    }
    const application = this.#applications.find(({ fid }) => fid === directory.fid);
    this.#replaceChannel(channel, { ...(application ? { application } : {}), ...(file ? { file } : {}) });
  }

  /** The file whose short identifier a command carries. */
  #addressedFile(apdu: CommandApdu): FileSpec | undefined {
    const { command } = this.commandOf(apdu);
    if (command?.access !== 'by file') return undefined;
    return findFileBySfi(this.application ?? UNSELECTED, shortIdentifierOf(command, apdu.p1, apdu.p2));
  }
}

function algorithmIn(application: ApplicationSpec, data: Uint8Array): AlgorithmSpec | undefined {
  try {
    const { algorithm } = decodeData(interindustry.manageSecurityEnvironment.data, data) as {
      readonly algorithm: Uint8Array;
    };
    return findAlgorithm(application, algorithm[0]!);
  } catch (error) {
    if (error instanceof TlvError) return undefined;
    throw error;
  }
}
