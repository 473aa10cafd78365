/**
 * Cases generated from the declarations of an application: parameters, class, lengths, data objects,
 * life-cycle states, access rules and secure messaging of every command, each wrong in one way, and
 * each field at its bounds.
 */

import {
  type ApplicationSpec,
  type CommandSpec,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
} from '../../apdu/index.js';
import type { ConformanceCase } from '../case.js';
import { accessPlans, fileAccessCases } from './access-rules.js';
import { algorithmPlans } from './algorithm-access.js';
import type { Bench } from './bench.js';
import { fileStatusPlans } from './file-status.js';
import { lengthPlans } from './lengths.js';
import { caseOf, type Plan } from './maker.js';
import { malformedDataPlans } from './malformed-data.js';
import { ownBench } from './own-bench.js';
import { classPlans, parameterPlans } from './parameters.js';
import { pinPlans } from './pins.js';
import { procedureBench } from './procedure-bench.js';
import { protectionPlans } from './protection.js';
import { sharedStateCases, statePlans } from './states.js';

const OWN: readonly ApplicationSpec[] = [PATIENT_APPLICATION, PROFESSIONAL_APPLICATION];

/** The generated cases of an application: one of this project's, or a vendor's with test procedures. */
export function declarationCases(application: ApplicationSpec): readonly ConformanceCase[] {
  const bench = OWN.includes(application) ? ownBench(application) : procedureBench(application);
  return [
    ...Object.values(application.commands).flatMap((command) =>
      plansOf(bench, command).map((plan) => caseOf(bench, command, plan)),
    ),
    ...fileAccessCases(bench),
    ...sharedStateCases(bench),
  ];
}

function plansOf(bench: Bench, command: CommandSpec): readonly Plan[] {
  return [
    ...parameterPlans(bench, command),
    ...classPlans(bench, command),
    ...lengthPlans(command),
    ...malformedDataPlans(command),
    ...statePlans(bench, command),
    ...accessPlans(bench, command),
    ...algorithmPlans(bench, command),
    ...protectionPlans(bench, command),
    ...pinPlans(bench, command),
    ...fileStatusPlans(bench, command),
  ];
}
