/**
 * The language of the APDU specification. A command is one declaration; dispatcher, trace
 * decoder, typed client, reference documentation, JSON export and generated cases derive from it.
 * Everything here is data that survives JSON.
 */

import { type StatusWord, SW } from '../status-word.js';
import { maxLength, type Template } from '../template.js';

/** P1 or P2 of a command. */
export type Parameter =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'enum'; readonly name: string; readonly values: { readonly [meaning: string]: number } }
  | { readonly kind: 'range'; readonly name: string; readonly min: number; readonly max: number }
  /**
   * Bits 8 to 4 hold a short EF identifier (0: the current EF), bits 3 to 1 the fixed `mode`, or one of
   * `modes`, of which `mode` is the first.
   */
  | {
      readonly kind: 'short-file';
      readonly name: string;
      readonly mode: number;
      readonly modes?: { readonly [meaning: string]: number };
    };

/** A command or response data field. */
export type DataField =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'bytes';
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly secret?: true;
      /** May be left out altogether although `min` is above zero. */
      readonly optional?: true;
    }
  | { readonly kind: 'template'; readonly template: Template };

/** Knowledge or role that the security status may hold: a PIN by its access name, a role by its name. */
export type AccessLeaf = { readonly pin: string } | { readonly role: string } | { readonly state: LifeCycle };

/** When a command, an operation on a file or an algorithm is permitted. */
export type AccessRule =
  | 'always'
  | 'never'
  | AccessLeaf
  | { readonly all: readonly AccessRule[] }
  | { readonly any: readonly AccessRule[] };

/** PINs in the access rules of this project's cards; `agent` is met by the agent PIN of any delegation slot. */
export type PinName = 'holder' | 'puk' | 'agent';

/**
 * Life-cycle states (ISO/IEC 7816-4:2020, 7.4.10): personalisation happens in `initialisation`;
 * `deactivated` may become operational again, `terminated` is the end.
 */
export type LifeCycle = (typeof LIFE_CYCLE_STATES)[number];
export const LIFE_CYCLE_STATES = ['initialisation', 'operational', 'deactivated', 'terminated'] as const;

/** A status word that a command may answer, and what it means there. */
export type CommandStatus = { readonly status: StatusWord; readonly reason: string };

/** An example of a command on the wire, hexadecimal. */
export type CommandExample = { readonly title: string; readonly command: string };

/**
 * What protection personalisation must have: secure channel SCP03 with at least the checksum, or
 * checksum and encryption. `scp03 authentication` is the command that opens the channel.
 */
export type SecureChannelRule = 'scp03 authentication' | 'scp03 C-MAC' | 'scp03 C-DECRYPTION';

/** Whether a command needs a secure channel SCP03. */
export function needsSecureChannel(rule: SecureChannelRule | undefined): rule is SecureChannelRule {
  return rule !== undefined;
}

/**
 * Whether a command may come under secure messaging of a session between cards (ISO/IEC 7816-4:2020,
 * clause 10): every command that a role may permit, for a role counts only inside the session that
 * proved it.
 */
export function takesSession({ access }: CommandSpec): boolean {
  return access === 'by file' || (access !== 'by algorithm' && namesRole(access));
}

function namesRole(rule: AccessRule): boolean {
  if (typeof rule === 'string') return false;
  if ('all' in rule) return rule.all.some(namesRole);
  if ('any' in rule) return rule.any.some(namesRole);
  return 'role' in rule;
}

