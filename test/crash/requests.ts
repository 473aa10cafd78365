/** Requests as a client sends them, with what each answer tells the client; from what was prepared. */

import { z } from 'zod';
import { type Answered, type NhiClient, OPERATIONS, pathOf, type ServiceRole } from '../../host/index.js';
import type { History, Told } from './history.js';
import type { PreparedClaim, PreparedPair, PreparedVisit } from './prepared-messages.js';

/** One request; sent again, as it is, until it is answered. */
export type Outgoing = {
  readonly role: ServiceRole;
  readonly caller: string;
  readonly path: string;
  readonly body: string;
  /**
   * Takes the answer: `ok`, or the code of a refusal.
   * @returns what follows from it: the next request of a visit, or the same again, which must be answered alike
   */
  readonly told: (answer: string) => { readonly next?: Outgoing; readonly repeat?: Outgoing };
};

function outgoing(
  role: ServiceRole,
  caller: string,
  method: string,
  sent: readonly unknown[],
  told: Outgoing['told'],
): Outgoing {
  const operation = OPERATIONS.find((one) => one.role === role && one.method === method);
  if (!operation) throw new Error(`no operation ${role}/${method}`);
  const asked = operation.ask(...(sent as never[]));
  const body = JSON.stringify(z.encode(operation.request, asked as never));
  return { role, caller, path: pathOf(operation), body, told };
}

/** Asks again for what was answered: any other answer is a contradiction. */
function again(request: Outgoing, expected: string, history: History): Outgoing {
  const { path } = request;
  const told = (answer: string) => {
    if (answer !== expected) history.wrong(`${path}, sent again: ${answer} in place of ${expected}`);
    return {};
  };
  return { ...request, told };
}

/** A challenge for nobody: the cheapest request that writes. */
export function challengeRequest(hospitalId: string, history: History): Outgoing {
  return outgoing('hospital', hospitalId, 'issueChallenge', [], (answer) => {
    if (answer !== 'ok') history.wrong(`no challenge: ${answer}`);
    return {};
  });
}

/** The confirmation of a visit, then its record. */
export function visitRequest(hospitalId: string, visit: PreparedVisit, history: History): Outgoing {
  const { request, record, messageId } = visit;
  history.record(messageId, 'nothing');
  const next: Outgoing = outgoing('hospital', hospitalId, 'submitRecord', [record], (answer) => {
    // the first answer may have been lost
    const has = answer === 'ok' || answer === 'message-replayed';
    history.record(messageId, has ? 'acknowledged' : 'refused');
    return has ? { repeat: again(next, 'message-replayed', history) } : {};
  });
  // refused where the first answer was lost: then the visit is there all the same
  return outgoing('hospital', hospitalId, 'confirmVisit', [request], () => ({ next }));
}

/** Two collections of one prescription, of which one counts. */
export function pairRequests(pharmacyId: string, pair: PreparedPair, history: History): readonly Outgoing[] {
  return pair.map((collection) => {
    const { prescriptionId } = collection.statement;
    const tell = (told: Told) => history.collection(prescriptionId, collection.signature, told);
    tell('nothing');
    const request: Outgoing = outgoing('pharmacy', pharmacyId, 'commit', [collection], (answer) => {
      tell(answer === 'ok' ? 'acknowledged' : 'refused');
      return { repeat: again(request, answer, history) };
    });
    return request;
  });
}

/** Both insurers spend the whole of a claim. */
export function claimRequests(claim: PreparedClaim, history: History): readonly Outgoing[] {
  return claim.map(({ insurerId, ...spending }) => {
    const { amount, consent } = spending;
    const tell = (told: Told) => history.spending(consent.claimId, { insurerId, amount, told });
    tell('nothing');
    const request: Outgoing = outgoing('insurer', insurerId, 'spendClaim', [spending], (answer) => {
      tell(answer === 'ok' ? 'acknowledged' : 'refused');
      return { repeat: again(request, answer, history) };
    });
    return request;
  });
}

/** One client for each institution, on the port that NHI has now. */
export type Clients = { readonly of: (role: ServiceRole, caller: string) => NhiClient };

export function post(clients: Clients, { role, caller, path, body }: Outgoing): Promise<Answered> {
  return clients.of(role, caller).send('POST', path, body);
}
