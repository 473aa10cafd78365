/** Verification of signature files: one by one or as a batch, on one library or on both. */

import { fromHex, toHex } from '../../../apdu/index.js';
import {
  type BatchVerdict,
  type GroupVerifier,
  type MclGroupVerifier,
  type SignedStatement,
  systemRng,
  verifyBatch,
} from '../../index.js';
import { CliError } from '../cli-error.js';
import type { GsFile } from './file-formats.js';
import { openerOf } from './group-files.js';

export type SignatureAt = { readonly path: string; readonly file: GsFile<'signature'> };

export type FileVerdict = {
  readonly path: string;
  readonly ok: boolean;
  /** The first check that failed; `suite` and `epoch` when the file is for another group. */
  readonly reason?: Extract<BatchVerdict, { ok: false }>['reason'] | 'suite' | 'epoch' | 'revoked';
};

export function signedOf({ domain, statement, signature }: GsFile<'signature'>): SignedStatement {
  return { domain, statement: fromHex(statement), signature: fromHex(signature) };
}

/** Every file's verdict in the order given; a batch of several costs one pairing product when all are good. */
export function verifyFiles(
  verifier: MclGroupVerifier,
  signatures: readonly SignatureAt[],
  second?: GroupVerifier,
): readonly FileVerdict[] {
  const ours = signatures.filter(({ file }) => faultOfGroup(verifier, file) === undefined);
  // one sender, and work without limit: whoever calls the program pays for it
  const items = ours.map(({ file }) => ({ sender: 'the command line', signed: signedOf(file) }));
  const { verdicts } = verifyBatch(verifier, items, { rng: systemRng, productsPerSender: 4 * items.length });
  const verdictOf = new Map(ours.map(({ path }, i) => [path, verdicts[i]!]));
  return signatures.map(({ path, file }) => {
    const fault = faultOfGroup(verifier, file);
    if (fault) return { path, ok: false, reason: fault };
    const verdict = verdictOf.get(path)!;
    if (second) expectAgreement(path, verdict, second.verify(signedOf(file)));
    return verdict.ok ? { path, ok: true } : { path, ok: false, reason: verdict.reason };
  });
}

/** NHI's answer within an epoch: whether the signer of a good signature is revoked, without saying who it is. */
export function refuseRevoked(
  verifier: MclGroupVerifier,
  opener: GsFile<'opener'>,
  { path, file }: SignatureAt,
): FileVerdict {
  const found = openerOf(verifier, opener).opener.open(signedOf(file));
  const signer = found.ok && toHex(found.member.membershipKey);
  const revoked = opener.members.some((it) => it.revoked && it.membershipKey === signer);
  return revoked ? { path, ok: false, reason: 'revoked' } : { path, ok: true };
}

function faultOfGroup(verifier: MclGroupVerifier, file: GsFile<'signature'>): 'suite' | 'epoch' | undefined {
  if (file.suite !== verifier.suite.name) return 'suite';
  return file.epoch === verifier.epoch ? undefined : 'epoch';
}

function expectAgreement(path: string, first: BatchVerdict, second: BatchVerdict): void {
  const text = (verdict: BatchVerdict) => (verdict.ok ? 'good' : verdict.reason);
  if (text(first) === text(second)) return;
  throw new CliError(
    `The two libraries disagree on ${path}: mcl says ${text(first)}, noble says ${text(second)}; please report this.`,
  );
}
