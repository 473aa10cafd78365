/**
 * The specification as one JSON document for tools that do not speak TypeScript. Codes are
 * hexadecimal text, ordered things are arrays; `docs/apdu-specification.schema.json` describes it.
 */

import type { Template } from '../template.js';
import { OWN_SPECIFICATION, type SpecificationDocument } from './document/specification-document.js';
import { hex, tagText } from './reference-tables.js';
import {
  type ApplicationSpec,
  type CommandSpec,
  type CommandStatus,
  type DataField,
  type DirectorySpec,
  type Parameter,
  takesSession,
} from './specification.js';

/** What the document calls itself. */
export const SPECIFICATION_FORMAT = 'imis-card/apdu-specification';
/** Version of the document's form; rises with every change that a reader could notice. */
export const SPECIFICATION_FORMAT_VERSION = 2;

/** A whole specification, by default this project's own, as a value that survives JSON. */
export function exportSpecification(document: SpecificationDocument = OWN_SPECIFICATION): unknown {
  const { masterFile, applications, commonStatus, statusWords, statements } = document;
  return {
    $schema: './apdu-specification.schema.json',
    format: SPECIFICATION_FORMAT,
    version: SPECIFICATION_FORMAT_VERSION,
    ...(masterFile
      ? { masterFile: { name: masterFile.name, fid: hex(masterFile.fid, 2), files: exportFiles(masterFile) } }
      : {}),
    applications: applications.map(exportApplication),
    commonStatus: commonStatus.map(exportStatus),
    statusWords: Object.entries(statusWords).map(([id, status]) => ({
      id,
      sw: hex(status.sw, 2),
      mask: hex(status.mask, 2),
      meaning: status.meaning,
    })),
    statements: Object.entries(statements).map(([id, { equation, domain, fields }]) => ({
      id,
      equation,
      domain,
      objects: exportTemplate(fields),
    })),
  };
}

/** {@link exportSpecification} as the text of a file. */
export function renderSpecification(document: SpecificationDocument = OWN_SPECIFICATION): string {
  return `${JSON.stringify(exportSpecification(document), null, 2)}\n`;
}

function exportApplication(application: ApplicationSpec) {
  return {
    id: application.id,
    name: application.name,
    aid: application.aid,
    fid: hex(application.fid, 2),
    ...(application.selectionAnswer ? { selectionAnswer: application.selectionAnswer } : {}),
    commands: Object.values(application.commands).map(exportCommand),
    files: exportFiles(application),
    algorithms: Object.values(application.algorithms).map(({ reference, input, ...algorithm }) => ({
      ...algorithm,
      reference: hex(reference),
      objects: exportTemplate(input),
    })),
    pins: Object.entries(application.pins).map(([id, { reference, ...pin }]) => ({
      id,
      reference: hex(reference),
      ...pin,
    })),
    ...(application.roles ? { roles: application.roles } : {}),
    ...(application.keys
      ? {
          keys: Object.entries(application.keys).map(([id, { reference, name }]) => ({
            id,
            reference: hex(reference),
            name,
          })),
        }
      : {}),
    ...(application.initialState ? { initialState: application.initialState } : {}),
    ...(application.sharesLifeCycle ? { sharesLifeCycle: true } : {}),
    ...(application.testProcedures ? { testProcedures: application.testProcedures } : {}),
  };
}

function exportFiles({ files }: DirectorySpec) {
  return Object.entries(files).map(([id, { fid, content, ...file }]) => ({
    id,
    fid: hex(fid, 2),
    ...file,
    ...(content ? { objects: exportTemplate(content) } : {}),
  }));
}

function exportCommand(command: CommandSpec) {
  return {
    id: command.id,
    name: command.name,
    clause: command.clause,
    summary: command.summary,
    cla: hex(command.cla),
    ins: hex(command.ins),
    p1: exportParameter(command.p1),
    p2: exportParameter(command.p2),
    data: exportField(command.data),
    response: exportField(command.response),
    chaining: command.chaining === true,
    readsLe: command.readsLe === true,
    ...(command.answersWithoutLe ? { answersWithoutLe: true } : {}),
    secureMessaging: command.secureMessaging ?? 'none',
    takesSession: takesSession(command),
    ...(command.secureMessagingIn ? { secureMessagingIn: command.secureMessagingIn } : {}),
    access: command.access,
    ...(command.access === 'by file' ? { fileOperation: command.fileOperation ?? 'read' } : {}),
    ...(command.namesObject ? { namesObject: true } : {}),
    states: command.states,
    ...(command.leadsTo ? { leadsTo: command.leadsTo } : {}),
    ...(command.proves ? { proves: command.proves } : {}),
    effect: command.effect,
    status: command.status.map(exportStatus),
    examples: command.examples ?? [],
  };
}

function exportParameter(parameter: Parameter) {
  switch (parameter.kind) {
    case 'constant':
      return { kind: parameter.kind, value: hex(parameter.value) };
    case 'enum':
      return {
        kind: parameter.kind,
        name: parameter.name,
        values: exportValues(parameter.values),
      };
    case 'range':
      return { kind: parameter.kind, name: parameter.name, min: hex(parameter.min), max: hex(parameter.max) };
    case 'short-file':
      return {
        kind: parameter.kind,
        name: parameter.name,
        mode: hex(parameter.mode),
        ...(parameter.modes ? { modes: exportValues(parameter.modes) } : {}),
      };
  }
}

function exportValues(values: { readonly [meaning: string]: number }) {
  return Object.entries(values).map(([meaning, value]) => ({ meaning, value: hex(value) }));
}

function exportField(field: DataField) {
  return field.kind === 'template' ? { kind: field.kind, objects: exportTemplate(field.template) } : field;
}

type ExportedObject = {
  readonly field: string;
  readonly tag: string;
  readonly objects?: readonly ExportedObject[];
};

function exportTemplate(template: Template): ExportedObject[] {
  return Object.entries(template).map(([field, { tag, fields, ...object }]) => ({
    field,
    tag: tagText(tag),
    ...object,
    ...(fields ? { objects: exportTemplate(fields) } : {}),
  }));
}

function exportStatus({ status, reason }: CommandStatus) {
  return { sw: hex(status.sw, 2), mask: hex(status.mask, 2), reason };
}
