/** Messages that wait at NHI: kept until the recipient keeps them, whatever gets lost on the line. */

import { beforeAll, describe, expect, it } from 'vitest';
import { LineError } from '../../../host/index.js';
import { during, Scenario } from '../../support/scenario.js';
import { storedByNhi } from '../stored-bytes.js';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.at('update patient card', { seed: 57 });
});

const waiting = async () => (await scenario.pharmacyLine.fetchPrescriptions()).length;
const lost = async (): Promise<never> => {
  throw new LineError('the line is down');
};

describe('a prescription that NHI relays', () => {
  it('waits through a lost answer and a lost acknowledgement, and is worked on once', async () => {
    const { pharmacy } = scenario.world;
    const fetch = () => pharmacy.fetchPrescriptions();
    expect(await waiting()).toBe(1);
    await expect(
      during(scenario.pharmacyLine, () => ({ fetchPrescriptions: lost }), fetch),
    ).rejects.toBeInstanceOf(LineError);
    expect(await waiting()).toBe(1);
    await expect(
      during(scenario.pharmacyLine, () => ({ acknowledgePrescriptions: lost }), fetch),
    ).rejects.toBeInstanceOf(LineError);
    expect(pharmacy.verifiedPrescriptions).toHaveLength(1);
    expect(await waiting(), 'NHI heard nothing').toBe(1);
    expect(await fetch(), 'it was worked on before').toEqual([]);
    expect(await waiting()).toBe(0);
    expect(pharmacy.verifiedPrescriptions).toHaveLength(1);
  });

  it('is fetched once from an NHI that forgets nothing', async () => {
    const { pharmacy } = scenario.world;
    await scenario.again();
    await scenario.runTo('update patient card');
    const forgetful = () => ({ acknowledgePrescriptions: async () => undefined });
    const fetched = await during(scenario.pharmacyLine, forgetful, () => pharmacy.fetchPrescriptions());
    expect(fetched).toMatchObject([{ ok: true }]);
    expect(await waiting()).toBe(1);
    expect(await pharmacy.fetchPrescriptions()).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  it('is forgotten by nobody but its recipient, and leaves nothing in the store', async () => {
    await scenario.again();
    await scenario.runTo('update patient card');
    const [sealed] = await scenario.pharmacyLine.fetchPrescriptions();
    const { nhi, pharmacy } = scenario.world;
    await nhi.pharmacyDoor('OTHER-PH-01').acknowledgePrescriptions([sealed!.messageId]);
    expect(await waiting()).toBe(1);
    expect(await pharmacy.fetchPrescriptions()).toMatchObject([{ ok: true }]);
    const envelope = Buffer.from(sealed!.envelope);
    const kept = (await storedByNhi(scenario.world)).filter(({ bytes }) =>
      Buffer.from(bytes).includes(envelope),
    );
    expect(kept).toEqual([]);
  });
});
