/** A replacement of the text from `at` to `end`; an insertion where they are the same. */
export type Edit = { readonly at: number; readonly end: number; readonly text: string };

/** The text with all edits; of two at one place the one made first comes first. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at)) {
    result += text.slice(done, edit.at) + edit.text;
    done = Math.max(done, edit.end);
  }
  return result + text.slice(done);
}
