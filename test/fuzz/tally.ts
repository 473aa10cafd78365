/** What a fuzz run reached, counted. */

export class Tally {
  private readonly counts = new Map<string, number>();

  add(key: string, count = 1): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  addAll(other: Tally): void {
    for (const [key, count] of other.counts) this.add(key, count);
  }

  get keys(): string[] {
    return [...this.counts.keys()].sort();
  }

  toString(): string {
    return this.keys.map((key) => `${key} ${this.of(key)}`).join(', ');
  }
}

/** Counts of one card's application. */
export class FuzzTallies {
  total = 0;
  /** APDUs that reached a handler. */
  reaching = 0;
  /** 61xx and 63Cx as families. */
  readonly statusWords = new Tally();
  readonly kinds = new Tally();
  /** Commands whose handler ran; those of the command processor itself when they were answered 9000 or 61xx. */
  readonly commands = new Tally();
  /** Roles that were proven, and PINs that were verified, when a handler ran. */
  readonly proven = new Tally();
  readonly lifeCycles = new Tally();

  /** Adds another run's counts. */
  add(other: FuzzTallies): void {
    this.total += other.total;
    this.reaching += other.reaching;
    this.statusWords.addAll(other.statusWords);
    this.kinds.addAll(other.kinds);
    this.commands.addAll(other.commands);
    this.proven.addAll(other.proven);
    this.lifeCycles.addAll(other.lifeCycles);
  }

  get share(): number {
    return this.total === 0 ? 0 : this.reaching / this.total;
  }

  toString(): string {
    const lines = {
      kinds: this.kinds,
      commands: this.commands,
      'status words': this.statusWords,
      'proven when a handler ran': this.proven,
      'life cycle': this.lifeCycles,
    };
    const text = Object.entries(lines).map(([name, tally]) => `  ${name}: ${tally}`);
    return [`${this.total} APDUs, ${(100 * this.share).toFixed(1)} % reach a handler`, ...text].join('\n');
  }
}
