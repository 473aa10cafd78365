/** Least knowledge: what each party stores and what passes between them, searched byte for byte after two visits. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecodedExchange, exchangeToLines, toHex, traceDecoder } from '../../apdu/index.js';
import { CARD_HOLDERS, type CardHolder, SCENARIO_PINS } from '../../host/index.js';
import { Scenario } from '../support/scenario.js';
import { Haystack, sharedPlaces } from './haystack.js';
import { encodings, forms, identifyingTexts } from './needles.js';
import { type StoredValue, storedByNhi, storedValues } from './stored-bytes.js';

const SEED = 41;
const EXAMPLE = 'acute-bronchitis';

type Exchange = { readonly holder: CardHolder; readonly command: Uint8Array; readonly response: Uint8Array };
type Prescribed = { readonly prescriptionId: Uint8Array; readonly pid: Uint8Array };

let scenario: Scenario;
const exchanges: Exchange[] = [];
/** Arguments and answers of every call to NHI by the hospital and by the pharmacy. */
const calls = { hospital: [] as StoredValue[], pharmacy: [] as StoredValue[] };
const prescribed: Prescribed[] = [];
let searches = 0;
let bytes = 0;

/** Notes everything that passes through a door. */
function listen(line: object, to: StoredValue[]): void {
  for (const [name, method] of Object.entries(line) as [string, (...sent: unknown[]) => unknown][]) {
    Object.assign(line, {
      [name]: (...sent: unknown[]) => {
        to.push(...storedValues(sent).map((value) => ({ ...value, place: `${name} asked${value.place}` })));
        const answer = method(...sent);
        void Promise.resolve(answer).then((value) => {
          to.push(
            ...storedValues([value]).map((found) => ({ ...found, place: `${name} answered${found.place}` })),
          );
        });
        return answer;
      },
    });
  }
}

beforeAll(async () => {
  scenario = await Scenario.make({ seed: SEED, example: EXAMPLE });
  listen(scenario.hospitalLine, calls.hospital);
  listen(scenario.pharmacyLine, calls.pharmacy);
  for (const holder of CARD_HOLDERS) {
    const transmit = scenario.cardLines[holder];
    scenario.cardLines[holder] = async (command) => {
      const response = await transmit(command);
      exchanges.push({ holder, command, response });
      return response;
    };
  }
  await scenario.runToEnd();
  prescribed.push({ ...scenario.prescription, pid: scenario.visit.pid });
});
afterAll(() => {
  console.log(`least knowledge: ${searches} searches in ${bytes} bytes (seed ${SEED})`);
});

/** What a holder's card remembers: raw flash, the memory as its programs see it, RAM. */
function cardBytes(holder: CardHolder): StoredValue[] {
  const { nvm } = scenario.chips[holder];
  const image = scenario.chips[holder].image();
  return [
    { place: `${holder}: flash`, bytes: image.nvm },
    { place: `${holder}: memory`, bytes: nvm.read(0, nvm.capacity) },
    { place: `${holder}: RAM`, bytes: image.ram },
  ];
}

/** APDUs of a card, one after the other, and its data fields put together across chains. */
function traffic(holder: CardHolder): StoredValue[] {
  const own = exchanges.filter((exchange) => exchange.holder === holder);
  return [
    ...own.flatMap(({ command, response }, i) => [
      { place: `${holder}: command ${i}`, bytes: command },
      { place: `${holder}: response ${i}`, bytes: response },
    ]),
    { place: `${holder}: data sent`, bytes: Buffer.concat(own.map(({ command }) => command.subarray(5))) },
    {
      place: `${holder}: data answered`,
      bytes: Buffer.concat(own.map(({ response }) => response.subarray(0, -2))),
    },
  ];
}

function search(values: readonly StoredValue[], needles: readonly Uint8Array[]): string[] {
  const haystack = new Haystack(values);
  searches += needles.length;
  bytes += haystack.bytes;
  return haystack.find(needles);
}

/** Everything of an institution or on a line, but NHI's own store. */
const parties = {
  'the hospital terminal': () => storedValues(scenario.world.hospital),
  'the pharmacy': () => storedValues(scenario.world.pharmacy),
  'the line from hospital to NHI': () => calls.hospital,
  'the line from pharmacy to NHI': () => calls.pharmacy,
  "the patient's card": () => cardBytes('patient'),
  "the pharmacy's card": () => cardBytes('pharmacy'),
  "the line to the patient's card": () => traffic('patient'),
  "the line to the doctor's card": () => traffic('doctor'),
  "the line to the pharmacy's card": () => traffic('pharmacy'),
} as const;
type Party = keyof typeof parties;
const PARTIES = Object.keys(parties) as Party[];

