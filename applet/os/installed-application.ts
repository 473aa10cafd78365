/** An application as it stands on a card: declaration, handlers, life cycle, session. */

import type { ApplicationSpec, LifeCycle } from '../../apdu/index.js';
import type { ApplicationState } from './application-state.js';
import type { Application, Handler } from './card-os.js';
import type { CardSession } from './card-session.js';

/**
 * A class for the sake of its getter: one in an object literal makes a hidden class of its own for every
 * card, and a fork that nobody needs any more then stays in memory until a full garbage collection.
 */
export class InstalledApplication implements Application {
  constructor(
    readonly spec: ApplicationSpec,
    readonly handlers: Readonly<Record<string, Handler>>,
    private readonly state: Pick<ApplicationState, 'lifeCycle'>,
    readonly session: CardSession | undefined,
    readonly companions: readonly Application[] = [],
    private readonly presence: () => boolean = () => true,
  ) {}

  get isPresent(): boolean {
    return this.presence();
  }

  get lifeCycle(): LifeCycle {
    return this.state.lifeCycle;
  }
}
