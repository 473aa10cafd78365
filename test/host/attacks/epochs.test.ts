/** Epochs and revocation: roll-back, back-dating, a destroyed issuing key, re-admission. */

import { beforeEach, describe, expect, it } from 'vitest';
import { GROUP_SUITES, STATEMENT, TEST_CARD_BATCH } from '../../../apdu/index.js';
import { type Card, PROFESSIONAL_CARD } from '../../../applet/index.js';
import {
  DEFAULT_SUITE,
  EpochVerifier,
  enrolDoctorCard,
  GRACE_SECONDS,
  inProcessGallery,
  memoryKeyStore,
  Nhi,
  openStore,
  ProfessionalCard,
  type Renewal,
  SCENARIO_PINS,
  seededRng,
  sha256,
} from '../../../host/index.js';
import { NhiService } from '../../support/nhi-service.js';
import { Scenario } from '../../support/scenario.js';
import { changedOwners } from '../card-changes.js';
import { storedByNhi, storedValues } from '../stored-bytes.js';
import { must, signRecord, statusOf } from './doctor-signatures.js';

const SEED = 51;
const COLLEAGUE = 'D-COLLEAGUE';
let scenario: Scenario;
let doctorId: string;

beforeEach(async () => {
  scenario = await Scenario.at('refill coupons', { seed: SEED });
  doctorId = scenario.world.input.doctor.licence;
});

async function renewalOf(id = doctorId): Promise<Renewal> {
  return must(await scenario.world.nhi.doctors.renewal(id)).renewal;
}

/** A colleague on a card of their own, and that card. */
async function enrolColleague(name = 'colleague'): Promise<{ chip: Card; card: ProfessionalCard }> {
  const blank = await Scenario.make({ seed: SEED + name.length });
  const chip = blank.chips.doctor;
  const card = new ProfessionalCard(async (command) => chip.process(command));
  const world = { ...scenario.world, reinsert: async () => void chip.reset() };
  must(await enrolDoctorCard(world, { card, doctorId: COLLEAGUE, name, holder: 'doctor' }));
  must(await card.verifyPin(SCENARIO_PINS.doctor.pin));
  return { chip, card };
}

/** The card refuses, and remembers what it remembered. */
async function expectCardRefuses(renewal: Renewal, reason: RegExp): Promise<void> {
  const before = scenario.chips.doctor.image();
  const refused = await scenario.world.doctorCard.renewMembership(renewal);
  expect(refused).toMatchObject({ ok: false, code: 'card-refused' });
  expect(!refused.ok && refused.reason).toMatch(reason);
  expect(changedOwners(PROFESSIONAL_CARD, before, scenario.chips.doctor.image())).toEqual([]);
}

