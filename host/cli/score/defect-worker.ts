/** A worker of the score: judges one defect after another, in a thread that can be ended when a card hangs. */

import { parentPort, workerData } from 'node:worker_threads';
import {
  allCases,
  type DefectVerdict,
  judge,
  orderCases,
  type PastCatches,
} from '../../../conformance/index.js';
import { type CatalogueEntry, catalogue } from './catalogue.js';

export type WorkerInput = {
  readonly draw: { readonly seed: number; readonly count: number };
  readonly past: PastCatches;
};

/** What a worker tells: the case that begins now, or a verdict. */
export type WorkerMessage =
  | { readonly kind: 'case'; readonly id: string }
  | { readonly kind: 'verdict'; readonly verdict: DefectVerdict };

const { draw, past } = workerData as WorkerInput;
const entries = new Map(catalogue(draw).map((entry) => [entry.id, entry]));
const cases = allCases();
const port = parentPort!;
const tell = (message: WorkerMessage): void => port.postMessage(message);

async function verdictOf({ targets, ...defect }: CatalogueEntry): Promise<DefectVerdict> {
  const ordered = orderCases(cases, past, defect.id);
  try {
    return await judge(defect, await targets(), ordered, (id) => tell({ kind: 'case', id }));
  } catch (error) {
    // a program that does not load, or builds no card
    const reason = error instanceof Error ? error.message : String(error);
    return { ...defect, cases: 0, verdict: 'caught', by: ordered[0]!.id, reason: `no card: ${reason}` };
  }
}

port.on('message', async (id: string) => {
  tell({ kind: 'verdict', verdict: await verdictOf(entries.get(id)!) });
});
