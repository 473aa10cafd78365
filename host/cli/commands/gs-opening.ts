/** `imis gs open`, `verify-opening` and `revoke`. */

import { type Command, InvalidArgumentError } from 'commander';
import { fromHex, toHex, utf8ToBytes } from '../../../apdu/index.js';
import {
  type JoinRecords,
  type MclGroupVerifier,
  provesKnowledgeOfSk,
  sha256,
  systemRng,
  verifyOpening,
} from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import type { GsFile } from '../gs/file-formats.js';
import { readGsFile, refuseExisting, writeGsFile } from '../gs/file-store.js';
import { expectOneGroup, groupPaths, openerOf, verifierOf } from '../gs/group-files.js';
import { printResult } from '../gs/gs-output.js';
import { signedOf } from '../gs/verify-files.js';

function parseNonce(text: string): string {
  if (!/^(?:[0-9a-fA-F]{2}){16,64}$/.test(text)) {
    throw new InvalidArgumentError('A nonce has 16 to 64 bytes in hexadecimal.');
  }
  return text.toLowerCase();
}

export function addGsOpenCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('open')
    .description('as the opening service: find out who signed, and prove it to a judge')
    .argument('<folder>', 'folder of the group')
    .argument('<signature-file>', 'the signature')
    .option('--nonce <hex>', "the judge's fresh nonce, to which a proof is bound", parseNonce)
    .option('--out <file>', 'file for the opening with its proof; needs --nonce')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nEvery opening is written into the log of opener.json.\n\nExample:\n  imis gs open trial note.json --nonce 00112233445566778899aabbccddeeff --out opening.json',
    )
    .action(async (folder: string, path: string, options: OpenOptions) =>
      done(await open(folder, path, options)),
    );
}

type OpenOptions = { readonly nonce?: string; readonly out?: string; readonly json?: true };

async function open(folder: string, path: string, { nonce, out, json }: OpenOptions): Promise<ExitStatus> {
  if ((nonce === undefined) !== (out === undefined)) {
    throw new CliError('A proof needs both --nonce, which the judge gives, and --out.');
  }
  if (out !== undefined) await refuseExisting([out]);
  const paths = groupPaths(folder);
  const group = await readGsFile('group', paths.group);
  const file = await readGsFile('opener', paths.opener);
  const signature = await readGsFile('signature', path);
  expectOneGroup(group, file, signature);
  const { opener, logged } = openerOf(await verifierOf(group), file);
  const signed = signedOf(signature);
  const result = opener.open(signed);
  const counter = file.counter + 1;
  await writeGsFile('opener', paths.opener, { ...file, counter, log: [...file.log, ...logged] });
  if (!result.ok) {
    printResult(json === true, result, [
      `${path}: not opened, ${FAULTS[result.reason] ?? 'the signature is bad'}`,
    ]);
    return EXIT.failed;
  }
  const { doctorId, membershipKey } = result.member;
  const found = { ok: true, doctor: doctorId, foundBy: result.foundBy };
  if (nonce !== undefined && out !== undefined) {
    const judgeNonce = fromHex(nonce);
    const proof = opener.prove({ signed, member: result.member, judgeNonce }, { rng: systemRng, counter });
    if (!proof) throw new CliError('The opening service can not prove this opening.', EXIT.failed);
    await writeGsFile('opening', out, {
      format: 'imis-gs-opening/1',
      suite: group.suite,
      epoch: group.epoch,
      signatureHash: toHex(sha256(signed.signature)),
      doctor: doctorId,
      membershipKey: toHex(membershipKey),
      judgeNonce: nonce,
      proof: toHex(proof),
    });
  }
  printResult(json === true, { ...found, ...(out === undefined ? {} : { opening: out }) }, [
    `${path}: signed by ${doctorId}${result.foundBy === 'scan' ? ', found by a scan: the hint is none of this member' : ''}`,
    ...(out === undefined ? [] : [`The proof for the judge: ${out}`]),
  ]);
  return EXIT.ok;
}

const FAULTS: Readonly<Record<string, string>> = {
  'unknown-signer': 'no member of the register signed it',
  equation: 'no member of this group signed this statement for this equation',
};

