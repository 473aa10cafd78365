/** `imis gs sign` and `imis gs verify`. */

import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { groupSignatureDomain, toHex, utf8ToBytes } from '../../../apdu/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import type { GsFile } from '../gs/file-formats.js';
import { readGsFile, refuseExisting, writeGsFile } from '../gs/file-store.js';
import { expectOneGroup, nobleVerifierOf, verifierOf } from '../gs/group-files.js';
import { printResult, statementText } from '../gs/gs-output.js';
import { loadMember, signStatement } from '../gs/software-card.js';
import { type FileVerdict, refuseRevoked, type SignatureAt, verifyFiles } from '../gs/verify-files.js';
import { parseNatural } from '../options.js';

/** Bytes that a statement may have; more enters as its hash, as everywhere in this system. */
const STATEMENT_BYTES = 4096;

export function addGsSignCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('sign')
    .description('sign a statement as a member of the group')
    .argument('<member-file>', 'the member key')
    .option('--text <text>', 'the statement, as text')
    .option('--file <file>', 'the statement: the bytes of this file')
    .option(
      '--equation <n>',
      'for which equation, 1 to 19; the signature is none for another',
      parseEquation,
      9,
    )
    .requiredOption('--out <file>', 'file for the signature')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
The signing code is the card's own. The file counts its signatures, so that no nonce comes back even where the
random numbers would.

Example:
  imis gs sign trial/member-D-0815.json --text "aspirin 100 mg" --out note.json`,
    )
    .action(async (path: string, options: SignOptions) => done(await sign(path, options)));
}

type SignOptions = {
  readonly text?: string;
  readonly file?: string;
  readonly equation: number;
  readonly out: string;
  readonly json?: true;
};

function parseEquation(text: string): number {
  const equation = parseNatural(text);
  if (equation < 1 || equation > 19) throw new InvalidArgumentError('An equation is a number from 1 to 19.');
  return equation;
}

async function sign(path: string, options: SignOptions): Promise<ExitStatus> {
  const { equation, out, json } = options;
  const statement = await statementOf(options);
  await refuseExisting([out]);
  const member = await readGsFile('member', path);
  loadMember(member);
  // Written before the signature is made: a counter must never serve twice (CRYPTO: coupons and nonces alike).
  const counted = { ...member, counter: member.counter + 1 };
  await writeGsFile('member', path, counted);
  const domain = groupSignatureDomain(equation);
  const signature: GsFile<'signature'> = {
    format: 'imis-gs-signature/1',
    suite: member.suite,
    epoch: member.epoch,
    domain,
    statement: toHex(statement),
    signature: toHex(signStatement(counted, domain, statement)),
  };
  await writeGsFile('signature', out, signature);
  printResult(json === true, signature, [
    `Signed ${statementText(signature.statement)} for equation ${equation}: ${out}`,
    'It says that a member of the group signed, and not which one.',
  ]);
  return EXIT.ok;
}

async function statementOf({ text, file }: SignOptions): Promise<Uint8Array> {
  if ((text === undefined) === (file === undefined))
    throw new CliError('Give the statement by --text or by --file.');
  const bytes =
    file === undefined
      ? utf8ToBytes(text!)
      : new Uint8Array(
          await readFile(file).catch(() => {
            throw new CliError(`The file ${file} can not be read; check the path.`);
          }),
        );
  if (bytes.length > STATEMENT_BYTES) {
    throw new CliError(
      `A statement has at most ${STATEMENT_BYTES} bytes; sign the SHA-256 of anything longer.`,
    );
  }
  return bytes;
}

export function addGsVerifyCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('verify')
    .description('verify signatures, many at once as a batch that names the bad ones')
    .argument('<group-file>', 'the group public key')
    .argument('<signature-files...>', 'signatures')
    .addOption(
      new Option('--library <name>', 'mcl, or both: every verdict on the second implementation too')
        .choices(['mcl', 'both'])
        .default('mcl'),
    )
    .option('--opener <file>', 'as the opening service: say also when the signer is revoked')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nExamples:\n  imis gs verify trial/group.json note.json\n  imis gs verify trial/group.json *.sig.json --library both',
    )
    .action(async (group: string, paths: readonly string[], options: VerifyOptions) =>
      done(await verify(group, paths, options)),
    );
}

type VerifyOptions = { readonly library: 'mcl' | 'both'; readonly opener?: string; readonly json?: true };

async function verify(
  groupPath: string,
  paths: readonly string[],
  { library, opener: openerPath, json }: VerifyOptions,
): Promise<ExitStatus> {
  const group = await readGsFile('group', groupPath);
  const opener = openerPath === undefined ? undefined : await readGsFile('opener', openerPath);
  if (opener) expectOneGroup(group, opener);
  const signatures: SignatureAt[] = [];
  for (const path of new Set(paths)) signatures.push({ path, file: await readGsFile('signature', path) });
  const verifier = await verifierOf(group);
  const second = library === 'both' ? nobleVerifierOf(group) : undefined;
  const verdicts = verifyFiles(verifier, signatures, second).map((verdict, i) =>
    opener && verdict.ok ? refuseRevoked(verifier, opener, signatures[i]!) : verdict,
  );
  const bad = verdicts.filter(({ ok }) => !ok).length;
  printResult(json === true, { suite: group.suite, epoch: group.epoch, library, bad, signatures: verdicts }, [
    ...verdicts.map((verdict, i) => lineOf(verdict, signatures[i]!.file)),
    ...(verdicts.length > 1 ? [`${verdicts.length} signatures, ${bad} bad`] : []),
  ]);
  return bad === 0 ? EXIT.ok : EXIT.failed;
}

function lineOf({ path, ok, reason }: FileVerdict, { domain, statement }: GsFile<'signature'>): string {
  const equation = domain.slice(domain.lastIndexOf('q') + 1);
  return ok
    ? `${path}: good, on ${statementText(statement)} for equation ${equation}`
    : `${path}: BAD, ${REASONS[reason!]}`;
}

const REASONS: Readonly<Record<NonNullable<FileVerdict['reason']>, string>> = {
  suite: 'it is of another suite than the group',
  epoch: 'it is of another epoch than the group',
  length: 'it has not the length of its suite',
  'response-range': 'a response is not below the order of the group',
  encoding: 'a point is no canonical encoding of a point of the curve',
  infinity: 'a point is the point at infinity',
  subgroup: 'a point is outside the subgroup',
  'zero-challenge': 'its challenge is zero',
  challenge: 'its challenge is not the hash of its commitments',
  degenerate: 'its responses give the point at infinity',
  equation: 'no member of this group signed this statement for this equation',
  undecided: 'other bad signatures used up the work',
  revoked: 'its signer is revoked',
};
