/** One change that could be made to a program: a mechanical defect before it is built. */

/** What is done to a program. */
export const OPERATORS = {
  'drop a check': 'a refusal, or a call that asserts something, is left out',
  'swap a comparison': 'one comparison or connective stands for another',
  'off by one': 'a number is one more',
  'skip a write': 'a value is not stored',
  'keep state': 'something is not forgotten',
  reorder: 'two statements change places',
} as const;
export type Operator = keyof typeof OPERATORS;

/** A place in a compiled file, and what would stand there instead. */
export type Edit = { readonly start: number; readonly end: number; readonly replacement: string };

export type Site = Edit & {
  readonly operator: Operator;
  /** Function or method around it, with its class. */
  readonly within: string;
  /** What stands there, on one line. */
  readonly before: string;
  readonly after: string;
};

/** The changed text of a file. */
export function applyEdit(source: string, { start, end, replacement }: Edit): string {
  return source.slice(0, start) + replacement + source.slice(end);
}
