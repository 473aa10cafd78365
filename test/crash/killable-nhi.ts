/** NHI as a process that can be killed, and is started again on the same folder and database. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { toByteJson } from '../../host/index.js';
import type { ProcessSettings } from './nhi-process.js';

export class KillableNhi {
  private child: ChildProcess | undefined;

  constructor(
    private readonly file: string,
    private readonly settings: ProcessSettings,
  ) {}

  /** The port that it listens on. */
  async start(): Promise<number> {
    writeFileSync(this.file, toByteJson(this.settings), { mode: 0o600 });
    const program = new URL('./nhi-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', program, this.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    let text = '';
    for await (const part of child.stdout) {
      text += String(part);
      const port = /port (\d+)/.exec(text)?.[1];
      if (port) return Number(port);
    }
    throw new Error('NHI did not start');
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