describe('names and national identifiers', () => {
  it("of the patient stand in NHI's register, where the search finds them", async () => {
    const { nationalId, name } = scenario.world.input.patient;
    const store = await storedByNhi(scenario.world);
    expect(search(store, [Buffer.from(nationalId)])).not.toEqual([]);
    expect(search(store, [Buffer.from(name)])).not.toEqual([]);
  });

  it.each(PARTIES)('of the patient and the doctor do not reach %s', (party) => {
    const texts = [...identifyingTexts(EXAMPLE, 'patient'), ...identifyingTexts(EXAMPLE, 'doctor')];
    expect(texts.length).toBeGreaterThan(8);
    // ID_D stands on the doctor's own card and nowhere else.
    const { licence } = scenario.world.input.doctor;
    const needles = texts.filter((text) => party !== "the line to the doctor's card" || text !== licence);
    const values = parties[party]();
    expect(values.length).toBeGreaterThan(0);
    expect(search(values, needles.flatMap(encodings))).toEqual([]);
  });

  it("of the patient are not on the doctor's card; of the doctor only ID_D is, in its one place", () => {
    const { licence } = scenario.world.input.doctor;
    const texts = [...identifyingTexts(EXAMPLE, 'patient'), ...identifyingTexts(EXAMPLE, 'doctor')].filter(
      (text) => text !== licence,
    );
    expect(search(cardBytes('doctor'), texts.flatMap(encodings))).toEqual([]);
    const card = scenario.chips.doctor;
    const owners = card.owners.nvm.filter(({ offset, length }) =>
      Buffer.from(card.nvm.read(offset, length)).includes(licence),
    );
    expect(owners.map(({ name }) => name)).toEqual(['doctor identifier']);
  });
});

describe('the doctor', () => {
  it("leaves nothing of the card's own with the patient's card, the pharmacy, or the hospital's messages", () => {
    const card = scenario.chips.doctor;
    const own = card.owners.nvm
      .filter(({ name }) =>
        /^(card serial|identity key|group: (membership|credential|hint|member)|doctor identifier)/.test(name),
      )
      .map(({ offset, length }) => content(card.nvm.read(offset, length)));
    expect(own.length).toBeGreaterThanOrEqual(8);
    for (const value of own) expect(value.length).toBeGreaterThan(4);
    for (const party of [
      "the patient's card",
      'the pharmacy',
      'the hospital terminal',
      'the line from hospital to NHI',
      'the line from pharmacy to NHI',
      "the line to the patient's card",
    ] as const) {
      expect(search(parties[party](), own.flatMap(forms)), party).toEqual([]);
    }
  });
});

describe('prescription numbers', () => {
  it('never stand in the clear in what NHI stores, nor in what the hospital sends or keeps', async () => {
    const needles = prescribed.flatMap(({ prescriptionId }) => forms(prescriptionId));
    expect(search(await storedByNhi(scenario.world), needles)).toEqual([]);
    expect(search(calls.hospital, needles)).toEqual([]);
    expect(search(storedValues(scenario.world.hospital), needles)).toEqual([]);
    // the search would find it: the pharmacy, the patient's card and the pharmacy's questions hold it
    expect(search(storedValues(scenario.world.pharmacy), needles)).not.toEqual([]);
    expect(search(cardBytes('patient'), needles)).not.toEqual([]);
    expect(search(calls.pharmacy, needles)).not.toEqual([]);
  });
});

describe('sealed messages', () => {
  it('show an identifier and nothing else beside the envelope', () => {
    const shown = calls.hospital.filter(({ place }) =>
      /^(confirmVisit|submitRecord|forwardPrescription) asked/.test(place),
    );
    const fields = new Set(shown.map(({ place }) => place.replace(/asked\.\d+/, '')));
    expect([...fields].sort()).toEqual([
      'confirmVisit .challenge',
      'confirmVisit .replyKey',
      'confirmVisit .request.envelope',
      'confirmVisit .request.messageId',
      'confirmVisit .signature.epoch',
      'confirmVisit .signature.groupSignature',
      'confirmVisit .signature.suite',
      'forwardPrescription .envelope',
      'forwardPrescription .expiry',
      'forwardPrescription .messageId',
      'forwardPrescription .numberHash',
      'forwardPrescription .pharmacyId',
      'forwardPrescription .pid',
      'forwardPrescription .repeats',
      'submitRecord .envelope',
      'submitRecord .messageId',
    ]);
    // The relay sees the pseudonym beside the sealed prescription (eq. 10), but not in what it seals.
    const sealed = shown.filter(({ place }) => /envelope|messageId/.test(place));
    expect(
      search(
        sealed,
        prescribed.flatMap(({ pid }) => forms(pid)),
      ),
    ).toEqual([]);
  });
});

