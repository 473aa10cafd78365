/** The reference documentation of a specification in Markdown: one document, or a page for each command. */

import { fromHex, toHex } from '../bytes.js';
import { encodeCommandApdu } from '../command-apdu.js';
import type { Statement } from '../statement/statements.js';
import { describeAccess } from './access-text.js';
import { fieldHasSecret } from './decoded-object.js';
import { decodeTrace } from './decoder.js';
import { OWN_SPECIFICATION, type SpecificationDocument } from './document/specification-document.js';
import {
  byteTable,
  dataText,
  hex,
  lengthText,
  objectTable,
  parameterBytes,
  statusTable,
  table,
  tagText,
} from './reference-tables.js';
import { sampleData } from './sample-data.js';
import {
  type ApplicationSpec,
  acceptsParameter,
  type CommandExample,
  type CommandSpec,
  type DataField,
  type DirectorySpec,
  type FileOperation,
  type FileSpec,
  fileRule,
  type Parameter,
  takesSession,
} from './specification.js';
import { exchangeToLines } from './trace-text.js';

const OWN_ORIGIN = `Generated from the specification in \`apdu/spec/\` and \`apdu/statement/\` by \`npx imis spec docs > docs/apdu-reference.md\`; the same as data is
\`docs/apdu-specification.json\`.`;

const CONVENTIONS = `All numbers on the wire are big-endian. Data objects are BER-TLV in their one shortest form, in the order of the tables, each at most once.
Values are hexadecimal. Data above 255 bytes come as a chain of commands (CLA bit 5), answers above 256 bytes by GET RESPONSE after 61xx.
Commands marked "secure messaging" come wrapped: \`81 L data\`, \`97 01 Le\`, \`8E 08 checksum\`, answered by \`81 L data\`, \`99 02 status\`,
\`8E 08 checksum\` (ISO/IEC 7816-4:2020, clause 10).`;

const FILE_OPERATIONS: readonly FileOperation[] = ['read', 'update', 'append'];

