/** Random sequences of what terminals do, on a real card and on a small pure model: the answers are the same. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTemplate,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  type ResponseApdu,
  toHex,
} from '../../../apdu/index.js';
import { SEED } from '../../apdu/seed.js';
import { Tally } from '../../fuzz/tally.js';
import { isCollectionSignature } from '../../support/visit.js';
import { ACTIONS, type Action, type Cut, type Power, type Sent, STORIES } from './actions.js';
import { CardModel, collectionKey } from './card-model.js';
import { collectRequest, ModelledCard, numberOf, recordText, STARTS } from './modelled-card.js';

const RUNS = 1_000;
/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };
const { commands, files } = PATIENT_APPLICATION;
const reached = new Tally();
const counts = { runs: 0, actions: 0 };
const signatures = new Map<string, string>();

/** Does actions to both and compares. */
class Step implements fc.Command<CardModel, ModelledCard> {
  constructor(private readonly actions: readonly Action[]) {}

  check(): boolean {
    return true;
  }

  run(model: CardModel, real: ModelledCard): void {
    for (const action of this.actions) {
      counts.actions++;
      if (action.kind === 'cut') cutBoth(model, real, action);
      else {
        const session = action.kind === 'power' ? undefined : model.session(action.channel);
        compare(model, action, real.perform(action, session));
      }
    }
  }

  toString(): string {
    return this.actions.map((action) => JSON.stringify(action)).join(' then ');
  }
}

/** The real card's answer is the model's. */
function compare(model: CardModel, action: Power | Sent, { sw, data }: ResponseApdu): void {
  const on = action.kind === 'power' ? undefined : model.channels[action.channel];
  const currentFile = on?.currentFile ?? 0;
  const expected = model.answer(action);
  expect(sw.toString(16), JSON.stringify(action)).toBe(expected.toString(16));
  if (sw === 0x9000) expectContent(model, action, currentFile, data);
  reached.add(`${action.kind} ${sw.toString(16)}`);
}

/** Where the power failed, the real card is in one of the states that the model allows, and the model goes on from there. */
function cutBoth(model: CardModel, real: ModelledCard, action: Cut): void {
  const { during } = action;
  const answer = real.performCut(action, model.session(during.channel));
  if (answer) {
    compare(model, during, answer);
    return;
  }
  const stages = model.afterCut(during);
  const stage = stages.findIndex(({ lasting }) => lasting === real.lasting);
  if (stage < 0) {
    const allowed = stages.map(({ lasting }) => lasting).join(' | ');
    throw new Error(`${JSON.stringify(action)}: ${real.lasting}; allowed are ${allowed}`);
  }
  reached.add(`cut ${stage === 0 ? 'before' : stage === 1 ? 'after' : 'on the way'}`);
  Object.assign(model, stages[stage]);
}

/** The bytes that go with 9000 are those of the model's state. */
function expectContent(model: CardModel, action: Power | Sent, currentFile: number, data: Uint8Array): void {
  if (action.kind === 'collect') {
    const { signature } = decodeTemplate(commands.collect.response.template, data);
    const key = collectionKey(action.collection);
    const known = signatures.get(key);
    if (known) expect(toHex(signature)).toBe(known);
    else {
      const { signingKey, pid } = STARTS.operational;
      const genuine = isCollectionSignature(signingKey, pid, collectRequest(action.collection), signature);
      expect(genuine, 'the signature is one of this card').toBe(true);
      signatures.set(key, toHex(signature));
    }
  }
  if (action.kind !== 'read' || action.record === undefined || !model.channels[action.channel]!.selected)
    return;
  const file = Object.values(files).find(({ sfi, fid }) =>
    action.sfi === 0 ? fid === currentFile : sfi === action.sfi,
  )!;
  if (file === files.records) {
    expect(Buffer.from(data).includes(recordText(model.records[action.record - 1]!))).toBe(true);
  }
  if (file !== files.prescriptions) return;
  const slot = model.slots[action.record - 1]!;
  const stored = decodeTemplate(PRESCRIPTION_RECORD, data);
  expect(stored.remaining).toBe(slot.remaining);
  expect(stored.state).toBe(slot.remaining === 0 ? 2 : 1);
  expect(stored.expiry).toBe(slot.expiry);
  expect(stored.prescriptionId).toEqual(numberOf(slot.half));
}

const steps = fc.commands(
  [
    ...ACTIONS.map((action) => action.map((one) => new Step([one]))),
    ...[...STORIES, ...STORIES].map((story) => story.map((several) => new Step(several))),
  ],
  { maxCommands: 40, size: 'max' },
);
const starts = fc.oneof(
  { weight: 5, arbitrary: fc.constant('operational' as const) },
  { weight: 1, arbitrary: fc.constant('initialisation' as const) },
);

/** One run: both begin in the same state, the application selected. */
function play(
  start: keyof typeof STARTS,
  commandsToRun: Iterable<fc.Command<CardModel, ModelledCard>>,
): void {
  fc.modelRun(() => {
    const model = new CardModel(start);
    const real = new ModelledCard(start);
    new Step([{ kind: 'select', channel: 0, name: 'whole' }]).run(model, real);
    return { model, real };
  }, commandsToRun);
  counts.runs++;
}

describe('the patient card and its model', () => {
  it('answer the same to every sequence of actions', TIMEOUT, () => {
    fc.assert(fc.property(starts, steps, play), { numRuns: RUNS, seed: SEED });
    console.log(`seed ${SEED}: ${counts.runs} runs, ${counts.actions} actions\n  ${reached}`);
    expect(counts.runs).toBeGreaterThanOrEqual(RUNS);
    for (const kind of KINDS) expect(reached.of(`${kind} 9000`), kind).toBeGreaterThan(0);
    for (const answer of [
      'verify 6983',
      'visit 6a84',
      'visit 6988',
      'collect 6985',
      'open 6a81',
      'verify 6881',
      'make keys 6985',
      'make keys 6982',
      'select 6283',
      'select 6285',
      'cut before',
      'cut on the way',
      'cut after',
    ]) {
      expect(reached.of(answer), answer).toBeGreaterThan(0);
    }
  });

  it('are told apart when one of them forgets something, by a short sequence', () => {
    class Forgetful extends CardModel {
      override answer(action: Power | Sent): number {
        if (action.kind === 'verify' && action.pin !== undefined && action.pin !== this.pin) this.pinTries++;
        return super.answer(action);
      }
    }
    const property = fc.property(steps, (some) =>
      fc.modelRun(() => {
        const model = new Forgetful('operational');
        const real = new ModelledCard('operational');
        return { model, real };
      }, some),
    );
    const { failed, counterexample } = fc.check(property, { numRuns: 200, seed: SEED });
    expect(failed).toBe(true);
    const executed = `${counterexample}`.split('},{').length;
    console.log(`shrunk to: ${counterexample}`);
    expect(executed).toBeLessThanOrEqual(3);
  });
});

/** Actions that a card can be brought to do. */
const KINDS: readonly Action['kind'][] = [
  'power',
  'select',
  'select file',
  'open',
  'close',
  'verify',
  'change',
  'unblock',
  'challenge',
  'certificate',
  'authenticate',
  'read',
  'environment',
  'sign',
  'contribute',
  'visit',
  'collect',
  'issuer channel',
  'activate',
  'deactivate',
  'terminate',
  'restore tries',
];
