/**
 * What a seeded defect says of itself. A defect is a card that is wrong in exactly one way, by replacing one
 * named seam when the card is built; the conformance suite is judged by how many of them it catches.
 */

/** What is wrong with a card, by subject: the folder that a defect stands in, and how a report calls it. */
export const DEFECT_CATEGORIES = {
  'status-word': 'status words',
  boundary: 'boundaries and offsets',
  pin: 'PINs and counters',
  access: 'access rules',
  'life-cycle': 'life cycle',
  'kept-state': 'state across reset, channel, chaining',
  'secure-messaging': 'secure messaging',
  scp03: 'SCP03',
  files: 'files and records',
  certificates: 'certificates and roles',
  cryptography: 'cryptography',
  transactions: 'transactions',
  t0: 'T=0',
  t1: 'T=1',
  flows: 'protocol flows',
  interoperability: 'PKCS#15, PIV and read-out',
} as const;
export type DefectCategory = keyof typeof DEFECT_CATEGORIES;

/** The cards that have a defect. */
export type DefectiveCards = 'patient' | 'professional' | 'both';

export type DefectDescription = {
  /** Unique: the category and the name of the file. */
  readonly id: `${DefectCategory}/${string}`;
  readonly cards: DefectiveCards;
  /** What such a card does, in one sentence. */
  readonly title: string;
  /** What is replaced. */
  readonly seam: string;
};

/** A defect before it names its seam. */
export type DefectTitle = Omit<DefectDescription, 'seam'>;

/** The category of a defect, which its identifier begins with. */
export function categoryOf({ id }: Pick<DefectDescription, 'id'>): DefectCategory {
  return id.slice(0, id.indexOf('/')) as DefectCategory;
}
