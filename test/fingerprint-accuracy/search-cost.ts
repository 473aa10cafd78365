/** A search over a whole gallery: who is found, and the processor time of one person. */

import {
  type FingerPosition,
  FingerprintGallery,
  type FingerView,
  type IdentifyOutcome,
  seededRng,
} from '../../host/index.js';
import { impression, type Material } from './stand-in.js';

const INDEX_FINGERS: readonly FingerPosition[] = [2, 7];
const SEARCHES = 20;

const fingers = (material: Material, set: string, person: number, number: number): FingerView[] =>
  INDEX_FINGERS.map((position) => impression(material, { set, person, position, impression: number }));

/** `people` with two index fingers, one impression of each enrolled; searches for enrolled people and for strangers. */
export async function searchCost(set: string, people: number): Promise<string> {
  const rng = seededRng(set, 'gallery keys');
  const gallery = await FingerprintGallery.start({ key: rng.bytes(32), orderKey: rng.bytes(32), rng });
  for (let person = 0; person < people; person++) {
    await gallery.enrol({ pseudonym: `${person}`, views: fingers('good', set, person, 0) });
  }
  const lines = [
    `${gallery.size} people × two index fingers, one good impression of each enrolled, one thread`,
  ];
  for (const material of ['good', 'fair', 'mixed'] as const) {
    lines.push(await searches(gallery, material, set, people));
  }
  await gallery.close();
  return lines.join('\n');
}

async function searches(
  gallery: FingerprintGallery,
  material: Material,
  set: string,
  people: number,
): Promise<string> {
  const counts = { right: 0, wrong: 0, candidates: 0, 'not-found': 0, recapture: 0 };
  const strangers = { identified: 0, candidates: 0, 'not-found': 0, recapture: 0 };
  const costs: number[] = [];
  const timed = async (views: readonly FingerView[]): Promise<IdentifyOutcome> => {
    const cpu = process.cpuUsage();
    const outcome = await gallery.identify(views);
    const { user, system } = process.cpuUsage(cpu);
    costs.push((user + system) / 1e6);
    return outcome;
  };
  for (let i = 0; i < SEARCHES; i++) {
    const person = (i * 7919) % people;
    const outcome = await timed(fingers(material, set, person, 50));
    if (outcome.kind === 'identified') counts[outcome.pseudonym === `${person}` ? 'right' : 'wrong']++;
    else counts[outcome.kind]++;
    strangers[(await timed(fingers(material, `${set}/strangers`, person, 50))).kind]++;
  }
  costs.sort((a, b) => a - b);
  const say = (tally: Readonly<Record<string, number>>) =>
    Object.entries(tally)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return `  ${material}: enrolled: ${say(counts)}; strangers: ${say(strangers)}; median ${costs[SEARCHES]!.toFixed(3)} s of CPU`;
}
