/** The hand-written table of who may do what, and what the specification says to the same questions. */

import { readFileSync } from 'node:fs';
import {
  type AccessRule,
  type AlgorithmSpec,
  type ApplicationSpec,
  type CommandSpec,
  type FileOperation,
  type FileSpec,
  fileRule,
  type LifeCycle,
  needsSecureChannel,
  PATIENT_APPLICATION,
  PIV_APPLICATION,
  PKCS15_APPLICATION,
  PROFESSIONAL_APPLICATION,
  READ_OUT_APPLICATION,
  secureMessagingIn,
} from '../../apdu/index.js';

/** What was proven to the card. */
export type Status = {
  readonly pin: boolean;
  /** The agent PIN of a slot. */
  readonly agent: boolean;
  readonly role: string;
  /** The command comes through the issuer's secure channel. */
  readonly issuer: boolean;
};
export type Answer = 'yes' | 'no' | 'never';

export type Row = {
  readonly application: 'patient' | 'professional' | 'pkcs15' | 'piv' | 'readout';
  /** `file` is its reading; `update` and `append` are of files, too. */
  readonly kind: 'command' | 'file' | 'update' | 'append' | 'algorithm';
  readonly id: string;
  readonly state: LifeCycle;
  /** By the name of the column; unreachable combinations are left out. */
  readonly answers: ReadonlyMap<string, Answer>;
};

export type Matrix = { readonly rows: readonly Row[] };

