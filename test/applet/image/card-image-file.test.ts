import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../apdu/index.js';
import {
  CARD_IMAGE_FORMAT,
  type Card,
  type CardKind,
  type CardLimits,
  encodeCardImage,
  type MismatchFault,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
  parseCardImage,
  restoreCard,
  type SavedCard,
  savedCardOf,
  sealFile,
  wearOf,
} from '../../../applet/index.js';
import { loadAllProfiles, memoryBudget } from '../../../perf/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { cardOf, personalisePatient, personaliseProfessional } from '../../support/personalised-card.js';
import { PeerSession } from '../../support/professional-peer.js';
import { seededBytes } from '../../support/seeded-random.js';
import { collectApdus, collectInput, verifyPin } from '../../support/visit.js';

const HEADER_BYTES = 18;
const DIGEST_BYTES = 32;

function throughFile(card: Card): SavedCard {
  const read = parseCardImage(encodeCardImage(savedCardOf(card, 'test', false)));
  if (!read.ok) throw new Error(read.fault.kind);
  return read.value;
}

function sameImage(a: Card, b: Card): boolean {
  const [one, other] = [a.image(), b.image()];
  return equalBytes(one.nvm, other.nvm) && equalBytes(one.ram, other.ram) && one.powered === other.powered;
}

function restored(saved: SavedCard, kind: CardKind, limits: CardLimits = DEFAULT_LIMITS) {
  const ports = { limits, engine: nobleEngine, random: seededBytes(2, 'card') };
  return restoreCard(saved, kind, ports);
}

function mismatch(saved: SavedCard, kind: CardKind, limits?: CardLimits): MismatchFault {
  const result = restored(saved, kind, limits);
  if (result.ok) throw new Error('the image was accepted');
  return result.fault;
}

