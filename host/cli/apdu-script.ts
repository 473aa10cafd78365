/** Lines of an APDU script: a command with an expectation, a reset, a comment. */

export type ApduScriptLine =
  | { readonly kind: 'empty' }
  | { readonly kind: 'reset' }
  | {
      readonly kind: 'command';
      /** Hexadecimal, without blanks. */
      readonly command: string;
      readonly expected?: RegExp;
      readonly expectedText?: string;
    }
  | { readonly kind: 'fault'; readonly reason: string };

/** A line without a fault. */
export type SentLine = Exclude<ApduScriptLine, { kind: 'fault' }>;

/** One line, parsed; a fault carries one clause of a sentence. Never quotes the line: it may hold a PIN. */
export function parseScriptLine(text: string): ApduScriptLine {
  const line = text.replace(/#.*/, '').trim();
  if (line === '') return { kind: 'empty' };
  if (line === 'reset') return { kind: 'reset' };
  const [commandText, expectedText, ...rest] = line.split('=>').map((part) => part.trim());
  const command = commandText!.replace(/\s+/g, '');
  if (!/^([0-9a-fA-F]{2})+$/.test(command)) {
    return {
      kind: 'fault',
      reason: 'a command APDU is an even number of hexadecimal digits, or the word reset',
    };
  }
  if (expectedText === undefined) return { kind: 'command', command };
  if (rest.length > 0 || !/^[0-9a-fA-Fx]{4}$/.test(expectedText)) {
    return {
      kind: 'fault',
      reason: 'behind => stands one status word of four hexadecimal digits, x for any',
    };
  }
  const expected = new RegExp(`^${expectedText.toUpperCase().replace(/X/g, '.')}$`);
  return { kind: 'command', command, expected, expectedText: expectedText.toUpperCase().replace(/X/g, 'x') };
}
