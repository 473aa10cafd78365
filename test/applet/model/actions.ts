/** What a terminal may do to a patient card, as values that fast-check draws and shrinks. */

import fc from 'fast-check';
import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import { TODAY } from '../../support/test-authority.js';

export const ROLES = ['doctor', 'pharmacy', 'staff', 'nhi'] as const;
type Role = (typeof ROLES)[number];

export type Visit = {
  readonly label: number;
  readonly time: number;
  readonly prescription?: { readonly half: number; readonly repeats: number; readonly expiry: number };
};
export type Collection = { readonly half: number; readonly nonce: number; readonly time: number };

export type Action =
  | { readonly kind: 'power'; readonly how: 'reset' | 'off and on' }
  | ({ readonly channel: number } & (
      | { readonly kind: 'select'; readonly name: 'whole' | 'partial' | 'another' }
      | { readonly kind: 'select file'; readonly fid: number }
      | { readonly kind: 'open'; readonly wanted: number }
      | { readonly kind: 'close'; readonly which: number }
      | { readonly kind: 'verify'; readonly pin: number | undefined }
      | { readonly kind: 'change'; readonly current: number; readonly replacement: number }
      | { readonly kind: 'unblock'; readonly right: boolean; readonly replacement: number }
      | { readonly kind: 'challenge' }
      | { readonly kind: 'certificate'; readonly role: Role | 'holder'; readonly expired: boolean }
      | { readonly kind: 'authenticate'; readonly as: Role }
      | { readonly kind: 'read'; readonly sfi: number; readonly record: number | undefined }
      | { readonly kind: 'environment'; readonly algorithm: number; readonly seals: boolean }
      | { readonly kind: 'sign'; readonly seals: boolean }
      | { readonly kind: 'contribute'; readonly half: number }
      | {
          readonly kind: 'visit';
          readonly visit: Visit;
          readonly protection: 'right' | 'wrong' | 'none';
        }
      | { readonly kind: 'collect'; readonly collection: Collection }
      | { readonly kind: 'activate' }
      | { readonly kind: 'make keys' }
    ));

/** How many PIN values and halves of prescription numbers there are. */
export const PIN_COUNT = 3;
export const HALF_COUNT = 3;

// Mostly one channel, so that long stories happen on it.
const channel = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) });
const pin = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(PIN_COUNT - 1) },
);
const half = fc.nat(HALF_COUNT - 1);
const role = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Role>('doctor', 'pharmacy') },
  { weight: 1, arbitrary: fc.constantFrom(...ROLES) },
);
const mostly = fc.nat(5).map((n) => n > 0);
const seldom = fc.nat(5).map((n) => n === 5);
const fids = [...Object.values(PATIENT_APPLICATION.files).map(({ fid }) => fid), 0x0fff];
const prescription = fc.record({
  half,
  repeats: fc.nat(2),
  expiry: fc.constantFrom(TODAY + 30 * 86_400, TODAY + 100),
});
const visit = fc.record(
  { label: fc.nat(999), time: fc.constantFrom(TODAY + 60, TODAY + 1_000), prescription },
  { requiredKeys: ['label', 'time'] },
);
const collection = fc.record({
  half,
  nonce: fc.integer({ min: 1, max: 3 }),
  time: fc.constantFrom(TODAY + 90, TODAY + 3_600),
});
const on = <T extends object>(rest: fc.Arbitrary<T>) =>
  fc.tuple(channel, rest).map(([ch, one]) => ({ channel: ch, ...one }));
const is = <K extends string>(kind: K) => fc.constant(kind);

/** One arbitrary for each kind of action. */
export const ACTIONS: readonly fc.Arbitrary<Action>[] = [
  fc.record({ kind: is('power'), how: fc.constantFrom('reset', 'off and on') }),
  on(fc.record({ kind: is('select'), name: fc.constantFrom('whole', 'partial', 'another') })),
  on(fc.record({ kind: is('select file'), fid: fc.constantFrom(...fids) })),
  on(fc.record({ kind: is('open'), wanted: fc.nat(3) })),
  on(fc.record({ kind: is('close'), which: fc.nat(3) })),
  on(fc.record({ kind: is('verify'), pin: fc.option(pin, { nil: undefined }) })),
  on(fc.record({ kind: is('change'), current: pin, replacement: pin })),
  on(fc.record({ kind: is('unblock'), right: mostly, replacement: pin })),
  on(fc.record({ kind: is('challenge') })),
  on(fc.record({ kind: is('certificate'), role: fc.oneof(role, is('holder')), expired: seldom })),
  on(fc.record({ kind: is('authenticate'), as: role })),
  on(
    fc.record({
      kind: is('read'),
      sfi: fc.nat(6),
      record: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    }),
  ),
  on(fc.record({ kind: is('environment'), algorithm: fc.constantFrom(1, 6), seals: fc.boolean() })),
  on(fc.record({ kind: is('sign'), seals: fc.boolean() })),
  on(fc.record({ kind: is('contribute'), half })),
  on(
    fc.record({
      kind: is('visit'),
      visit,
      protection: fc.constantFrom('right', 'right', 'right', 'right', 'wrong', 'none'),
    }),
  ),
  on(fc.record({ kind: is('collect'), collection })),
  on(fc.record({ kind: is('activate') })),
  on(fc.record({ kind: is('make keys') })),
] as readonly fc.Arbitrary<Action>[];

/** A role proven on a channel. */
const authentication = (ch: number, as: Role): Action[] => [
  { kind: 'challenge', channel: ch },
  { kind: 'certificate', channel: ch, role: as, expired: false },
  { kind: 'authenticate', channel: ch, as },
];

const reading = fc.record({
  kind: is('read'),
  sfi: fc.integer({ min: 1, max: 5 }),
  record: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});

/** Several actions in a row that a terminal does together: single ones seldom meet the conditions of the later ones. */
export const STORIES: readonly fc.Arbitrary<readonly Action[]>[] = [
  fc.tuple(channel, pin).map(([ch, value]) => [
    { kind: 'select', channel: ch, name: 'whole' },
    { kind: 'verify', channel: ch, pin: value },
  ]),
  fc
    .tuple(channel, role, fc.array(reading, { maxLength: 3 }))
    .map(([ch, as, readings]) => [
      ...authentication(ch, as),
      ...readings.map((one) => ({ ...one, channel: ch })),
    ]),
  // A doctor writes one visit or several, and looks at what is there.
  fc
    .tuple(channel, fc.array(fc.tuple(visit, prescription), { minLength: 1, maxLength: 6 }), reading)
    .map(([ch, visits, last]) => [
      ...authentication(ch, 'doctor'),
      ...visits.flatMap(([one, written]): Action[] => [
        { kind: 'contribute', channel: ch, half: written.half },
        { kind: 'visit', channel: ch, visit: { ...one, prescription: written }, protection: 'right' },
      ]),
      { ...last, channel: ch },
    ]),
  // A terminal takes every channel, and one more.
  fc
    .integer({ min: 2, max: 4 })
    .map((count) => Array.from({ length: count }, (): Action => ({ kind: 'open', channel: 0, wanted: 0 }))),
  // A pharmacy asks for collections, the holder's PIN being verified.
  fc
    .tuple(channel, pin, fc.array(collection, { minLength: 1, maxLength: 4 }))
    .map(([ch, value, collections]) => [
      { kind: 'verify', channel: ch, pin: value },
      ...authentication(ch, 'pharmacy'),
      ...collections.map((one): Action => ({ kind: 'collect', channel: ch, collection: one })),
    ]),
];
