/** PINs: a wrong value spends a try and says how many are left; without tries not even the right one counts. */

import { type CommandSpec, type PinSpec, SW } from '../../apdu/index.js';
import { checkStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';
import type { Bench } from './bench.js';
import { sendCommand } from './command-sender.js';
import { kebab, type Plan } from './maker.js';

/** No PIN of a test card; as many of them as the PIN is long. */
const WRONG = 0x5a;

/** For each PIN that the command proves and the suite knows. */
export function pinPlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  if (command.proves !== 'pin' || command.data.kind !== 'bytes') return [];
  const { p2 } = command;
  const references = p2.kind === 'enum' ? Object.values(p2.values) : p2.kind === 'constant' ? [p2.value] : [];
  return Object.entries(bench.application.pins)
    .filter(([id, pin]) => references.includes(pin.reference) && bench.proves({ pin: id }, 'operational'))
    .map(([id, pin]) => ({
      name: `tries-of-${kebab(id)}`,
      title: `the ${pin.tries} tries of the ${pin.name} are counted down, and then it is blocked`,
      clause: `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (63Cx, 6983)`,
      state: 'operational',
      proofs: [],
      destroys: `blocks the ${pin.name}`,
      run: (card) => spendTries(card, bench, command, id, pin),
    }));
}

async function spendTries(
  card: TestCard,
  bench: Bench,
  command: CommandSpec,
  id: string,
  pin: PinSpec,
): Promise<void> {
  const p1 = command.p1.kind === 'constant' ? command.p1.value : 0;
  const sent = { p1, p2: pin.reference, data: new Uint8Array(pin.minLength).fill(WRONG) };
  for (let left = pin.tries - 1; left >= 0; left--) {
    // the last wrong value may be answered by the count or by the block (table 6)
    const allowed = left === 0 ? [SW.counter.sw, SW.authenticationMethodBlocked] : [SW.counter.sw | left];
    checkStatus(await sendCommand(card, command, sent), ...allowed);
  }
  checkStatus(await sendCommand(card, command, sent), SW.authenticationMethodBlocked);
  const proven = await bench
    .reach('operational', [{ pin: id }])
    .prepare(card)
    .then(
      () => true,
      () => false,
    );
  expectThat(!proven, `the ${pin.name} blocked`, 'the right value taken');
}