export type CommandSpec = {
  /** Identifier of the command within its application, in camel case. */
  readonly id: string;
  /** Name of the standard, as a trace shows it. */
  readonly name: string;
  /** Where it is defined. */
  readonly clause: string;
  readonly summary: string;
  /** Class byte without channel, chaining and secure-messaging bits: 00 interindustry, 80 proprietary. */
  readonly cla: 0x00 | 0x80;
  readonly ins: number;
  readonly p1: Parameter;
  readonly p2: Parameter;
  readonly data: DataField;
  readonly response: DataField;
  /** Whether the command data may come in a chain (ISO/IEC 7816-4:2020, 5.3.3). */
  readonly chaining?: true;
  /** Le says how much is read: what lies beyond it is not part of the answer and does not wait. */
  readonly readsLe?: true;
  /** A command without Le is answered with data all the same, at once where the protocol lets it. */
  readonly answersWithoutLe?: true;
  /** The secure channel of personalisation that it needs. */
  readonly secureMessaging?: SecureChannelRule;
  /** The life-cycle states in which it is demanded; all of them where absent. */
  readonly secureMessagingIn?: readonly LifeCycle[];
  /** `by file` and `by algorithm`: the rule stands in the table of the file or algorithm addressed. */
  readonly access: AccessRule | 'by file' | 'by algorithm';
  /** With access `by file`: which of the file's rules counts; `read` where absent. */
  readonly fileOperation?: FileOperation;
  readonly states: readonly LifeCycle[];
  /** The state that the application is in when the command was done; the same as before where absent. */
  readonly leadsTo?: LifeCycle;
  /** What the command proves when it is done: the PIN whose reference stands in P2, or a role. */
  readonly proves?: 'pin' | 'role';
  readonly status: readonly CommandStatus[];
  /** P1-P2 are the tag of a data object: another tag is an object not found (6A88), not wrong parameters. */
  readonly namesObject?: true;
  /** What changes on the card. `none` commands write nothing that outlives a reset. */
  readonly effect: 'none' | 'session' | 'persistent';
  readonly examples?: readonly CommandExample[];
};

/** The secure channel that a command needs in a life-cycle state, if any. */
export function secureMessagingIn(command: CommandSpec, state: LifeCycle): SecureChannelRule | undefined {
  return (command.secureMessagingIn ?? command.states).includes(state) ? command.secureMessaging : undefined;
}

const LIVE: readonly LifeCycle[] = ['initialisation', 'operational'];
/** What SELECT says of an application that is out of use. */
const OUT_OF_USE: readonly StatusWord[] = [SW.fileDeactivated, SW.terminated];

/** The same command in an application that nobody can deactivate or terminate. */
export function whileLive<const C extends CommandSpec>(command: C) {
  return {
    ...command,
    states: command.states.filter((state) => LIVE.includes(state)),
    status: command.status.filter(({ status }) => !OUT_OF_USE.includes(status)),
  };
}

/** What a command does to a file; the file's declaration has a rule for each. */
export type FileOperation = 'read' | 'update' | 'append';

/** An elementary file and who may do what with it. */
export type FileSpec = {
  readonly name: string;
  readonly summary: string;
  /** File identifier (ISO/IEC 7816-4:2020, 7.3.1). */
  readonly fid: number;
  /** Short EF identifier, 1 to 30; 0 for none. */
  readonly sfi: number;
  readonly structure: 'transparent' | 'linear-fixed' | 'linear-variable' | 'cyclic';
  /** Bytes of a transparent file, or of its longest record. */
  readonly size: number;
  /** Most records, at most 254; 0 for a transparent file. */
  readonly records: number;
  /** Linear variable: bytes that all records share, with one more for each. */
  readonly capacity?: number;
  readonly read: AccessRule;
  /** Changing what there is; absent where only other commands write, or nobody does. */
  readonly update?: AccessRule;
  /** Adding a record; absent as above. */
  readonly append?: AccessRule;
  /** Data objects of each record; absent where the content is bytes without a declaration. */
  readonly content?: Template;
};

/** A dedicated file: a place in the tree with elementary files (ISO/IEC 7816-4:2020, 7.2). */
export type DirectorySpec = {
  readonly name: string;
  /** File identifier. */
  readonly fid: number;
  readonly files: { readonly [id: string]: FileSpec };
};

