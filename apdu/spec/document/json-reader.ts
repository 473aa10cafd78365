/**
 * Reading JSON of unknown origin into typed values: every value knows its place in the document
 * (JSON Pointer, RFC 6901), so that what is wrong is said with its path.
 */

/** A value that is not what it should be. Only within the parser; its caller gets a value. */
export class JsonFault extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path || '/'} ${reason}`);
    this.name = 'JsonFault';
  }
}

/** A JSON Pointer: its steps, with `~` and `/` escaped. */
export function jsonPointer(...steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/;
const HEX = /^([0-9A-F]{2})*$/;

/** One value of the document with its place. */
export class JsonValue {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** @throws {JsonFault} always. */
  fail(reason: string): never {
    throw new JsonFault(this.path, reason);
  }

  text(): string {
    const { value } = this;
    return typeof value === 'string' && value !== '' ? value : this.fail(`must be a text, not ${this.shown}`);
  }

  identifier(): string {
    const text = this.text();
    return IDENTIFIER.test(text)
      ? text
      : this.fail(`must be a name in camel case (letters and digits), not ${this.shown}`);
  }

  oneOf<const T extends string | number>(...values: readonly T[]): T {
    const found = values.find((value) => value === this.value);
    return found ?? this.fail(`must be one of ${values.join(', ')}, not ${this.shown}`);
  }

  integer(min: number, max: number): number {
    const { value } = this;
    return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : this.fail(`must be a whole number from ${min} to ${max}, not ${this.shown}`);
  }

  boolean(): boolean {
    const { value } = this;
    return typeof value === 'boolean' ? value : this.fail(`must be true or false, not ${this.shown}`);
  }

  /** A flag that stands there when it holds and is left out otherwise. */
  flag(): true {
    return this.value === true ? true : this.fail(`must be true or be left out, not ${this.shown}`);
  }

  /** Upper-case hexadecimal of `min` to `max` bytes. */
  hex(min: number, max = min): string {
    const text = this.value;
    if (typeof text === 'string' && HEX.test(text) && text.length >= 2 * min && text.length <= 2 * max) {
      return text;
    }
    const length =
      min === max ? `${min}` : max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
    return this.fail(`must be ${length} bytes in upper-case hexadecimal, not ${this.shown}`);
  }

  /** A number in hexadecimal of so many bytes. */
  code(min: number, max = min): number {
    return Number.parseInt(this.hex(min, max), 16);
  }

  list<T>(read: (item: JsonValue) => T, min = 0): T[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail(`must be a list, not ${this.shown}`);
    if (value.length < min) return this.fail(`must have at least ${min} entry`);
    return value.map((item, i) => read(new JsonValue(item, this.path + jsonPointer(i))));
  }

  /** A list whose entries are told apart by a name, as an object by these names. */
  named<T>(read: (item: JsonValue) => readonly [string, T], min = 0): { readonly [name: string]: T } {
    const seen = new Set<string>();
    const entries = this.list((item) => {
      const entry = read(item);
      if (seen.has(entry[0])) item.fail(`is the second of the name "${entry[0]}"`);
      seen.add(entry[0]);
      return entry;
    }, min);
    return Object.fromEntries(entries);
  }

  /** Reads the members of an object; one that nobody asked for is a fault. */
  object<T>(read: (members: JsonMembers) => T): T {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.fail(`must be an object, not ${this.shown}`);
    }
    const members = new JsonMembers(value as Readonly<Record<string, unknown>>, this);
    const result = read(members);
    members.end();
    return result;
  }

  private get shown(): string {
    const { value } = this;
    if (value === undefined) return 'nothing';
    if (Array.isArray(value)) return 'a list';
    if (typeof value === 'object' && value !== null) return 'an object';
    const text = JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }
}

/** The members of one object. */
export class JsonMembers {
  private readonly read = new Set<string>();

  constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    private readonly owner: JsonValue,
  ) {}

  /** A member that must be there. */
  need(name: string): JsonValue {
    return this.may(name) ?? this.owner.fail(`lacks the member "${name}"`);
  }

  /** A member that may be absent. */
  may(name: string): JsonValue | undefined {
    this.read.add(name);
    if (!Object.hasOwn(this.members, name)) return undefined;
    return new JsonValue(this.members[name], this.owner.path + jsonPointer(name));
  }

  /** The member under its name, or nothing: to be spread into an object with optional members. */
  optional<N extends string, T>(name: N, read: (value: JsonValue) => T): { readonly [K in N]?: T } {
    const value = this.may(name);
    return (value ? { [name]: read(value) } : {}) as { readonly [K in N]?: T };
  }

  end(): void {
    const extra = Object.keys(this.members).find((name) => !this.read.has(name));
    if (extra !== undefined) this.owner.fail(`has the unknown member "${extra}"`);
  }
}
