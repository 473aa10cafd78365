/** `imis gs`: the group-signature suite on files, without cards. */

import type { Command } from 'commander';
import type { ExitStatus } from '../cli-error.js';
import { addGsInspectCommand } from './gs-inspect.js';
import { addGsJoinCommand, addGsKeygenCommand } from './gs-keys.js';
import { addGsOpenCommand, addGsRevokeCommand, addGsVerifyOpeningCommand } from './gs-opening.js';
import { addGsSignCommand, addGsVerifyCommand } from './gs-signature.js';

export function addGsCommand(program: Command, done: (status: ExitStatus) => void): void {
  const gs = program
    .command('gs')
    .description('group signatures on files: keys, join, sign, verify, open, revoke; no cards needed')
    .addHelpText('after', HELP);
  addGsKeygenCommand(gs, done);
  addGsJoinCommand(gs, done);
  addGsSignCommand(gs, done);
  addGsVerifyCommand(gs, done);
  addGsOpenCommand(gs, done);
  addGsVerifyOpeningCommand(gs, done);
  addGsRevokeCommand(gs, done);
  addGsInspectCommand(gs, done);
}

const HELP = `
Members of a group sign; anybody verifies and learns that some member signed; only the opening service finds out who,
and can prove it. Five parties, each with a file of its own in the group's folder:

  group.json      everybody        the group public key
  issuer.json     issuing service  makes members, learns no member's key         private
  opener.json     opening service  recognises every signature of every member    private
  register.json   everybody        who joined with which public key
  member-ID.json  member           signs                                         private

Worked example:
  imis gs keygen trial                                          the four files of a new group
  imis gs join trial D-0815                                     a member: trial/member-D-0815.json
  imis gs sign trial/member-D-0815.json --text "aspirin 100 mg" --out note.json
  imis gs verify trial/group.json note.json                     good: some member signed
  imis gs open trial note.json --nonce 00112233445566778899aabbccddeeff --out opening.json
  imis gs verify-opening trial note.json opening.json --nonce 00112233445566778899aabbccddeeff
  imis gs revoke trial D-0815
  imis gs verify trial/group.json note.json --opener trial/opener.json    revoked

Exit status: 0 good, 1 a signature or opening is not, or the signer is unknown, 2 wrong usage or a bad file.
The formats, with test vectors, are those of docs/group-signature-format.md. A key in a file has no protection
but the file's: for trials and tests.`;
