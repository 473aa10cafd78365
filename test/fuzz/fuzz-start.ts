/** A card in some state, as an image, and the values that are worth sending to it. */

import {
  type ApplicationSpec,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROGRAMME,
  PROGRAMME_RECORD,
} from '../../apdu/index.js';
import type { Card, CardImage, CardKind } from '../../applet/index.js';
import { type Dictionary, selectionsOf } from '../support/apdu-fuzzer.js';
import { AUTHORITY, PIN, PUK, WRONG_PIN } from '../support/personalised-card.js';
import { seededBytes } from '../support/seeded-random.js';
import { keyPairOf, TODAY } from '../support/test-authority.js';
import { VISIT } from '../support/visit.js';

export type FuzzStart = {
  readonly name: string;
  readonly kind: CardKind;
  /** The application that is fuzzed: the card's own, or one beside it. */
  readonly spec: ApplicationSpec;
  readonly image: CardImage;
  readonly dictionary: Dictionary;
  /** Nearly everything is refused there, so it is chosen less often. */
  readonly isOver?: true;
};

export const HOLDER_KEY = keyPairOf(seededBytes(3, 'some holder'));
const uint32 = (value: number) =>
  Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

/** Values by the name of their data object; some are wrong on purpose. */
export function dictionaryOf(spec: ApplicationSpec, more: Dictionary = {}): Dictionary {
  const role = spec.id === PATIENT_APPLICATION.id ? 'doctor' : 'holder';
  const certificates = [
    AUTHORITY.authorityCertificate,
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate('pharmacy', HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey, TODAY - 1_000_000),
  ];
  const pins = [PIN, PIN, PIN, PIN, WRONG_PIN];
  return {
    PIN: pins,
    'current PIN': pins,
    'new PIN': [PIN],
    'holder PIN': [PIN],
    PUK: [PUK, PUK, PIN],
    'role certificate': certificates,
    'card-verifiable certificate': certificates,
    'reference of a public key': [AUTHORITY.rootReference, AUTHORITY.authorityReference],
    'ephemeral public key': [HOLDER_KEY.publicKey],
    'file or application identifier, or path': selectionsOf(spec),
    'algorithm reference': Object.values(spec.algorithms).map(({ reference }) => Uint8Array.of(reference)),
    'doctor-card random': [VISIT.doctorRandom],
    'NHI signature public key': [AUTHORITY.signing.publicKey],
    'NHI decryption public key': [AUTHORITY.sealing.publicKey],
    'group signature suite': [Uint8Array.of(1), Uint8Array.of(2)],
    time: [uint32(TODAY + 100)],
    'prescription expiry': [uint32(TODAY + 1_000_000)],
    'record content': [
      encodeTemplate(PROGRAMME_RECORD, {
        programme: PROGRAMME.maternity,
        time: TODAY,
        hospitalId: 'H-0042',
        entry: Uint8Array.of(1),
      }),
    ],
    'command header': [Uint8Array.of(0x0c, 0xdb, 0x3f, 0xff)],
    ...more,
  };
}

/** A list of starts on one kind of card that grows as the card goes on. */
export class Starts {
  readonly list: FuzzStart[] = [];

  constructor(
    private readonly kind: CardKind,
    public dictionary: Dictionary,
    private readonly spec: ApplicationSpec = kind.spec,
  ) {}

  /** The card as it stands now; `times` makes it that much more frequent. */
  add(name: string, card: Card, { times = 1, isOver = false } = {}): void {
    const { kind, spec, dictionary } = this;
    const start = { name, kind, spec, image: card.image(), dictionary };
    for (let i = 0; i < times; i++) this.list.push(isOver ? { ...start, isOver } : start);
  }
}
