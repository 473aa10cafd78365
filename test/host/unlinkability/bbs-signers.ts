/** Doctors whose cards sign with BBS, as they should or with one nonce that goes wrong. */

import { concatBytes, fromHex, splitBbsSignature, uintToBytes, utf8ToBytes } from '../../../apdu/index.js';
import { type CryptoEngine, type GroupMemberKey, signGroup } from '../../../applet/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { mclEngine } from '../../support/mcl-engine.js';
import { type BbsGroup, bbsMember } from '../crypto/bbs-fixture.js';
import { SIGNED } from '../crypto/group-fixture.js';
import type { Doctor, Seen } from './signers.js';

/** A way of signing; every leak differs from `honest` in one of the six secrets. */
export type BbsVariant = 'honest' | 'τ reused' | 'k_sk from a counter';

/** The card reduces six numbers for each signature, in this order. */
const SECRETS = ['ρ', 'τ', 'k_ρ', 'k_ε', 'k_sk', 'k_τ'] as const;

/** The member keys of `count` cards. */
export async function joinedBbsKeys(to: BbsGroup, count: number): Promise<readonly GroupMemberKey[]> {
  const keys: GroupMemberKey[] = [];
  for (let i = 0; i < count; i++) keys.push((await bbsMember(to, 3000 + i, mclEngine(to.curve))).key);
  return keys;
}

/** Doctors with these keys; every signature is on a statement of its own, as in life. */
export function bbsDoctors(
  to: BbsGroup,
  variant: BbsVariant,
  keys: readonly GroupMemberKey[],
): readonly Doctor[] {
  return keys.map((key, index) => {
    const { coprocessor } = meteredCoprocessor(4000 + index, leaking(mclEngine(to.curve), variant));
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

/** The engine of a chip that repeats one secret, or counts it up. */
function leaking(engine: CryptoEngine, variant: BbsVariant): CryptoEngine {
  const first = new Map<string, Uint8Array>();
  let reductions = 0;
  return {
    ...engine,
    modReduce(value, modulus) {
      const round = Math.floor(reductions / SECRETS.length) + 1;
      const secret = SECRETS[reductions++ % SECRETS.length]!;
      if (variant === `${secret} from a counter`) return fromHex(round.toString(16).padStart(64, '0'));
      const drawn = engine.modReduce(value, modulus);
      if (variant !== `${secret} reused`) return drawn;
      if (!first.has(secret)) first.set(secret, drawn);
      return first.get(secret)!.slice();
    },
  };
}

function seenBy(to: BbsGroup, signed: Pick<Seen, 'epoch' | 'domain' | 'statement' | 'signature'>): Seen {
  const { points, challenge, responses } = splitBbsSignature(to.suite, signed.signature)!;
  const [suite, epoch] = [Uint8Array.of(to.suite.id), uintToBytes(signed.epoch, 4)];
  const answers = Object.entries(responses).map(([name, value]) => [`s_${name}`, value] as const);
  return {
    ...signed,
    wire: concatBytes(suite, epoch, signed.signature),
    fields: { suite, epoch, ...points, c: challenge, ...Object.fromEntries(answers) },
    challenge,
    response: responses.sk,
  };
}
