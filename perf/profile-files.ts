import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardProfile } from './card-profile.js';
import { packageRoot } from './package-root.js';
import { parseProfile } from './parse-profile.js';
import { ProfileError } from './profile-error.js';

/** Profile used when none is named: a memory budget without timing. */
export const DEFAULT_PROFILE_ID = 'default';

/** Folder of the profile files, the same whether this module runs from source or from `dist/`. */
export function profilesFolder(): string {
  return join(packageRoot(), 'perf', 'profiles');
}

/** Ids of the profiles that come with the package, sorted. */
export function listProfileIds(folder: string = profilesFolder()): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * Loads a profile.
 *
 * @param name a profile's id, its `sourceKey`, or the path of a file (it contains a separator or ends in .json)
 * @param folder where the profiles named by id or key lie
 * @throws ProfileError with one sentence; for an unknown name it lists the known ids
 */
export function loadProfile(name: string, folder: string = profilesFolder()): CardProfile {
  if (/[/\\]|\.json$/.test(name)) return readProfile(name, name);
  const ids = listProfileIds(folder);
  if (ids.includes(name)) return readNamed(folder, name);
  for (const id of ids) {
    const profile = readNamed(folder, id);
    if (profile.sourceKey === name) return profile;
  }
  throw new ProfileError(
    'unknown-profile',
    `There is no card profile "${name}"; known profiles: ${ids.join(', ')}.`,
  );
}

/** All profiles that come with the package, sorted by id. */
export function loadAllProfiles(folder: string = profilesFolder()): readonly CardProfile[] {
  return listProfileIds(folder).map((id) => readNamed(folder, id));
}

function readNamed(folder: string, id: string): CardProfile {
  const profile = readProfile(join(folder, `${id}.json`), `${id}.json`);
  if (profile.id !== id) {
    throw new ProfileError('malformed-profile', `Card profile ${id}.json is wrong at id: expected "${id}".`);
  }
  return profile;
}

function readProfile(path: string, name: string): CardProfile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ProfileError('unreadable-profile', `Card profile ${name} cannot be read.`, { cause });
  }
  return parseProfile(text, name);
}
