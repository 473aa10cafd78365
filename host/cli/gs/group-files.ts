/** The services of a group on files: keys of an epoch, the verifier, the issuing and the opening service. */

import { join } from 'node:path';
import { fromHex, GROUP_SUITES, type GroupSuiteName, toHex } from '../../../apdu/index.js';
import {
  type GroupOpener,
  type GroupVerifier,
  generateIssuerKeys,
  type IssuingRegister,
  loadGroupVerifier,
  loadHostCurve,
  loadNobleGroupVerifier,
  type MclGroupVerifier,
  makeGroupOpener,
  type OpenableMember,
  type PublishedGroupKey,
  sha256,
  systemRng,
} from '../../index.js';
import { CliError } from '../cli-error.js';
import type { GsFile } from './file-formats.js';

/** Where the files of a group stand, in one folder. */
export function groupPaths(folder: string) {
  const at = (kind: string) => join(folder, `${kind}.json`);
  return { group: at('group'), issuer: at('issuer'), opener: at('opener'), register: at('register') };
}

/** The keys of a new epoch, one file for each party. */
export async function makeGroup(name: GroupSuiteName, epoch: number) {
  const suite = GROUP_SUITES[name];
  const curve = await loadHostCurve(suite.curve.name);
  const keys = generateIssuerKeys(curve, suite, epoch, systemRng);
  const head = { suite: name, epoch };
  const { publicKey, proof } = keys.published;
  const group: GsFile<'group'> = {
    format: 'imis-gs-group/1',
    ...head,
    publicKey: toHex(publicKey),
    proof: toHex(proof),
  };
  const issuer: GsFile<'issuer'> = {
    format: 'imis-gs-issuer/1',
    ...head,
    secretKey: toHex(keys.secretKey),
    counter: 0,
    used: [],
  };
  const opener: GsFile<'opener'> = {
    format: 'imis-gs-opener/1',
    ...head,
    masterKey: toHex(keys.openingKey),
    counter: 0,
    members: [],
    log: [],
  };
  const register: GsFile<'register'> = { format: 'imis-gs-register/1', ...head, joins: [] };
  return { group, issuer, opener, register };
}

export function publishedKey({ epoch, publicKey, proof }: GsFile<'group'>): PublishedGroupKey {
  return { epoch, publicKey: fromHex(publicKey), proof: fromHex(proof) };
}

/** The verifier of a group file, on lib. @throws {CliError} for a key that fails a check. */
export async function verifierOf(file: GsFile<'group'>): Promise<MclGroupVerifier> {
  const curve = await loadHostCurve(GROUP_SUITES[file.suite].curve.name);
  const loaded = loadGroupVerifier(curve, publishedKey(file));
  if (!loaded.ok) throw refusedKey(loaded.reason);
  return ofItsSuite(file, loaded.verifier);
}

/** The verifier on the second library. @throws {CliError} for a key that fails a check. */
export function nobleVerifierOf(file: GsFile<'group'>): GroupVerifier {
  const loaded = loadNobleGroupVerifier(publishedKey(file));
  if (!loaded.ok) throw refusedKey(loaded.reason);
  return ofItsSuite(file, loaded.verifier);
}

function ofItsSuite<V extends GroupVerifier>(file: GsFile<'group'>, verifier: V): V {
  if (verifier.suite.name === file.suite) return verifier;
  throw new CliError(
    `The group public key is of the suite ${verifier.suite.name}, not of ${file.suite} as its file says.`,
  );
}

function refusedKey(reason: string): CliError {
  return new CliError(`The group public key is refused: ${reason}.`);
}

/** @throws {CliError} unless all files are of one suite and epoch. */
export function expectOneGroup(
  ...files: readonly { readonly format: string; readonly suite: string; readonly epoch: number }[]
): void {
  const [first, ...others] = files;
  const other = others.find(({ suite, epoch }) => suite !== first!.suite || epoch !== first!.epoch);
  if (!other) return;
  const of = ({ suite, epoch }: typeof other) => `suite ${suite} and epoch ${epoch}`;
  throw new CliError(`The files are of two groups: ${of(first!)}, and ${of(other)}.`);
}

/** What the issuing service remembers, with the changes of one issue; the caller writes the files. */
export class FileIssuingRegister implements IssuingRegister {
  private counter: number;
  private readonly used: Set<string>;

  constructor(
    private readonly file: GsFile<'issuer'>,
    private readonly joins: GsFile<'register'>['joins'],
  ) {
    this.counter = file.counter;
    this.used = new Set(file.used);
  }

  hasMember(membershipKey: Uint8Array): boolean {
    return this.joins.some((join) => join.membershipKey === toHex(membershipKey));
  }

  nextCounter(): number {
    return ++this.counter;
  }

  claimUnique(value: Uint8Array): boolean {
    const hash = toHex(sha256(value));
    if (this.used.has(hash)) return false;
    this.used.add(hash);
    return true;
  }

  /** The file as it is now. */
  changed(): GsFile<'issuer'> {
    return { ...this.file, counter: this.counter, used: [...this.used] };
  }
}

export type OpenerOnFile = {
  readonly opener: GroupOpener;
  /** What the log has gained. */
  readonly logged: GsFile<'opener'>['log'];
};

/** The opening service of an opener file. */
export function openerOf(verifier: MclGroupVerifier, file: GsFile<'opener'>): OpenerOnFile {
  const members: OpenableMember[] = file.members.map(({ doctor, membershipKey, openingKey, hintKey }) => ({
    doctorId: doctor,
    membershipKey: fromHex(membershipKey),
    openingKey: fromHex(openingKey),
    hintKey: fromHex(hintKey),
  }));
  const logged: GsFile<'opener'>['log'] = [];
  const opener = makeGroupOpener(verifier, {
    openingKey: fromHex(file.masterKey),
    register: {
      members: () => members,
      memberWith: (key) => members.find(({ membershipKey }) => toHex(membershipKey) === toHex(key)),
    },
    log: {
      record: ({ signatureHash, doctorId }) =>
        void logged.push({ signatureHash: toHex(signatureHash), doctor: doctorId ?? null }),
    },
  });
  return { opener, logged };
}