export function addGsVerifyOpeningCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('verify-opening')
    .description('as a judge: check an opening; needs no secret')
    .argument('<folder>', 'folder with group.json and register.json')
    .argument('<signature-file>', 'the signature')
    .argument('<opening-file>', 'the opening')
    .requiredOption('--nonce <hex>', 'the nonce that you gave to the opening service', parseNonce)
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nExample:\n  imis gs verify-opening trial note.json opening.json --nonce 00112233445566778899aabbccddeeff',
    )
    .action(async (folder: string, signature: string, opening: string, options: JudgeOptions) =>
      done(await judge(folder, signature, opening, options)),
    );
}

type JudgeOptions = { readonly nonce: string; readonly json?: true };

async function judge(
  folder: string,
  signaturePath: string,
  openingPath: string,
  { nonce, json }: JudgeOptions,
): Promise<ExitStatus> {
  const paths = groupPaths(folder);
  const group = await readGsFile('group', paths.group);
  const register = await readGsFile('register', paths.register);
  const signature = await readGsFile('signature', signaturePath);
  const opening = await readGsFile('opening', openingPath);
  expectOneGroup(group, register, signature, opening);
  const verifier = await verifierOf(group);
  const claim = {
    signed: signedOf(signature),
    doctorId: opening.doctor,
    membershipKey: fromHex(opening.membershipKey),
    judgeNonce: fromHex(nonce),
    proof: fromHex(opening.proof),
  };
  const verdict = verifyOpening(verifier, claim, provenJoins(verifier, register));
  printResult(json === true, { ...verdict, doctor: opening.doctor }, [
    verdict.ok
      ? `${signaturePath}: proven, the key of ${opening.doctor} in the register signed it`
      : `${openingPath}: NOT proven, ${JUDGED[verdict.reason] ?? `the signature itself is bad: ${verdict.reason}`}`,
  ]);
  return verdict.ok ? EXIT.ok : EXIT.failed;
}

const JUDGED: Readonly<Record<string, string>> = {
  unregistered: 'no join of this member with this key stands in the register',
  'proof-format': 'the proof is malformed',
  proof: 'the proof does not hold for this signature, member and nonce',
};

/** The joins of the register whose proof of sk holds: a record alone proves nothing. */
function provenJoins(verifier: MclGroupVerifier, register: GsFile<'register'>): JoinRecords {
  return {
    hasJoined: (doctorId, membershipKey) =>
      register.joins.some((join) => {
        if (join.doctor !== doctorId || join.membershipKey !== toHex(membershipKey)) return false;
        const point = verifier.curve.decodeG1(membershipKey);
        const request = {
          nonce: fromHex(join.nonce),
          doctorId: utf8ToBytes(doctorId),
          membershipKey,
          proof: fromHex(join.proof),
        };
        return point.ok && provesKnowledgeOfSk(verifier.curve, verifier.groupKeyHash, request, point.point);
      }),
  };
}

export function addGsRevokeCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('revoke')
    .description('as the opening service: revoke a member for the rest of the epoch')
    .argument('<folder>', 'folder of the group')
    .argument('<member>', "the member's identifier")
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
Within an epoch only the opening service can tell: what recognises a member's signatures is never published, for it
would expose the old ones too. Ask it with: imis gs verify --opener. A new epoch (imis gs keygen) shuts the member out.

Example:
  imis gs revoke trial D-0815`,
    )
    .action(async (folder: string, member: string, { json }: { readonly json?: true }) =>
      done(await revoke(folder, member, json === true)),
    );
}

async function revoke(folder: string, doctor: string, json: boolean): Promise<ExitStatus> {
  const { opener: path } = groupPaths(folder);
  const opener = await readGsFile('opener', path);
  if (!opener.members.some((member) => member.doctor === doctor)) {
    throw new CliError(`The register of openings has no member ${doctor}.`);
  }
  const members = opener.members.map((it) => (it.doctor === doctor ? { ...it, revoked: true } : it));
  await writeGsFile('opener', path, { ...opener, members });
  printResult(json, { doctor, revoked: true }, [
    `${doctor} is revoked; imis gs verify --opener ${path} says so.`,
  ]);
  return EXIT.ok;
}
