/** Scenarios of the host's world, recorded: a visit, and what holders do to their PINs afterwards. */

import type { PATIENT_APPLICATION } from '../../apdu/index.js';
import { CARD_HOLDERS, type CardHolder, SCENARIO_PINS, seededRng } from '../../host/index.js';
import { Scenario, type ScenarioOptions } from '../support/scenario.js';
import { apdusOf } from '../support/transmit.js';
import { RecordedRun, type RunOptions, specOf } from './recorded-run.js';

/**
 * Records what `play` does with the cards of a world, from the blank cards on. A scenario of another
 * feature calls this with the phases and the host's calls that use it.
 */
export async function recordScenario(
  name: string,
  options: ScenarioOptions,
  play: (scenario: Scenario, run: RecordedRun) => Promise<void>,
  watch: RunOptions = {},
): Promise<RecordedRun> {
  const scenario = await Scenario.make(options);
  const blank = (holder: CardHolder) => {
    const rng = seededRng(scenario.seed, `chip of the ${holder}'s card`);
    // from the factory: the flash holds the transport keys and nothing else
    const { nvm } = scenario.chips[holder].image();
    return { nvm, random: (length: number) => rng.bytes(length) };
  };
  const blanks = Object.fromEntries(CARD_HOLDERS.map((holder) => [holder, blank(holder)]));
  const run = new RecordedRun(`${name}, seed ${scenario.seed}`, blanks, {
    ...watch,
    limits: scenario.limits,
  });
  for (const holder of CARD_HOLDERS) {
    scenario.chips[holder] = run.chips[holder]!;
    scenario.cardLines[holder] = async (apdu) => run.transmit(holder, apdu);
  }
  await play(scenario, run);
  return run;
}

/** The whole visit of an example, and what holders do to their PINs. */
export function recordVisit(options: ScenarioOptions, watch?: RunOptions): Promise<RecordedRun> {
  const name = `visit: ${options.example ?? 'acute-bronchitis'}`;
  const play = async (scenario: Scenario, run: RecordedRun): Promise<void> => {
    await scenario.runToEnd();
    for (const holder of CARD_HOLDERS) maintainPin(run, holder);
  };
  return recordScenario(name, options, play, watch);
}

/** A wrong PIN, a change of the PIN, a wrong PUK and a reset with the right one. */
function maintainPin(run: RecordedRun, holder: CardHolder): void {
  const { commands, aid } = specOf(holder) as typeof PATIENT_APPLICATION;
  const text = (value: string) => Uint8Array.from(Buffer.from(value));
  const p2 = 'holder PIN' as const;
  const pin = text(SCENARIO_PINS[holder].pin);
  const puk = text(SCENARIO_PINS[holder].puk);
  const wrongPin = text('0000');
  const newPin = text('7351');
  const wrongPuk = text('00000000');
  const aidBytes = Uint8Array.from(Buffer.from(aid, 'hex'));
  const select = apdusOf(commands.select, { p1: 'by application identifier', p2: 'nothing', data: aidBytes });
  for (const apdus of [
    apdusOf(commands.verify, { p2, data: wrongPin }),
    apdusOf(commands.changeReferenceData, { p2, data: { current: wrongPin, replacement: newPin } }),
    apdusOf(commands.changeReferenceData, { p2, data: { current: pin, replacement: newPin } }),
    apdusOf(commands.verify, { p2, data: pin }),
    apdusOf(commands.resetRetryCounter, { p2, data: { puk: wrongPuk, replacement: newPin } }),
    apdusOf(commands.resetRetryCounter, { p2, data: { puk, replacement: pin } }),
    [...apdusOf(commands.verify, { p2, data: pin }), ...apdusOf(commands.verify, { p2 })],
  ]) {
    // Each on its own, so that repeating what came before does not spend tries.
    for (const apdu of [...select, ...apdus]) run.transmit(holder, apdu);
  }
}
