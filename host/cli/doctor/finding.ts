/** One thing of this machine that was looked at. */
export type Finding = {
  readonly name: string;
  /** `absent`: optional, and everything else works without; `failed`: something is broken. */
  readonly state: 'ok' | 'absent' | 'failed';
  /** What was found, a sentence without its full stop. */
  readonly detail: string;
  /** The command or step that mends it. */
  readonly mend?: string;
};
