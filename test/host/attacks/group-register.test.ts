/** The public register of joins, the register of openings and the two modes of a join, through NHI's doors. */

import { beforeAll, describe, expect, it } from 'vitest';
import { decodeTemplate, ISSUER_MADE_CREDENTIAL_MESSAGE, JOIN_MODE, toHex } from '../../../apdu/index.js';
import { acceptCredential, signGroup } from '../../../applet/index.js';
import {
  checkRegisterHead,
  EMPTY_REGISTER_HASH,
  entryHashOf,
  issuerMadeKey,
  type JoinEntry,
  judgeOpening,
  sealOpeningShare,
  seededRng,
  verifyJoinRegister,
} from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { Scenario } from '../../support/scenario.js';
import { storedByNhi, storedValues } from '../stored-bytes.js';
import { must, signRecord, statusOf } from './doctor-signatures.js';

const SEED = 52;
const JUDGE = new Uint8Array(16).fill(0x6a);
let scenario: Scenario;
/** The same doctor where NHI makes member keys. */
let issuerMade: Scenario;

beforeAll(async () => {
  scenario = await Scenario.at('refill coupons', { seed: SEED });
  issuerMade = await Scenario.at('refill coupons', { seed: SEED, joinMode: 'issuer-made' });
});

const keysOf = ({ world }: Scenario) => ({
  professionAuthorityKey: world.professionAuthority.publicKey,
  curve: world.curve,
});

async function joinsOf(of: Scenario) {
  return must(verifyJoinRegister(await of.world.nhi.joins.entries(), keysOf(of))).joins;
}

/** sk as the doctor's card holds it, which no test double knows. */
function secretKeyOf({ chips }: Scenario): Uint8Array {
  const { nvm, owners } = chips.doctor;
  const owner = owners.nvm.find(({ name }) => name === 'group: member key sk')!;
  return nvm.read(owner.offset + 2, owner.length - 2);
}

const includes = async (of: Scenario, needle: Uint8Array) =>
  (await storedByNhi(of.world)).some(({ bytes }) => Buffer.from(bytes).includes(Buffer.from(needle)));

/** Opens a record for the judge and has the judge decide. */
async function judge(of: Scenario, record: Awaited<ReturnType<typeof signRecord>>) {
  const { nhi } = of.world;
  const { epoch } = record.signature;
  const { opening } = must(await nhi.opening.openForJudge(epoch, record.signed, JUDGE, 'case 7'));
  const verifier = nhi.verifierOf(epoch)!;
  return { opening, verdict: judgeOpening(verifier, opening, await joinsOf(of)) };
}

describe('the register of openings', () => {
  it('holds T~ and the shares it was made of sealed: no point of G2 stands in its table', async () => {
    for (const { world } of [scenario, issuerMade]) {
      const columns = 'device_share, kiosk_share, opening_key';
      const rows = await world.store.all(`SELECT ${columns} FROM opening_members`);
      const values = rows.flatMap((row) =>
        Object.values(row).filter((value): value is Uint8Array => value instanceof Uint8Array),
      );
      expect(values.length).toBeGreaterThan(0);
      const { curve } = world;
      const length = curve.encodeG2(curve.g2).length;
      for (const value of values) {
        // anywhere in it
        for (let at = 0; at + length <= value.length; at++) {
          expect(curve.decodeG2(value.subarray(at, at + length)).ok).toBe(false);
        }
      }
    }
  });
});

