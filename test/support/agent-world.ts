/** A world for the scenario in which an agent collects. */

import { type CardKind, PATIENT_CARD, PROFESSIONAL_CARD } from '../../applet/index.js';
import { makeWorld, seededRng, type World } from '../../host/index.js';
import { exampleInput } from '../host/fhir/example-inputs.js';
import { cardOf } from './personalised-card.js';

/** Five blank cards and everybody else. */
export async function agentWorld(seed: number): Promise<World> {
  const rngFor = (party: string) => seededRng(seed, party);
  const card = (kind: CardKind, holder: string) => {
    const rng = rngFor(`chip of ${holder}`);
    const made = cardOf(kind, { ports: { random: (length) => rng.bytes(length) } });
    made.powerOn();
    return made;
  };
  const chips = {
    patient: card(PATIENT_CARD, 'patient'),
    agent: card(PATIENT_CARD, 'agent'),
    doctor: card(PROFESSIONAL_CARD, 'doctor'),
    pharmacy: card(PROFESSIONAL_CARD, 'pharmacy'),
    desk: card(PROFESSIONAL_CARD, 'desk'),
  };
  const line = (holder: keyof typeof chips) => async (command: Uint8Array) => chips[holder].process(command);
  return makeWorld(exampleInput('acute-bronchitis'), {
    cards: {
      patient: line('patient'),
      agent: line('agent'),
      doctor: line('doctor'),
      pharmacy: line('pharmacy'),
      desk: line('desk'),
    },
    rngFor,
    reinsert: async (holder) => void chips[holder].reset(),
  });
}