/** The whole document, ending in a line break. */
export function renderReference(document: SpecificationDocument = OWN_SPECIFICATION): string {
  const { masterFile, applications, commonStatus, statements } = document;
  const sections = [
    '# APDU reference',
    ...(document === OWN_SPECIFICATION ? [OWN_ORIGIN] : []),
    CONVENTIONS,
    ...(masterFile
      ? [
          '## Files of every card',
          `Under the master file ${hex(masterFile.fid, 2)}, which is selected after a reset. They are made of the specification and take no memory of the card.`,
          ...renderFiles(masterFile),
        ]
      : []),
    ...applications.flatMap(renderApplication),
    '## Status words of every command',
    statusTable(commonStatus),
    ...(Object.keys(statements).length === 0
      ? []
      : [
          '## What is signed',
          'The card hashes the domain tag and the fields. Equation 0: the paper has none.',
          ...Object.entries(statements).flatMap(([id, statement]) => renderStatement(id, statement)),
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A file of the documentation. */
export type ReferencePage = { readonly name: string; readonly text: string };

/** The same as one page for each command, and `README.md` with everything else. */
export function renderReferencePages(document: SpecificationDocument): readonly ReferencePage[] {
  const common = ['## Status words of every command', statusTable(document.commonStatus)];
  const pages = document.applications.flatMap((application) =>
    Object.values(application.commands).map((command) => {
      const [, ...body] = renderCommand(application, command);
      const sections = [`# ${command.name} (${application.id})`, ...body, ...common];
      return { name: `${anchor(application, command)}.md`, text: `${sections.join('\n\n')}\n` };
    }),
  );
  return [{ name: 'README.md', text: renderIndex(document) }, ...pages];
}

/** Everything but the commands, which are linked. */
function renderIndex(document: SpecificationDocument): string {
  const bare = document.applications.map((application) => ({ ...application, commands: {} }));
  const links = document.applications.flatMap((application) => [
    `## Commands: ${application.name}`,
    Object.values(application.commands)
      .map((command) => `- [${command.name}](${anchor(application, command)}.md): ${command.summary}`)
      .join('\n'),
  ]);
  const [title, ...rest] = renderReference({ ...document, applications: bare }).split('\n\n');
  return [title, ...links, ...rest].join('\n\n');
}

function renderApplication(application: ApplicationSpec): string[] {
  const commands = Object.values(application.commands);
  return [
    `## ${application.name}`,
    `Application identifier ${application.aid}, file identifier of its DF ${hex(application.fid, 2)}.`,
    ...(commands.length === 0
      ? []
      : [
          table(
            ['command', 'header', 'data', 'answer', 'access', 'effect'],
            commands.map((command) => [
              `[${command.name}](#${anchor(application, command)})`,
              [
                hex(command.cla),
                hex(command.ins),
                parameterBytes(command.p1),
                parameterBytes(command.p2),
              ].join(' '),
              shortText(command.data),
              shortText(command.response),
              describeAccess(command.access, command.fileOperation),
              command.effect,
            ]),
          ),
        ]),
    ...commands.flatMap((command) => renderCommand(application, command)),
    ...(Object.keys(application.files).length === 0
      ? []
      : [`### Files of the ${application.id} application`, ...renderFiles(application)]),
    ...renderAlgorithms(application),
    ...renderPins(application),
  ];
}

function renderPins({ id, pins }: ApplicationSpec): string[] {
  const rows = Object.values(pins).map((pin) => [
    hex(pin.reference),
    pin.name,
    lengthText(pin.minLength, pin.maxLength),
    String(pin.tries),
  ]);
  return rows.length === 0
    ? []
    : [`### PINs of the ${id} application`, table(['reference', 'name', 'length', 'tries'], rows)];
}

function renderCommand(application: ApplicationSpec, command: CommandSpec): string[] {
  const { data, response } = command;
  const facts = [
    `- defined in: ${command.clause}`,
    `- permitted: ${describeAccess(command.access, command.fileOperation)}; life-cycle states: ${command.states.join(', ')}`,
    `- effect: ${command.effect}`,
    ...(takesSession(command)
      ? ['- secure messaging: permitted in a session between cards, and required for what a role permits']
      : []),
    ...(command.secureMessaging
      ? [
          `- secure channel: ${command.secureMessaging}${command.secureMessagingIn ? ` in ${command.secureMessagingIn.join(', ')}` : ''}`,
        ]
      : []),
    ...(command.namesObject
      ? ['- P1 and P2 are the tag of a data object; another tag is answered 6A88']
      : []),
    ...(command.chaining ? ['- command chaining: permitted'] : []),
  ];
  return [
    `<a id="${anchor(application, command)}"></a>\n\n### ${command.name} (${application.id})`,
    command.summary,
    facts.join('\n'),
    byteTable(command),
    ...(data.kind === 'template' ? ['Command data:', objectTable(data.template)] : []),
    ...(response.kind === 'template'
      ? ['Answer:', objectTable(response.template)]
      : [`Answer: ${dataText(response)}.`]),
    ...(command.status.length > 0
      ? ['Status words beside the common ones:', statusTable(command.status)]
      : []),
    ...examplesOf(command).flatMap(({ title, command: bytes }) => [
      `Example: ${title}.`,
      `\`\`\`text\n${[spaced(bytes), ...decodedExample(application, bytes)].join('\n')}\n\`\`\``,
    ]),
  ];
}

/** Longest data of one short command. */
const SHORT_DATA = 255;

/** The declared examples, or one of the shortest permitted values; none where it would be a secret's or a chain. */
function examplesOf(command: CommandSpec): readonly CommandExample[] {
  const { examples = [], cla, ins, p1, p2, response } = command;
  if (examples.length > 0 || fieldHasSecret(command.data)) return examples;
  const data = sampleData(command.data);
  if (data.length > SHORT_DATA) return [];
  const le = response.kind === 'none' ? undefined : 256;
  const bytes = encodeCommandApdu({ cla, ins, p1: firstValue(p1), p2: firstValue(p2), data, le });
  return [{ title: 'the shortest values that are permitted', command: toHex(bytes).toUpperCase() }];
}

function firstValue(parameter: Parameter): number {
  for (let value = 0; value < 256; value++) if (acceptsParameter(parameter, value)) return value;
  throw new Error('a parameter without values');
}

/** What the trace decoder says of an example, without the answer that it does not have. */
function decodedExample(application: ApplicationSpec, command: string): string[] {
  const select = `00A4040C${hex(application.aid.length / 2)}${application.aid}`;
  const done = fromHex('9000');
  const trace = [select, command].map((bytes) => ({ command: fromHex(bytes), response: done }));
  const decoded = decodeTrace(trace, [application]).at(-1)!;
  return exchangeToLines({ ...decoded, response: [] }).slice(0, -1);
}

function renderFiles({ files }: DirectorySpec): string[] {
  const rows = Object.values(files).map((file) => [
    file.name,
    hex(file.fid, 2),
    file.sfi === 0 ? 'none' : hex(file.sfi),
    file.structure,
    sizeText(file),
    ...FILE_OPERATIONS.map((operation) => describeAccess(fileRule(file, operation))),
    file.summary,
  ]);
  const head = ['file', 'identifier', 'short', 'structure', 'size', ...FILE_OPERATIONS, 'content'];
  const contents = Object.values(files).flatMap(({ name, content }) =>
    content ? [`**${name}**, each record:`, objectTable(content)] : [],
  );
  return [table(head, rows), ...contents];
}

function sizeText({ size, records, capacity }: FileSpec): string {
  if (records === 0) return `${size} bytes`;
  return capacity === undefined
    ? `${records} records of ${size} bytes`
    : `${records} records of up to ${size} bytes in ${capacity}`;
}

function renderAlgorithms(application: ApplicationSpec): string[] {
  if (Object.keys(application.algorithms).length === 0) return [];
  return [
    `### Algorithms of the ${application.id} application`,
    ...Object.values(application.algorithms).flatMap((algorithm) => [
      `**${hex(algorithm.reference)} ${algorithm.id}** (${algorithm.operation}, equation ${algorithm.equation}): ${algorithm.summary} Permitted: ${describeAccess(algorithm.access)}. Fields from the terminal:`,
      objectTable(algorithm.input),
    ]),
  ];
}

function renderStatement(id: string, statement: Statement): string[] {
  return [
    `### ${id} (equation ${statement.equation})`,
    `Domain tag \`${statement.domain}\`.`,
    objectTable(statement.fields),
  ];
}

function shortText(field: DataField): string {
  switch (field.kind) {
    case 'none':
      return '';
    case 'bytes':
      return field.name;
    case 'template':
      return Object.values(field.template)
        .map((object) => `${tagText(object.tag)}${object.optional ? '?' : ''}`)
        .join(' ');
  }
}

function anchor(application: ApplicationSpec, command: CommandSpec): string {
  return `${application.id}-${command.id}`;
}

function spaced(bytes: string): string {
  return bytes.replace(/(..)(?=.)/g, '$1 ');
}
