/** The test vectors as the texts of their files. Loaded when asked for: they need a pairing library. */

export type RenderedVectors = { readonly name: string; readonly text: string; readonly vectors: number };

/** Every file of `conformance/vectors/`, made anew; some seconds of arithmetic. */
export async function renderTestVectors(): Promise<readonly RenderedVectors[]> {
  const [{ makeVectorFiles }, { vectorText }] = await Promise.all([
    import('./all-vectors.js'),
    import('./vector-file.js'),
  ]);
  return makeVectorFiles().map((file) => ({
    name: file.name,
    text: vectorText(file),
    vectors: file.document.vectors.length,
  }));
}
