/** Bytecode classes, in the order of every count. */
export const BYTECODE_CLASSES = ['local', 'memory', 'invoke'] as const;
export type BytecodeClass = (typeof BYTECODE_CLASSES)[number];

/** Bytecodes by class: locals and arithmetic, arrays and fields, calls and returns. */
export type BytecodeCount = Readonly<Record<BytecodeClass, number>>;

/** Bytecodes of one source line. */
export type LineCount = BytecodeCount & { readonly line: number };

/** Code that is executed as a whole: what it is worth by line; its executions are counted at run time. */
export type CountedBlock = { readonly lines: readonly LineCount[] };

/** A function of the card's code and its blocks, by the number that its code counts them under. */
export type CountedFunction = {
  /** File from the root of the sources, `applet/os/pin.ts`. */
  readonly file: string;
  /** `Pin.check`, or `Pin.check›each` for a function within. */
  readonly name: string;
  readonly line: number;
  readonly blocks: readonly CountedBlock[];
};
