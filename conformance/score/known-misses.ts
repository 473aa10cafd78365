/** Defects that the suite does not catch, each with the reason why no case of it does. */

export const KNOWN_MISSES: { readonly [id: string]: string } = {};
