/** Status words: what is declared can happen, and what must happen is declared, as far as a declaration tells. */

import { jsonPointer } from '../document/json-reader.js';
import { statusText } from '../reference-tables.js';
import { type CommandSpec, type CommandStatus, fileRule, takesSession } from '../specification.js';
import { type ApplicationView, acceptedValues, type PlacedCommand } from './application-view.js';
import type { Finding } from './finding.js';

/** Whether a command of the application may answer `sw`: itself, or as any command may. */
export function declares(view: ApplicationView, command: CommandSpec, sw: number): boolean {
  return [...command.status, ...view.document.commonStatus].some(
    ({ status }) => (sw & status.mask) === status.sw,
  );
}

/** A status word that needs something which a command does not have. */
type Impossible = {
  readonly sw: number;
  readonly when: (command: CommandSpec, view: ApplicationView) => boolean;
  readonly because: string;
};

const IMPOSSIBLE: readonly Impossible[] = [
  {
    sw: 0x6100,
    when: ({ response }) => response.kind === 'none',
    because: 'it announces bytes of an answer, and the command has none',
  },
  {
    sw: 0x6c00,
    when: ({ response }) => response.kind === 'none',
    because: 'it corrects Le, and the command has no answer',
  },
  {
    sw: 0x6282,
    when: ({ readsLe }) => !readsLe,
    because: 'it says that fewer than Le bytes were read, and Le does not say how much is read ("readsLe")',
  },
  {
    sw: 0x63c0,
    when: (_, { application }) => Object.keys(application.pins).length === 0,
    because: 'it tells the tries of a PIN, and the application has none',
  },
  {
    sw: 0x6983,
    when: (_, { application }) => Object.keys(application.pins).length === 0,
    because: 'it says that a PIN is blocked, and the application has none',
  },
  {
    sw: 0x6981,
    when: (_, { application }) => Object.keys(application.files).length === 0,
    because: "it speaks of a file's structure, and the application has no file",
  },
  {
    sw: 0x6986,
    when: (_, { application }) => Object.keys(application.files).length === 0,
    because: 'it misses a current file, and the application has no file',
  },
  {
    sw: 0x6987,
    when: takesNoProtection,
    because: 'it misses objects of secure messaging, and the command takes none',
  },
  {
    sw: 0x6988,
    when: takesNoProtection,
    because: 'it finds objects of secure messaging wrong, and the command takes none',
  },
  {
    sw: 0x6a80,
    when: ({ data }) => data.kind === 'none',
    because: 'it finds the command data wrong, and the command has none',
  },
  {
    sw: 0x6884,
    when: ({ chaining }) => chaining === true,
    because: 'it refuses a chain, and the command takes one',
  },
];

/** PERFORM SECURITY OPERATION may have protected data of another command as its own data. */
function takesNoProtection(command: CommandSpec): boolean {
  return !takesSession(command) && command.secureMessaging === undefined && command.ins !== 0x2a;
}

export function lintNeverProduced(view: ApplicationView): readonly Finding[] {
  return view.commands.flatMap(({ command, path }) =>
    command.status.flatMap((declared, i): readonly Finding[] => {
      const at = path + jsonPointer('status', i);
      const text = statusText(declared.status.sw, declared.status.mask);
      const twin = command.status.slice(0, i).find((other) => covers(other, declared));
      if (twin) {
        return [never(at, `${command.name} declares ${text} twice; the second reason is never given`)];
      }
      const impossible = IMPOSSIBLE.find(
        ({ sw, when }) => (sw & declared.status.mask) === declared.status.sw && when(command, view),
      );
      return impossible ? [never(at, `${command.name} never answers ${text}: ${impossible.because}`)] : [];
    }),
  );
}

function covers(a: CommandStatus, b: CommandStatus): boolean {
  return (b.status.sw & a.status.mask) === a.status.sw && a.status.mask <= b.status.mask;
}

function never(path: string, sentence: string): Finding {
  return {
    rule: 'status-never-produced',
    severity: 'error',
    path,
    message: `${sentence}.`,
    remedy: 'Take the status word out, or declare what produces it.',
  };
}

/** A path that every card has, and the status words of which one must be declared for it. */
type Demanded = {
  readonly when: (placed: PlacedCommand, view: ApplicationView) => boolean;
  readonly anyOf: readonly number[];
  readonly path: string;
};

