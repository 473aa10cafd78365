/**
 * Command APDUs for fuzzing, built from the declarations: valid ones, ones that are wrong in one way, and noise.
 * What a declaration can not know (a PIN, a genuine certificate) comes from a dictionary.
 */

import {
  type ApplicationSpec,
  type CommandSpec,
  type DataField,
  type DataObject,
  encodeTlv,
  fromHex,
  type LifeCycle,
  needsSecureChannel,
  type Parameter,
  recordModes,
  secureMessagingIn,
  type Template,
  takesSession,
} from '../../apdu/index.js';
import type { TestSecureChannel } from './secure-channel.js';
import type { Choices } from './seeded-random.js';
import type { CommandProtector } from './transmit.js';

export type FuzzKind = 'valid' | 'nearly valid' | 'noise';
export type FuzzedApdu = { readonly kind: FuzzKind; readonly apdu: Uint8Array };

/** Values worth trying for a data object, by its name. */
export type Dictionary = { readonly [name: string]: readonly Uint8Array[] };

/** What the fuzzer sees of the card on the logical channel in use: enough to send what would be taken now. */
export interface CardView {
  readonly lifeCycle: LifeCycle;
  /** Numbers of the logical channels that are open. */
  readonly openChannels: readonly number[];
  /** The logical channel that everything else here is about. */
  useChannel(channel: number): void;
  /** Whether life cycle and access rule let a command through. */
  permits(spec: CommandSpec): boolean;
  /** The session with another card. */
  readonly session: CommandProtector | undefined;
  /** The secure channel of the issuer, begun or open, and the host cryptogram that opens it. */
  readonly secureChannel:
    | { readonly channel: TestSecureChannel; readonly cryptogram: Uint8Array }
    | undefined;
}

type Draft = { cla: number; ins: number; p1: number; p2: number; data: Uint8Array; le: number | undefined };

const NO_DATA = new Uint8Array(0);

export class ApduFuzzer {
  /** What the card's own state says that a data object must hold. */
  private readonly learnt = new Map<string, Uint8Array>();

  constructor(
    private readonly application: ApplicationSpec,
    private readonly choices: Choices,
    private readonly dictionary: Dictionary,
    private readonly card: CardView,
  ) {}

  /** The next APDUs: one, or a chain. */
  next(): FuzzedApdu[] {
    const { choices, card } = this;
    if (choices.oneIn(16)) return [{ kind: 'noise', apdu: choices.bytes(choices.below(300)) }];
    const channel = choices.oneIn(6) ? choices.of(card.openChannels) : 0;
    card.useChannel(channel);
    const spec = this.command();
    const draft = this.draftOf(spec, channel);
    if (!choices.oneIn(4)) return this.encode(spec, draft).map((apdu) => ({ kind: 'valid', apdu }));
    const damaged = this.encode(spec, this.damageDraft(draft));
    const at = choices.below(damaged.length);
    if (choices.oneIn(2)) damaged[at] = this.damageBytes(damaged[at]!);
    return damaged.map((apdu) => ({ kind: 'nearly valid', apdu }));
  }

  /** Mostly one that is permitted now. */
  private command(): CommandSpec {
    const { choices, card } = this;
    const commands: readonly CommandSpec[] = Object.values(this.application.commands);
    const inside = card.lifeCycle === 'initialisation' ? card.secureChannel : undefined;
    if (card.lifeCycle === 'initialisation' && !inside?.channel.opened && choices.oneIn(2)) {
      const opening = inside ? 'openSecureChannel' : 'initializeUpdate';
      const spec = this.application.commands[opening];
      if (spec) return spec;
    }
    const permitted = choices.oneIn(8) ? [] : commands.filter((spec) => card.permits(spec));
    const pool = permitted.length > 0 ? permitted : commands;
    const chosen = choices.of(pool);
    // Mostly nothing waits for GET RESPONSE.
    return chosen.id === 'getResponse' && !choices.oneIn(4) ? choices.of(pool) : chosen;
  }

  private draftOf(spec: CommandSpec, channel: number): Draft {
    const cla = spec.cla | channel;
    const { ins } = spec;
    const p1 = this.parameter(spec.p1);
    const p2 = this.parameter(spec.p2);
    const rule = secureMessagingIn(spec, this.card.lifeCycle);
    const inside = needsSecureChannel(rule) ? this.card.secureChannel : undefined;
    if (inside) this.learnt.set('host cryptogram', inside.cryptogram);
    const plain = this.dataOf(spec.data);
    const le = spec.response.kind === 'none' ? undefined : this.choices.of([256, 256, 256, 16, 1, undefined]);
    if (inside) {
      const header = Uint8Array.of(cla | 0x04, ins, p1, p2);
      return { cla: cla | 0x04, ins, p1, p2, data: inside.channel.protect(header, plain), le };
    }
    const session = rule === undefined && takesSession(spec) ? this.card.session : undefined;
    if (!session) return { cla, ins, p1, p2, data: plain, le };
    const header = Uint8Array.of(cla | 0x0c, ins, p1, p2);
    return { cla: cla | 0x0c, ins, p1, p2, data: session.protect(header, plain, le), le: 256 };
  }

