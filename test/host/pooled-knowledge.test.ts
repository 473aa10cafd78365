/** Several parties put together what they store: two patients, one doctor, a pharmacy, an insurer, an emergency (PROTOCOL 4). */

import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../apdu/index.js';
import { captured, enrolmentRecord, INSURERS } from '../../host/index.js';
import { Scenario } from '../support/scenario.js';
import { Haystack, sharedPlaces } from './haystack.js';
import { encodings, forms, identifyingTexts } from './needles.js';
import { type StoredValue, storedValues } from './stored-bytes.js';

const EXAMPLE = 'acute-bronchitis';
const WINDOW = 6;
type Case = { readonly pid: Uint8Array; readonly prescriptionId: Uint8Array; readonly claimId: Uint8Array };

let scenario: Scenario;
const cases: Case[] = [];

beforeAll(async () => {
  scenario = await Scenario.make({ seed: 43, example: EXAMPLE });
  await scenario.runTo('verify prescription');
  await claim(5_000);
  const { nhi, emergencyRoom, doctorCard } = scenario.world;
  await nhi.fingerprints.enrol(scenario.visit.pid, enrolmentRecord('patient'));
  await scenario.verifyPins('doctor');
  const asked = await emergencyRoom.identify(doctorCard, captured('patient'), 'unconscious');
  expect(asked).toMatchObject({ ok: true, extract: { outcome: 'identified' } });
  scenario.chips.patient = (await scenario.enrolAnother('Z100000001')).chip;
  await scenario.again();
  await scenario.runTo('verify prescription');
  await claim(7_000);
});

/** Eq. 12 for the visit that is under way, paid by the insurer. */
async function claim(total: number): Promise<void> {
  const { claimOffice, patientCard, doctorCard, insurers } = scenario.world;
  await scenario.verifyPins('patient', 'doctor');
  const item = { item: 1, total, diagnosis: 'J20.9' };
  expect(await claimOffice.claim(patientCard, doctorCard, scenario.visit, INSURERS[0], item)).toMatchObject({
    ok: true,
  });
  const [paid] = await insurers[0].fetchClaims();
  if (!paid?.ok) throw new Error('the claim was not paid');
  const { pid, claimId } = paid.claim.message.statement;
  cases.push({ pid, claimId, prescriptionId: scenario.prescription.prescriptionId });
}

/** Everything that the institutions keep, but NHI. */
function pool(): StoredValue[] {
  const { hospital, claimOffice, emergencyRoom, pharmacy, insurers } = scenario.world;
  const parties = { hospital, claimOffice, emergencyRoom, pharmacy, insurers: [...insurers] };
  return Object.entries(parties).flatMap(([name, party]) =>
    storedValues(party).map((value) => ({ ...value, place: `${name}${value.place}` })),
  );
}

const search = (values: readonly StoredValue[], needles: readonly Uint8Array[]): string[] =>
  new Haystack(values).find(needles);

/** What stands below a place, with places from there. */
function below(values: readonly StoredValue[], part: string): StoredValue[] {
  const found = values.filter(({ place }) => place.includes(part));
  if (found.length === 0) throw new Error(`nothing is stored at ${part}`);
  return found.map((value) => ({
    ...value,
    place: value.place.slice(value.place.indexOf(part) + part.length),
  }));
}
const claimOf = ({ claimId }: Case): StoredValue[] => below(pool(), `.paid[${toHex(claimId)}].message`);
const prescriptionOf = ({ prescriptionId }: Case): StoredValue[] =>
  below(pool(), `.verified[${toHex(prescriptionId)}].message`);

describe('what hospital, emergency room, pharmacy and insurer keep, pooled', () => {
  it('tells the pseudonym of a patient at pharmacy and insurer, which links the two', () => {
    for (const { pid } of cases) {
      const places = search(pool(), [pid]);
      expect(places.some((place) => place.startsWith('pharmacy'))).toBe(true);
      expect(places.some((place) => place.startsWith('insurers'))).toBe(true);
    }
  });

  it('tells no name, number, address or day of birth of patient or doctor', () => {
    const texts = [...identifyingTexts(EXAMPLE, 'patient'), ...identifyingTexts(EXAMPLE, 'doctor')];
    expect(texts.length).toBeGreaterThan(8);
    expect(search(pool(), texts.flatMap(encodings))).toEqual([]);
  });

  it("tells nothing of the doctor's card", () => {
    const card = scenario.chips.doctor;
    const own = card.owners.nvm
      .filter(({ name }) =>
        /^(card serial|identity key|group: (membership|credential|hint|member)|doctor identifier)/.test(name),
      )
      .map(({ offset, length }) => card.nvm.read(offset, length))
      .map((value) => value.subarray(2, 2 + ((value[0]! << 8) | value[1]!)))
      .filter((value) => value.length > 4);
    expect(own.length).toBeGreaterThanOrEqual(4);
    expect(search(pool(), own.flatMap(forms))).toEqual([]);
  });

  it('tells the insurer no prescription number, and the pharmacy no claim', () => {
    const { insurers, pharmacy } = scenario.world;
    for (const { prescriptionId, claimId } of cases) {
      expect(search(storedValues([...insurers]), forms(prescriptionId))).toEqual([]);
      expect(search(storedValues(pharmacy), forms(claimId))).toEqual([]);
      expect(search(storedValues([...insurers]), forms(claimId))).not.toEqual([]);
    }
  });
});

describe('two cases of one doctor, of two patients', () => {
  it('share at the insurer only what every claim of the day and kind has', () => {
    const [first, second] = cases as [Case, Case];
    const shared = sharedPlaces(claimOf(first), claimOf(second), WINDOW);
    expect(shared.places).toEqual([
      '.certificate.body.issuerReference',
      '.claim',
      '.consent.insurerId',
      '.statement.insurerId',
    ]);
    expect(shared.compared).toContain('.signature.groupSignature');
  });

  it('share between insurer and pharmacy nothing of the doctor', () => {
    const [first, second] = cases as [Case, Case];
    const shared = sharedPlaces(claimOf(first), prescriptionOf(second), WINDOW);
    // NHI's reference, and words that every FHIR document has
    expect(shared.places).toEqual(['.certificate.body.issuerReference', '.claim']);
    const { doctor, hospital } = scenario.world.input;
    const needles = [doctor.licence, hospital.id].flatMap((text) => forms(Buffer.from(text)));
    const both = cases.flatMap((each) => [...claimOf(each), ...prescriptionOf(each)]);
    expect(search(both, needles)).toEqual([]);
  });
});

describe('claim and prescription of one visit', () => {
  it('share the pseudonym and the certificate that carries it, and no other bytes', () => {
    const [first] = cases as [Case, Case];
    const shared = sharedPlaces(claimOf(first), prescriptionOf(first), WINDOW);
    expect(shared.places).toEqual([
      ...['decryptionKey', 'delegationKey', 'issuerReference', 'pid', 'serial', 'signingKey'].map(
        (field) => `.certificate.body.${field}`,
      ),
      '.certificate.signature',
      '.claim',
      '.statement.pid',
    ]);
    expect(shared.compared).toContain('.signature.groupSignature');
  });
});
