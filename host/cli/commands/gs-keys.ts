/** `imis gs keygen` and `imis gs join`. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { GROUP_SUITES, type GroupSuiteName } from '../../../apdu/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { readGsFile, refuseExisting, writeGsFile } from '../gs/file-store.js';
import { expectOneGroup, groupPaths, makeGroup, verifierOf } from '../gs/group-files.js';
import { printResult } from '../gs/gs-output.js';
import { joinGroup } from '../gs/join.js';
import { parseNatural } from '../options.js';

export function addGsKeygenCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('keygen')
    .description('make the keys of a group for one epoch')
    .argument('<folder>', 'folder for the files of the group, made if it is not there')
    .addOption(
      new Option('--suite <name>', 'scheme and curve')
        .choices(Object.keys(GROUP_SUITES))
        .default(Object.keys(GROUP_SUITES)[0]),
    )
    .option('--epoch <n>', 'number of the epoch, below 2^32', parseEpoch, 1)
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', '\nExample:\n  imis gs keygen trial --suite ps-g1-bn254 --epoch 7')
    .action(async (folder: string, options: KeygenOptions) => done(await keygen(folder, options)));
}

type KeygenOptions = { readonly suite: GroupSuiteName; readonly epoch: number; readonly json?: true };

function parseEpoch(text: string): number {
  const epoch = parseNatural(text);
  if (epoch > 0xffff_ffff) throw new InvalidArgumentError('An epoch is below 2^32.');
  return epoch;
}

async function keygen(folder: string, { suite, epoch, json }: KeygenOptions): Promise<ExitStatus> {
  const paths = groupPaths(folder);
  await refuseExisting(Object.values(paths));
  await mkdir(folder, { recursive: true }).catch(() => {
    throw new CliError(`The folder ${folder} can not be made; check the path.`);
  });
  const files = await makeGroup(suite, epoch);
  await writeGsFile('issuer', paths.issuer, files.issuer);
  await writeGsFile('opener', paths.opener, files.opener);
  await writeGsFile('register', paths.register, files.register);
  await writeGsFile('group', paths.group, files.group);
  printResult(json === true, { suite, epoch, files: paths }, [
    `A group of the suite ${suite}, epoch ${epoch}:`,
    `  ${paths.group}     public: the group public key`,
    `  ${paths.issuer}    private: the issuing service's key`,
    `  ${paths.opener}    private: the opening service's key`,
    `  ${paths.register}  public: who has joined`,
    `Next: imis gs join ${folder} D-0815`,
  ]);
  return EXIT.ok;
}

export function addGsJoinCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('join')
    .description('make a member: both ends of the join, and the register for openings')
    .argument('<folder>', 'folder of the group')
    .argument('<member>', "the member's identifier: letters, digits, - and _")
    .option('--out <file>', 'file of the member key; default: member-<member>.json in the folder')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
The member draws a key that no service ever sees and proves it; the issuing service signs it blindly; the opening
service gets what recognises its signatures, in two shares that are not the key.

Example:
  imis gs join trial D-0815`,
    )
    .action(async (folder: string, member: string, options: JoinOptions) =>
      done(await join_(folder, member, options)),
    );
}

type JoinOptions = { readonly out?: string; readonly json?: true };

async function join_(folder: string, doctor: string, { out, json }: JoinOptions): Promise<ExitStatus> {
  if (!/^[\w-]{1,64}$/.test(doctor)) {
    throw new CliError('A member is named by 1 to 64 letters, digits, - and _.');
  }
  const paths = groupPaths(folder);
  const memberPath = out ?? join(folder, `member-${doctor}.json`);
  await refuseExisting([memberPath]);
  const files = {
    group: await readGsFile('group', paths.group),
    issuer: await readGsFile('issuer', paths.issuer),
    opener: await readGsFile('opener', paths.opener),
    register: await readGsFile('register', paths.register),
  };
  expectOneGroup(...Object.values(files));
  if (files.register.joins.some((it) => it.doctor === doctor)) {
    throw new CliError(
      `${doctor} has joined this group already; a new key needs a new identifier or a new epoch.`,
    );
  }
  const after = await joinGroup(files, doctor, await verifierOf(files.group));
  // The services' memory first: a credential that they forgot could be made again.
  await writeGsFile('issuer', paths.issuer, after.issuer);
  await writeGsFile('opener', paths.opener, after.opener);
  await writeGsFile('register', paths.register, after.register);
  await writeGsFile('member', memberPath, after.member);
  const { suite, epoch, membershipKey } = after.member;
  printResult(json === true, { doctor, suite, epoch, membershipKey, file: memberPath }, [
    `${doctor} is a member: ${memberPath} (private)`,
    `Next: imis gs sign ${memberPath} --text "a statement" --out signature.json`,
  ]);
  return EXIT.ok;
}
