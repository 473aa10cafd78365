/** BBS on the accelerated engine: the same bytes from a seed as on mcl-wasm, and the same verdicts with the same reasons. */

import { describe, expect, test } from 'vitest';
import {
  generateIssuerKeys,
  type HostCurve,
  loadGroupVerifier,
  loadNativeModule,
  type MclGroupVerifier,
  makeGroupIssuer,
  makeGroupOpener,
  NativeCurve,
  seededRng,
  verifyBatch,
  verifyOpening,
} from '../../host/index.js';
import {
  altered,
  bbsGroup,
  bbsMember,
  bbsRequest,
  bbsSign,
  proveClaim,
  withoutCredential,
} from '../host/crypto/bbs-fixture.js';
import { DOCTOR_ID, EPOCH, memoryRegister, NONCE, SIGNED } from '../host/crypto/group-fixture.js';
import { compress, decompress, TORSION_3 } from '../host/crypto/torsion.js';

const loaded = loadNativeModule();
if (!loaded.ok) throw new Error(`${loaded.detail}: run imis engine build`);
const native: HostCurve = new NativeCurve(loaded.module);
const to = await bbsGroup('bls12381', 501);
const { suite, curve: mcl } = to;
const alice = await bbsMember(to, 1);

function verifierOn(curve: HostCurve): MclGroupVerifier {
  const result = loadGroupVerifier(curve, to.keys.published);
  if (!result.ok) throw new Error(result.reason);
  return result.verifier;
}
const verifiers = [verifierOn(native), verifierOn(mcl)];

describe('BBS on the accelerated engine', () => {
  test('keys and credentials: the bytes of mcl-wasm', async () => {
    const [one, two] = [native, mcl].map((curve) => generateIssuerKeys(curve, suite, EPOCH, seededRng(9)));
    expect(one).toEqual(two);
    const request = { ...bbsRequest(to, 5), nonce: NONCE, doctorId: DOCTOR_ID };
    const credentials = await Promise.all(
      [native, mcl].map((curve) =>
        makeGroupIssuer(curve, to.keys, memoryRegister(), seededRng(10)).issue(request),
      ),
    );
    expect(credentials[0]).toMatchObject({ ok: true });
    expect(credentials[0]).toEqual(credentials[1]);
  });

  test('signatures: good, without credential, with torsion, and any changed byte', () => {
    const good = bbsSign(alice, 1);
    const torsion = altered(to, good, (parts) => ({
      ...parts,
      points: { ...parts.points, t2: compress(decompress(parts.points.t2).add(TORSION_3)) },
    }));
    const changed = Array.from({ length: 12 }, (_, i) => {
      const bytes = good.slice();
      bytes[i * 29]! ^= 1;
      return bytes;
    });
    const forged = proveClaim(to, withoutCredential(to, 3), 3);
    for (const signature of [good, forged, torsion, ...changed, good.slice(1)]) {
      const [one, two] = verifiers.map((verifier) => verifier.verify({ ...SIGNED, signature }));
      expect(one).toEqual(two);
    }
    expect(verifiers[0]!.verify({ ...SIGNED, signature: good })).toEqual({ ok: true });
    const batch = [good, forged, torsion].map((signature) => ({
      sender: 'a',
      signed: { ...SIGNED, signature },
    }));
    const [one, two] = verifiers.map(
      (verifier) => verifyBatch(verifier, batch, { rng: seededRng(4) }).verdicts,
    );
    expect(one).toEqual(two);
    expect(one!.map(({ ok }) => ok)).toEqual([true, false, false]);
  });

  test('openings: made on one, believed on the other', () => {
    const signed = { ...SIGNED, signature: bbsSign(alice, 2) };
    const member = alice.joined;
    const proofs = verifiers.map((verifier) => {
      const opener = makeGroupOpener(verifier, {
        openingKey: to.keys.openingKey,
        register: { members: () => [], memberWith: () => member },
        log: { record: () => {} },
      });
      expect(opener.open(signed)).toEqual({ ok: true, member, foundBy: 'key' });
      const nonce = { rng: seededRng(11), counter: 1 };
      return opener.prove({ signed, member, judgeNonce: NONCE }, nonce)!;
    });
    expect(proofs[0]).toEqual(proofs[1]);
    const records = { hasJoined: () => true };
    for (const verifier of verifiers) {
      const opening = { signed, ...member, judgeNonce: NONCE, proof: proofs[0]! };
      expect(verifyOpening(verifier, opening, records)).toEqual({ ok: true });
    }
  });
});
