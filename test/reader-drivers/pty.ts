/** Two ends of a serial line without wires: a pair of pseudo-terminals held by socat. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export class SerialPair {
  readonly host: string;
  readonly card: string;
  /** For the resets, which a pseudo-terminal does not carry. */
  readonly resetSocket: string;

  private constructor(
    private readonly folder: string,
    private readonly socat: ChildProcess,
  ) {
    this.host = join(folder, 'host');
    this.card = join(folder, 'card');
    this.resetSocket = join(folder, 'reset');
  }

  static async open(): Promise<SerialPair> {
    const folder = mkdtempSync(join(tmpdir(), 'imis-serial-'));
    const ends = ['host', 'card'].map((name) => `pty,raw,echo=0,link=${join(folder, name)}`);
    const pair = new SerialPair(folder, spawn('socat', ends, { stdio: 'ignore' }));
    while (!existsSync(pair.host) || !existsSync(pair.card)) await delay(10);
    return pair;
  }

  /** The cable is cut: both ends are gone. */
  async cut(): Promise<void> {
    this.socat.kill();
    await delay(10);
  }

  close(): void {
    this.socat.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why there can be no pair here, or undefined; in CI that is a failure. */
export function whyNoSerialPair(): string | undefined {
  if (spawnSync('socat', ['-V']).status === 0) return undefined;
  if (process.env.CI) throw new Error('required here (CI is set), but socat is not installed');
  console.log('skipped: socat is not installed');
  return 'socat is not installed';
}
