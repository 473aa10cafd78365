/** Looking things up in an application's declaration. */

import { SW } from '../status-word.js';
import { PATIENT_APPLICATION } from './patient-application.js';
import { PIV_APPLICATION } from './piv-application.js';
import { PKCS15_APPLICATION } from './pkcs15-application.js';
import { PROFESSIONAL_APPLICATION } from './professional-application.js';
import { READ_OUT_APPLICATION } from './read-out-application.js';
import {
  type AlgorithmSpec,
  type ApplicationSpec,
  acceptsParameter,
  type CommandSpec,
  type CommandStatus,
} from './specification.js';

/** The applications of this project, one on each kind of card. */
export const APPLICATIONS: readonly ApplicationSpec[] = [PATIENT_APPLICATION, PROFESSIONAL_APPLICATION];

/** Applications of others that either card may carry beside its own, for software that knows nothing of it. */
export const INTEROPERABILITY_APPLICATIONS: readonly ApplicationSpec[] = [
  PKCS15_APPLICATION,
  PIV_APPLICATION,
  READ_OUT_APPLICATION,
];

/** Whatever may be on a card of this project. */
export const ALL_APPLICATIONS: readonly ApplicationSpec[] = [
  ...APPLICATIONS,
  ...INTEROPERABILITY_APPLICATIONS,
];

/** Status words that any command may answer before its handler runs. */
export const COMMON_STATUS: readonly CommandStatus[] = [
  { status: SW.ok, reason: 'done' },
  { status: SW.bytesAvailable, reason: 'done, the response waits for GET RESPONSE' },
  {
    status: SW.memoryFailure,
    reason: 'what the command writes does not fit the commit buffer, or flash is worn',
  },
  { status: SW.wrongLength, reason: 'Lc or Le is not what the command takes' },
  { status: SW.logicalChannelNotSupported, reason: 'CLA names a channel other than the basic one' },
  { status: SW.secureMessagingNotSupported, reason: 'CLA announces secure messaging where there is none' },
  { status: SW.chainingNotSupported, reason: 'CLA announces a chain where there is none' },
  { status: SW.lastCommandExpected, reason: 'a chain was interrupted by another command' },
  { status: SW.conditionsNotSatisfied, reason: "not in this state of the application's life cycle" },
  {
    status: SW.securityStatusNotSatisfied,
    reason: 'the access rule is not met; a role counts only under secure messaging of its session',
  },
  {
    status: SW.secureMessagingMissing,
    reason:
      'the checksum is missing, or the objects are not those of secure messaging; the session is closed',
  },
  { status: SW.secureMessagingIncorrect, reason: 'the checksum is wrong; the session is closed' },
  { status: SW.incorrectData, reason: 'the data objects are not those declared' },
  { status: SW.notEnoughMemory, reason: 'the command needs more RAM than this card profile has' },
  { status: SW.incorrectP1P2, reason: 'P1 or P2 is not one of the declared values' },
  { status: SW.referenceDataNotFound, reason: 'GET DATA or PUT DATA names a data object that is not there' },
  { status: SW.instructionNotSupported, reason: 'no command has this instruction' },
  { status: SW.classNotSupported, reason: 'no command has this class' },
];

/** What the class, instruction and parameter bytes of a command lead to. */
export type CommandMatch =
  | CommandSpec
  | 'class not supported'
  | 'instruction not supported'
  | 'incorrect P1-P2'
  | 'data object not found';

/** The declared command for a header; `cla` without its channel, chaining and secure-messaging bits. */
export function matchCommand(
  application: ApplicationSpec,
  cla: number,
  ins: number,
  p1: number,
  p2: number,
): CommandMatch {
  let miss: CommandMatch = 'instruction not supported';
  for (const id in application.commands) {
    const command = application.commands[id]!;
    if (command.ins !== ins) continue;
    if (command.cla !== cla) {
      if (miss === 'instruction not supported') miss = 'class not supported';
    } else if (acceptsParameter(command.p1, p1) && acceptsParameter(command.p2, p2)) {
      return command;
    } else {
      miss = command.namesObject ? 'data object not found' : 'incorrect P1-P2';
    }
  }
  return miss;
}

/** The algorithm with a reference byte. */
export function findAlgorithm(application: ApplicationSpec, reference: number): AlgorithmSpec | undefined {
  return Object.values(application.algorithms).find((algorithm) => algorithm.reference === reference);
}

/** Every status word a command may answer: its own and the common ones of its application. */
export function statusesOf(
  command: CommandSpec,
  application?: Pick<ApplicationSpec, 'commonStatus'>,
): readonly CommandStatus[] {
  return [...command.status, ...(application?.commonStatus ?? COMMON_STATUS)];
}
