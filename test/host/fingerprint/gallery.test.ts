import { afterEach, describe, expect, it } from 'vitest';
import {
  CONDITIONS,
  type ConditionName,
  type FingerPosition,
  FingerprintGallery,
  type FingerView,
  impressionOf,
  seededRng,
  syntheticFinger,
} from '../../../host/index.js';

/** Prints nothing twice: seed of every finger and impression below. */
const SEED = 8;
const WORKER = new URL('../../../dist/host/fingerprint/gallery/shard-worker.js', import.meta.url);
const PEOPLE = 20;

function view(
  person: string,
  position: FingerPosition,
  impression: string,
  condition: ConditionName = 'good',
) {
  const finger = syntheticFinger(`${SEED}-${person}-${position}`);
  return impressionOf(finger, {
    seed: `${SEED}-${person}-${position}-${impression}`,
    condition: CONDITIONS[condition],
    position,
  });
}

const bothIndexFingers = (person: string, impression: string, condition?: ConditionName): FingerView[] => [
  view(person, 2, impression, condition),
  view(person, 7, impression, condition),
];

const keys = { key: new Uint8Array(32).fill(7), orderKey: new Uint8Array(32).fill(9) };
const open: FingerprintGallery[] = [];

async function startGallery(workers: number, key = keys.key): Promise<FingerprintGallery> {
  const rng = seededRng(SEED, 'gallery');
  const gallery = await FingerprintGallery.start({ ...keys, key, workers, rng, workerUrl: WORKER });
  open.push(gallery);
  return gallery;
}

async function enrolAll(gallery: FingerprintGallery, people = PEOPLE) {
  const sealed = [];
  for (let i = 0; i < people; i++) {
    const views = [...bothIndexFingers(`person ${i}`, 'first'), ...bothIndexFingers(`person ${i}`, 'second')];
    const outcome = await gallery.enrol({ pseudonym: `person ${i}`, views });
    if (outcome.kind !== 'enrolled') throw new Error(outcome.kind);
    sealed.push(...outcome.fingers);
  }
  return sealed;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((gallery) => gallery.close()));
});

describe.each([0, 2])('a gallery with %i worker threads (eq. 14)', (workers) => {
  it('names the person of two fair fingers, and nobody for strangers', async () => {
    const gallery = await startGallery(workers);
    await enrolAll(gallery);
    expect(gallery.size).toBe(PEOPLE);
    for (let i = 0; i < 3; i++) {
      const outcome = await gallery.identify(bothIndexFingers(`person ${i}`, 'emergency', 'fair'));
      expect(outcome).toMatchObject({ kind: 'identified', pseudonym: `person ${i}`, searched: PEOPLE });
      const stranger = await gallery.identify(bothIndexFingers(`stranger ${i}`, 'emergency', 'fair'));
      // a stranger may be shown to a person now and then, but is never named
      expect(stranger.kind).not.toBe('identified');
    }
  });

  it('asks for another impression instead of saying no', async () => {
    const gallery = await startGallery(workers);
    await enrolAll(gallery, 2);
    const faint = {
      ...view('person 0', 2, 'faint'),
      minutiae: view('person 0', 2, 'faint').minutiae.slice(0, 11),
    };
    expect(await gallery.identify([faint])).toEqual({ kind: 'recapture', positions: [2], searched: 2 });
    const refused = await gallery.enrol({
      pseudonym: 'person 9',
      views: [faint, view('person 9', 7, 'first')],
    });
    expect(refused).toEqual({ kind: 'recapture', positions: [2] });
    expect(gallery.size).toBe(2);
  });

  it('forgets whoever is removed', async () => {
    const gallery = await startGallery(workers);
    await enrolAll(gallery, 3);
    expect(await gallery.remove('person 1')).toBe(true);
    expect(await gallery.remove('person 1')).toBe(false);
    const outcome = await gallery.identify(bothIndexFingers('person 1', 'emergency'));
    expect(outcome).toEqual({ kind: 'not-found', searched: 2 });
  });

  it('comes back from sealed fingers, and takes none that were changed, moved, outdated or of another key', async () => {
    const before = await startGallery(workers);
    const sealed = await enrolAll(before, 3);
    expect(sealed).toHaveLength(6);
    const after = await startGallery(workers);
    expect(await after.load(sealed)).toEqual({ loaded: 6, refused: [] });
    expect(await after.identify(bothIndexFingers('person 2', 'emergency'))).toMatchObject({
      kind: 'identified',
      pseudonym: 'person 2',
    });
    const [first] = sealed;
    const changed = first!.sealed.slice();
    changed[20]! ^= 1;
    const bad = [
      { ...first!, version: 2, sealed: changed },
      { ...first!, pseudonym: 'person 2' },
      { ...first!, position: 3 as const },
      { ...first!, version: 2 },
      { ...first!, sealed: new Uint8Array(5) },
      first!,
    ];
    expect((await after.load(bad)).refused).toEqual(bad);
    const other = await startGallery(workers, new Uint8Array(32).fill(8));
    expect(await other.load(sealed)).toEqual({ loaded: 0, refused: sealed });
  });
});
