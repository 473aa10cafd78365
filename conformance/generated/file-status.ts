/** Commands to files: no such file, none selected, one of another structure, a record that is not there. */

import {
  type CommandSpec,
  type FileSpec,
  fileRule,
  recordModes,
  type StatusWord,
  SW,
  sampleData,
} from '../../apdu/index.js';
import { checkStatus } from '../checks.js';
import { termsOf } from './access-terms.js';
import type { Bench, Proof } from './bench.js';
import { firstAccepted, type Sent, sendCommand } from './command-sender.js';
import { type Plan, usualState } from './maker.js';

const LAST_RECORD = 254;
const MAX_SFI = 30;

export function fileStatusPlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  if (command.access !== 'by file') return [];
  return [
    noSuchFile(bench, command),
    noCurrentFile(command),
    ...otherStructure(bench, command),
    ...noRecord(bench, command),
  ].filter((plan): plan is Plan => plan !== undefined);
}

function plan(
  command: CommandSpec,
  name: string,
  title: string,
  sent: Sent,
  status: StatusWord,
  proofs: readonly Proof[] = [],
): Plan | undefined {
  if (!command.status.some((one) => one.status === status)) return undefined;
  return {
    name,
    title,
    clause: `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (${status.sw.toString(16).toUpperCase()})`,
    proofs,
    async run(card) {
      checkStatus(await sendCommand(card, command, sent), status);
    },
  };
}

/** P1 and P2 for a short identifier, 0 for the current file (11.3.1, 11.4.1). */
function addressing(command: CommandSpec, sfi: number, record = 1): Sent {
  const data = sampleData(command.data);
  if (command.p2.kind !== 'short-file') return { p1: sfi === 0 ? 0 : 0x80 | sfi, p2: 0, data };
  const p1 = command.p1.kind === 'range' ? record : firstAccepted(command.p1);
  return { p1, p2: (sfi << 3) | recordModes(command.p2)[0]!, data };
}

function noSuchFile({ application }: Bench, command: CommandSpec) {
  const used = Object.values(application.files).map(({ sfi }) => sfi);
  let free = MAX_SFI;
  while (used.includes(free)) free--;
  const title = 'a short identifier that no file has is not found';
  return plan(command, 'no-such-file', title, addressing(command, free), SW.fileNotFound);
}

function noCurrentFile(command: CommandSpec) {
  const title = 'refused where no file is the current one';
  return plan(command, 'no-current-file', title, addressing(command, 0), SW.noCurrentFile);
}

const isOfRecords = ({ p2 }: CommandSpec): boolean => p2.kind === 'short-file';

/** The first file of a structure whose rule the suite can meet, with what meets it. */
function permittedFile(bench: Bench, command: CommandSpec, records: boolean) {
  const state = usualState(bench, { ...command, states: ['operational'] });
  for (const file of Object.values(bench.application.files)) {
    if (file.sfi === 0 || (file.structure !== 'transparent') !== records) continue;
    const proofs = proofsFor(bench, file, command, state);
    if (proofs) return { file, proofs };
  }
  return undefined;
}

function proofsFor(
  bench: Bench,
  file: FileSpec,
  command: CommandSpec,
  state: Parameters<Bench['proves']>[1],
) {
  return termsOf(fileRule(file, command.fileOperation))
    .map((term) => term.filter((leaf): leaf is Proof => !('state' in leaf)))
    .find((term) => term.every((proof) => bench.proves(proof, state)));
}

function otherStructure(bench: Bench, command: CommandSpec) {
  const found = permittedFile(bench, command, !isOfRecords(command));
  if (!found) return [];
  const { file, proofs } = found;
  const title = `refused for ${file.name}, whose structure is another`;
  const made = plan(
    command,
    'other-structure',
    title,
    addressing(command, file.sfi),
    SW.incompatibleFile,
    proofs,
  );
  return made ? [{ ...made, state: 'operational' as const }] : [];
}

function noRecord(bench: Bench, command: CommandSpec) {
  if (!isOfRecords(command) || command.p1.kind !== 'range') return [];
  const found = permittedFile(bench, command, true);
  if (!found || found.file.records >= LAST_RECORD) return [];
  const { file, proofs } = found;
  const title = `record ${LAST_RECORD} of ${file.name} is not found`;
  const sent = addressing(command, file.sfi, LAST_RECORD);
  const made = plan(command, 'no-such-record', title, sent, SW.recordNotFound, proofs);
  return made ? [{ ...made, state: 'operational' as const }] : [];
}
