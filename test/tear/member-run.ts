/** A doctor's card as a group member: coupons made and spent, none left, more made, a new epoch with coupons left. */

import { type Result, SCENARIO_PINS } from '../../host/index.js';
import type { Scenario } from '../support/scenario.js';
import type { RecordedRun, RunOptions } from './recorded-run.js';
import { recordScenario } from './visit-run.js';

/** More than one transaction wipes at once. */
const COUPONS_AT_RENEWAL = 4;

export function recordMember(seed: number, watch?: RunOptions): Promise<RecordedRun> {
  const play = async (scenario: Scenario): Promise<void> => {
    await scenario.runTo('register doctor');
    const { nhi, doctorCard, input, clock } = scenario.world;
    const sign = async () =>
      must(
        await doctorCard.signAsDoctor('newRecord', {
          messageId: new Uint8Array(16).fill(1),
          recordHash: new Uint8Array(32).fill(2),
          pid: new Uint8Array(16).fill(3),
          visitId: new Uint8Array(16).fill(4),
          hospitalId: input.hospital.id,
          time: clock.now(),
        }),
      );
    must(await doctorCard.refillCoupons(2));
    for (let signatures = 0; signatures < 3; signatures++) await sign();
    must(await doctorCard.select());
    must(await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin));
    must(await doctorCard.refillCoupons(COUPONS_AT_RENEWAL));
    await nhi.beginEpoch();
    const { renewal } = must(await nhi.doctors.renewal(input.doctor.licence));
    must(await doctorCard.renewMembership(renewal));
    await sign();
    must(await doctorCard.makeCoupon());
    await sign();
  };
  return recordScenario('member', { seed }, play, watch);
}

function must<T extends object>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.reason);
  return result;
}
