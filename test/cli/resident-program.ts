/** The process behind `residentProgram()`: loads the program whose `program.js` it is given, takes runs over its channel, answers each. */

import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { ExitStatus } from '../../host/cli/index.js';

/** One run: what was typed after `imis`, where, and what is typed in. */
export type ResidentRun = { readonly args: readonly string[]; readonly cwd: string; readonly stdin: string };
export type ResidentAnswer = { readonly status: number; readonly stdout: string; readonly stderr: string };

const { runProgram } = (await import(pathToFileURL(process.argv[2]!).href)) as {
  runProgram(args: readonly string[]): Promise<ExitStatus>;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const;

async function answer({ args, cwd, stdin }: ResidentRun): Promise<ResidentAnswer> {
  process.chdir(cwd);
  Object.defineProperty(process, 'stdin', { value: Readable.from(stdin ? [stdin] : []), configurable: true });
  const outputs = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const write = stream.write;
    stream.write = ((text: string | Uint8Array, encoding?: unknown, done?: unknown) => {
      outputs[name] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      const written = typeof encoding === 'function' ? encoding : done;
      if (typeof written === 'function') process.nextTick(written);
      return true;
    }) as typeof write;
    return () => {
      stream.write = write;
    };
  });
  try {
    return { status: await runProgram(args), ...outputs };
  } finally {
    for (const undo of restore) undo();
    for (const signal of SIGNALS) process.removeAllListeners(signal);
  }
}

process.on('message', async (run: ResidentRun) => {
  process.send?.(await answer(run));
});
process.on('disconnect', () => process.exit());
