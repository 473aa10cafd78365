/** A clinic without a line: delivered once and in order, whatever the line does; conflicts are told. */

import { beforeAll, expect, it } from 'vitest';
import { type Collection, OfflineClinic, Outbox, openStore, SCENARIO_PINS } from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';

class LineDown extends Error {}
const isDown = (cause: unknown) => cause instanceof LineDown;
let scenario: Scenario;
let outbox: Outbox;
let clinic: OfflineClinic;

beforeAll(async () => {
  scenario = await Scenario.at('refill coupons', { seed: 71 });
  const { hospital, input } = scenario.world;
  outbox = new Outbox(await openStore('memory'));
  clinic = new OfflineClinic({ hospitalId: input.hospital.id, terminal: hospital, outbox });
  await clinic.prepare(scenario.hospitalLine, 3, [input.pharmacy.id]);
});

async function visit() {
  const { patientCard, doctorCard, input } = scenario.world;
  await patientCard.select();
  await doctorCard.select();
  await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
  return clinic.visit(patientCard, doctorCard, input.visit, input.pharmacy.id);
}

it('sends what waits once, though the line breaks after every message, before or after NHI has it', async () => {
  const first = await visit();
  expect(first).toMatchObject({ ok: true, ownRecords: 0 });
  expect(await visit(), 'the card shows the first visit').toMatchObject({ ok: true, ownRecords: 1 });
  const real = scenario.hospitalLine;
  let calls = 0;
  /** Every other call is lost on its way, the others lose their answer. */
  const flaky = <A extends readonly unknown[], R>(call: (...sent: A) => Promise<R>) => {
    return async (...sent: A): Promise<R> => {
      calls++;
      if (calls % 3 === 1) throw new LineDown();
      const answer = await call(...sent);
      if (calls % 3 === 2) throw new LineDown();
      return answer;
    };
  };
  const line = {
    ...real,
    confirmVisit: flaky(real.confirmVisit),
    submitRecord: flaky(real.submitRecord),
    forwardPrescription: flaky(real.forwardPrescription),
  };
  let waiting = 6;
  for (let attempt = 0; attempt < 40 && waiting > 0; attempt++) {
    const delivery = await outbox.deliver(line, isDown);
    expect(delivery.conflicts).toEqual([]);
    waiting = delivery.waiting;
  }
  expect(waiting).toBe(0);
  const { pid } = (await scenario.world.nhi.records.signedRecords(await pidOf()))[0]!;
  expect(await scenario.world.nhi.records.count(pid)).toBe(2);
  expect(await scenario.world.pharmacy.fetchPrescriptions()).toMatchObject([{ ok: true }, { ok: true }]);
});

it('reports what NHI does not take: the challenge is older than twelve hours', async () => {
  expect(await visit()).toMatchObject({ ok: true });
  scenario.world.clock.advance(13 * 3600);
  const { delivered, conflicts, waiting } = await outbox.deliver(scenario.hospitalLine, isDown);
  expect(conflicts.map(({ kind }) => kind)).toEqual(['confirmation', 'record']);
  expect({ delivered, waiting }).toEqual({ delivered: 1, waiting: 0 });
  expect(await outbox.conflicts()).toHaveLength(2);
  expect(await visit()).toMatchObject({ ok: false, code: 'line-down' });
});

it('collects at the pharmacy on the card alone: NHI counts one, and the copy of the card is told as a conflict', async () => {
  const { pharmacy, patientCard, pharmacyCard, clock } = scenario.world;
  const [number] = pharmacy.verifiedPrescriptions;
  const copy = scenario.fork('patient');
  const collect = async () => {
    await patientCard.select();
    await scenario.verifyPins('patient', 'pharmacy');
    return pharmacy.handOverOffline(patientCard, pharmacyCard, number!);
  };
  const [first, again] = [await collect(), await collect()];
  expect(first).toMatchObject({ ok: true });
  expect(again, 'the card repeats its signature').toMatchObject({ code: 'prescription-spent' });
  clock.advance(1);
  scenario.chips.patient = copy;
  const second = await collect();
  expect(second).toMatchObject({ ok: true });
  expect(await pharmacy.reconcile()).toMatchObject([
    { collection: second.ok && second.collection, refused: { code: 'prescription-spent' } },
  ]);
  // sent again, as after a lost answer: the one that counts is told so, the other is not
  expect(
    await scenario.pharmacyLine.commit((first as { collection: Collection }).collection),
  ).toBeUndefined();
  expect(await scenario.pharmacyLine.commit((second as { collection: Collection }).collection)).toMatchObject(
    { code: 'prescription-spent' },
  );
});

async function pidOf(): Promise<Uint8Array> {
  const read = await scenario.world.patientCard.readOwnCertificate();
  if (!read.ok) throw new Error(read.reason);
  return read.certificate.body.pid;
}
