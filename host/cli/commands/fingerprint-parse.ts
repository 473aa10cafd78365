/** `imis fingerprint parse`. */

import type { Command } from 'commander';
import { toHex } from '../../../apdu/index.js';
import { type FingerView, isGoodEnough, LEAST_MINUTIAE } from '../../index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { readRecordFile, viewText } from '../fingerprint/record-file.js';
import { printResult } from '../gs/gs-output.js';

export function addFingerprintParseCommand(parent: Command, done: (status: ExitStatus) => void): void {
  parent
    .command('parse')
    .description('read a record strictly and show what is in it')
    .argument('<record>', 'file with a finger minutiae record; - reads the standard input')
    .option('--json', 'one JSON document with every minutia instead of text')
    .addHelpText('after', '\nExample:\n  imis fingerprint parse a.fmr --json')
    .action(async (path: string, { json }: { readonly json?: true }) =>
      done(await parse(path, json === true)),
    );
}

async function parse(path: string, json: boolean): Promise<ExitStatus> {
  const record = await readRecordFile(path);
  const { width, height, xPerCm, yPerCm } = record.views[0]!.image;
  const document = { ...record, views: record.views.map(viewDocument) };
  printResult(json, document, [
    `${record.format}, ${width} × ${height} pixels, ${xPerCm} × ${yPerCm} per centimetre`,
    ...record.views.map(
      (view) =>
        `  ${viewText(view)}${isGoodEnough(view) ? '' : `; fewer than ${LEAST_MINUTIAE}: capture it again`}`,
    ),
  ]);
  return EXIT.ok;
}

function viewDocument(view: FingerView) {
  const extended = view.extended.map(({ type, data }) => ({ type, data: toHex(data) }));
  return { ...view, extended, goodEnough: isGoodEnough(view) };
}
