/** What waits at NHI for a recipient, delivery by delivery, until nothing waits. */

import { toHex } from '../../apdu/index.js';
import type { SealedMessage } from './sealed-message.js';

/**
 * Whoever takes a delivery acknowledges it before the next. Ends also where a delivery holds nothing new, so that an
 * NHI which forgets nothing keeps nobody fetching for ever.
 */
export async function* deliveries(
  fetch: () => Promise<readonly SealedMessage[]>,
): AsyncGenerator<readonly SealedMessage[]> {
  const known = new Set<string>();
  for (;;) {
    const fetched = await fetch();
    const ids = fetched.map(({ messageId }) => toHex(messageId));
    if (ids.every((id) => known.has(id))) return;
    for (const id of ids) known.add(id);
    yield fetched;
  }
}
