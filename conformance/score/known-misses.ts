/** Defects that the suite does not catch, each with the reason why no case of it does. */

export const KNOWN_MISSES: { readonly [id: string]: string } = {
  'mechanical/5aa5715859':
    'the engine multiplies by no scalar that it did not read: the programs of the card check every point and scalar before, so the check is never the one that refuses',
};
