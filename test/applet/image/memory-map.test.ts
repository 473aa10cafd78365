import { describe, expect, it } from 'vitest';
import {
  type MemoryMap,
  memoryMapsOf,
  memoryShares,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
} from '../../../applet/index.js';
import { loadAllProfiles, memoryBudget } from '../../../perf/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { AUTHORITY, cardOf, PATIENT_AID, personalisePatient } from '../../support/personalised-card.js';
import { ProfessionalPeer } from '../../support/professional-peer.js';
import { selectApplication } from '../../support/transmit.js';
import { agreeOnNumber, VISIT, verifyPin } from '../../support/visit.js';

function assertComplete({ capacityBytes, ranges }: MemoryMap): void {
  let end = 0;
  for (const { name, offset, length } of ranges) {
    expect(offset, name).toBe(end);
    expect(length, name).toBeGreaterThan(0);
    end += length;
  }
  expect(end).toBe(capacityBytes);
}

describe('the memory map', () => {
  it('gives every byte of every profile to exactly one range', () => {
    const profiles = loadAllProfiles();
    let ranges = 0;
    for (const profile of profiles) {
      const limits = memoryBudget(profile);
      for (const kind of [PATIENT_CARD, PROFESSIONAL_CARD]) {
        const maps = memoryMapsOf(cardOf(kind, { limits }));
        expect([maps.nvm.capacityBytes, maps.ram.capacityBytes]).toEqual([limits.nvmBytes, limits.ramBytes]);
        for (const map of [maps.nvm, maps.ram]) {
          assertComplete(map);
          const sum = memoryShares(map).reduce((total, { bytes }) => total + bytes, 0);
          expect(sum).toBe(map.capacityBytes);
          ranges += map.ranges.length;
        }
      }
    }
    console.log(`${profiles.length} profiles, ${ranges} ranges`);
    expect(profiles.length).toBe(13);
  });

  it('names whose bytes they are', () => {
    const maps = memoryMapsOf(cardOf(PATIENT_CARD));
    const shares = [...memoryShares(maps.nvm), ...memoryShares(maps.ram)];
    expect(shares.map(({ owner, use }) => `${owner}: ${use}`).sort()).toEqual([
      'nobody: free',
      'operating system: APDU buffer',
      'operating system: arena',
      'operating system: clear on deselect',
      'operating system: clear on reset',
      'operating system: memory manager',
      'operating system: persistent',
      'patient: clear on deselect',
      'patient: persistent',
      'pkcs15: persistent',
      'readout: persistent',
    ]);
    const buffer = maps.ram.ranges.find(({ name }) => name === 'APDU buffer');
    expect(buffer).toMatchObject({ length: DEFAULT_LIMITS.apduBufferBytes, use: 'APDU buffer' });
  });

  it('leaves the end of NVM that is no whole page to nobody', () => {
    const limits = { ...DEFAULT_LIMITS, nvmBytes: 100 * 128 + 77 };
    const last = memoryMapsOf(cardOf(PATIENT_CARD, { limits })).nvm.ranges.at(-1);
    expect(last).toMatchObject({ kind: 'nobody', use: 'less than a page', offset: 12_800, length: 77 });
  });

  it('says "clear on deselect" of what a selection wipes, and of all RAM that a reset wipes', () => {
    const { card, transmit } = personalisePatient();
    selectApplication(transmit, PATIENT_AID);
    agreeOnNumber(transmit, VISIT, new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit));
    verifyPin(transmit);
    const bytesOf = (use: string) =>
      card.owners.ram
        // The selection that wipes the others is itself what is kept of it.
        .filter(({ segment, name }) => segment === use && !name.endsWith('application selected'))
        .flatMap(({ offset, length }) => [...card.image().ram.subarray(offset, offset + length)]);
    expect(bytesOf('clear on deselect').some((byte) => byte !== 0)).toBe(true);
    selectApplication(transmit, PATIENT_AID);
    const wiped = bytesOf('clear on deselect');
    expect(wiped.every((byte) => byte === 0)).toBe(true);
    expect(bytesOf('clear on reset').some((byte) => byte !== 0)).toBe(true);
    card.reset();
    expect(card.image().ram.every((byte) => byte === 0)).toBe(true);
    console.log(`${wiped.length} bytes are cleared on deselect`);
  });
});
