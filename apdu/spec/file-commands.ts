/** Commands of ISO/IEC 7816-4 that write files, and those that read records otherwise than by number. */

import { SW } from '../status-word.js';
import type { CommandSpec, CommandStatus, FileOperation } from './specification.js';

/** Bytes that one command writes at most; files are far smaller. */
const WRITE_BYTES = 512;
const RECORD_BYTES = 256;
const SHORT_FILE = 'short EF identifier';

/** P1 and P2 of the commands to transparent files (11.3.1). */
const OFFSET = {
  p1: { kind: 'range', name: 'offset high byte or 80 + short EF identifier', min: 0x00, max: 0x9e },
  p2: { kind: 'range', name: 'offset low byte', min: 0x00, max: 0xff },
} as const;

/** What any command answers that addresses a file. */
const addressed = (operation: FileOperation, otherStructure: string): readonly CommandStatus[] => [
  { status: SW.incompatibleFile, reason: `the file has ${otherStructure}` },
  {
    status: SW.securityStatusNotSatisfied,
    reason: `the file's rule for ${operation} is not met with this security status`,
  },
  { status: SW.noCurrentFile, reason: 'no file is selected' },
  { status: SW.fileNotFound, reason: 'no file has this short identifier' },
];

/** Files are personalised by STORE DATA; afterwards a role writes, in the session that proved it. */
const WRITING = {
  access: 'by file',
  states: ['operational'],
  effect: 'persistent',
} as const;

export const updateBinary = {
  id: 'updateBinary',
  name: 'UPDATE BINARY',
  clause: 'ISO/IEC 7816-4:2020, 11.3.5',
  summary:
    'Writes bytes of a transparent file from an offset within its content on; the content grows up to the size of the file.',
  cla: 0x00,
  ins: 0xd6,
  ...OFFSET,
  data: { kind: 'bytes', name: 'bytes to write', min: 1, max: WRITE_BYTES },
  response: { kind: 'none' },
  chaining: true,
  fileOperation: 'update',
  ...WRITING,
  status: [
    ...addressed('update', 'records'),
    { status: SW.notEnoughMemory, reason: 'the file ends before the data do' },
    { status: SW.wrongParameters, reason: 'the offset is beyond the end of the content' },
  ],
} as const satisfies CommandSpec;

export const eraseBinary = {
  id: 'eraseBinary',
  name: 'ERASE BINARY',
  clause: 'ISO/IEC 7816-4:2020, 11.3.7',
  summary: 'Ends the content of a transparent file at an offset; what stood behind it is erased.',
  cla: 0x00,
  ins: 0x0e,
  ...OFFSET,
  data: { kind: 'none' },
  response: { kind: 'none' },
  fileOperation: 'update',
  ...WRITING,
  status: [
    ...addressed('update', 'records'),
    { status: SW.wrongParameters, reason: 'the offset is beyond the end of the content' },
  ],
} as const satisfies CommandSpec;

const READING = {
  cla: 0x00,
  ins: 0xb2,
  data: { kind: 'none' },
  access: 'by file',
  states: ['initialisation', 'operational'],
  effect: 'session',
} as const;

export const readRecordInOrder = {
  id: 'readRecordInOrder',
  name: 'READ RECORD: IN ORDER',
  clause: 'ISO/IEC 7816-4:2020, 11.4.1 and 11.4.3',
  summary:
    'Reads the first or last record, or the one after or before the current record, and makes it the current one. Without a current record the next is the first, the previous the last. The first of a cyclic file is the newest.',
  ...READING,
  // records have no identifiers, so that only their order selects
  p1: { kind: 'constant', value: 0x00 },
  p2: {
    kind: 'short-file',
    name: SHORT_FILE,
    mode: 0x00,
    modes: { first: 0x00, last: 0x01, next: 0x02, previous: 0x03 },
  },
  response: { kind: 'bytes', name: 'record content', min: 1, max: RECORD_BYTES },
  status: [
    ...addressed('read', 'no records'),
    { status: SW.recordNotFound, reason: 'there is no record, or none further on' },
  ],
  examples: [{ title: 'the first entry of the programme booklet', command: '00B2003000' }],
} as const satisfies CommandSpec;

export const readRecords = {
  id: 'readRecords',
  name: 'READ RECORD: SEVERAL',
  clause: 'ISO/IEC 7816-4:2020, 11.4.1 and 11.4.3',
  summary: 'Reads all records from a number to the last, or the other way round, one behind the other.',
  ...READING,
  p1: { kind: 'range', name: 'record number', min: 1, max: 254 },
  p2: {
    kind: 'short-file',
    name: SHORT_FILE,
    mode: 0x05,
    modes: { 'from P1 to the last': 0x05, 'from the last to P1': 0x06 },
  },
  response: { kind: 'bytes', name: 'content of the records', min: 1, max: 4096 },
  status: [
    ...addressed('read', 'no records'),
    { status: SW.recordNotFound, reason: 'there is no record of this number' },
  ],
  examples: [{ title: 'the whole log', command: '00B2012D00' }],
} as const satisfies CommandSpec;

export const updateRecord = {
  id: 'updateRecord',
  name: 'UPDATE RECORD',
  clause: 'ISO/IEC 7816-4:2020, 11.4.5',
  summary:
    'Replaces a record by number, or the current one; in a file of variable records it may change its length.',
  cla: 0x00,
  ins: 0xdc,
  p1: { kind: 'range', name: 'record number, 0 for the current record', min: 0, max: 254 },
  p2: { kind: 'short-file', name: SHORT_FILE, mode: 0x04 },
  data: { kind: 'bytes', name: 'record content', min: 1, max: RECORD_BYTES },
  response: { kind: 'none' },
  chaining: true,
  fileOperation: 'update',
  ...WRITING,
  status: [
    ...addressed('update', 'no records'),
    { status: SW.recordNotFound, reason: 'there is no record of this number, or no current one' },
    { status: SW.notEnoughMemory, reason: 'the file has no room for a record of this length' },
  ],
} as const satisfies CommandSpec;

export const appendRecord = {
  id: 'appendRecord',
  name: 'APPEND RECORD',
  clause: 'ISO/IEC 7816-4:2020, 11.4.6',
  summary:
    'Adds a record behind the last one and makes it the current one; in a cyclic file it becomes number 1 and the oldest makes way.',
  cla: 0x00,
  ins: 0xe2,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'short-file', name: SHORT_FILE, mode: 0x00 },
  data: { kind: 'bytes', name: 'record content', min: 1, max: RECORD_BYTES },
  response: { kind: 'none' },
  chaining: true,
  fileOperation: 'append',
  ...WRITING,
  status: [...addressed('append', 'no records'), { status: SW.notEnoughMemory, reason: 'the file is full' }],
} as const satisfies CommandSpec;
