/** Doctors whose cards sign with the card's own code, as they should or with one leak built in. */

import { createHmac } from 'node:crypto';
import {
  concatBytes,
  DOMAIN,
  fromHex,
  HINT_BYTES,
  splitGroupSignature,
  uintToBytes,
  utf8ToBytes,
} from '../../../apdu/index.js';
import {
  commitGroup,
  type GroupMemberKey,
  hedgedNonces,
  type NonceSource,
  respondGroup,
} from '../../../applet/index.js';
import { mclEngine } from '../../support/mcl-engine.js';
import { EPOCH, type Group, member, SIGNED } from '../crypto/group-fixture.js';

/** What an outsider sees: suite and epoch, which travel beside a signature, and the signature. */
export type Seen = {
  readonly wire: Uint8Array;
  readonly epoch: number;
  readonly domain: string;
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
};

/** A way of signing; every leak differs from `honest` in one place. */
export const VARIANTS = [
  'honest',
  't reused',
  'k from a counter',
  'hint over a constant',
  'stale epoch',
] as const;
export type Variant = (typeof VARIANTS)[number];

export type Doctor = { readonly sign: () => Seen };
type Card = Awaited<ReturnType<typeof member>>;

/** Cards of `count` members of a group. */
export async function joinedCards(to: Group, count: number): Promise<readonly Card[]> {
  const engine = mclEngine(to.curve);
  const cards = [];
  for (let i = 0; i < count; i++) cards.push(await member(to, 1000 + i, engine));
  return cards;
}

/** Doctors with these cards; every signature is on a statement of its own, as in life. */
export function doctors(to: Group, variant: Variant, cards: readonly Card[]): readonly Doctor[] {
  return cards.map(({ coprocessor, key: current }, index) => {
    // a quarter of the doctors has not met the new epoch's record yet
    const stale = variant === 'stale epoch' && index % 4 === 0;
    const key: GroupMemberKey = { ...current, epoch: stale ? EPOCH - 1 : EPOCH };
    let counter = 0;
    const sign = (): Seen => {
      counter++;
      const { domain } = SIGNED;
      const statement = concatBytes(utf8ToBytes('record '), coprocessor.random(16));
      const nonces = hedgedNonces(coprocessor, to.suite.order, key.secretKey, counter);
      const made = commitGroup(coprocessor, to.suite, key, leaking(nonces, variant, key, counter))!;
      const commitment = variant === 'hint over a constant' ? { ...made, hint: constantHint(key) } : made;
      const signature = respondGroup(coprocessor, to.suite, key, commitment, { domain, statement })!;
      const wire = concatBytes(Uint8Array.of(to.suite.id), uintToBytes(key.epoch, 4), signature);
      return { wire, epoch: key.epoch, domain, statement, signature };
    };
    return { sign };
  });
}

/** The card's nonces, or what a card draws that spares itself the random numbers. */
function leaking(nonces: NonceSource, variant: Variant, key: GroupMemberKey, counter: number): NonceSource {
  return {
    ...nonces,
    draw(domain) {
      if (variant === 't reused' && domain === DOMAIN.nonceBlinding) {
        return new Uint8Array(createHmac('sha256', key.secretKey).update('t').digest()).fill(0, 0, 1);
      }
      if (variant === 'k from a counter' && domain === DOMAIN.nonceCommitment) {
        return fromHex(counter.toString(16).padStart(64, '0'));
      }
      return nonces.draw(domain);
    },
  };
}

function constantHint({ hintKey }: GroupMemberKey): Uint8Array {
  return new Uint8Array(createHmac('sha256', hintKey).update('constant').digest().subarray(0, HINT_BYTES));
}

/** The fields of what is seen, by name. */
export function fieldsOf(to: Group, { wire, signature }: Seen): Readonly<Record<string, Uint8Array>> {
  const { s1, s2, commitment, hint, response } = splitGroupSignature(to.suite, signature)!;
  return { suite: wire.subarray(0, 1), epoch: wire.subarray(1, 5), s1, s2, U: commitment, hint, s: response };
}