/** An algorithm that MANAGE SECURITY ENVIRONMENT selects: what is signed, with which key, for whom. */
export type AlgorithmSpec = {
  readonly id: string;
  /** Algorithm reference, the value of data object 80: the equation's number. */
  readonly reference: number;
  readonly operation: 'sign' | 'sign-then-seal' | 'group-sign';
  readonly equation: number;
  readonly summary: string;
  /** Fields that come from the terminal; the card adds the rest of the statement itself. */
  readonly input: Template;
  readonly access: AccessRule;
  /** The key that signs, by its identifier among the keys of the application. */
  readonly key?: string;
};

/** A key that a command makes or uses, by the reference that GENERATE ASYMMETRIC KEY PAIR has in P2. */
export type KeySpec = { readonly reference: number; readonly name: string };

/** How a bench gets a test card of this specification somewhere: command APDUs, each of which answers 9000. */
export type TestProcedure = {
  /** The leaf that holds afterwards, or the life-cycle state reached from the one before. */
  readonly reaches: AccessLeaf;
  readonly commands: readonly string[];
};

/** One selectable application: its identifier, commands, files and algorithms. */
export type ApplicationSpec = DirectorySpec & {
  readonly id: string;
  /** Application identifier, hexadecimal. */
  readonly aid: string;
  readonly commands: { readonly [id: string]: CommandSpec };
  readonly algorithms: { readonly [id: string]: AlgorithmSpec };
  /** What SELECT answers where it answers anything, in place of control information and without Le too; hexadecimal. */
  readonly selectionAnswer?: string;
  /** By name; the card tells them apart by the reference in P2. */
  readonly pins: { readonly [id: string]: PinSpec };
  /** Every role that a command can prove. */
  readonly roles?: readonly string[];
  readonly keys?: { readonly [id: string]: KeySpec };
  /** The life-cycle state of a card just made; `initialisation` where absent. */
  readonly initialState?: LifeCycle;
  /** It lives and ends with another application of the card, whose commands change the state. */
  readonly sharesLifeCycle?: true;
  /** Status words that every command may answer; those of this project's cards where absent. */
  readonly commonStatus?: readonly CommandStatus[];
  readonly testProcedures?: readonly TestProcedure[];
};

/** A PIN: its reference (P2 of VERIFY), its bounds and its tries. */
export type PinSpec = {
  readonly reference: number;
  readonly name: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly tries: number;
  /** What access rules call it, where several PINs count as one; its own name where absent. */
  readonly accessName?: string;
};

/** What access rules call the PIN with identifier `id`. */
export function accessNameOf(id: string, pin: PinSpec): string {
  return pin.accessName ?? id;
}

/** Whether a parameter byte is one that the declaration permits. */
export function acceptsParameter(parameter: Parameter, value: number): boolean {
  switch (parameter.kind) {
    case 'constant':
      return value === parameter.value;
    case 'enum':
      return Object.values(parameter.values).includes(value);
    case 'range':
      return value >= parameter.min && value <= parameter.max;
    case 'short-file':
      return recordModes(parameter).includes(value & 0x07) && value >> 3 <= 30;
  }
}

/** The values that bits 3 to 1 of a parameter with a short EF identifier may have. */
export function recordModes(parameter: Extract<Parameter, { kind: 'short-file' }>): readonly number[] {
  return parameter.modes ? Object.values(parameter.modes) : [parameter.mode];
}

/** The rule of a file for an operation. */
export function fileRule(file: FileSpec, operation: FileOperation = 'read'): AccessRule {
  return file[operation] ?? 'never';
}

/** Shortest and longest command data of a declaration; `optional` data may also be absent. */
export function dataBounds(field: DataField): { min: number; max: number } {
  switch (field.kind) {
    case 'none':
      return { min: 0, max: 0 };
    case 'bytes':
      return { min: field.optional ? 0 : field.min, max: field.max };
    case 'template':
      return { min: 0, max: maxLength(field.template) };
  }
}
