/**
 * The built program, loaded once and kept: a start of Node with all modules takes a second of processor time, most
 * commands take a tenth. One process for each worker of the test run; it ends with it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ImisRun } from './imis.js';
import type { ResidentAnswer, ResidentRun } from './resident-program.js';

const PROGRAM = fileURLToPath(new URL('../../dist/host/cli/program.js', import.meta.url));
const RESIDENT = fileURLToPath(new URL('resident-program.ts', import.meta.url));

class ResidentProgram {
  readonly #process: ChildProcess;
  /** The run before: commands of one process run one after the other, as they share its outputs. */
  #before: Promise<unknown> = Promise.resolve();

  constructor() {
    const { IMIS_DEBUG: _, ...env } = process.env;
    this.#process = spawn(process.execPath, ['--import', 'tsx', RESIDENT, PROGRAM], {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    // it waits for work without keeping the worker alive, and ends when the channel to the worker closes
    this.#process.unref();
    this.#process.channel?.unref();
  }

  run(run: ResidentRun): Promise<ImisRun> {
    const answer = this.#before.then(() => this.#send(run));
    this.#before = answer.catch(() => {});
    return answer;
  }

  #send(run: ResidentRun): Promise<ResidentAnswer> {
    return new Promise((resolve, reject) => {
      const gone = (status: number | null): void =>
        reject(new Error(`imis ${run.args.join(' ')} ended the resident program with status ${status}`));
      this.#process.channel?.ref();
      this.#process.once('exit', gone).once('message', (answer) => {
        this.#process.off('exit', gone);
        this.#process.channel?.unref();
        resolve(answer as ResidentAnswer);
      });
      this.#process.send(run, (error) => error && reject(error));
    });
  }
}

let resident: ResidentProgram | undefined;

/** The resident program of this worker. */
export function residentProgram(): ResidentProgram {
  resident ??= new ResidentProgram();
  return resident;
}
