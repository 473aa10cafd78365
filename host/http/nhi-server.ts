/** NHI on a port: TLS in which both ends show a certificate of NHI's authority for services. */

import { createServer as createHttpsServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import { Workload } from './limits.js';
import type { ApiContext, NhiApiPorts } from './nhi-api.js';
import { type PemPair, type ServiceName, serviceNameOf } from './service-certificates.js';

export type NhiServerOptions = Omit<NhiApiPorts, 'callerOf' | 'workload'> & {
  readonly own: PemPair;
  /** Certificate of NHI's authority for services, PEM. */
  readonly authority: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Requests worked on at once. */
  readonly mostAtOnce: number;
};

export interface RunningServer {
  readonly port: number;
  /** Takes no more requests, ends those that are being worked on, then closes. */
  stop(): Promise<void>;
}

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

export async function startNhiServer(options: NhiServerOptions): Promise<RunningServer> {
  // loaded by whoever serves, and by nobody else
  const { serve } = await import('@hono/node-server');
  const { nhiApi } = await import('./nhi-api.js');
  const { own, authority, host, port, mostAtOnce, ...ports } = options;
  const workload = new Workload(mostAtOnce);
  const app = nhiApi({ ...ports, callerOf, workload });
  const server = await new Promise<Server>((resolve, reject) => {
    const made = serve({
      fetch: app.fetch,
      hostname: host,
      port,
      createServer: createHttpsServer,
      serverOptions: {
        key: own.key,
        cert: own.certificate,
        ca: authority,
        requestCert: true,
        // whoever shows none, or a bad one, gets a problem document and no operation
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
      },
    }) as Server;
    made.once('listening', () => resolve(made));
    made.once('error', reject);
  });
  const address = server.address() as { readonly port: number };
  return {
    port: address.port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await workload.whenIdle();
      server.closeIdleConnections();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** By the certificate of the connection, which TLS has checked against the authority and the dates. */
function callerOf(context: ApiContext): { readonly name: ServiceName } | { readonly why: string } {
  const socket = (context.env as unknown as HttpBindings).incoming.socket as TLSSocket;
  const certificate = socket.getPeerX509Certificate?.();
  if (!certificate) return { why: 'no certificate was shown' };
  if (!socket.authorized) return { why: String(socket.authorizationError) };
  const name = serviceNameOf(certificate);
  return name ? { name } : { why: 'the certificate names no role' };
}
