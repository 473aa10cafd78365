import type { z } from 'zod';
import { type CardProfile, cardProfileSchema } from './card-profile.js';
import { ProfileError } from './profile-error.js';

/**
 * Parses the text of a profile file.
 *
 * @param text contents of the file
 * @param name how messages call the file
 * @throws ProfileError `malformed-profile`, naming the JSON path of the first wrong field
 */
export function parseProfile(text: string, name: string): CardProfile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError('malformed-profile', `Card profile ${name} is not valid JSON.`, { cause });
  }
  const parsed = cardProfileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, reason } = describeIssue(parsed.error.issues[0]!);
  throw new ProfileError('malformed-profile', `Card profile ${name} is wrong at ${path}: ${reason}.`);
}

/** Path and reason of an issue; of a union's branches the one that came furthest is the one meant. */
function describeIssue(issue: z.core.$ZodIssue): { path: string; reason: string } {
  const path = [...issue.path];
  let current = issue;
  while (current.code === 'invalid_union' && current.errors.length > 0) {
    const deepest = current.errors
      .map((branch) => branch[0]!)
      .reduce((best, next) => (next.path.length > best.path.length ? next : best));
    path.push(...deepest.path);
    current = deepest;
  }
  const reason = current.message.replace(/^Invalid input: /, '').replace(/\.$/, '');
  return { path: path.length === 0 ? '(the whole file)' : path.map(String).join('.'), reason };
}
