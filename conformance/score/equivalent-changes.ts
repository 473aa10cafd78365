/**
 * Mechanical changes that are no defects: by no bytes that a reader can send and see does such a card differ
 * from a good one. Each with the argument; the draw leaves them out.
 */

export const EQUIVALENT_CHANGES: { readonly [id: string]: string } = {
  'mechanical/b52ac9b81a':
    'the points of a BBS commitment are multiples by scalars drawn by the card itself: none of them is ever missing',
  'mechanical/9b71f036e3':
    'both values come from an ephemeral key of the card and a recipient key that was checked before: neither is missing',
  'mechanical/5d41510ed3':
    'a commitment is missing for a stored key that is no key, and JOIN GROUP stores none that it did not check',
  'mechanical/8b9d444c41':
    'slots are swept after the check instead of before: a slot without tries counts as empty either way, swept or not',
  'mechanical/57a4139a1d':
    'a transaction is not dropped when the power goes: recovery at power-on, before any command, drops it',
  'mechanical/b91abab4f2':
    'the number of a record appended to a cyclic file: only APPEND RECORD asks for it, and no cyclic file of either card permits that',
  'mechanical/c9c0f2fff7':
    'the value of an agent PIN is not erased with its slot: without tries there is no such PIN, and the next delegation writes a whole new one',
  'mechanical/f24d431b47':
    'a PIN of a name that the application does not have: no access rule of the command set names one',
};
