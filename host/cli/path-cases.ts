/** Bench cases of throughput: one short command over each path to a card, the next when its answer is there. */

import { fromHex, parseResponseApdu, SW } from '../../apdu/index.js';
import type { BenchCase, CardProfile } from '../../perf/index.js';
import type { CardConnection } from '../../reader-drivers/index.js';
import { systemRng } from '../index.js';
import { CliError } from './cli-error.js';
import { makeSimulatedCard } from './simulated-card.js';
import { connectTarget, parseTarget } from './target.js';

/** SELECT the master file, no answer wanted: every card has one (ISO/IEC 7816-4:2020, 11.2.2). */
const SELECT_MASTER_FILE = fromHex('00A4000C023F00');

export type PathCases = {
  readonly cases: readonly BenchCase[];
  /** Lets go of the readers. */
  readonly close: () => Promise<void>;
};

/**
 * A blank simulated card in this process, and the card of each target.
 *
 * @throws {CliError} for a target that is none (status 2) or can not be reached (3)
 */
export async function pathCases(targets: readonly string[], profile: CardProfile): Promise<PathCases> {
  const card = makeSimulatedCard('patient', profile, systemRng);
  card.powerOn();
  const inProcess: BenchCase = {
    name: 'SELECT, in this process',
    run: () => expectSelected('in this process', card.process(SELECT_MASTER_FILE)),
    onHost: true,
  };
  const connections: CardConnection[] = [];
  const close = async (): Promise<void> => {
    for (const connection of connections) await connection.close();
  };
  try {
    const cases: BenchCase[] = [inProcess];
    for (const text of targets) cases.push(await overTarget(text, connections));
    return { cases, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function overTarget(text: string, connections: CardConnection[]): Promise<BenchCase> {
  const target = parseTarget(text);
  if (target.kind === 'sim')
    throw new CliError('The card in this process is measured anyway: --target names a reader.');
  const connection = await connectTarget(target);
  connections.push(connection);
  const run = async (): Promise<void> => expectSelected(text, await connection.transmit(SELECT_MASTER_FILE));
  await run();
  return { name: `SELECT, ${text}`, run, waits: true, onHost: true };
}

/** Any answer of a card will do, or readers with cards of others could not be measured. */
function expectSelected(path: string, response: Uint8Array): void {
  const known = [SW.ok.sw, SW.fileNotFound.sw];
  const sw = parseResponseApdu(response)?.sw;
  if (sw === undefined || !known.includes(sw))
    throw new CliError(`SELECT ${path}: the card answered ${sw?.toString(16)}.`);
}
