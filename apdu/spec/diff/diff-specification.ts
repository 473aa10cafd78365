/** Two specifications compared, for hosts written for the first. */

import type { Statement } from '../../statement/statements.js';
import type { SpecificationDocument } from '../document/specification-document.js';
import { hex, lengthText } from '../reference-tables.js';
import type {
  AlgorithmSpec,
  ApplicationSpec,
  CommandSpec,
  FileSpec,
  KeySpec,
  PinSpec,
} from '../specification.js';
import { type Change, Changes, compareNamed, IMPACTS, type Impact } from './change.js';
import { compareAccess } from './compare-access.js';
import { compareCommands, compareStatuses } from './compare-command.js';
import { compareTemplates } from './compare-field.js';

/** Every change, in the order of the documents; empty when they are the same for hosts and readers. */
export function diffSpecifications(
  before: SpecificationDocument,
  after: SpecificationDocument,
): readonly Change[] {
  const changes = new Changes();
  const byId = (applications: readonly ApplicationSpec[]) =>
    Object.fromEntries(applications.map((one) => [one.id, one]));
  compareNamed(changes.at('applications'), byId(before.applications), byId(after.applications), {
    both: compareApplications,
    gone: (at) => at.breaking('The application is gone.'),
    come: (at) => at.compatible('The application is new.'),
  });
  const files = (document: SpecificationDocument) => document.masterFile?.files ?? {};
  compareFiles(changes.at('masterFile', 'files'), files(before), files(after));
  compareStatuses(changes.at('commonStatus'), before.commonStatus, after.commonStatus);
  compareNamed<Statement>(changes.at('statements'), before.statements, after.statements, {
    both: compareStatements,
    gone: (at) => at.breaking('Nothing like it is signed any more.'),
    come: (at) => at.compatible('Something new is signed.'),
  });
  return changes.found;
}

function compareApplications(changes: Changes, before: ApplicationSpec, after: ApplicationSpec): void {
  changes.at('name').text('name', before.name, after.name);
  changes.at('aid').fixed('application identifier', before.aid, after.aid);
  changes.at('fid').fixed('file identifier', hex(before.fid, 2), hex(after.fid, 2));
  const initial = ({ initialState = 'initialisation' }: ApplicationSpec) => initialState;
  changes.at('initialState').fixed('state of a new card', initial(before), initial(after));
  compareNamed<CommandSpec>(changes.at('commands'), before.commands, after.commands, {
    both: compareCommands,
    gone: (at, { name }) => at.breaking(`${name} is gone.`),
    come: (at, { name }) => at.compatible(`${name} is new.`),
  });
  compareFiles(changes.at('files'), before.files, after.files);
  compareNamed<AlgorithmSpec>(changes.at('algorithms'), before.algorithms, after.algorithms, {
    both: compareAlgorithms,
    gone: (at) => at.breaking('The algorithm is gone.'),
    come: (at) => at.compatible('The algorithm is new.'),
  });
  compareNamed<PinSpec>(changes.at('pins'), before.pins, after.pins, {
    both: comparePins,
    gone: (at, { name }) => at.breaking(`The ${name} is gone.`),
    come: (at, { name }) => at.compatible(`The ${name} is new.`),
  });
  compareNamed<KeySpec>(changes.at('keys'), before.keys ?? {}, after.keys ?? {}, {
    both(at, one, other) {
      at.at('reference').fixed('reference', hex(one.reference), hex(other.reference));
      at.text('name', one.name, other.name);
    },
    gone: (at) => at.breaking('The key is gone.'),
    come: (at) => at.compatible('The key is new.'),
  });
  compareRoles(changes.at('roles'), before.roles ?? [], after.roles ?? []);
  if (JSON.stringify(before.testProcedures ?? []) !== JSON.stringify(after.testProcedures ?? [])) {
    changes.at('testProcedures').words('The procedures of a test bench are others.');
  }
}

function compareRoles(changes: Changes, before: readonly string[], after: readonly string[]): void {
  for (const role of before) if (!after.includes(role)) changes.breaking(`The role ${role} is gone.`);
  for (const role of after) if (!before.includes(role)) changes.compatible(`The role ${role} is new.`);
}