describe('a new epoch', () => {
  it('replaces credential and hint key, and ends every coupon, in one step', async () => {
    const { nhi, doctorCard } = scenario.world;
    must(await doctorCard.refillCoupons(5));
    const before = scenario.chips.doctor.image();
    await nhi.beginEpoch();
    must(await doctorCard.renewMembership(await renewalOf()));
    const changed = changedOwners(PROFESSIONAL_CARD, before, scenario.chips.doctor.image());
    expect(changed).toEqual(
      expect.arrayContaining([
        'coupons',
        'group: credential',
        'group: epoch',
        'group: hash of the group public key',
        'group: hint key',
      ]),
    );
    expect(changed).not.toContain('group: member key sk');
    expect(must(await doctorCard.readCouponStock()).data.couponsLeft).toBe(0);
    const record = await signRecord(scenario.world, doctorCard);
    expect(record.signature.epoch).toBe(2);
    expect(await statusOf(scenario.world, record)).toMatchObject({ status: 'good' });
  });

  it('is not rolled back: the card takes no record of its own epoch or an older one', async () => {
    const { nhi, doctorCard } = scenario.world;
    await nhi.beginEpoch();
    const second = await renewalOf();
    await nhi.beginEpoch();
    const third = await renewalOf();
    must(await doctorCard.renewMembership(third));
    await expectCardRefuses(second, /6985.*epoch is not higher/);
    await expectCardRefuses(third, /6985.*epoch is not higher/);
    // an older record dressed up as a newer one has no signature of NHI
    await expectCardRefuses({ ...second, epoch: 9 }, /6A80/);
  });

  it('may be skipped: a card that missed one goes on with the next', async () => {
    const { nhi, doctorCard } = scenario.world;
    await nhi.beginEpoch();
    await nhi.beginEpoch();
    must(await doctorCard.renewMembership(await renewalOf()));
    expect((await signRecord(scenario.world, doctorCard)).signature.epoch).toBe(3);
  });

  it('reaches one card: the record of a colleague is refused', async () => {
    await enrolColleague();
    await scenario.world.nhi.beginEpoch();
    await expectCardRefuses(await renewalOf(COLLEAGUE), /6A80/);
  });

  it('destroys (x, y) of the one before', async () => {
    const { nhi } = scenario.world;
    const secrets = () => storedValues(nhi).filter(({ place }) => /issuer\.keys\.secretKey$/.test(place));
    const kept = () => storedValues(nhi).filter(({ place }) => /secrets\[issuing-\d+\]$/.test(place));
    const [{ bytes } = { bytes: new Uint8Array() }] = secrets();
    const old = bytes.slice();
    expect(old.length).toBe(64);
    expect(kept()[0]!.bytes).toEqual(old);
    await nhi.beginEpoch();
    expect(bytes).toEqual(new Uint8Array(64));
    expect(secrets()).toHaveLength(1);
    expect(kept().map(({ place }) => place.slice(-11))).toEqual(['[issuing-2]']);
    const everything = await storedByNhi(scenario.world);
    const half = Buffer.from(old.subarray(0, 32));
    expect(everything.some((value) => Buffer.from(value.bytes).includes(half))).toBe(false);
  });

  it('is believed by nobody without the signature of NHI, nor a key of it twice', async () => {
    const { nhi, curve, clock } = scenario.world;
    const { groupKey, signatureKey: issuerKey } = nhi.publicKeys;
    for (const published of [
      [{ ...groupKey, epoch: 7 }],
      [{ ...groupKey, expirationDate: groupKey.expirationDate + 1 }],
      [{ ...groupKey, signature: groupKey.signature.map((byte, i) => (i === 60 ? byte ^ 1 : byte)) }],
    ]) {
      const verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => published });
      expect(verifier.learn()).toMatchObject({ code: 'group-key-invalid' });
      expect(verifier.current).toBeUndefined();
    }
    const verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => nhi.groupKeys });
    await nhi.beginEpoch();
    expect(verifier.learn()).toBeUndefined();
    expect(verifier.current?.epoch).toBe(2);
    const rolledBack = new EpochVerifier({ curve, issuerKey, clock, published: () => [groupKey] });
    rolledBack.learn();
    expect(rolledBack.current?.epoch).toBe(1);
  });
});

describe('a second process of NHI', () => {
  it('notices the epoch that another one began: its signatures count, and cards are renewed', async () => {
    const kept = { store: await openStore('memory'), keys: memoryKeyStore() };
    scenario = await Scenario.at('refill coupons', { seed: SEED, nhi: kept });
    const { world } = scenario;
    const rng = seededRng(SEED, 'second process');
    const second = await Nhi.open({
      citizenAuthorityKey: world.citizenAuthority.publicKey,
      professionAuthorityKey: world.professionAuthority.publicKey,
      suite: GROUP_SUITES[DEFAULT_SUITE],
      curve: world.curve,
      ...kept,
      clock: world.clock,
      rng,
      cardBatches: [TEST_CARD_BATCH],
      search: await inProcessGallery(rng),
    });
    const service = await NhiService.start({ world: { ...world, nhi: second } });
    try {
      const client = await service.client({ role: 'pharmacy', id: 'PH-SECOND' });
      const of = await signRecord(world, world.doctorCard);
      const status = ({ signed: { domain, statement }, signature }: typeof of) =>
        client.door('pharmacy').signatureStatus({ domain, statement, signature });
      expect(await status(of)).toMatchObject({ status: 'good' });
      await world.nhi.beginEpoch();
      world.clock.advance(1);
      expect((await client.publicKeys()).groupKey.epoch).toBe(2);
      must(await world.doctorCard.renewMembership(must(await second.doctors.renewal(doctorId)).renewal));
      const renewed = await signRecord(world, world.doctorCard);
      expect(renewed.signature.epoch).toBe(2);
      expect(await status(renewed)).toMatchObject({ status: 'good' });
      expect(await status(of), 'for a day').toMatchObject({ status: 'good' });
      world.clock.advance(GRACE_SECONDS + 1);
      expect(await status(of)).toMatchObject({ code: 'epoch-mismatch' });
    } finally {
      await service.stop();
    }
  });
});

