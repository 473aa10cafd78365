/** A whole specification as one value: this project's own, or a vendor's that was read from JSON. */

import { STATEMENT, type Statement } from '../../statement/statements.js';
import { type StatusWord, SW } from '../../status-word.js';
import { ALL_APPLICATIONS, COMMON_STATUS } from '../application.js';
import { MASTER_FILE } from '../master-file.js';
import type { ApplicationSpec, CommandStatus, DirectorySpec } from '../specification.js';

export type SpecificationDocument = {
  /** What is selected after a reset, where the specification says it. */
  readonly masterFile?: DirectorySpec;
  readonly applications: readonly ApplicationSpec[];
  /** Status words that every command may answer. */
  readonly commonStatus: readonly CommandStatus[];
  /** Every status word with its meaning in the standard. */
  readonly statusWords: { readonly [id: string]: StatusWord };
  /** What is signed. */
  readonly statements: { readonly [id: string]: Statement };
};

/** The specification of this project's cards. */
export const OWN_SPECIFICATION: SpecificationDocument = {
  masterFile: MASTER_FILE,
  applications: ALL_APPLICATIONS,
  commonStatus: COMMON_STATUS,
  statusWords: SW,
  statements: STATEMENT,
};
