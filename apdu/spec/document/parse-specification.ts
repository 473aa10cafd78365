/**
 * A specification in JSON, parsed once into the values that everything else works on. The form is
 * that of `docs/apdu-specification.schema.json`; what a schema can not say is for the linter.
 */

import type { Statement } from '../../statement/statements.js';
import { type StatusWord, SW } from '../../status-word.js';
import { SPECIFICATION_FORMAT, SPECIFICATION_FORMAT_VERSION } from '../json-export.js';
import type {
  AccessLeaf,
  AlgorithmSpec,
  ApplicationSpec,
  CommandStatus,
  DirectorySpec,
  FileSpec,
  KeySpec,
  PinSpec,
  TestProcedure,
} from '../specification.js';
import { JsonFault, JsonValue } from './json-reader.js';
import {
  type Meanings,
  readCommand,
  readRule,
  readState,
  readStatus,
  readTemplate,
} from './parse-command.js';
import type { SpecificationDocument } from './specification-document.js';

/** The document, or the first place where it is not one: a JSON Pointer and what is wrong there. */
export type ParsedSpecification =
  | { readonly document: SpecificationDocument }
  | { readonly fault: { readonly path: string; readonly reason: string } };

/** Parses what `JSON.parse` gave. */
export function parseSpecification(json: unknown): ParsedSpecification {
  try {
    return { document: readDocument(new JsonValue(json, '')) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { fault: { path: error.path || '/', reason: error.reason } };
  }
}

function readDocument(value: JsonValue): SpecificationDocument {
  return value.object((members) => {
    members.may('$schema')?.text();
    members.need('format').oneOf(SPECIFICATION_FORMAT);
    members.need('version').oneOf(SPECIFICATION_FORMAT_VERSION);
    const own = members.may('statusWords')?.named(readWord);
    const meanings: Meanings = new Map(Object.values(own ?? {}).map(({ sw, meaning }) => [sw, meaning]));
    const commonStatus = members.need('commonStatus').list((status) => readStatus(status, meanings));
    const masterFile = members.may('masterFile');
    const context = { meanings, commonStatus };
    const applications = members.need('applications').named((item) => readApplication(item, context), 1);
    return {
      ...(masterFile ? { masterFile: readDirectory(masterFile) } : {}),
      applications: Object.values(applications),
      commonStatus,
      statusWords: own ?? SW,
      statements: members.may('statements')?.named(readStatement) ?? {},
    };
  });
}

type Context = { readonly meanings: Meanings; readonly commonStatus: readonly CommandStatus[] };

function readWord(value: JsonValue): readonly [string, StatusWord] {
  return value.object((members) => {
    const id = members.need('id').identifier();
    const sw = members.need('sw').code(2);
    const mask = Number.parseInt(members.need('mask').oneOf('FFFF', 'FFF0', 'FF00'), 16);
    return [id, { sw, mask, meaning: members.need('meaning').text() }];
  });
}

function readDirectory(value: JsonValue): DirectorySpec {
  return value.object((members) => ({
    name: members.need('name').text(),
    fid: members.need('fid').code(2),
    files: members.need('files').named(readFile),
  }));
}

function readApplication(
  value: JsonValue,
  { meanings, commonStatus }: Context,
): readonly [string, ApplicationSpec] {
  return value.object((members) => {
    const id = members.need('id').identifier();
    const application: ApplicationSpec = {
      id,
      name: members.need('name').text(),
      aid: members.need('aid').hex(5, 16),
      fid: members.need('fid').code(2),
      commands: members.need('commands').named((item) => readCommand(item, meanings), 1),
      files: members.may('files')?.named(readFile) ?? {},
      algorithms: members.may('algorithms')?.named(readAlgorithm) ?? {},
      pins: members.may('pins')?.named(readPin) ?? {},
      ...members.optional('selectionAnswer', (answer) => answer.hex(1, 255)),
      ...members.optional('roles', (roles) => roles.list((role) => role.identifier())),
      ...members.optional('keys', (keys) => keys.named(readKey)),
      ...members.optional('initialState', readState),
      ...(members.may('sharesLifeCycle')?.boolean() ? { sharesLifeCycle: true } : {}),
      ...members.optional('testProcedures', (procedures) => procedures.list(readProcedure)),
      commonStatus,
    };
    return [id, application];
  });
}

function readFile(value: JsonValue): readonly [string, FileSpec] {
  return value.object((members) => {
    const id = members.need('id').identifier();
    const objects = members.may('objects');
    const file: FileSpec = {
      name: members.need('name').text(),
      summary: members.need('summary').text(),
      fid: members.need('fid').code(2),
      sfi: members.need('sfi').integer(0, 30),
      structure: members.need('structure').oneOf('transparent', 'linear-fixed', 'linear-variable', 'cyclic'),
      size: members.need('size').integer(0, 65536),
      records: members.need('records').integer(0, 254),
      ...members.optional('capacity', (bytes) => bytes.integer(0, 65536)),
      read: readRule(members.need('read')),
      ...members.optional('update', readRule),
      ...members.optional('append', readRule),
      ...(objects ? { content: readTemplate(objects) } : {}),
    };
    return [id, file];
  });
}

function readAlgorithm(value: JsonValue): readonly [string, AlgorithmSpec] {
  return value.object((members) => {
    const id = members.need('id').identifier();
    const algorithm: AlgorithmSpec = {
      id,
      reference: members.need('reference').code(1),
      operation: members.need('operation').oneOf('sign', 'sign-then-seal', 'group-sign'),
      equation: members.need('equation').integer(0, 19),
      summary: members.need('summary').text(),
      input: readTemplate(members.need('objects')),
      access: readRule(members.need('access')),
      ...members.optional('key', (key) => key.identifier()),
    };
    return [id, algorithm];
  });
}

function readPin(value: JsonValue): readonly [string, PinSpec] {
  return value.object((members) => {
    const id = members.need('id').identifier();
    const pin = {
      reference: members.need('reference').code(1),
      name: members.need('name').text(),
      minLength: members.need('minLength').integer(1, 255),
      maxLength: members.need('maxLength').integer(1, 255),
      tries: members.need('tries').integer(1, 15),
      ...members.optional('accessName', (name) => name.identifier()),
    };
    return [id, pin];
  });
}

function readKey(value: JsonValue): readonly [string, KeySpec] {
  return value.object((members) => [
    members.need('id').identifier(),
    { reference: members.need('reference').code(1), name: members.need('name').text() },
  ]);
}

function readProcedure(value: JsonValue): TestProcedure {
  return value.object((members) => {
    const reaches = members.need('reaches');
    const rule = readRule(reaches);
    if (typeof rule === 'string' || 'all' in rule || 'any' in rule) {
      return reaches.fail('must be one PIN, one role or one state');
    }
    return {
      reaches: rule as AccessLeaf,
      commands: members.need('commands').list((item) => item.hex(4, Number.MAX_SAFE_INTEGER), 1),
    };
  });
}

function readStatement(value: JsonValue): readonly [string, Statement] {
  return value.object((members) => [
    members.need('id').identifier(),
    {
      equation: members.need('equation').integer(0, 19),
      domain: members.need('domain').text(),
      fields: readTemplate(members.need('objects')),
    },
  ]);
}
