/** Access rules of commands and files, each one thing short of being met. */

import {
  type AccessRule,
  type CommandSpec,
  type FileOperation,
  type FileSpec,
  fileRule,
  recordModes,
  type StatusWord,
  SW,
  sampleData,
} from '../../apdu/index.js';
import type { ConformanceCase } from '../case.js';
import { checkStatus } from '../checks.js';
import { shortfalls } from './access-terms.js';
import type { Bench } from './bench.js';
import { firstAccepted, type Sent, sendCommand } from './command-sender.js';
import { caseOf, kebab, type Plan, usualState } from './maker.js';

/** A card may find the secure messaging missing in which the role counts, or the conditions not met. */
export const NOT_PERMITTED: readonly StatusWord[] = [
  SW.securityStatusNotSatisfied,
  SW.conditionsNotSatisfied,
  SW.secureMessagingMissing,
];
export const CLAUSE = 'ISO/IEC 7816-4:2020, 9.3; 5.6 (6982)';

const OPERATIONS: readonly FileOperation[] = ['read', 'update', 'append'];

/** For every state in which the command is permitted: each leaf of its rule unmet. */
export function accessPlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  const { access } = command;
  if (access === 'by file' || access === 'by algorithm' || command.secureMessaging) return [];
  const sent = {
    p1: firstAccepted(command.p1),
    p2: firstAccepted(command.p2),
    data: sampleData(command.data),
  };
  return bench.states
    .filter((state) => command.states.includes(state))
    .flatMap((state) =>
      unmetPlans(bench, command, {
        rule: access,
        state,
        sent,
        name: state === usualState(bench, command) ? '' : `${state}-`,
      }),
    );
}

type Asked = {
  readonly rule: AccessRule;
  readonly state: Parameters<Bench['proves']>[1];
  readonly sent: Sent;
  readonly name: string;
  readonly what?: string;
};

function unmetPlans(bench: Bench, command: CommandSpec, { rule, state, sent, name, what = '' }: Asked) {
  return shortfalls(rule, state, bench).map(
    ({ missing, proofs }): Plan => ({
      name: `${name}without-${kebab(missing)}`,
      title: `${what}refused where only this is missing: ${missing.replace('-but-', ', and there is ')}`,
      clause: `${command.clause}; ${CLAUSE}`,
      state,
      proofs,
      async run(card) {
        checkStatus(await sendCommand(card, command, sent), ...NOT_PERMITTED);
      },
    }),
  );
}

/**
 * Every file and operation with the first command that does it; every other such command with one file
 * and nothing proven.
 */
export function fileAccessCases(bench: Bench): readonly ConformanceCase[] {
  const { application } = bench;
  const commands = Object.values(application.commands).filter(({ access }) => access === 'by file');
  const seen = new Set<CommandSpec>();
  return Object.entries(application.files).flatMap(([id, file]) =>
    OPERATIONS.flatMap((operation) => {
      const rule = fileRule(file, operation);
      if (file.sfi === 0) return [];
      const able = commands.filter((one) => (one.fileOperation ?? 'read') === operation && fits(one, file));
      return able.flatMap((command, i) => {
        const state = bench.states.includes('operational') ? 'operational' : usualState(bench, command);
        const sent = addressing(command, file);
        const asked = { rule, state, sent, name: `${kebab(id)}-`, what: `${operation} of ${file.name} ` };
        const plans = rule === 'never' ? [neverPlan(command, asked)] : unmetPlans(bench, command, asked);
        const bare = plans.filter(({ proofs }) => proofs?.length === 0).slice(0, seen.has(command) ? 0 : 1);
        if (i > 0 && bare.length > 0) seen.add(command);
        return (i === 0 ? plans : bare).map((plan) => caseOf(bench, command, plan));
      });
    }),
  );
}

/** Where nobody may, nothing that is proven helps. */
function neverPlan(command: CommandSpec, { state, sent, name, what = '' }: Asked): Plan {
  return {
    name: `${name}never`,
    title: `${what}refused, as nobody may`,
    clause: `${command.clause}; ${CLAUSE}`,
    state,
    proofs: [],
    async run(card) {
      checkStatus(await sendCommand(card, command, sent), ...NOT_PERMITTED);
    },
  };
}

function fits({ p2 }: CommandSpec, { structure }: FileSpec): boolean {
  return (p2.kind === 'short-file') === (structure !== 'transparent');
}

/** The command for the file's short identifier: in P2 for records, in P1 for bytes (11.3.1, 11.4.1). */
function addressing(command: CommandSpec, { sfi }: FileSpec): Sent {
  const data = sampleData(command.data);
  if (command.p2.kind !== 'short-file') return { p1: 0x80 | sfi, p2: 0, data };
  const p1 = command.p1.kind === 'range' ? 1 : firstAccepted(command.p1);
  return { p1, p2: (sfi << 3) | recordModes(command.p2)[0]!, data };
}
