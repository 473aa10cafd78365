/** Speaks to GnuPG's scdaemon as gpg-agent does (Assuan): one command at a time, PINs when it asks for them. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type ScdaemonAnswer = {
  /** `OK`, or `ERR` with code and reason. */
  readonly end: string;
  /** Lines of status, without the leading S. */
  readonly status: readonly string[];
  readonly data: Uint8Array;
};

/** An scdaemon with an empty home: whatever it finds, it finds without configuration. */
export class Scdaemon {
  private readonly home = mkdtempSync(join(tmpdir(), 'imis-gnupg-'));
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(private readonly pin: string) {
    const folder = execFileSync('gpgconf', ['--list-dirs', 'libexecdir'], { encoding: 'utf8' }).trim();
    this.child = spawn(join(folder, 'scdaemon'), ['--homedir', this.home, '--server'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.child.stdout!.setEncoding('latin1');
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** Its greeting, before the first command. */
  async greeting(): Promise<string> {
    return (await this.next()) ?? '';
  }

  async send(command: string): Promise<ScdaemonAnswer> {
    this.child.stdin!.write(`${command}\n`);
    const status: string[] = [];
    const data: number[] = [];
    for (;;) {
      const line = await this.next();
      if (line === undefined) return { end: 'closed', status, data: Uint8Array.from(data) };
      if (line.startsWith('S ')) status.push(line.slice(2));
      else if (line.startsWith('D ')) data.push(...unescaped(line.slice(2)));
      else if (line.startsWith('INQUIRE NEEDPIN')) this.child.stdin!.write(`D ${this.pin}%00\nEND\n`);
      else if (line.startsWith('INQUIRE')) this.child.stdin!.write('CAN\n');
      else if (/^(OK|ERR)/.test(line)) return { end: line, status, data: Uint8Array.from(data) };
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin!.end('BYE\n');
    await ended;
    rmSync(this.home, { recursive: true, force: true });
  }

  private async next(): Promise<string | undefined> {
    const { value, done } = await this.lines.next();
    return done ? undefined : value;
  }
}

/** Bytes of a data line, in which %XX stands for a byte and the rest for itself. */
function unescaped(text: string): number[] {
  const bytes = [...Buffer.from(text, 'latin1')];
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x25) out.push(bytes[at]!);
    else {
      out.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return out;
}