describe('the register of joins', () => {
  it('is verified by anybody, and its head commits NHI to it', async () => {
    const { nhi } = scenario.world;
    const entries = await nhi.joins.entries();
    expect(entries).toHaveLength(1);
    expect(entries[0]!.record.joinMode).toBe(JOIN_MODE['two-party']);
    const { signatureKey } = nhi.publicKeys;
    expect(checkRegisterHead(signatureKey, entries, await nhi.joins.head())).toBeUndefined();
    expect(checkRegisterHead(signatureKey, [], await nhi.joins.head())).toMatchObject({
      code: 'join-register-broken',
    });
    const other = { ...(await nhi.joins.head()), signature: new Uint8Array(64) };
    expect(checkRegisterHead(signatureKey, entries, other)).toMatchObject({ code: 'join-register-broken' });
  });

  it('shows a record changed, dropped, invented or entered twice', async () => {
    const [entry] = (await scenario.world.nhi.joins.entries()) as [JoinEntry];
    const { record } = entry;
    const chained = (...records: JoinEntry['record'][]): JoinEntry[] => {
      let previous: Uint8Array = EMPTY_REGISTER_HASH;
      return records.map((one, position) => {
        const placed = { ...one, position };
        previous = entryHashOf(previous, placed);
        return { record: placed, entryHash: previous };
      });
    };
    const { curve } = scenario.world;
    const point = curve.encodeG1(curve.lib.mul(curve.g1, curve.scalar(seededRng(1).bytes(32))));
    const broken: readonly (readonly [readonly JoinEntry[], RegExp])[] = [
      [[{ ...entry, record: { ...record, time: record.time + 1 } }], /the chain/],
      [[{ ...entry, entryHash: new Uint8Array(32) }], /the chain/],
      [[{ ...entry, record: { ...record, position: 1 } }], /position/],
      [chained(record, record), /stands in the register already/],
      [chained({ ...record, doctorId: 'D-OTHER' }), /another doctor/],
      // a D that NHI invents has no signature of SK_D
      [chained({ ...record, membershipKey: point }), /signature/],
      [chained({ ...record, membershipKey: new Uint8Array(48).fill(0xff) }), /D: encoding/],
      [chained({ ...record, joinMode: JOIN_MODE['issuer-made'] }), /signature/],
      [chained({ ...record, joinMode: 9 }), /form/],
      [
        chained({ ...record, certificate: { ...record.certificate, signature: new Uint8Array(64) } }),
        /Cert_D/,
      ],
    ];
    for (const [entries, reason] of broken) {
      const verdict = verifyJoinRegister(entries, keysOf(scenario));
      expect(verdict).toMatchObject({ ok: false, code: 'join-register-broken' });
      expect(!verdict.ok && verdict.reason).toMatch(reason);
    }
  });
});

describe('an opening', () => {
  it('names the doctor, is logged with its reason, and convinces a judge against NHI', async () => {
    const { world } = scenario;
    const record = await signRecord(world, world.doctorCard);
    const opened = await world.nhi.opening.open(record.signature.epoch, record.signed, 'complaint 3');
    expect(opened).toMatchObject({ ok: true, foundBy: 'hint' });
    const { opening, verdict } = await judge(scenario, record);
    expect(opening.doctorId).toBe(world.input.doctor.licence);
    expect(verdict).toEqual({ ok: true, signer: 'the doctor' });
    expect((await world.nhi.opening.openings()).map(({ reason, doctorId }) => [reason, doctorId])).toEqual([
      ['complaint 3', world.input.doctor.licence],
      ['case 7', world.input.doctor.licence],
    ]);
  });

  it('that is false, of another signature or to another doctor, convinces nobody', async () => {
    const { world } = scenario;
    const [one, two] = [
      await signRecord(world, world.doctorCard),
      await signRecord(world, world.doctorCard, 1),
    ];
    const { opening } = await judge(scenario, one);
    const verifier = world.nhi.verifierOf(1)!;
    const joins = await joinsOf(scenario);
    for (const [change, reason] of [
      [{ signed: two.signed }, 'proof'],
      [{ judgeNonce: new Uint8Array(16) }, 'proof'],
      [{ doctorId: 'D-OTHER' }, 'unregistered'],
      [{ proof: opening.proof.slice(1) }, 'proof-format'],
    ] as const) {
      expect(judgeOpening(verifier, { ...opening, ...change }, joins)).toEqual({ ok: false, reason });
    }
  });
});