describe('a signature of an epoch that is over', () => {
  it('counts for a day, then only with a receipt of NHI that is dated in its epoch', async () => {
    const { world } = scenario;
    const record = await signRecord(world, world.doctorCard);
    const answer = must(await statusOf(world, record));
    const receipt = answer.status === 'good' ? answer.receipt! : expect.fail('no receipt');
    await world.nhi.beginEpoch();
    expect(await statusOf(world, record)).toMatchObject({ status: 'good' });
    world.clock.advance(GRACE_SECONDS + 1);
    expect(await statusOf(world, record)).toMatchObject({ ok: false, code: 'epoch-mismatch' });
    expect(await statusOf(world, record, receipt), 'and no new date').toEqual({ ok: true, status: 'good' });
    const forged = { ...receipt, statement: { ...receipt.statement, time: receipt.statement.time + 1 } };
    expect(await statusOf(world, record, forged)).toMatchObject({ code: 'receipt-invalid' });
    const other = await signRecord(world, world.doctorCard);
    expect(await statusOf(world, other, receipt)).toMatchObject({ code: 'receipt-invalid' });
    expect(sha256(record.signature.groupSignature)).toEqual(receipt.statement.signatureHash);
  });

  it('back-dated by a revoked doctor, is refused before and after the day is over', async () => {
    const { world } = scenario;
    const { card } = await enrolColleague();
    expect(await world.nhi.revokeDoctor(COLLEAGUE, 'severe')).toBeUndefined();
    const yesterday = world.clock.now() - 24 * 3600;
    const backDated = await signRecord(world, card, yesterday);
    expect(await statusOf(world, backDated)).toMatchObject({ ok: true, status: 'revoked' });
    world.clock.advance(GRACE_SECONDS + 1);
    expect(await statusOf(world, backDated)).toMatchObject({ ok: false, code: 'epoch-mismatch' });
    const { nhi, curve, clock } = world;
    const issuerKey = nhi.publicKeys.signatureKey;
    const receiver = new EpochVerifier({ curve, issuerKey, clock, published: () => nhi.groupKeys });
    const refused = receiver.check(STATEMENT.newRecord, backDated.fields, backDated.signature);
    expect(refused).toMatchObject({ code: 'epoch-mismatch' });
  });
});

describe('a revoked doctor', () => {
  it('is told by every signature that reaches NHI, in this epoch already; the others stay good', async () => {
    const { world } = scenario;
    const { card } = await enrolColleague();
    const before = await signRecord(world, card);
    expect(await statusOf(world, before)).toMatchObject({ status: 'good' });
    expect(await world.nhi.revokeDoctor(COLLEAGUE, 'ordinary')).toBeUndefined();
    expect(world.nhi.publicKeys.groupKey.epoch).toBe(1);
    expect(await statusOf(world, before)).toMatchObject({ status: 'revoked' });
    expect(await statusOf(world, await signRecord(world, card))).toMatchObject({ status: 'revoked' });
    expect(await statusOf(world, await signRecord(world, world.doctorCard))).toMatchObject({
      status: 'good',
    });
    expect(await world.nhi.opening.openings(), 'a test for revocation opens nothing').toEqual([]);
  });

  it('has prescriptions refused at the pharmacy', async () => {
    await scenario.runTo('prescribe');
    expect(await scenario.world.nhi.revokeDoctor(doctorId, 'ordinary')).toBeUndefined();
    const [fetched] = await scenario.world.pharmacy.fetchPrescriptions();
    expect(fetched).toMatchObject({ ok: false, code: 'signer-revoked' });
  });

  it('gets no credential of another epoch', async () => {
    const { nhi } = scenario.world;
    expect(await nhi.revokeDoctor(doctorId, 'severe')).toBeUndefined();
    expect(nhi.publicKeys.groupKey.epoch).toBe(2);
    expect(await nhi.doctors.renewal(doctorId)).toMatchObject({ code: 'doctor-revoked' });
    expect(await nhi.revokeDoctor('D-NOBODY', 'severe')).toMatchObject({ code: 'doctor-unknown' });
    expect(nhi.publicKeys.groupKey.epoch, 'no epoch for nobody').toBe(2);
  });

  it('comes back with another member key on another card', async () => {
    const { world } = scenario;
    const old = await enrolColleague();
    await world.nhi.revokeDoctor(COLLEAGUE, 'severe');
    const fresh = await enrolColleague('readmitted colleague');
    const keys = (await world.nhi.joins.entries()).filter(({ record }) => record.doctorId === COLLEAGUE);
    expect(new Set(keys.map(({ record }) => record.membershipKey.join())).size).toBe(2);
    expect(await statusOf(world, await signRecord(world, fresh.card))).toMatchObject({ status: 'good' });
    expect(await statusOf(world, await signRecord(world, old.card))).toMatchObject({ status: 'revoked' });
  });
});
