/** Whatever is secret on a card, collected as it is used, and the search for it in RAM. */

import {
  type CommandSpec,
  decodeTemplate,
  parseCommandApdu,
  type Template,
  TlvError,
  toHex,
} from '../../apdu/index.js';
import { type Card, type CryptoEngine, nobleEngine } from '../../applet/index.js';

/** Arguments of the engine that are secret, by position; `result` where the answer is. */
const SECRETS_OF: { readonly [operation in keyof CryptoEngine]?: readonly (number | 'result')[] } = {
  aes128EcbEncrypt: [0],
  aes128EcbDecrypt: [0],
  aes128Cmac: [0],
  aes128GcmSeal: [0],
  aes128GcmOpen: [0, 'result'],
  p256PublicKey: [0],
  p256EcdsaSign: [0],
  p256Ecdh: [0, 'result'],
  // Nonces are scalars.
  p256Multiply: [1],
  g1Multiply: [2],
};

/** Persistent fields whose content is secret. */
const SECRET_FIELDS =
  /: secret$|role key$|: value$|member key sk$|hint key$|transport keys: (ENC|MAC|DEK)$|kiosk's half$/;

/** Transient fields that may hold a secret, with the field that must then not be zero. */
const PLACES: Readonly<Record<string, string>> = {
  'session: encryption key': 'session: active',
  'session: MAC key': 'session: active',
  'secure channel: S-ENC': 'secure channel: phase',
  'secure channel: S-MAC': 'secure channel: phase',
  'secure channel: S-RMAC': 'secure channel: phase',
  'card authentication: ephemeral secret': 'card authentication: open',
  // Secret until both halves of the number are shown.
  'prescription number: own random': 'prescription number: open',
};
/** The patient's nonce of the one delegation that is open, between OPEN and CLOSE. */
const DELEGATION = { place: 'open delegation', while: 'open delegation: channel' };
/** The chain of a command that is not complete. */
const CHAIN = { place: 'message buffer', while: 'chain: active' };
const SHORTEST_BYTES = 4;
const CHANNELS = [0, 1, 2, 3];

export class SecretWatch {
  private readonly secrets = new Map<string, Uint8Array>();
  searches = 0;
  /** Finds where a secret belongs: the search does find. */
  expectedFinds = 0;

  /** The reference engine; what goes through it is remembered. */
  readonly engine: CryptoEngine = Object.fromEntries(
    Object.entries(nobleEngine as unknown as Record<string, (...values: unknown[]) => unknown>).map(
      ([name, operation]) => [
        name,
        (...values: unknown[]) => {
          const which = SECRETS_OF[name as keyof CryptoEngine] ?? [];
          for (const position of which) if (position !== 'result') this.add(values[position]);
          const result = operation(...values);
          if (which.includes('result')) this.add(result);
          return result;
        },
      ],
    ),
  ) as unknown as CryptoEngine;

  get size(): number {
    return this.secrets.size;
  }

  add(value: unknown): void {
    if (!(value instanceof Uint8Array) || value.length < SHORTEST_BYTES || value.every((byte) => byte === 0))
      return;
    this.secrets.set(toHex(value), value.slice());
  }

  /** Remembers what the card's persistent memory holds. */
  addStored(card: Card): void {
    for (const { name, offset, length } of card.owners.nvm) {
      if (!SECRET_FIELDS.test(name)) continue;
      const bytes = card.nvm.read(offset, length);
      const stored = (bytes[0]! << 8) | bytes[1]!;
      this.add(stored > 0 && stored <= length - 2 ? bytes.subarray(2, 2 + stored) : bytes);
    }
  }

  /** Remembers what a plain command carries in fields that its declaration calls secret. */
  addCommand(spec: CommandSpec, apdu: Uint8Array): void {
    const parsed = parseCommandApdu(apdu);
    if ('fault' in parsed || parsed.data.length === 0) return;
    if (spec.data.kind === 'bytes' && spec.data.secret) this.add(parsed.data);
    if (spec.data.kind !== 'template') return;
    const { template } = spec.data;
    try {
      const values = decodeTemplate(template as Template, parsed.data) as Readonly<Record<string, unknown>>;
      for (const [field, object] of Object.entries(template)) if (object.secret) this.add(values[field]);
    } catch (error) {
      // Protected, or a link of a chain.
      if (!(error instanceof TlvError)) throw error;
    }
  }

  /** What is in RAM that must not be there, in words; empty when all is well. */
  found(card: Card): string[] {
    const { ram } = card.image();
    const owners = new Map(card.owners.ram.map((owner) => [owner.name, owner]));
    const field = (name: string): Uint8Array => {
      const owner = owners.get(name);
      return owner ? ram.subarray(owner.offset, owner.offset + owner.length) : new Uint8Array(0);
    };
    const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
    const complaints: string[] = [];
    const rest = ram.slice();
    const places = CHANNELS.flatMap((channel) =>
      Object.entries(PLACES).map(([place, while_]) => [
        `channel ${channel}: ${place}`,
        `channel ${channel}: ${while_}`,
      ]),
    );
    for (const [place, condition] of [
      ...places,
      [DELEGATION.place, DELEGATION.while],
      [CHAIN.place, CHAIN.while],
    ] as [string, string][]) {
      if (isZero(field(condition))) {
        if (place !== CHAIN.place && !isZero(field(place))) complaints.push(`${place} outlives its use`);
        continue;
      }
      const owner = owners.get(place);
      if (owner) rest.fill(0, owner.offset, owner.offset + owner.length);
    }
    for (const secret of this.secrets.values()) {
      this.searches++;
      const needle = Buffer.from(secret);
      const at = Buffer.from(rest).indexOf(needle);
      if (at >= 0) {
        const owner = card.owners.ram.find(({ offset, length }) => at >= offset && at < offset + length);
        complaints.push(`a secret of ${secret.length} bytes in "${owner?.name ?? 'the arena'}"`);
      } else if (Buffer.from(ram).includes(needle)) this.expectedFinds++;
    }
    const open = field('open channels')[0]!;
    for (const { name, offset, length } of owners.values()) {
      const channel = /^channel (\d):/.exec(name)?.[1];
      if (channel === undefined || channel === '0' || (open & (1 << Number(channel))) !== 0) continue;
      if (!isZero(ram.subarray(offset, offset + length))) complaints.push(`${name} outlives its channel`);
    }
    const end = Math.max(...[...owners.values()].map(({ offset, length }) => offset + length));
    if (!isZero(ram.subarray(end))) complaints.push('the arena is not wiped');
    return complaints;
  }
}
