/** `imis verify-evidence`: a judge's check of who signed, with public keys alone. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { fromHex, GROUP_SUITES, type GroupSuiteName } from '../../../apdu/index.js';
import { type CaseEvidence, fromByteJson, loadHostCurve, systemClock, verifyEvidence } from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';

export function addVerifyEvidenceCommand(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('verify-evidence <file>')
    .description('check evidence of who signed a record, with public keys alone')
    .requiredOption('--keys <file>', 'JSON: nhiSignatureKey, professionAuthorityKey (hexadecimal), suite')
    .addHelpText(
      'after',
      `
Exit status: 0 when the evidence proves who signed, 1 when it does not, 2 for a wrong file.
The judge compares "judge's nonce" with the one given to NHI, and the head of the register of joins with one
that is known from elsewhere.

Example:
  imis verify-evidence evidence.json --keys keys.json`,
    )
    .action(async (file: string, { keys }: { keys: string }) => done(await verify(file, keys)));
}

async function verify(file: string, keysFile: string): Promise<ExitStatus> {
  const keys = keysIn(keysFile);
  const evidence = evidenceIn(file);
  const curve = await loadHostCurve(GROUP_SUITES[keys.suite].curve.name);
  const trusted = {
    issuerKey: fromHex(keys.nhiSignatureKey),
    professionAuthorityKey: fromHex(keys.professionAuthorityKey),
  };
  let verdict: ReturnType<typeof verifyEvidence>;
  try {
    verdict = verifyEvidence(evidence, { ...trusted, curve, clock: systemClock });
  } catch {
    // a file is anybody's: what is missing or of another type in it breaks no program
    throw new CliError(`The file ${file} is not evidence in the form that imis nhi open writes.`);
  }
  if (!verdict.ok) {
    process.stdout.write(`The evidence proves nothing: ${verdict.reason}.\n`);
    return EXIT.failed;
  }
  process.stdout.write(
    `Signed by ${verdict.signer}: ${verdict.doctorId}.
judge's nonce  ${Buffer.from(evidence.judgeNonce).toString('hex')}
record         ${Buffer.from(evidence.statement.recordHash).toString('hex')} (SHA-256)
opened because ${evidence.event.reason}, entry ${evidence.auditPosition} of the audit log
joins          ${evidence.joinHead.statement.position} records, head ${Buffer.from(evidence.joinHead.statement.entryHash).toString('hex')}
`,
  );
  return EXIT.ok;
}

type Keys = {
  readonly nhiSignatureKey: string;
  readonly professionAuthorityKey: string;
  readonly suite: GroupSuiteName;
};

function keysIn(file: string): Keys {
  const found = jsonIn(file, JSON.parse) as Partial<Record<keyof Keys, unknown>> | null;
  const isKey = (value: unknown) => typeof value === 'string' && /^0[23][0-9a-f]{64}$/.test(value);
  const good =
    isKey(found?.nhiSignatureKey) &&
    isKey(found?.professionAuthorityKey) &&
    typeof found?.suite === 'string' &&
    Object.hasOwn(GROUP_SUITES, found.suite);
  if (!good) throw new CliError(`The file ${file} needs nhiSignatureKey, professionAuthorityKey and suite.`);
  return found as Keys;
}

function evidenceIn(file: string): CaseEvidence {
  const found = jsonIn(file, fromByteJson);
  if (typeof found !== 'object' || found === null) {
    throw new CliError(`The file ${file} is not evidence in the form that imis nhi open writes.`);
  }
  return found as CaseEvidence;
}

function jsonIn(file: string, parse: (text: string) => unknown): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CliError(`The file ${file} can not be read; check the path.`);
  }
  try {
    return parse(text);
  } catch {
    throw new CliError(`The file ${file} is no JSON.`);
  }
}