const DEMANDED: readonly Demanded[] = [
  { when: () => true, anyOf: [0x9000], path: 'the command succeeds' },
  {
    when: ({ command }, view) => isRestricted(command, view),
    anyOf: [0x6982, 0x6985],
    path: 'its access rule is not met',
  },
  {
    when: ({ command }, { reach }) => [...reach.states].some((state) => !command.states.includes(state)),
    anyOf: [0x6985, 0x6982, 0x6d00],
    path: 'the application is in another life-cycle state',
  },
  { when: ({ command }) => command.data.kind !== 'none', anyOf: [0x6700, 0x6a80], path: 'Lc is wrong' },
  {
    when: ({ command }) => command.data.kind === 'template',
    anyOf: [0x6a80, 0x6700],
    path: 'a data object is missing',
  },
  {
    when: leavesParameters,
    anyOf: [0x6a86, 0x6b00, 0x6a88],
    path: 'P1 or P2 has a value that no command of this instruction declares',
  },
  {
    when: ({ command }) => longestAnswer(command) > 256,
    anyOf: [0x6100],
    path: 'the answer is longer than 256 bytes',
  },
  {
    when: ({ command }) => command.proves === 'pin',
    anyOf: [0x63c0, 0x6300],
    path: 'the PIN is wrong',
  },
  { when: ({ command }) => command.proves === 'pin', anyOf: [0x6983], path: 'the PIN is blocked' },
  { when: inSession, anyOf: [0x6987], path: 'its checksum is missing' },
  { when: inSession, anyOf: [0x6988], path: 'its checksum is wrong' },
  { when: ({ command }) => command.chaining === true, anyOf: [0x6883], path: 'a chain is interrupted' },
];

/** A session proves a role; where there is none, there is no session. */
function inSession({ command }: PlacedCommand, { application }: ApplicationView): boolean {
  return takesSession(command) && (application.roles ?? []).length > 0;
}

export function lintUndeclared(view: ApplicationView): readonly Finding[] {
  const ofCommands = view.commands.flatMap((placed) =>
    DEMANDED.flatMap(({ when, anyOf, path }): readonly Finding[] => {
      const { command } = placed;
      if (!when(placed, view) || anyOf.some((sw) => declares(view, command, sw))) return [];
      return [
        undeclared(
          placed.path + jsonPointer('status'),
          `${command.name} declares no status word for when ${path}`,
          anyOf,
        ),
      ];
    }),
  );
  const common = [0x6d00, 0x6e00].flatMap((sw) =>
    view.document.commonStatus.some(({ status }) => status.sw === sw)
      ? []
      : [
          undeclared(
            jsonPointer('commonStatus'),
            `No status word is declared for an unknown ${sw === 0x6d00 ? 'instruction' : 'class'}`,
            [sw],
          ),
        ],
  );
  return [...common, ...ofCommands];
}

function undeclared(path: string, sentence: string, anyOf: readonly number[]): Finding {
  return {
    rule: 'status-undeclared',
    severity: 'error',
    path,
    message: `${sentence}.`,
    remedy: `Declare ${anyOf.map((sw) => statusText(sw, sw === 0x63c0 ? 0xfff0 : sw === 0x6100 ? 0xff00 : 0xffff)).join(' or ')}, here or in commonStatus.`,
  };
}

function isRestricted(command: CommandSpec, { application }: ApplicationView): boolean {
  const { access, fileOperation } = command;
  if (access === 'by file') {
    return Object.values(application.files).some((file) => fileRule(file, fileOperation) !== 'always');
  }
  if (access === 'by algorithm') {
    return Object.values(application.algorithms).some((algorithm) => algorithm.access !== 'always');
  }
  return access !== 'always';
}

function leavesParameters({ command }: PlacedCommand, { commands }: ApplicationView): boolean {
  const rivals = commands
    .map((placed) => placed.command)
    .filter((other) => other.cla === command.cla && other.ins === command.ins);
  const headers = rivals.reduce(
    (sum, { p1, p2 }) => sum + acceptedValues(p1).length * acceptedValues(p2).length,
    0,
  );
  return headers < 256 * 256;
}

function longestAnswer({ response }: CommandSpec): number {
  if (response.kind === 'none') return 0;
  return response.kind === 'bytes' ? response.max : longestTemplate(response);
}

function longestTemplate({ template }: Extract<CommandSpec['response'], { kind: 'template' }>): number {
  return Object.values(template).reduce((sum, { max }) => sum + max, 0);
}