  private parameter(parameter: Parameter): number {
    switch (parameter.kind) {
      case 'constant':
        return parameter.value;
      case 'enum':
        return this.choices.of(Object.values(parameter.values));
      case 'range':
        // Short identifiers, small numbers and zero offsets are where something is.
        return this.choices.oneIn(4)
          ? this.choices.between(parameter.min, parameter.max)
          : Math.min(
              parameter.max,
              this.choices.of([parameter.min, parameter.min + 1, 0x80 + this.choices.below(7)]),
            );
      case 'short-file':
        return (this.choices.below(7) << 3) | this.choices.of(recordModes(parameter));
    }
  }

  private dataOf(field: DataField): Uint8Array {
    if (field.kind === 'none') return NO_DATA;
    if (field.kind === 'template') return this.template(field.template);
    if (field.optional && this.choices.oneIn(4)) return NO_DATA;
    if (field.name === 'fields of the statement') {
      return this.template(this.choices.of(Object.values(this.application.algorithms)).input);
    }
    return this.known(field.name) ?? this.choices.bytes(this.lengthBetween(field.min, field.max));
  }

  private template(template: Template): Uint8Array {
    const parts = Object.values(template)
      .filter((object) => !object.optional || this.choices.oneIn(3))
      .map((object) => encodeTlv(object.tag, this.value(object)));
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  private value(object: DataObject): Uint8Array {
    const known = this.known(object.name);
    if (known) return known;
    if (object.format === 'template') return this.template(object.fields!);
    const length = this.lengthBetween(object.min, object.max);
    if (object.format === 'text') return this.choices.bytes(length).map((byte) => 0x30 + (byte % 64));
    return this.choices.bytes(length);
  }

  private known(name: string): Uint8Array | undefined {
    const learnt = this.learnt.get(name);
    const values = learnt ? [learnt] : this.dictionary[name];
    return values && !this.choices.oneIn(8) ? this.choices.of(values) : undefined;
  }

  private lengthBetween(min: number, max: number): number {
    return this.choices.oneIn(3)
      ? this.choices.of([min, max])
      : this.choices.between(min, Math.min(max, min + 40));
  }

  /** Short form, in a chain where the data need one. */
  private encode(spec: CommandSpec, draft: Draft): Uint8Array[] {
    const links: Uint8Array[] = [];
    let { data } = draft;
    while (data.length > 255 || (spec.chaining && data.length > 20 && this.choices.oneIn(6))) {
      const length = Math.min(255, this.choices.between(1, data.length - 1));
      links.push(
        Uint8Array.of(draft.cla | 0x10, draft.ins, draft.p1, draft.p2, length, ...data.slice(0, length)),
      );
      data = data.slice(length);
    }
    const lc = data.length > 0 ? [data.length, ...data] : [];
    const le = draft.le === undefined ? [] : [draft.le & 0xff];
    links.push(Uint8Array.of(draft.cla, draft.ins, draft.p1, draft.p2, ...lc, ...le));
    return links;
  }

  private damageDraft(draft: Draft): Draft {
    const { choices } = this;
    const data = draft.data.slice();
    switch (choices.below(9)) {
      case 0:
        return { ...draft, cla: draft.cla ^ (1 << choices.below(8)) };
      case 1:
        return { ...draft, ins: choices.below(256) };
      case 2:
        return { ...draft, p1: choices.below(256) };
      case 3:
        return { ...draft, p2: choices.below(256) };
      case 4:
        return { ...draft, data: data.slice(0, choices.below(data.length + 1)) };
      case 5:
        return { ...draft, data: Uint8Array.from([...data, ...choices.bytes(choices.between(1, 8))]) };
      case 6:
        return { ...draft, le: choices.of([undefined, 1, 256, choices.between(1, 256)]) };
      case 7:
        return { ...draft, data: choices.bytes(choices.below(256)) };
      default:
        if (data.length > 0) data[choices.below(data.length)]! ^= 1 << choices.below(8);
        return { ...draft, data };
    }
  }

  private damageBytes(bytes: Uint8Array): Uint8Array {
    const { choices } = this;
    const copy = bytes.slice();
    switch (choices.below(4)) {
      case 0:
        return copy.slice(0, choices.below(copy.length + 1));
      case 1:
        return Uint8Array.from([...copy, ...choices.bytes(choices.between(1, 3))]);
      case 2:
        // The extended form of the same lengths.
        return copy.length > 5 ? Uint8Array.from([...copy.slice(0, 4), 0, 0, ...copy.slice(4)]) : copy;
      default:
        if (copy.length > 0) copy[choices.below(copy.length)]! ^= 1 << choices.below(8);
        return copy;
    }
  }
}

/** Names of data objects under which both applications take an application identifier or a file identifier. */
export function selectionsOf(application: ApplicationSpec): Uint8Array[] {
  const files = Object.values(application.files).map(({ fid }) => Uint8Array.of(fid >> 8, fid & 0xff));
  const aid = fromHex(application.aid);
  const df = Uint8Array.of(application.fid >> 8, application.fid & 0xff);
  const path = Uint8Array.of(...df, ...(files[0] ?? []));
  return [aid, aid, aid, aid, aid.slice(0, 5), df, path, Uint8Array.of(0x3f, 0x00), ...files];
}
