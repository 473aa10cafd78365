/** NHI on a free port of this machine with a scenario's people behind it, and certificates for whoever asks. */

import {
  type ClientOptions,
  issueServiceCertificate,
  type LogEntry,
  makeServiceAuthority,
  NhiClient,
  type PemPair,
  type RunningServer,
  type ServiceName,
  seededRng,
  startNhiServer,
  systemClock,
} from '../../host/index.js';
import type { SeenAnswer } from './openapi-answers.js';
import type { Scenario } from './scenario.js';

const rng = seededRng(91, 'service certificates');

/** A client whose answers are kept for a check against the OpenAPI document. */
class WatchedClient extends NhiClient {
  constructor(
    options: ClientOptions,
    private readonly answers: SeenAnswer[],
  ) {
    super(options);
  }

  override async send(method: string, path: string, body?: string, type?: string) {
    const answer = await super.send(method, path, body, type);
    this.answers.push({ method, path, sent: body, ...answer });
    return answer;
  }
}

export class NhiService {
  readonly log: LogEntry[] = [];
  readonly errors: unknown[] = [];
  /** Every answer that any client of this service got. */
  readonly answers: SeenAnswer[] = [];
  private readonly clients: NhiClient[] = [];

  private constructor(
    readonly authority: PemPair,
    private server: RunningServer | undefined,
  ) {}

  static async start(
    { world }: Pick<Scenario, 'world'>,
    limits: { readonly requestsASecond?: number; readonly mostAtOnce?: number } = {},
  ): Promise<NhiService> {
    const authority = await makeServiceAuthority(rng, systemClock.now() - 3600);
    const service = new NhiService(authority, undefined);
    const { requestsASecond = 10_000, mostAtOnce = 256 } = limits;
    service.server = await startNhiServer({
      nhi: world.nhi,
      clock: world.clock,
      own: await service.certify({ role: 'nhi', id: 'NHI' }),
      authority: authority.certificate,
      host: '127.0.0.1',
      port: 0,
      mostAtOnce,
      requestsASecond,
      log: (entry) => service.log.push(entry),
      onError: (cause) => service.errors.push(cause),
    });
    return service;
  }

  get url(): string {
    return `https://127.0.0.1:${this.server!.port}`;
  }

  /** A certificate of the authority; an expired one where `days` ago it ended. */
  certify(name: ServiceName, endedDaysAgo?: number): Promise<PemPair> {
    const now = systemClock.now();
    const validity =
      endedDaysAgo === undefined
        ? { notBefore: now - 60, days: 1 }
        : { notBefore: now - (endedDaysAgo + 2) * 86_400, days: 2 };
    return issueServiceCertificate(this.authority, name, validity, rng);
  }

  async client(name: ServiceName, own?: PemPair): Promise<NhiClient> {
    const options = {
      url: this.url,
      own: own ?? (await this.certify(name)),
      authority: this.authority.certificate,
    };
    const client = new WatchedClient(options, this.answers);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server!.stop();
  }
}
