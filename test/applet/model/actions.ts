/** What a terminal may do to a patient card, as values that fast-check draws and shrinks. */

import fc from 'fast-check';
import { MASTER_FILE, PATIENT_APPLICATION } from '../../../apdu/index.js';
import type { TearVariant } from '../../../applet/index.js';
import { TODAY } from '../../support/test-authority.js';
import { TEAR_VARIANTS } from '../runtime/small-nvm.js';

export const ROLES = ['doctor', 'pharmacy', 'staff', 'nhi'] as const;
type Role = (typeof ROLES)[number];

export type Visit = {
  readonly label: number;
  readonly time: number;
  readonly prescription?: { readonly half: number; readonly repeats: number; readonly expiry: number };
};
export type Collection = { readonly half: number; readonly nonce: number; readonly time: number };

export type Action = Power | Cut | Sent;
export type Power = { readonly kind: 'power'; readonly how: 'reset' | 'off and on' };
/** The power fails at page operation `at` of what is sent, if it has that many, and comes back. */
export type Cut = {
  readonly kind: 'cut';
  readonly during: Sent;
  readonly at: number;
  readonly variant: TearVariant;
};
/** Commands on a logical channel; `through` is the issuer's secure channel SCP03. */
export type Sent = { readonly channel: number } & (
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
  | { readonly kind: 'issuer channel' }
  | { readonly kind: 'activate'; readonly through: boolean }
  | { readonly kind: 'make keys'; readonly through: boolean }
  | { readonly kind: 'deactivate' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'restore tries' }
);

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
const files = [...Object.values(PATIENT_APPLICATION.files), ...Object.values(MASTER_FILE.files)];
const fids = [...files.map(({ fid }) => fid), 0x0fff];
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

/** One arbitrary for each kind of command. */
const COMMANDS: readonly fc.Arbitrary<Sent>[] = [
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
  on(fc.record({ kind: is('issuer channel') })),
  on(fc.record({ kind: is('activate'), through: fc.boolean() })),
  on(fc.record({ kind: is('make keys'), through: fc.boolean() })),
  on(fc.record({ kind: is('deactivate') })),
  on(fc.record({ kind: is('restore tries') })),
] as readonly fc.Arbitrary<Sent>[];

const power: fc.Arbitrary<Power> = fc.record({
  kind: is('power'),
  how: fc.constantFrom('reset', 'off and on'),
});

/** Mostly of a command that writes. */
const cut: fc.Arbitrary<Cut> = fc.record({
  kind: is('cut'),
  during: fc.oneof(
    on(fc.record({ kind: is('verify'), pin })),
    on(fc.record({ kind: is('change'), current: pin, replacement: pin })),
    on(fc.record({ kind: is('unblock'), right: mostly, replacement: pin })),
    on(fc.record({ kind: is('visit'), visit, protection: is('right') })),
    on(fc.record({ kind: is('collect'), collection })),
    on(fc.record({ kind: is('activate'), through: fc.constant(true) })),
    ...COMMANDS,
  ) as fc.Arbitrary<Sent>,
  at: fc.nat(9),
  variant: fc.constantFrom(...TEAR_VARIANTS),
});

/** One arbitrary for each kind of action. */
export const ACTIONS: readonly fc.Arbitrary<Action>[] = [power, cut, cut, ...COMMANDS];

/** A role proven on a channel. */
const authentication = (ch: number, as: Role): Sent[] => [
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
  // The holder signs a visit request.
  fc.tuple(channel, pin, fc.boolean()).map(([ch, value, seals]): Action[] => [
    { kind: 'verify', channel: ch, pin: value },
    { kind: 'environment', channel: ch, algorithm: 6, seals: true },
    { kind: 'sign', channel: ch, seals },
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
  // NHI ends personalisation, and the power may fail at it.
  fc.tuple(channel, fc.boolean(), cut).map(([ch, through, { at, variant }]): Action[] => [
    { kind: 'issuer channel', channel: ch },
    { kind: 'make keys', channel: ch, through },
    { kind: 'issuer channel', channel: ch },
    { kind: 'cut', during: { kind: 'activate', channel: ch, through: true }, at, variant },
    { kind: 'select', channel: 0, name: 'whole' },
  ]),
  // NHI's desk: a card out of use, back in use or at its end, a blocked PIN.
  fc
    .tuple(channel, fc.constantFrom('activate', 'restore tries', 'terminate', 'cut'), cut)
    .map(([ch, last, { at, variant }]): Action[] => {
      const deactivate: Sent = { kind: 'deactivate', channel: ch };
      const nhi = authentication(ch, 'nhi');
      if (last === 'cut') return [...nhi, { kind: 'cut', during: deactivate, at, variant }];
      if (last === 'restore tries') return [...nhi, { kind: last, channel: ch }];
      if (last === 'terminate') return [...nhi, deactivate, { kind: last, channel: ch }];
      return [...nhi, deactivate, { kind: 'activate', channel: ch, through: false }];
    }),
  // A collection that the power ends, and the same again.
  fc.tuple(visit, prescription, collection, cut).map(([one, written, asked, { at, variant }]): Action[] => {
    const collect: Sent = { kind: 'collect', channel: 0, collection: { ...asked, half: written.half } };
    const pharmacy: Action[] = [
      { kind: 'select', channel: 0, name: 'whole' },
      { kind: 'verify', channel: 0, pin: 0 },
      ...authentication(0, 'pharmacy'),
    ];
    return [
      ...authentication(0, 'doctor'),
      { kind: 'contribute', channel: 0, half: written.half },
      { kind: 'visit', channel: 0, visit: { ...one, prescription: written }, protection: 'right' },
      ...pharmacy,
      { kind: 'cut', during: collect, at, variant },
      ...pharmacy,
      collect,
    ];
  }),
];
