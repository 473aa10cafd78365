/** `imis perf calibrate`: a card profile from a vendor's own measurements. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { calibrate, MeasurementsError, ProfileError, parseMeasurements } from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { writeReport } from '../profiling/write-report.js';
import { profileNamed } from '../simulated-card.js';

type CalibrateArguments = {
  readonly id: string;
  readonly title?: string;
  readonly base: string;
  readonly licence: string;
  readonly out: string;
};

export function addPerfCalibrateCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('calibrate <csv>')
    .description("a card profile from a vendor's own measurements (operation,length,ms)")
    .requiredOption('--id <id>', 'id of the profile, kebab-case')
    .requiredOption('--out <file>', 'profile to write, JSON')
    .option('--title <text>', 'name of the card (default: the id)')
    .option('--base <profile>', 'whose memory sizes and wire it has', 'default')
    .option('--licence <text>', 'under which the figures may be passed on', 'not stated')
    .addHelpText(
      'after',
      `
Rows of one operation and length are taken at their median. Operations are called as in perf/profiles/*.json
(ecdh_256, ecdsa_sign_256, ec_keygen_256, rsa1024_priv, copy_ram_256, …). sha256, aes128_cbc, aes128_mac and rng_secure
are fitted over at least three lengths; swalgs_aes_block and swalgs_xor16 together give the bytecodes;
changed_field_write is one persistent field write; host is what every command pays. What no price uses is listed.

Example:
  imis perf calibrate times.csv --id our-card --base nxp-jcop4-j3r180 --out our-card.json
  imis perf card --profile ./our-card.json --platform native`,
    )
    .action((csv: string, options: CalibrateArguments) => done(perfCalibrate(csv, options)));
}

function perfCalibrate(csv: string, { id, title, base, licence, out }: CalibrateArguments): ExitStatus {
  try {
    const rows = parseMeasurements(readMeasurements(csv), csv);
    const source = `measurements of ${basename(csv)}, ${rows.length} rows`;
    const about = { id, title: title ?? id, base: profileNamed(base), source, licence };
    const { profile, unused } = calibrate(rows, about);
    writeReport(out, `${JSON.stringify(profile, null, 2)}\n`);
    const { primitives, series, bytecode } = profile.timing!;
    process.stdout.write(
      [
        `${out}: ${Object.keys(primitives).length} primitives, ${Object.keys(series).length} fits over length, bytecodes ${bytecode ? 'derived' : 'unknown'}.`,
        ...(unused.length > 0 ? [`No price uses: ${unused.join(', ')}.`] : []),
        '',
      ].join('\n'),
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof MeasurementsError || error instanceof ProfileError)
      throw new CliError(error.message);
    throw error;
  }
}

function readMeasurements(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliError(`Measurements ${path} cannot be read.`);
  }
}
