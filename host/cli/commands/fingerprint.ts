/** `imis fingerprint`: finger minutiae records on files: what is in them, and whether they match. */

import type { Command } from 'commander';
import type { ExitStatus } from '../cli-error.js';
import { addFingerprintGenerateCommand } from './fingerprint-generate.js';
import { addFingerprintIdentifyCommand, addFingerprintMatchCommand } from './fingerprint-match.js';
import { addFingerprintParseCommand } from './fingerprint-parse.js';

export function addFingerprintCommand(program: Command, done: (status: ExitStatus) => void): void {
  const fingerprint = program
    .command('fingerprint')
    .description(
      'fingerprints on files: parse, match, identify, generate; for labs that score prints of their own',
    )
    .addHelpText('after', HELP);
  addFingerprintParseCommand(fingerprint, done);
  addFingerprintMatchCommand(fingerprint, done);
  addFingerprintIdentifyCommand(fingerprint, done);
  addFingerprintGenerateCommand(fingerprint, done);
}

const HELP = `
Files are finger minutiae records: ISO/IEC 19794-2:2005 and :2011, ANSI 378-2004, read strictly. A score of s is
exceeded by strangers about once in e^s comparisons (docs/fingerprint.md).

Worked example:
  imis fingerprint generate --seed 1 --impression 1 --out a.fmr
  imis fingerprint generate --seed 1 --impression 2 --condition fair --out b.fmr
  imis fingerprint parse a.fmr
  imis fingerprint match a.fmr b.fmr --json
  imis fingerprint identify b.fmr a.fmr

Exit status: 0 read, matched or identified, 1 not so, 2 wrong usage or a bad file. Generated fingers are nobody's.`;
