/** An error that the user can do something about: one sentence and an exit status. */

/** Exit statuses of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export class CliError extends Error {
  constructor(
    message: string,
    readonly exitStatus: ExitStatus = EXIT.usage,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
