/** Inputs and profiles of the program that differ from those of the package in one respect. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './imis.js';

type Json = Record<string, unknown>;
type Entry = { fullUrl: string; resource: Json & { id?: string } };
type Parameters = { parameter: { name: string; resource: Json }[] };

const DEFAULT_INPUT = join(ROOT, 'examples', 'acute-bronchitis.json');
const DEFAULT_PROFILE = join(ROOT, 'perf', 'profiles', 'default.json');

function inputWith(change: (part: (name: string) => Json) => void): string {
  const document = JSON.parse(readFileSync(DEFAULT_INPUT, 'utf8')) as Parameters;
  change((name) => document.parameter.find((part) => part.name === name)!.resource);
  return JSON.stringify(document);
}

/** The default input with the insurance paid until the end of the year before the visit. */
export function lapsedInsurance(): string {
  return inputWith((part) => {
    (part('insurance').period as Json).end = '2025-12-31';
  });
}

/** The default input with a note that the card's record can not hold. */
export function longNote(): string {
  return inputWith((part) => {
    (entriesOf(part('visit'), 'Condition')[0]!.resource.note as Json[])[0]!.text = 'x'.repeat(49);
  });
}

/** The default input with variants of its first condition or order, until there are `count`. */
export function inputWithMany(resourceType: 'Condition' | 'MedicationRequest', count: number): string {
  return inputWith((part) => {
    const visit = part('visit');
    const present = entriesOf(visit, resourceType);
    for (let number = present.length; number < count; number++) {
      const copy = structuredClone(present[0]!);
      const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      copy.fullUrl = `urn:uuid:${id}`;
      if (copy.resource.id !== undefined) copy.resource.id = id;
      if (resourceType === 'Condition') {
        delete copy.resource.note;
        (copy.resource.code as { coding: Json[] }).coding[0]!.code = `J0${number}`; // another diagnosis each
      }
      (visit.entry as Entry[]).push(copy);
    }
  });
}

function entriesOf(visit: Json, resourceType: string): Entry[] {
  return (visit.entry as Entry[]).filter(({ resource }) => resource.resourceType === resourceType);
}

/** The default profile with other sizes of memory, in bytes. */
export function profileWith(sizes: Readonly<Record<string, number>>): string {
  const profile = JSON.parse(readFileSync(DEFAULT_PROFILE, 'utf8')) as Json & {
    memory: Record<string, Json>;
  };
  profile.id = 'small';
  for (const [name, value] of Object.entries(sizes)) profile.memory[name]!.value = value;
  return JSON.stringify(profile);
}
