/** A vendor's applet on the simulator as a target, beside the specification that it is to follow. */

import type { SpecificationDocument } from '../../../apdu/index.js';
import type { Card, CardKind } from '../../../applet/index.js';
import type { ConformanceTarget, FreshCard } from '../../../conformance/index.js';
import { connectInProcess } from '../../../reader-drivers/index.js';
import { loadApplet, makeAppletCard } from '../applet-module.js';
import { CliError } from '../cli-error.js';

const PREFIX = 'applet:';

export function namesApplet(target: string): boolean {
  return target.startsWith(PREFIX);
}

/** One target for each application of the specification. @throws {CliError} */
export async function appletTargets(
  target: string,
  specification: SpecificationDocument | undefined,
): Promise<readonly ConformanceTarget[]> {
  if (!specification)
    throw new CliError(`The target ${target} goes with --spec FILE, what the applet is to do.`);
  const cardKind = await loadApplet(target.slice(PREFIX.length));
  return specification.applications.map((spec) => appletTarget(target, cardKind(spec)));
}

/** Cards of a kind on the simulator, new ones without end. */
function appletTarget(name: string, kind: CardKind): ConformanceTarget {
  const fresh = (card: Card): FreshCard => ({
    connect: async () => connectInProcess(card),
    copy: () => fresh(card.fork()),
  });
  const freshCard = () => fresh(makeAppletCard(kind));
  const connect = () => freshCard().connect();
  return { name, kind: 'simulator', application: kind.spec.id, freshCard, connect };
}
