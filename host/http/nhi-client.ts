/** NHI's doors over HTTP: the same interfaces, made from the same table of operations. */

import { Agent, request as httpsRequest } from 'node:https';
import { z } from 'zod';
import type { NhiPublicKeys } from '../nhi/doors.js';
import { fromByteJson } from '../protocol/byte-json.js';
import type { SignedGroupKey } from '../protocol/epoch-verifier.js';
import { type DoorOf, OPERATIONS, type Operation, pathOf, type ServiceRole } from './operations.js';
import { type Problem, refusalOf } from './problem.js';
import type { PemPair } from './service-certificates.js';

/** The line is down, or NHI can not answer now: ask again later. */
export class LineError extends Error {
  constructor(
    message: string,
    /** HTTP status, where there was an answer. */
    readonly status?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export type ClientOptions = {
  /** As https://host:port. */
  readonly url: string;
  readonly own: PemPair;
  /** Certificate of NHI's authority for services, PEM. */
  readonly authority: string;
  readonly timeoutMs?: number;
  /** Most connections at once. */
  readonly connections?: number;
};

export type Answered = {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Of the header Retry-After, in seconds. */
  readonly retryAfterSeconds?: number;
};

const TIMEOUT_MS = 30_000;
const CONNECTIONS = 64;

export class NhiClient {
  private readonly agent: Agent;

  constructor(private readonly options: ClientOptions) {
    const { own, authority } = options;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: options.connections ?? CONNECTIONS,
      key: own.key,
      cert: own.certificate,
      ca: authority,
    });
  }

  /** NHI as this role sees it. Its methods throw {@link LineError} where no answer came. */
  door<R extends ServiceRole>(role: R): DoorOf[R] {
    const methods = OPERATIONS.filter((operation) => operation.role === role).map(
      (operation) =>
        [operation.method, (...sent: never[]) => this.perform(operation, operation.ask(...sent))] as const,
    );
    return Object.fromEntries(methods) as unknown as DoorOf[R];
  }

  /** What everybody may know. */
  async publicKeys(): Promise<NhiPublicKeys & { readonly groupKeys: readonly SignedGroupKey[] }> {
    const { status, text } = await this.send('GET', '/v1/public-keys');
    if (status !== 200) throw new LineError(`NHI answered ${status}`, status);
    return fromByteJson(text) as NhiPublicKeys & { readonly groupKeys: readonly SignedGroupKey[] };
  }

  /** Any request, as it is: for tests and for whoever looks. */
  send(method: string, path: string, body?: string, type = 'application/json'): Promise<Answered> {
    const { url, timeoutMs = TIMEOUT_MS } = this.options;
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const sent = httpsRequest(new URL(path, url), {
        method,
        agent: this.agent,
        headers,
        timeout: timeoutMs,
      });
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', (cause) => reject(new LineError('the answer broke off', undefined, cause)));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            text: Buffer.concat(parts).toString(),
            ...(response.headers['retry-after'] === undefined
              ? {}
              : { retryAfterSeconds: Number(response.headers['retry-after']) }),
          }),
        );
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', (cause) =>
        reject(new LineError(`NHI can not be reached: ${cause.message}`, undefined, cause)),
      );
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private async perform(operation: Operation, asked: unknown): Promise<unknown> {
    const body = JSON.stringify(z.encode(operation.request, asked as never));
    const { status, text } = await this.send('POST', pathOf(operation), body);
    if (status === 200) return answered(operation, z.decode(operation.answer, JSON.parse(text) as never));
    const problem = JSON.parse(text) as Problem;
    const refusal = refusalOf(problem);
    if (refusal) return refusal;
    throw new LineError(`NHI answered ${status}: ${problem.title}`, status);
  }
}

/** What the door's method would give: a bare value, nothing, or a result. */
function answered({ method }: Operation, values: unknown): unknown {
  if (BARE.includes(method)) return values;
  if (method.endsWith('Key') && method !== 'announceKey')
    return (values as { readonly key?: Uint8Array }).key;
  if (NOTHING.includes(method)) return undefined;
  return { ok: true, ...(values as object) };
}

const BARE: readonly string[] = [
  'issueChallenge',
  'issueEmergencyChallenge',
  'fetchPrescriptions',
  'fetchClaims',
];
const NOTHING: readonly string[] = [
  'announceKey',
  'acknowledgePrescriptions',
  'acknowledgeClaims',
  'forwardPrescription',
  'forwardClaim',
  'commit',
  'commitByAgent',
];
