/** What whoever runs a service may ask of it, without any certificate: whether it is well, and its counters. */

import { createServer } from 'node:http';
import { httpProblem } from './problem.js';

export type ServiceStatus = {
  /** Whether the service does its work at the moment. */
  readonly healthy: () => boolean;
  /** Counters by name, in Prometheus's words; nothing about anybody. */
  readonly counters: () => Readonly<Record<string, number>>;
};

/** Serves `/health` and `/metrics` on a port; 0 for any free one. @throws {Error} where it can not listen. */
export async function startStatusServer(
  { healthy, counters }: ServiceStatus,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response
        .writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' })
        .end(body);
    const problem = (name: 'wrong-method' | 'no-such-operation', detail?: string) => {
      const document = httpProblem(name, detail);
      return answer(document.status, 'application/problem+json', JSON.stringify(document));
    };
    if (request.url !== '/health' && request.url !== '/metrics') return problem('no-such-operation');
    if (request.method !== 'GET') return problem('wrong-method', 'this is read by GET');
    if (request.url === '/metrics') {
      const lines = Object.entries(counters()).map(
        ([name, count]) => `# TYPE ${name} counter\n${name} ${count}\n`,
      );
      return answer(200, 'text/plain; version=0.0.4', lines.join(''));
    }
    const status = healthy() ? 'ok' : 'without a line';
    return answer(healthy() ? 200 : 503, 'application/json', JSON.stringify({ status }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as { readonly port: number };
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