describe('secrets in the trace', () => {
  it('no PIN, no PUK, no private key stands in the decoded text, though the bytes on the line hold some', () => {
    const decoders = new Map(CARD_HOLDERS.map((holder) => [holder, traceDecoder()]));
    const decoded: DecodedExchange[] = [];
    for (const { holder, command, response } of exchanges)
      decoded.push(...decoders.get(holder)!.feed(command, response));
    for (const decoder of decoders.values()) decoded.push(...decoder.flush());
    const lines = decoded.flatMap(exchangeToLines).join('\n');
    const texts = [lines, JSON.stringify(decoded)].map((text, i) => ({
      place: `trace ${i}`,
      bytes: Buffer.from(text),
    }));
    const pins = Object.values(SCENARIO_PINS).flatMap(({ pin, puk }) => [Buffer.from(pin), Buffer.from(puk)]);
    const keys = CARD_HOLDERS.flatMap((holder) => privateKeys(holder));
    expect(keys.length).toBeGreaterThanOrEqual(9);
    // lines show the first bytes of a value only, so the beginning of a key is what to look for
    const needles = [...pins, ...keys.map((key) => key.subarray(0, 8))].flatMap(forms);
    expect(search(texts, needles)).toEqual([]);
    expect(decoded.length).toBeGreaterThan(40);
    expect(lines).toContain('secret,');
    expect(search(CARD_HOLDERS.flatMap(traffic), [...pins])).not.toEqual([]);
  });

  it('keys that a card made are not even in the bytes on its line', () => {
    const made = CARD_HOLDERS.flatMap((holder) => privateKeys(holder, /: secret$|member key sk|hint key/));
    expect(made.length).toBeGreaterThanOrEqual(6);
    expect(search(CARD_HOLDERS.flatMap(traffic), made)).toEqual([]);
  });
});

/** Values of owners that are private keys; empty ones, as a pharmacy's group membership, are left out. */
function privateKeys(holder: CardHolder, names = /: secret$|role key|member key sk|hint key/): Uint8Array[] {
  const { nvm, owners } = scenario.chips[holder];
  return owners.nvm
    .filter(({ name }) => names.test(name))
    .map(({ offset, length }) => content(nvm.read(offset, length)))
    .filter((value) => value.length > 0);
}

/** The value of an owner: what two bytes of length announce, or all of it for a field of fixed length. */
function content(owned: Uint8Array): Uint8Array {
  const length = (owned[0]! << 8) | owned[1]!;
  return length <= owned.length - 2 ? owned.subarray(2, 2 + length) : owned;
}

/** What stands below a place of a party's store, with places from there. */
function below(party: object, prefix: string): StoredValue[] {
  const found = storedValues(party).filter(({ place }) => place.startsWith(prefix));
  if (found.length === 0) throw new Error(`nothing is stored at ${prefix}`);
  return found.map((value) => ({ ...value, place: value.place.slice(prefix.length) }));
}

/** A verified prescription at the pharmacy: the message of eq. 10. */
function verified(prescriptionId: Uint8Array): StoredValue[] {
  return below(scenario.world.pharmacy, `.verified[${toHex(prescriptionId)}].message`);
}

describe('a record at NHI and the prescription of the same visit', () => {
  it('share the pseudonym and what the patient takes, no other bytes (eq. 9, 10)', async () => {
    const { world, prescription, visit } = scenario;
    const [kept] = await world.nhi.records.signedRecords(visit.pid);
    const record = storedValues(kept!);
    const shared = sharedPlaces(record, verified(prescription.prescriptionId), 6);
    bytes += shared.bytes;
    searches++;
    expect(shared.places).toEqual(['.pid', '.record', '.statement.pid']);
    expect(shared.compared).toContain('.signature.groupSignature');
  });
});

describe('two prescriptions of one doctor for two patients', () => {
  it('share no bytes at the pharmacy but what every prescription of the day and kind has', async () => {
    const { prescription } = scenario;
    const first = verified(prescription.prescriptionId);
    scenario.chips.patient = (await scenario.enrolAnother('Z100000001')).chip;
    await scenario.again();
    await scenario.runTo('verify prescription');
    const second = verified(scenario.prescription.prescriptionId);
    const { doctor, hospital } = scenario.world.input;
    const needles = [doctor.licence, hospital.id].flatMap((text) => forms(Buffer.from(text)));
    expect(search([...first, ...second], needles)).toEqual([]);
    const shared = sharedPlaces(first, second, 6);
    bytes += shared.bytes;
    searches++;
    expect(shared.places).toEqual([
      '.certificate.body.issuerReference',
      '.prescription',
      '.statement.pharmacyId',
    ]);
    for (const place of ['.signature.groupSignature', '.statement.prescriptionId', '.statement.messageId'])
      expect(shared.compared).toContain(place);
  });
});
