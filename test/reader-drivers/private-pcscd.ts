/**
 * Runs a command beside a pcscd of its own: private network, mounts and process numbers, so that any number of
 * tests run in parallel, nothing is reachable from outside, and nothing survives. Needs Linux and root (or user
 * namespaces).
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout: commands run here. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Command line that runs a TypeScript script of the repository, for {@link runBesidePcscd}. */
export function scriptCommand(script: string, ...args: string[]): readonly string[] {
  return [process.execPath, '--import', 'tsx', join(REPOSITORY, script), ...args];
}

export type PcscdRunOptions = {
  /** Milliseconds until everything is killed and the run counts as failed; default 50,000. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell text run before pcscd starts, for readers that must be there first; what it leaves running is ended. */
  readonly before?: string;
  /** Text of a reader.conf for pcscd instead of the packaged ones. */
  readonly readerConf?: string;
  /** Set to false for a machine where no PC/SC service runs. */
  readonly pcscd?: boolean;
};

export type PcscdRun = {
  /** Exit status of the command; null when it was killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What pcscd printed. */
  readonly pcscdLog: string;
  /** Command lines of processes that the command left behind; must be empty. */
  readonly leftProcesses: readonly string[];
  /** TCP sockets, `local -> remote state`, left behind beyond pcscd's own listeners; must be empty. */
  readonly leftSockets: readonly string[];
};

const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** In CI a missing component is a failure, on a user's machine a reason to skip. */
export const PCSC_REQUIRED = Boolean(process.env.CI || process.env.IMIS_REQUIRE_PCSC);

/**
 * Whether tests with pcscd can run here: undefined, or the reason why not. `tools` are further programs needed.
 * @throws {Error} with the reason where {@link PCSC_REQUIRED}.
 */
export function whyNoPcscd(...tools: string[]): string | undefined {
  const reason = findReason(tools);
  if (reason === undefined) return undefined;
  if (PCSC_REQUIRED) throw new Error(`required here (CI or IMIS_REQUIRE_PCSC is set), but ${reason}`);
  console.log(`skipped: ${reason}`);
  return reason;
}

function findReason(tools: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return `${process.platform} has no network namespaces`;
  for (const program of ['unshare', 'ip', 'pcscd', ...tools]) {
    if (find(program) === undefined) return `${program} is not installed`;
  }
  const drivers = '/usr/lib/pcsc/drivers/serial';
  if (!existsSync(drivers) || !readdirSync(drivers).some((name) => name.startsWith('libifdvpcd'))) {
    return 'the virtual reader (vsmartcard-vpcd) is not installed';
  }
  if (!existsSync(join(REPOSITORY, 'node_modules/koffi/package.json'))) {
    return 'the optional package koffi is not installed (npm ci without --omit=optional)';
  }
  const trial = spawnSync('unshare', [...unshareArguments(), 'sh', '-c', NAMESPACES], {
    encoding: 'utf8',
    env: ENVIRONMENT,
  });
  return trial.status === 0 ? undefined : `namespaces are not permitted: ${trial.stderr.trim()}`;
}

/** Path of a program: pcscd lives in /usr/sbin, which is not on every user's PATH. */
function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function unshareArguments(): string[] {
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return [
    ...user,
    '--net',
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
  ];
}

// `quickack` on the loopback route: the virtual reader sends length and payload in two segments without
// TCP_NODELAY, and delayed acknowledgements would hold every APDU back for 40 ms.
const NAMESPACES = `
set -eu
ip link set lo up
ip route change local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local quickack 1
mount -t tmpfs tmpfs /run
`;

const SETUP = `${NAMESPACES}
mkdir /run/pcscd /run/readers
before=
if [ -n "$IMIS_BEFORE" ]; then setsid sh -c "$IMIS_BEFORE" 3>&- & before=$!; fi
waited=0
until [ -z "$before" ] || [ -e /run/ready ]; do
  kill -0 $before 2>/dev/null && [ $waited -lt 400 ] || { echo "the reader does not start" >&2; exit 98; }
  waited=$((waited + 1)); sleep 0.05
done
say() { printf '%s\\n' "$1" >&3; }
if [ "$IMIS_PCSCD" = yes ]; then
  if [ -n "$IMIS_READER_CONF" ]; then printf '%s' "$IMIS_READER_CONF" > /run/readers/readers; set -- -c /run/readers -- "$@"
  else set -- -- "$@"; fi
  options=
  while [ "$1" != -- ]; do options="$options $1"; shift; done
  shift
  pcscd -f $options > /run/pcscd.log 2>&1 3>&- &
  pcscd=$!
  waited=0
  until [ -S /run/pcscd/pcscd.comm ]; do
    kill -0 $pcscd 2>/dev/null && [ $waited -lt 200 ] || { say "log pcscd does not start"; cat /run/pcscd.log >&2; exit 97; }
    waited=$((waited + 1)); sleep 0.05
  done
fi
# State 06 is TIME_WAIT, which belongs to nobody any more; the first line keeps the list from being empty.
sockets() { echo list; while read -r number local remote state rest; do
  case "$number$state" in sl*|*06) ;; *) echo "$local -> $remote $state" ;; esac
done < /proc/net/tcp; }
sockets > /run/before
status=0
ls -d /proc/[0-9]* > /run/processes
"$@" 3>&- || status=$?
sleep 0.1
for process in /proc/[0-9]*; do
  number=\${process#/proc/}
  grep -qx "$process" /run/processes || [ ! -e "$process/exe" ] || say "process $(tr '\\0' ' ' < $process/cmdline 2>/dev/null)"
done
# pcscd notices at its next poll that a card went, hence the wait.
waited=0
until sockets > /run/after; [ -z "$(grep -Fvx -f /run/before /run/after)" ] || [ $waited -ge 60 ]; do waited=$((waited + 1)); sleep 0.05; done
grep -Fvx -f /run/before /run/after | while read -r line; do say "socket $line"; done
if [ -n "\${pcscd:-}" ]; then kill $pcscd 2>/dev/null || true; wait $pcscd || true; while read -r line; do say "log $line"; done < /run/pcscd.log; fi
exit $status
`;

/**
 * Starts a private pcscd with its virtual reader, runs `command` beside it, ends everything.
 * Never rejects for a failing command: look at `status`.
 */
export async function runBesidePcscd(
  command: readonly string[],
  options: PcscdRunOptions = {},
): Promise<PcscdRun> {
  const child = spawn('unshare', [...unshareArguments(), 'sh', '-c', SETUP, 'sh', ...command], {
    cwd: REPOSITORY,
    env: {
      ...ENVIRONMENT,
      IMIS_PCSCD: options.pcscd === false ? 'no' : 'yes',
      IMIS_BEFORE: options.before ?? '',
      IMIS_READER_CONF: options.readerConf ?? '',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '', report: '' };
  for (const [index, name] of (['stdout', 'stderr', 'report'] as const).entries()) {
    const stream = child.stdio[index + 1] as NodeJS.ReadableStream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      texts[name] += text;
    });
  }
  // Killing unshare kills the first process of the namespace, and the kernel all others with it.
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 50_000);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);

  const lines = texts.report.split('\n');
  const told = (kind: string): string[] =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1).trim());
  return {
    status,
    stdout: texts.stdout,
    stderr: texts.stderr,
    pcscdLog: told('log').join('\n'),
    leftProcesses: told('process'),
    leftSockets: told('socket'),
  };
}
