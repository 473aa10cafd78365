/** What a linter finds in a specification. */

/** `error`: a card or a host can not be built from it. `warning`: it can, and one of them will be surprised. */
export type Severity = 'error' | 'warning';

/** The rules, with what each looks for. */
export const LINT_RULES = {
  'overlapping-instruction': 'two commands claim the same CLA, INS, P1 and P2',
  'invalid-instruction': 'an instruction that ISO/IEC 7816-3 keeps free for procedure bytes',
  'unreachable-state': 'a life-cycle state that no command leads to',
  'colliding-tag': 'data objects, files, PINs, keys or algorithms that can not be told apart',
  'tag-form': 'a tag that BER-TLV does not know, or whose form belies its content',
  'status-never-produced': 'a status word that no path through the command can give',
  'status-undeclared': 'a status word that some path must give and that is not declared',
  'ambiguous-length': 'lengths that do not fit together or can not be carried',
  'access-never-met': 'an access rule that nobody can meet',
  'unknown-reference': 'a PIN, role, key, file or algorithm that the specification does not have',
  'faulty-example': 'an example that the declaration does not permit',
} as const;
export type LintRule = keyof typeof LINT_RULES;

export type Finding = {
  readonly rule: LintRule;
  readonly severity: Severity;
  /** JSON Pointer (RFC 6901) into the document. */
  readonly path: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** How to mend it. */
  readonly remedy: string;
};
