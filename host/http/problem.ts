/** Problem documents (RFC 9457): why a request was not answered. */

import type { Refusal, RefusalCode } from '../protocol/refusal.js';

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
};

const HTTP_PROBLEMS = {
  'not-authenticated': [401, 'a certificate of NHI for services is needed'],
  'not-authorised': [403, 'this role may not ask that'],
  'no-such-operation': [404, 'there is no such operation'],
  'wrong-method': [405, 'operations are asked by POST'],
  'body-too-large': [413, 'the request is too large'],
  'wrong-media-type': [415, 'requests are application/json'],
  'body-malformed': [400, 'the request does not have the declared form'],
  'too-many-requests': [429, 'too many requests; try again later'],
  overloaded: [503, 'NHI has too much to do; try again later'],
  unavailable: [503, 'NHI can not reach its store; try again later'],
} as const;

export type HttpProblem = keyof typeof HTTP_PROBLEMS;

/** Something that HTTP itself refuses; `detail` never holds what was sent. */
export function httpProblem(name: HttpProblem, detail?: string): Problem {
  const [status, title] = HTTP_PROBLEMS[name];
  return { type: `urn:imis:problem:${name}`, title, status, ...(detail ? { detail } : {}) };
}

/** Refusals that say: somebody was first. */
const CONFLICTS: readonly RefusalCode[] = [
  'prescription-known',
  'prescription-spent',
  'message-replayed',
  'claim-spent',
  'subsidy-paid',
  'challenge-unknown',
  'nonce-unknown',
  'reservation-unknown',
];

/** A refusal of the service behind HTTP. */
export function refusalProblem({ code, reason }: Refusal): Problem {
  const status = code === 'rate-exceeded' ? 429 : CONFLICTS.includes(code) ? 409 : 422;
  return { type: `${REFUSAL_TYPE}${code}`, title: reason, status };
}

/** What a client makes of a refusal's problem document. */
export function refusalOf({ type, title }: Problem): Refusal | undefined {
  if (!type.startsWith(REFUSAL_TYPE)) return undefined;
  return { ok: false, code: type.slice(REFUSAL_TYPE.length) as RefusalCode, reason: title };
}

const REFUSAL_TYPE = 'urn:imis:refusal:';
