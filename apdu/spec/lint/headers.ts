/** Class, instruction and parameters: no header belongs to two commands. */

import { jsonPointer } from '../document/json-reader.js';
import { hex } from '../reference-tables.js';
import { type ApplicationView, acceptedValues } from './application-view.js';
import type { Finding } from './finding.js';

/** A procedure byte ACK repeats INS; 6x and 9x are status bytes (ISO/IEC 7816-3:2006, 10.3.3). */
const NO_INSTRUCTION: readonly number[] = [0x6, 0x9];

export function lintHeaders({ commands }: ApplicationView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [i, { command, path }] of commands.entries()) {
    if (NO_INSTRUCTION.includes(command.ins >> 4)) {
      findings.push({
        rule: 'invalid-instruction',
        severity: 'error',
        path: path + jsonPointer('ins'),
        message: `${command.name} has the instruction ${hex(command.ins)}, which T=0 can not tell from a status byte (ISO/IEC 7816-3:2006, 10.3.3).`,
        remedy: 'Choose an instruction outside 60 to 6F and 90 to 9F.',
      });
    }
    for (const other of commands.slice(i + 1)) {
      if (other.command.cla !== command.cla || other.command.ins !== command.ins) continue;
      const p1 = common(acceptedValues(command.p1), acceptedValues(other.command.p1));
      const p2 = common(acceptedValues(command.p2), acceptedValues(other.command.p2));
      if (p1 === undefined || p2 === undefined) continue;
      const header = [command.cla, command.ins, p1, p2].map((byte) => hex(byte)).join(' ');
      findings.push({
        rule: 'overlapping-instruction',
        severity: 'error',
        path: other.path,
        message: `${command.name} (${command.id}) and ${other.command.name} (${other.command.id}) both claim ${header}.`,
        remedy:
          'Give one of them another instruction, or values of P1 and P2 that the other does not accept.',
      });
    }
  }
  return findings;
}

function common(a: readonly number[], b: readonly number[]): number | undefined {
  return a.find((value) => b.includes(value));
}
