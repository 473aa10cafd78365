/** Group signatures that no member made, or that a member made for something else. */

import { encodeTemplate, type Statement, type ValuesOf } from '../../../apdu/index.js';
import { signGroup } from '../../../applet/index.js';
import { type DoctorSignature, loadMclCurve, seededRng, sha256 } from '../../../host/index.js';
import type { Scenario } from '../../support/scenario.js';
import { group, member } from '../crypto/group-fixture.js';
import { flipped } from './tampering.js';

/** Makes a signature on the fields of a statement, or changes a genuine one. */
export type Forgery = {
  readonly what: string;
  readonly code: 'group-signature-invalid' | 'epoch-mismatch';
  readonly reason: RegExp;
  readonly forge: <S extends Statement>(
    genuine: DoctorSignature,
    statement: S,
    fields: ValuesOf<S['fields']>,
  ) => DoctorSignature;
};

const G1_BYTES = 48;

/** Every forgery against the group of a scenario. */
export async function forgeries(scenario: Scenario, seed: number): Promise<readonly Forgery[]> {
  const rng = seededRng(seed, 'forger');
  const { groupKey } = scenario.world.nhi.publicKeys;
  const curve = await loadMclCurve('bls12381');
  // A credential that somebody issued to themselves, used as if it were one of NHI's group.
  const outsider = await member(await group('bls12381', seed), seed);
  const key = { ...outsider.key, groupKeyHash: sha256(groupKey.publicKey), epoch: groupKey.epoch };
  const randomPoint = () => curve.encodeG1(curve.mcl.mul(curve.g1, curve.scalar(rng.bytes(32))));
  const replaced = (genuine: DoctorSignature, at: number, bytes: Uint8Array): DoctorSignature => {
    const groupSignature = genuine.groupSignature.slice();
    groupSignature.set(bytes, at);
    return { ...genuine, groupSignature };
  };
  const invalid = 'group-signature-invalid' as const;
  return [
    {
      what: 'made of random points of the curve',
      code: invalid,
      reason: /equation/,
      forge: (genuine) =>
        [0, 1, 2].reduce((forged, i) => replaced(forged, i * G1_BYTES, randomPoint()), genuine),
    },
    {
      what: 'made of random bytes',
      code: invalid,
      reason: /encoding|response-range/,
      forge: (genuine) => replaced(genuine, 0, rng.bytes(genuine.groupSignature.length)),
    },
    {
      what: 'of zeros',
      code: invalid,
      reason: /encoding|response-range/,
      forge: (genuine) => replaced(genuine, 0, new Uint8Array(genuine.groupSignature.length)),
    },
    {
      what: 'by a non-member under a credential of their own making',
      code: invalid,
      reason: /equation/,
      forge(genuine, { domain, fields: template }, fields) {
        const statement = encodeTemplate(template, fields as never);
        const { suite } = outsider;
        const groupSignature = signGroup(outsider.coprocessor, suite, key, { domain, statement }, 99);
        if (!groupSignature) throw new Error('the outsider can not sign');
        return { ...genuine, groupSignature };
      },
    },
    ...[0, G1_BYTES, 2 * G1_BYTES, -1].map((at) => ({
      what: `with a changed byte at ${at}`,
      code: invalid,
      reason: /\(/,
      forge: (genuine: DoctorSignature) => ({
        ...genuine,
        groupSignature: flipped(genuine.groupSignature, at),
      }),
    })),
    {
      what: 'cut short',
      code: invalid,
      reason: /length/,
      forge: (genuine) => ({ ...genuine, groupSignature: genuine.groupSignature.slice(0, -1) }),
    },
    {
      what: 'of the next epoch',
      code: 'epoch-mismatch',
      reason: /epoch/,
      forge: (genuine) => ({ ...genuine, epoch: genuine.epoch + 1 }),
    },
    {
      what: 'of another suite',
      code: 'epoch-mismatch',
      reason: /epoch/,
      forge: (genuine) => ({ ...genuine, suite: genuine.suite + 1 }),
    },
  ];
}
