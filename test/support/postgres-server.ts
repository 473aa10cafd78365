/**
 * A PostgreSQL server of the test's own, in a temporary folder, on a socket and a free port of 127.0.0.1.
 * Debian's binaries are used where they are; the server runs as an unprivileged user, as it insists.
 */

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** Folder of the server's programs, or why there is none. */
export function postgresPrograms(): { readonly folder: string } | { readonly missing: string } {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions
    .map((version) => path.join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'initdb')) && existsSync(path.join(bin, 'postgres')));
  return folder ? { folder } : { missing: `no PostgreSQL server under ${DEBIAN}` };
}

/** Why tests on PostgreSQL can not run here; in CI they must. @throws {Error} in CI. */
export function postgresMissing(): string | undefined {
  const programs = postgresPrograms();
  if ('folder' in programs) return undefined;
  if (process.env.CI) throw new Error(`PostgreSQL is needed here: ${programs.missing}`);
  return programs.missing;
}

export class PostgresServer {
  private constructor(
    private readonly programs: string,
    readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const found = postgresPrograms();
    if ('missing' in found) throw new Error(found.missing);
    const folder = mkdtempSync(path.join(tmpdir(), 'imis-postgres-'));
    if (process.getuid?.() === 0) chownSync(folder, Number(idOf('-u')), Number(idOf('-g')));
    const server = new PostgresServer(found.folder, folder, await freePort());
    server.run('initdb', '-D', server.data, '-A', 'trust', '-U', 'imis', '--no-sync', '-E', 'UTF8');
    server.up();
    return server;
  }

  /** The connection string of a fresh, empty database. */
  database(name: string): string {
    this.run('createdb', '-h', '127.0.0.1', '-p', String(this.port), '-U', 'imis', name);
    return `postgres://imis@127.0.0.1:${this.port}/${name}`;
  }

  /** As after a crash of the machine's service: connections break, the log is replayed. */
  restart(): void {
    this.run('pg_ctl', '-D', this.data, '-m', 'immediate', '-w', 'stop');
    this.up();
  }

  stop(): void {
    this.run('pg_ctl', '-D', this.data, '-m', 'immediate', '-w', 'stop');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return path.join(this.folder, 'data');
  }

  private up(): void {
    const options = `-p ${this.port} -c listen_addresses=127.0.0.1 -k ${this.folder} -c fsync=on -c max_connections=40`;
    const log = path.join(this.folder, 'log');
    this.run('pg_ctl', '-D', this.data, '-l', log, '-w', '-o', options, 'start');
  }

  private run(program: string, ...args: readonly string[]): void {
    const file = path.join(this.programs, program);
    const asRoot = process.getuid?.() === 0;
    const [command, all] = asRoot
      ? (['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', file, ...args]] as const)
      : ([file, args] as const);
    execFileSync(command, all, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

function idOf(which: '-u' | '-g'): string {
  return execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }).trim();
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
