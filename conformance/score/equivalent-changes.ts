/**
 * Mechanical changes that are no defects: by no bytes that a reader can send and see does such a card differ
 * from a good one. Each with the argument; the draw leaves them out.
 */

export const EQUIVALENT_CHANGES: { readonly [id: string]: string } = {};
