/**
 * NHI's HTTP interface: every operation of the table behind authentication, authorisation and limits, and
 * what everybody may read. A refusal is a problem document; nothing of a request stands in a log.
 */

import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import type { Nhi } from '../nhi/nhi.js';
import { toByteJson } from '../protocol/byte-json.js';
import type { Refusal } from '../protocol/refusal.js';
import { MOST_BODY_BYTES, RateLimit, type Workload } from './limits.js';
import { Metrics } from './metrics.js';
import { openApiDocument } from './openapi.js';
import { OPERATIONS, type Operation, pathOf, type ServiceRole } from './operations.js';
import { type HttpProblem, httpProblem, type Problem, refusalProblem } from './problem.js';
import type { ServiceName } from './service-certificates.js';

/** One line of the log: who asked what and how it ended. */
export type LogEntry = {
  readonly time: number;
  readonly path: string;
  readonly status: number;
  readonly caller?: string;
  /** Name of a problem or a refusal. */
  readonly problem?: string;
};

type Env = { Variables: { problem?: string } };
export type ApiContext = Context<Env>;

export type NhiApiPorts = {
  readonly nhi: Nhi;
  readonly clock: Clock;
  /** Who is at the other end of a connection, by a certificate that was verified. */
  readonly callerOf: (context: ApiContext) => { readonly name: ServiceName } | { readonly why: string };
  readonly workload: Workload;
  readonly requestsASecond: number;
  readonly log: (entry: LogEntry) => void;
  /** Told of an error that is a bug, or of a store that can not be reached. */
  readonly onError: (cause: unknown) => void;
};

type Answer = { readonly status: number; readonly body: string; readonly problem?: string };

export function nhiApi(ports: NhiApiPorts): Hono<Env> {
  const app = new Hono<Env>();
  const rate = new RateLimit(ports.clock, ports.requestsASecond);
  const metrics = new Metrics(ports.workload);
  const { nhi, clock } = ports;

  app.use(async (context, next) => {
    await next();
    const caller = ports.callerOf(context);
    const path = context.req.path.slice(0, MOST_LOGGED_PATH);
    const problem = context.get('problem');
    const { status } = context.res;
    metrics.count(status, problem);
    const who = 'name' in caller ? { caller: `${caller.name.role}/${caller.name.id}` } : {};
    ports.log({ time: clock.now(), path, status, ...who, ...(problem ? { problem } : {}) });
  });
  app.onError((cause, context) => {
    ports.onError(cause);
    return reply(context, problemAnswer(httpProblem('unavailable')));
  });
  app.notFound((context) => reply(context, problemAnswer(httpProblem('no-such-operation'))));

  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/metrics', (context) => context.text(metrics.text()));
  app.get('/openapi.json', (context) => context.json(openApiDocument()));
  // what everybody may verify with
  const everybody: Readonly<Record<string, () => unknown>> = {
    'public-keys': () => ({ ...nhi.publicKeys, groupKeys: nhi.groupKeys }),
    joins: async () => ({ entries: await nhi.joins.entries(), head: await nhi.joins.head() }),
    audit: async () => ({ entries: await nhi.audit.entries(), head: await nhi.audit.head() }),
  };
  for (const [name, read] of Object.entries(everybody)) {
    app.get(`/v1/${name}`, async (context) => {
      await nhi.learnEpochs();
      return reply(context, { status: 200, body: toByteJson(await read()) });
    });
  }

  for (const operation of OPERATIONS) {
    const path = pathOf(operation);
    app.post(path, async (context) => {
      const refused = admission(ports.callerOf(context), operation.role, rate);
      if ('problem' in refused) return reply(context, problemAnswer(refused.problem));
      if (!/^application\/json\b/.test(context.req.header('content-type') ?? '')) {
        return reply(context, problemAnswer(httpProblem('wrong-media-type')));
      }
      const answer = await ports.workload.run(async () => {
        await nhi.learnEpochs();
        return perform(operation, doorOf(nhi, refused.caller), await bodyOf(context));
      });
      return reply(context, answer ?? problemAnswer(httpProblem('overloaded')));
    });
    app.all(path, (context) => reply(context, problemAnswer(httpProblem('wrong-method'))));
  }
  return app;
}

/** Of a body that is too large; whoever sends more loses the connection. */
const MOST_READ_BYTES = 4 * MOST_BODY_BYTES;
const MOST_LOGGED_PATH = 80;
const RETRY_SECONDS = '1';

function admission(
  caller: { readonly name: ServiceName } | { readonly why: string },
  role: ServiceRole,
  rate: RateLimit,
): { readonly caller: ServiceName } | { readonly problem: Problem } {
  const refuse = (name: HttpProblem, detail?: string) => ({ problem: httpProblem(name, detail) });
  if ('why' in caller) return refuse('not-authenticated', caller.why);
  if (caller.name.role !== role) return refuse('not-authorised');
  return rate.admit(`${role}/${caller.name.id}`) ? { caller: caller.name } : refuse('too-many-requests');
}

function doorOf(nhi: Nhi, { role, id }: ServiceName): never {
  switch (role as ServiceRole) {
    case 'hospital':
      return nhi.hospitalDoor(id) as never;
    case 'pharmacy':
      return nhi.pharmacyDoor(id) as never;
    case 'insurer':
      return nhi.insurerDoor(id) as never;
  }
}

/** The body, or nothing where it is too large: that is read to its end, so that the caller hears the answer. */
async function bodyOf(context: ApiContext): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of context.req.raw.body ?? []) {
    size += part.length;
    if (size <= MOST_BODY_BYTES) parts.push(part);
    if (size > MOST_READ_BYTES) return undefined;
  }
  return size > MOST_BODY_BYTES ? undefined : Buffer.concat(parts).toString();
}

async function perform(
  { request, answer, call }: Operation,
  door: never,
  text: string | undefined,
): Promise<Answer> {
  if (text === undefined) return problemAnswer(httpProblem('body-too-large'));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return problemAnswer(httpProblem('body-malformed', 'it is not JSON'));
  }
  const asked = request.safeParse(json);
  if (!asked.success) {
    const [issue] = asked.error.issues;
    return problemAnswer(httpProblem('body-malformed', `at /${issue!.path.join('/')}`));
  }
  const result = await call(door, asked.data as never);
  if (isRefusal(result)) return problemAnswer(refusalProblem(result));
  return { status: 200, body: JSON.stringify(z.encode(answer, withoutOk(result) as never)) };
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}

/** The values of a result; nothing where the method answers nothing. */
function withoutOk(result: unknown): unknown {
  if (Array.isArray(result)) return result;
  if (typeof result !== 'object' || result === null) return {};
  const { ok: _ok, ...values } = result as { readonly ok?: true };
  return values;
}

function problemAnswer(problem: Problem): Answer {
  return { status: problem.status, body: JSON.stringify(problem), problem: problem.type };
}

function reply(context: ApiContext, { status, body, problem }: Answer): Response {
  // for the log
  if (problem) context.set('problem', problem);
  const headers: Record<string, string> = {
    'content-type': problem ? 'application/problem+json' : 'application/json',
    'cache-control': 'no-store',
    ...(status === 429 || status === 503 ? { 'retry-after': RETRY_SECONDS } : {}),
  };
  return new Response(body, { status, headers });
}
