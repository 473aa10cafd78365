/** Bytecode classes, in the order of every count. */
export const BYTECODE_CLASSES = ['local', 'memory', 'invoke'] as const;
export type BytecodeClass = (typeof BYTECODE_CLASSES)[number];

/** Bytecodes of one source line: locals and arithmetic, arrays and fields, calls and returns. */
export type LineCount = { readonly line: number } & Readonly<Record<BytecodeClass, number>>;

/** Code that is executed as a whole, with what it is worth by line; its executions are counted at run time. */
export type CountedBlock = {
  readonly id: number;
  /** File from the root of the sources, `applet/os/pin.ts`. */
  readonly file: string;
  /** `Pin.check`, or `Pin.check›each` for a function within. */
  readonly functionName: string;
  readonly functionLine: number;
  readonly lines: readonly LineCount[];
  /** Set where the block is one copy of bytes: its executions and bytes are counted, no bytecodes. */
  readonly copy?: CopyKind;
};

/** Where a copy goes: within RAM, or from persistent memory to RAM. */
export type CopyKind = 'R2R' | 'E2R' | 'fill';
