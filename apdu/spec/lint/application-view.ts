/** An application as the rules of the linter see it: its commands with their places, and what can be reached. */

import { jsonPointer } from '../document/json-reader.js';
import type { SpecificationDocument } from '../document/specification-document.js';
import {
  type AccessRule,
  type ApplicationSpec,
  acceptsParameter,
  accessNameOf,
  type CommandSpec,
  LIFE_CYCLE_STATES,
  type LifeCycle,
  type Parameter,
} from '../specification.js';

export type PlacedCommand = { readonly command: CommandSpec; readonly path: string };

export type ApplicationView = {
  readonly document: SpecificationDocument;
  readonly application: ApplicationSpec;
  /** JSON Pointer of the application. */
  readonly path: string;
  readonly commands: readonly PlacedCommand[];
  readonly reach: Reach;
};

/** What somebody who sends every command can get to. */
export type Reach = {
  readonly states: ReadonlySet<LifeCycle>;
  /** Access names of PINs that some command proves. */
  readonly pins: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
};

export function viewOf(document: SpecificationDocument, index: number): ApplicationView {
  const application = document.applications[index]!;
  const path = jsonPointer('applications', index);
  const commands = Object.values(application.commands).map((command, i) => ({
    command,
    path: path + jsonPointer('commands', i),
  }));
  return { document, application, path, commands, reach: reachOf(application) };
}

/** All values of a parameter byte. */
const BYTES: readonly number[] = Array.from({ length: 256 }, (_, value) => value);

/** The values that a parameter may have. */
export function acceptedValues(parameter: Parameter): readonly number[] {
  return BYTES.filter((value) => acceptsParameter(parameter, value));
}

/** The access names of the PINs whose reference a command may carry in P2. */
export function pinsOf(application: ApplicationSpec, command: CommandSpec): readonly string[] {
  return Object.entries(application.pins)
    .filter(([, pin]) => acceptsParameter(command.p2, pin.reference))
    .map(([id, pin]) => accessNameOf(id, pin));
}

/** Grows by what commands lead to and prove until nothing new comes. */
function reachOf(application: ApplicationSpec): Reach {
  const states = new Set<LifeCycle>(
    application.sharesLifeCycle ? LIFE_CYCLE_STATES : [application.initialState ?? 'initialisation'],
  );
  const pins = new Set<string>();
  const roles = new Set<string>();
  const reach: Reach = { states, pins, roles };
  for (let before = -1; before !== states.size + pins.size + roles.size; ) {
    before = states.size + pins.size + roles.size;
    for (const command of Object.values(application.commands)) {
      if (!isUsable(command, reach)) continue;
      if (command.leadsTo) states.add(command.leadsTo);
      if (command.proves === 'pin') for (const pin of pinsOf(application, command)) pins.add(pin);
      if (command.proves === 'role') for (const role of application.roles ?? []) roles.add(role);
    }
  }
  return reach;
}

/** Whether there is a state in which somebody meets the command's rule. */
function isUsable({ states, access }: CommandSpec, reach: Reach): boolean {
  if (access === 'by file' || access === 'by algorithm') return states.some((s) => reach.states.has(s));
  return canMeet(access, reach, states);
}

/** Whether somebody can meet a rule in one of the states. */
export function canMeet(rule: AccessRule, reach: Reach, states: readonly LifeCycle[]): boolean {
  return states.some((state) => reach.states.has(state) && canMeetIn(rule, reach, state));
}

function canMeetIn(rule: AccessRule, reach: Reach, state: LifeCycle): boolean {
  if (typeof rule === 'string') return rule === 'always';
  if ('all' in rule) return rule.all.every((part) => canMeetIn(part, reach, state));
  if ('any' in rule) return rule.any.some((part) => canMeetIn(part, reach, state));
  if ('pin' in rule) return reach.pins.has(rule.pin);
  if ('role' in rule) return reach.roles.has(rule.role);
  return rule.state === state;
}