describe('a share for the register of openings', () => {
  it('is refused from a card that gave none, for another member, a second time', async () => {
    const { nhi, curve, rng, doctorCard, input } = scenario.world;
    const { membershipKey } = (await nhi.joins.entries())[0]!.record;
    const nonce = await nhi.opening.openShares(membershipKey);
    const half = seededRng(3).bytes(32).fill(0, 0, 1);
    const values = {
      doctorId: input.doctor.licence,
      membershipKey,
      nonce,
      of: 'device' as const,
      half,
      signature: new Uint8Array(64),
    };
    const sealed = await sealOpeningShare(curve, values, nhi.opening.sealingKey, rng);
    expect(half, 'the device forgets its half').toEqual(new Uint8Array(32));
    expect(await nhi.opening.submitShare(sealed)).toMatchObject({ ok: false, code: 'signature-invalid' });
    const altered = { ...sealed, envelope: sealed.envelope.map((byte, i) => (i === 99 ? byte ^ 1 : byte)) };
    expect(await nhi.opening.submitShare(altered)).toMatchObject({ code: 'envelope-unreadable' });
    // and the card gives each half once, whatever nonce it is asked for
    expect(await doctorCard.exportOpeningHalf('device', nonce)).toMatchObject({ code: 'card-refused' });
    expect(await doctorCard.exportOpeningHalf('kiosk', nonce)).toMatchObject({ code: 'card-refused' });
  });

  it('that is not of the key leaves the member without T~, and without another epoch', async () => {
    const at = await Scenario.make({ seed: SEED + 1 });
    const { nhi } = at.world;
    const submit = nhi.opening.submitShare.bind(nhi.opening);
    let sent = 0;
    // the kiosk sends its share twice in place of the device's: both signatures of the card are genuine
    Object.assign(nhi.opening, {
      submitShare: async (sealed: Parameters<typeof submit>[0]) => {
        sent++;
        return sent === 1 ? { ok: true, complete: false } : submit(sealed);
      },
    });
    await at.runTo('register patient');
    expect(await at.step()).toMatchObject({ ok: false, code: 'opening-share-refused' });
    await nhi.beginEpoch();
    const renewal = await nhi.doctors.renewal(at.world.input.doctor.licence);
    expect(renewal).toMatchObject({ code: 'opening-not-registered' });
  });
});

describe('framing a doctor', () => {
  it('is beyond NHI in the default mode: nothing that it stores is sk, or a half of it', async () => {
    const secretKey = secretKeyOf(scenario);
    expect(secretKey.some((byte) => byte !== 0)).toBe(true);
    expect(await includes(scenario, secretKey)).toBe(false);
    // the search would find it where NHI has it
    expect(secretKeyOf(issuerMade)).toEqual(framersKey().secretKey);
  });

  it('is possible where NHI made the key: its signature verifies, opens to the doctor, and the opening says so', async () => {
    const { nhi, input, curve } = issuerMade.world;
    const { secretKey, membershipKey } = framersKey();
    const [kept] = await issuerMade.world.store.all<{ credential: Uint8Array }>(
      'SELECT credential FROM credentials',
    );
    const { groupCredential: credential } = decodeTemplate(ISSUER_MADE_CREDENTIAL_MESSAGE, kept!.credential);
    const { coprocessor } = meteredCoprocessor(9);
    const { nonce, groupKeyHash } = (await nhi.joins.entries())[0]!.record;
    const { suite } = nhi.verifierOf(1)!;
    const offer = { freshness: nonce, groupKeyHash, membershipKey, credential };
    const accepted = acceptCredential(coprocessor, suite, offer);
    if (!accepted.ok) throw new Error(accepted.reason);
    const key = {
      secretKey,
      credential: accepted.credential,
      hintKey: new Uint8Array(32),
      groupKeyHash,
      epoch: 1,
    };
    const real = await signRecord(issuerMade.world, issuerMade.world.doctorCard);
    const { domain, statement } = real.signed;
    const signature = signGroup(coprocessor, suite, key, { domain, statement }, 1)!;
    const framed = {
      ...real,
      signature: { ...real.signature, groupSignature: signature },
      signed: { domain, statement, signature },
    };
    expect(await statusOf(issuerMade.world, framed)).toMatchObject({ status: 'good' });
    const { opening, verdict } = await judge(issuerMade, framed);
    expect(opening.doctorId).toBe(input.doctor.licence);
    expect(verdict).toEqual({ ok: true, signer: 'the doctor or NHI' });
    expect(toHex(curve.encodeG1(curve.lib.mul(curve.g1, curve.scalar(secretKey))))).toBe(
      toHex(membershipKey),
    );
  });

  it('by asking for a key in that mode is refused where NHI does not make keys', async () => {
    const [entry] = (await issuerMade.world.nhi.joins.entries()) as [JoinEntry];
    const { doctorId, nonce, groupKeyHash, decryptionKey, signature, certificate } = entry.record;
    const statement = { doctorId, nonce, groupKeyHash, decryptionKey };
    const refused = scenario.world.nhi.doctors.registerIssuerMade({ statement, signature, certificate });
    expect(await refused).toMatchObject({ ok: false, code: 'join-mode-refused' });
  });
});

/** What NHI can compute from its own store in the issuer-made mode. */
function framersKey() {
  const { nhi, input, curve } = issuerMade.world;
  const { bytes } = storedValues(nhi).find(({ place }) => place.endsWith('.memberMasterKey'))!;
  return issuerMadeKey(curve, bytes, { doctorId: input.doctor.licence, epoch: 1, counter: 1 });
}
