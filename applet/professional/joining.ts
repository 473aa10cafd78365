/** What every way into the group, and every renewal, checks alike: the card's readiness, the open join, NHI's credential. */

import {
  encodeTemplate,
  equalBytes,
  type GroupSuite,
  groupSuiteById,
  JOIN_MODE,
  type JoinMode,
  type Statement,
  SW,
  type ValuesOf,
} from '../../apdu/index.js';
import { acceptCredential } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { currentSuite } from './group-key.js';
import type { ProfessionalMemory } from './professional-memory.js';

/** What names a join in both of its steps. */
type JoinName = { readonly suite: number; readonly nonce: Uint8Array; readonly groupKeyHash: Uint8Array };

/** The suite of a join that may begin: 6A81 for one this card does not have, 6985 without keys or for a member. */
export function suiteToJoin({ group, keys, doctorId }: ProfessionalMemory, suiteId: number): GroupSuite {
  const suite = groupSuiteById(suiteId) ?? refuse(SW.functionNotSupported);
  const ready = !keys.signing.secret.isEmpty && !keys.decryption.secret.isEmpty && !doctorId.isEmpty;
  if (!ready || !group.credential.isEmpty) refuse(SW.conditionsNotSatisfied);
  return suite;
}

/** The suite of the join that is open in `mode` under this name; 6985 for any other. */
export function suiteOfOpenJoin(memory: ProfessionalMemory, mode: JoinMode, name: JoinName): GroupSuite {
  const { group } = memory;
  const open = group.joinMode.value === JOIN_MODE[mode] && group.credential.isEmpty;
  const suite = currentSuite(memory);
  const same =
    name.suite === suite.id &&
    equalBytes(name.nonce, group.nonce.read()) &&
    equalBytes(name.groupKeyHash, group.keyHash.read());
  if (!open || !same) refuse(SW.conditionsNotSatisfied);
  return suite;
}

/** A credential as NHI sends it: what was signed, by which statement, and what makes it fresh. */
export type OfferedCredential<S extends Statement> = {
  readonly statement: S;
  readonly fields: ValuesOf<S['fields']>;
  readonly signature: Uint8Array;
  /** The nonce of the join, or the epoch of a renewal. */
  readonly freshness: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly groupKeyHash: Uint8Array;
  readonly groupCredential: Uint8Array;
};

/** The credential in the form it is stored in, after NHI's signature and every check of the suite; 6A80 otherwise. */
export function checkedCredential<S extends Statement>(
  { coprocessor }: CardOs,
  memory: ProfessionalMemory,
  suite: GroupSuite,
  offered: OfferedCredential<S>,
): Uint8Array {
  const { statement, freshness, groupKeyHash, membershipKey, groupCredential: credential } = offered;
  const fields = encodeTemplate(statement.fields, offered.fields);
  if (!verifyStatement(coprocessor, memory.issuerKey.read(), statement, fields, offered.signature)) {
    refuse(SW.incorrectData);
  }
  const accepted = acceptCredential(coprocessor, suite, {
    freshness,
    groupKeyHash,
    membershipKey,
    credential,
  });
  return accepted.ok ? accepted.credential : refuse(SW.incorrectData);
}
