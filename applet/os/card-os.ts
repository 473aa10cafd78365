/** What an application gets from the card operating system: memories, coprocessor, security status, files. */

import type { ApplicationSpec, LifeCycle } from '../../apdu/index.js';
import type { MemoryPlan } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import type { Nvm } from '../runtime/nvm.js';
import type { Ram } from '../runtime/ram.js';
import type { ApplicationDirectory } from './application-directory.js';
import type { CardParts } from './card-parts.js';
import type { CardSession } from './card-session.js';
import type { FileSystem } from './file-system.js';
import type { Scp03Channel } from './scp03-channel.js';
import type { SecurityStatus } from './security-status.js';
import type { Selection } from './selection.js';
import type { TransportKeys } from './transport-keys.js';

export type CardOs = {
  readonly limits: CardLimits;
  readonly parts: CardParts;
  readonly memory: MemoryPlan;
  readonly nvm: Nvm;
  readonly ram: Ram;
  readonly coprocessor: Coprocessor;
  readonly security: SecurityStatus;
  readonly files: FileSystem;
  readonly transportKeys: TransportKeys;
  /** The secure channel of the logical channel in use. */
  readonly secureChannel: Scp03Channel;
  readonly applications: ApplicationDirectory;
  readonly selection: Selection;
};

/** A handler: takes the typed request, answers the typed response or throws a status word. */
export type Handler = (request: never) => unknown;

/** An application on a card: its declaration and the handlers of its commands. */
export interface Application {
  readonly spec: ApplicationSpec;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly lifeCycle: LifeCycle;
  /** The session in which commands may come protected, where the application takes any. */
  readonly session: CardSession | undefined;
  /** Whether a reader finds it: the card's own always, the others where personalisation switched them on. */
  readonly isPresent: boolean;
  /** What stands beside it on the card. */
  readonly companions: readonly Application[];
}