function compareFiles(
  changes: Changes,
  before: { readonly [id: string]: FileSpec },
  after: { readonly [id: string]: FileSpec },
): void {
  compareNamed<FileSpec>(changes, before, after, {
    both: compareFile,
    gone: (at, { name }) => at.breaking(`${name} is gone.`),
    come: (at, { name }) => at.compatible(`${name} is new.`),
  });
}

const FILE_RULES = ['read', 'update', 'append'] as const;

function compareFile(changes: Changes, before: FileSpec, after: FileSpec): void {
  changes.at('name').text('name', before.name, after.name);
  changes.at('summary').text('summary', before.summary, after.summary);
  changes.at('fid').fixed('file identifier', hex(before.fid, 2), hex(after.fid, 2));
  changes.at('sfi').fixed('short identifier', before.sfi, after.sfi);
  changes.at('structure').fixed('structure', before.structure, after.structure);
  for (const member of ['size', 'records', 'capacity'] as const) {
    const [was, is] = [before[member] ?? 0, after[member] ?? 0];
    if (is < was)
      changes.at(member).breaking(`The ${member} was ${was} and is ${is}: what fitted may not any more.`);
    if (is > was) changes.at(member).compatible(`The ${member} was ${was} and is ${is}.`);
  }
  for (const member of FILE_RULES) {
    compareAccess(changes.at(member), before[member] ?? 'never', after[member] ?? 'never');
  }
  const at = changes.at('objects');
  if (before.content && after.content) compareTemplates(at, 'received', before.content, after.content);
  else if (before.content) at.breaking('The content is no longer declared.');
  else if (after.content) at.compatible('The content is declared now.');
}

function compareAlgorithms(changes: Changes, before: AlgorithmSpec, after: AlgorithmSpec): void {
  changes.at('reference').fixed('reference', hex(before.reference), hex(after.reference));
  changes.at('operation').fixed('operation', before.operation, after.operation);
  changes.at('key').fixed('key that signs', before.key ?? 'none', after.key ?? 'none');
  changes.at('summary').text('summary', before.summary, after.summary);
  compareTemplates(changes.at('objects'), 'sent', before.input, after.input);
  compareAccess(changes.at('access'), before.access, after.access);
}

function comparePins(changes: Changes, before: PinSpec, after: PinSpec): void {
  changes.at('reference').fixed('reference', hex(before.reference), hex(after.reference));
  changes.at('name').text('name', before.name, after.name);
  changes.at('accessName').text('name in access rules', before.accessName ?? '', after.accessName ?? '');
  if (before.minLength !== after.minLength || before.maxLength !== after.maxLength) {
    const wider = after.minLength <= before.minLength && after.maxLength >= before.maxLength;
    const length = ({ minLength, maxLength }: PinSpec) => lengthText(minLength, maxLength);
    const impact: Impact = wider ? 'compatible' : 'breaking';
    changes.add(impact, `Its length was ${length(before)} and is ${length(after)}.`);
  }
  if (before.tries !== after.tries) {
    const impact: Impact = after.tries < before.tries ? 'breaking' : 'compatible';
    changes.at('tries').add(impact, `There were ${before.tries} tries and are ${after.tries}.`);
  }
}

/** Who checks a signature hashes exactly these bytes. */
function compareStatements(changes: Changes, before: Statement, after: Statement): void {
  changes.at('domain').fixed('domain tag', before.domain, after.domain);
  if (JSON.stringify(before.fields) !== JSON.stringify(after.fields)) {
    changes
      .at('objects')
      .breaking('Other fields are signed: signatures of the one do not verify as the other.');
  }
}

/** How many changes of each impact there are. */
export function countImpacts(changes: readonly Change[]): Readonly<Record<Impact, number>> {
  const count = (impact: Impact) => changes.filter((change) => change.impact === impact).length;
  return {
    breaking: count('breaking'),
    compatible: count('compatible'),
    documentation: count('documentation'),
  };
}

/** Changes as lines of text, those that break hosts first. */
export function changesToLines(changes: readonly Change[]): readonly string[] {
  return IMPACTS.flatMap((impact) => {
    const own = changes.filter((change) => change.impact === impact);
    if (own.length === 0) return [];
    return [`${impact} (${own.length})`, ...own.map(({ path, message }) => `  ${path}: ${message}`)];
  });
}
