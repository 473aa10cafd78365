/** Doctors whose cards sign with the card's own code, as they should or with one leak built in. */

import { createHmac } from 'node:crypto';
import {
  challengeOf,
  concatBytes,
  fromHex,
  psChallengeInput,
  splitPsSignature,
  uintToBytes,
  utf8ToBytes,
} from '../../../apdu/index.js';
import { type CryptoEngine, type GroupMemberKey, signGroup } from '../../../applet/index.js';
import { sha256 } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { mclEngine } from '../../support/mcl-engine.js';
import { EPOCH, type Group, member, SIGNED } from '../crypto/group-fixture.js';

/** What an outsider sees: suite and epoch, which travel beside a signature, and the signature. */
export type Seen = {
  readonly wire: Uint8Array;
  readonly epoch: number;
  readonly domain: string;
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  /** The parts of the wire by name. */
  readonly fields: Readonly<Record<string, Uint8Array>>;
  /** c and k + c·sk of the proof of knowledge of sk, which anybody can compute or read. */
  readonly challenge: Uint8Array;
  readonly response: Uint8Array;
};

/** A way of signing; every leak differs from `honest` in one place. */
export type Variant = 'honest' | 't reused' | 'k from a counter' | 'hint over a constant' | 'stale epoch';

export type Doctor = { readonly sign: () => Seen };
type Card = { readonly key: GroupMemberKey; readonly engine: CryptoEngine };

/** Cards of `count` members of a group. */
export async function joinedCards(to: Group, count: number): Promise<readonly Card[]> {
  const engine = mclEngine(to.curve);
  const cards: Card[] = [];
  for (let i = 0; i < count; i++) cards.push({ key: (await member(to, 1000 + i, engine)).key, engine });
  return cards;
}

/** Doctors with these cards; every signature is on a statement of its own, as in life. */
export function doctors(to: Group, variant: Variant, cards: readonly Card[]): readonly Doctor[] {
  return cards.map((card, index) => {
    // a quarter of the doctors has not met the new epoch's record yet
    const stale = variant === 'stale epoch' && index % 4 === 0;
    const key: GroupMemberKey = { ...card.key, epoch: stale ? EPOCH - 1 : EPOCH };
    const { coprocessor } = meteredCoprocessor(2000 + index, leaking(card.engine, variant, key));
    let counter = 0;
    const sign = (): Seen => {
      const { domain } = SIGNED;
      const statement = concatBytes(utf8ToBytes('record '), coprocessor.random(16));
      const signature = signGroup(coprocessor, to.suite, key, { domain, statement }, ++counter)!;
      return seenBy(to, { epoch: key.epoch, domain, statement, signature });
    };
    return { sign };
  });
}

/** The engine of a chip whose nonces or MAC go wrong. The card's code reduces two numbers in a signature: t, then k. */
function leaking(
  engine: CryptoEngine,
  variant: Variant,
  { secretKey, hintKey }: GroupMemberKey,
): CryptoEngine {
  let reductions = 0;
  const constantT = new Uint8Array(createHmac('sha256', secretKey).update('t').digest()).fill(0, 0, 1);
  const innerKey = concatBytes(hintKey, new Uint8Array(64 - hintKey.length)).map((byte) => byte ^ 0x36);
  return {
    ...engine,
    modReduce(value, modulus) {
      const isT = reductions++ % 2 === 0;
      if (variant === 't reused' && isT) return constantT.slice();
      if (variant === 'k from a counter' && !isT)
        return fromHex((reductions / 2).toString(16).padStart(64, '0'));
      return engine.modReduce(value, modulus);
    },
    sha256(message) {
      const isHint = message.length > 64 && innerKey.every((byte, i) => byte === message[i]);
      return engine.sha256(
        variant === 'hint over a constant' && isHint
          ? concatBytes(innerKey, utf8ToBytes('constant'))
          : message,
      );
    },
  };
}

/** What the bytes of a signature give away by themselves. */
function seenBy(to: Group, signed: Pick<Seen, 'epoch' | 'domain' | 'statement' | 'signature'>): Seen {
  const { epoch, signature } = signed;
  const { s1, s2, commitment, hint, response } = splitPsSignature(to.suite, signature)!;
  const { groupKeyHash } = to;
  const input = psChallengeInput({ ...signed, s1, s2, commitment, hint, groupKeyHash });
  const [suiteByte, epochBytes] = [Uint8Array.of(to.suite.id), uintToBytes(epoch, 4)];
  return {
    ...signed,
    wire: concatBytes(suiteByte, epochBytes, signature),
    fields: { suite: suiteByte, epoch: epochBytes, s1, s2, U: commitment, hint, s: response },
    challenge: challengeOf(sha256(input)),
    response,
  };
}