/** Reads test/access-matrix.csv: blocks of rows, each under a heading that names its columns. */
export function readAccessMatrix(): Matrix {
  const text = readFileSync(new URL('../access-matrix.csv', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rows = new Map<string, { readonly row: Row; readonly answers: Map<string, Answer> }>();
  let columns: readonly string[] = [];
  for (const line of lines) {
    const [application, kind, id, state, ...cells] = line.split(',');
    if (application === 'application') {
      columns = cells;
      continue;
    }
    if (cells.length !== columns.length) throw new Error(`${line}: ${cells.length} answers`);
    const key = [application, kind, id, state].join();
    const answers = rows.get(key)?.answers ?? new Map<string, Answer>();
    rows.set(key, { row: { application, kind, id, state, answers } as Row, answers });
    for (const [i, cell] of cells.entries()) {
      const column = columns[i]!;
      if (answers.has(column)) throw new Error(`${line}: answered twice`);
      if (cell === '-') continue;
      if (cell !== 'yes' && cell !== 'no' && cell !== 'never') throw new Error(`${line}: "${cell}"`);
      answers.set(column, cell);
    }
  }
  return { rows: [...rows.values()].map(({ row }) => row) };
}

const OTHER_THAN_ROLES: readonly string[] = ['pin', 'agent', 'none', 'issuer'];

/** "pin+doctor" as what was proven. */
export function statusOf(column: string): Status {
  const parts = column.split('+');
  return {
    pin: parts.includes('pin'),
    agent: parts.includes('agent'),
    role: parts.find((part) => !OTHER_THAN_ROLES.includes(part)) ?? 'none',
    issuer: parts.includes('issuer'),
  };
}

export type Applications = Readonly<Record<Row['application'], ApplicationSpec>>;
export const APPLICATIONS: Applications = {
  patient: PATIENT_APPLICATION,
  professional: PROFESSIONAL_APPLICATION,
  pkcs15: PKCS15_APPLICATION,
  piv: PIV_APPLICATION,
  readout: READ_OUT_APPLICATION,
};

/** What the declarations answer; undefined where they know no such thing. */
export function specifiedAnswer(
  applications: Applications,
  row: Pick<Row, 'application' | 'kind' | 'id' | 'state'>,
  status: Status,
): Answer | undefined {
  const application = applications[row.application];
  const { command, rule } = ruleOf(application, row) ?? {};
  if (!command || rule === undefined) return undefined;
  if (!command.states.includes(row.state)) return 'never';
  if (needsSecureChannel(secureMessagingIn(command, row.state)) && !status.issuer) return 'no';
  return satisfied(rule, row.state, status) ? 'yes' : 'no';
}

function ruleOf(
  application: ApplicationSpec,
  { kind, id }: Pick<Row, 'kind' | 'id'>,
): { readonly command: CommandSpec; readonly rule: AccessRule } | undefined {
  if (kind === 'command') {
    const command = application.commands[id];
    const rule = command?.access;
    return command && rule !== undefined && rule !== 'by file' && rule !== 'by algorithm'
      ? { command, rule }
      : undefined;
  }
  if (kind !== 'algorithm') {
    const file = application.files[id];
    const command = file && commandTo(application, kind, file);
    return file && command && { command, rule: fileRule(file, command.fileOperation) };
  }
  const algorithm = application.algorithms[id];
  const command = algorithm && commandUsing(application, algorithm);
  return algorithm && command && { command, rule: algorithm.access };
}

/** The command that does such a thing to a file; `undefined` where there is none. */
export function commandTo(
  { commands }: ApplicationSpec,
  kind: 'file' | 'update' | 'append',
  { structure }: FileSpec,
): CommandSpec | undefined {
  const transparent = structure === 'transparent';
  switch (kind) {
    case 'file':
      return commands[transparent ? 'readBinary' : 'readRecord'];
    case 'update':
      return commands[transparent ? 'updateBinary' : 'updateRecord'];
    case 'append':
      return transparent ? undefined : commands['appendRecord'];
  }
}

/** The command that runs an algorithm. */
export function commandUsing(application: ApplicationSpec, algorithm: AlgorithmSpec): CommandSpec {
  return application.commands[algorithm.operation === 'sign-then-seal' ? 'encipher' : 'computeSignature']!;
}

function satisfied(rule: AccessRule, state: LifeCycle, status: Status): boolean {
  if (rule === 'always' || rule === 'never') return rule === 'always';
  if ('all' in rule) return rule.all.every((part) => satisfied(part, state, status));
  if ('any' in rule) return rule.any.some((part) => satisfied(part, state, status));
  if ('pin' in rule) return (rule.pin === 'holder' && status.pin) || (rule.pin === 'agent' && status.agent);
  if ('role' in rule) return rule.role === status.role;
  return rule.state === state;
}

/** Where table and declarations disagree, in words. */
export function disagreements(matrix: Matrix, applications: Applications): readonly string[] {
  const found: string[] = [];
  for (const row of matrix.rows) {
    for (const [column, answer] of row.answers) {
      const specified = specifiedAnswer(applications, row, statusOf(column));
      if (specified === answer) continue;
      found.push(
        `${row.application} ${row.kind} ${row.id}, ${row.state}, ${column}: ${answer} ≠ ${specified}`,
      );
    }
  }
  return found;
}

/** Everything declared that the table must have a row for, in each state that a test can reach. */
export function declaredKeys(
  applications: Applications,
  states: Readonly<Record<Row['application'], readonly LifeCycle[]>>,
): readonly string[] {
  return Object.entries(applications).flatMap(([name, application]) => {
    const commands = Object.values(application.commands).filter(
      ({ access }) => access !== 'by file' && access !== 'by algorithm',
    );
    const keys = [
      ...commands.map(({ id }) => `command,${id}`),
      ...(['file', 'update', 'append'] as const).flatMap((kind) =>
        Object.entries(application.files)
          .filter(([, file]) => commandTo(application, kind, file))
          .map(([id]) => `${kind},${id}`),
      ),
      ...Object.keys(application.algorithms).map((id) => `algorithm,${id}`),
    ];
    return keys.flatMap((key) =>
      states[name as Row['application']].map((state) => `${name},${key},${state}`),
    );
  });
}

const OPERATION = { file: 'read', update: 'update', append: 'append' } as const;

/** A declaration with one leaf of one access rule changed. */
export type Flip = { readonly where: string; readonly applications: Applications };

/**
 * Every way to turn one leaf of the declarations around: a leaf of a tree, or a whole rule that is
 * `always` or `never`, becomes its opposite.
 */
export function* flipEveryLeaf(applications: Applications): Generator<Flip> {
  for (const name of Object.keys(applications) as Row['application'][]) {
    const application = applications[name];
    const place = (part: 'commands' | 'files' | 'algorithms', id: string, field: 'access' | FileOperation) =>
      function* (rule: AccessRule): Generator<Flip> {
        for (const [i, flipped] of flips(rule).entries()) {
          const changed = { ...application[part][id], [field]: flipped };
          const next = { ...application, [part]: { ...application[part], [id]: changed } } as ApplicationSpec;
          yield {
            where: `${name} ${part} ${id}, leaf ${i + 1}`,
            applications: { ...applications, [name]: next },
          };
        }
      };
    for (const [id, { access }] of Object.entries(application.commands)) {
      if (access !== 'by file' && access !== 'by algorithm') yield* place('commands', id, 'access')(access);
    }
    for (const [id, file] of Object.entries(application.files)) {
      for (const [kind, operation] of Object.entries(OPERATION)) {
        if (commandTo(application, kind as keyof typeof OPERATION, file)) {
          yield* place('files', id, operation)(fileRule(file, operation));
        }
      }
    }
    for (const [id, { access }] of Object.entries(application.algorithms)) {
      yield* place('algorithms', id, 'access')(access);
    }
  }
}

/** The rule with its first leaf flipped, its second leaf flipped, and so on. */
function flips(rule: AccessRule): readonly AccessRule[] {
  if (rule === 'always') return ['never'];
  if (rule === 'never') return ['always'];
  const parts = typeof rule === 'object' && ('all' in rule ? rule.all : 'any' in rule ? rule.any : undefined);
  if (!parts) return ['always', 'never'];
  return parts.flatMap((part, i) =>
    flips(part).map((flipped) => {
      const next = parts.map((other, j) => (j === i ? flipped : other));
      return 'all' in (rule as object) ? { all: next } : { any: next };
    }),
  );
}
