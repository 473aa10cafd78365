/** Commands of personalisation, from the opening of the secure channel to ACTIVATE FILE. */

import type {
  ApplicationSpec,
  CallResult,
  CardClient,
  CommandSpec,
  RequestArguments,
} from '../../apdu/index.js';
import type { Result } from '../protocol/refusal.js';
import { openPersonalisation, type PersonalisationSession } from './personalisation-session.js';

export class PersonalisationChannel<A extends ApplicationSpec> {
  private session: PersonalisationSession | undefined;

  constructor(private readonly client: CardClient<A>) {}

  async open(session: PersonalisationSession): Promise<Result<object>> {
    const opened = await openPersonalisation(this.client, session);
    if (opened.ok) this.session = session;
    return opened;
  }

  /** Through the channel; in the clear, for the card to refuse, when none was opened. */
  call<const C extends CommandSpec>(command: C, ...request: RequestArguments<C>): Promise<CallResult<C>> {
    const { session, client } = this;
    return session ? client.callThrough(session, command, ...request) : client.call(command, ...request);
  }
}