describe('a card image file', () => {
  const patient = personalisePatient();
  verifyPin(patient.transmit);

  it.each([
    ['a blank card without power', cardOf(PATIENT_CARD), PATIENT_CARD],
    ['a patient card within a session', patient.card, PATIENT_CARD],
    ['a professional card', personaliseProfessional('doctor').card, PROFESSIONAL_CARD],
  ])('gives back %s, its wear and its power', (_, card, kind) => {
    const file = encodeCardImage(savedCardOf(card, 'test', false));
    const result = restored(throughFile(card), kind);
    if (!result.ok) throw new Error(result.fault.kind);
    expect(sameImage(result.card, card)).toBe(true);
    expect(wearOf(result.card.nvm.flash)).toEqual(wearOf(card.nvm.flash));
    expect(equalBytes(encodeCardImage(savedCardOf(result.card, 'test', false)), file)).toBe(true);
  });

  it('goes on within the session that it was saved in, byte for byte', () => {
    const result = restored(throughFile(patient.card), PATIENT_CARD);
    if (!result.ok) throw new Error(result.fault.kind);
    const other = patient.card.fork();
    const commands = [
      ...['00B0810000', '00B2011C00', '00CA006E00', '0084000010', '00A4040C06F0494D495301'].map((hex) =>
        Uint8Array.from(Buffer.from(hex, 'hex')),
      ),
      ...collectApdus(collectInput(new Uint8Array(16), 1), new PeerSession(new Uint8Array(32))),
    ];
    let bytes = 0;
    for (const command of commands) {
      if (command[1] === 0x84) continue; // draws random numbers, which are not part of the image
      const response = result.card.process(command.slice());
      expect(response).toEqual(other.process(command.slice()));
      bytes += response.length;
    }
    expect(sameImage(result.card, other)).toBe(true);
    console.log(`${commands.length} commands, ${bytes} response bytes agree`);
  });

  it('is refused by the other kind of card', () => {
    const saved = throughFile(patient.card);
    expect(mismatch(saved, PROFESSIONAL_CARD)).toEqual({
      kind: 'other application',
      found: 'patient',
      expected: 'professional',
    });
  });

  it('is refused when any limit is another one', () => {
    const saved = throughFile(patient.card);
    const limits = Object.keys(DEFAULT_LIMITS) as (keyof CardLimits)[];
    for (const limit of limits) {
      const value = DEFAULT_LIMITS[limit];
      const expected = typeof value === 'boolean' ? !value : value + 1;
      const fault = mismatch(saved, PATIENT_CARD, { ...DEFAULT_LIMITS, [limit]: expected });
      expect(fault).toEqual({ kind: 'other limit', limit, found: value, expected });
    }
    console.log(`${limits.length} limits compared`);
  });

  it('is refused by every other profile', () => {
    const budgets = loadAllProfiles().map((profile) => memoryBudget(profile));
    let refused = 0;
    for (const from of budgets) {
      const saved = throughFile(cardOf(PATIENT_CARD, { limits: from }));
      for (const to of budgets) {
        const result = restored(saved, PATIENT_CARD, to);
        expect(result.ok).toBe(from === to);
        if (!result.ok) refused++;
      }
    }
    console.log(`${budgets.length} profiles, ${refused} pairs refused`);
    expect(refused).toBe(budgets.length * (budgets.length - 1));
    expect(budgets.length).toBe(13);
  });

  it('is refused by programs that keep their data elsewhere', () => {
    const saved = throughFile(patient.card);
    const moved: CardKind = {
      ...PATIENT_CARD,
      makeApplication(os, spec) {
        os.memory.field('something new', 1);
        return PATIENT_CARD.makeApplication(os, spec);
      },
    };
    expect(mismatch(saved, moved)).toEqual({ kind: 'other layout' });
    const small = { ...DEFAULT_LIMITS, nvmBytes: 26 * DEFAULT_LIMITS.pageBytes };
    const nvm = new Uint8Array(26 * (DEFAULT_LIMITS.pageBytes + 16)).fill(0xff);
    expect(
      mismatch({ ...saved, limits: small, image: { ...saved.image, nvm } }, PATIENT_CARD, small),
    ).toEqual({
      kind: 'other layout',
    });
  });

  it('with right checksums but memories of other sizes is damaged', () => {
    const saved = savedCardOf(cardOf(PATIENT_CARD), 'test', false);
    const { image, wear } = saved;
    const odd: SavedCard[] = [
      { ...saved, image: { ...image, nvm: image.nvm.subarray(1) } },
      { ...saved, image: { ...image, ram: image.ram.subarray(1) } },
      { ...saved, wear: { ...wear, erases: wear.erases.subarray(1) } },
      { ...saved, wear: { ...wear, programs: wear.programs.subarray(1) } },
      { ...saved, limits: { ...saved.limits, pageBytes: 0 } },
      { ...saved, limits: { ...saved.limits, nvmBytes: saved.limits.nvmBytes * 2 } },
    ];
    for (const changed of odd) {
      expect(parseCardImage(encodeCardImage(changed))).toMatchObject({
        ok: false,
        fault: { kind: 'damaged' },
      });
    }
  });

  it('cut short anywhere in its content is damaged even with right checksums', () => {
    const limits = { ...DEFAULT_LIMITS, nvmBytes: 80 * 128, ramBytes: 1_700 };
    const file = encodeCardImage(savedCardOf(cardOf(PATIENT_CARD, { limits }), 'test', true));
    const content = file.slice(HEADER_BYTES, file.length - DIGEST_BYTES);
    expect(parseCardImage(sealFile(CARD_IMAGE_FORMAT, content)).ok).toBe(true);
    let cuts = 0;
    for (let length = 0; length < content.length; length += length < 200 ? 1 : 97) {
      const cut = parseCardImage(sealFile(CARD_IMAGE_FORMAT, content.subarray(0, length)));
      expect(cut).toMatchObject({ ok: false, fault: { kind: 'damaged' } });
      cuts++;
    }
    console.log(`${cuts} cuts of ${content.length} bytes`);
  });
});
