/** The join register as NHI keeps it: append only, open to everybody. */

import { STATEMENT, toHex } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import {
  EMPTY_REGISTER_HASH,
  entryHashOf,
  type JoinEntry,
  type JoinRecord,
  type JoinRegisterHead,
} from '../protocol/join-record.js';
import type { CertificateAuthority } from './certificate-authority.js';

export class JoinRegister {
  private readonly list: JoinEntry[] = [];
  private readonly keys = new Set<string>();

  constructor(private readonly ports: { readonly authority: CertificateAuthority; readonly clock: Clock }) {}

  /** Whether D stands in a record of any epoch. */
  has(membershipKey: Uint8Array): boolean {
    return this.keys.has(toHex(membershipKey));
  }

  /** @throws {Error} for a D that is there: the caller has asked {@link has}. */
  append(join: Omit<JoinRecord, 'position' | 'time'>): void {
    if (this.has(join.membershipKey)) throw new Error('this D has joined before');
    const record = { position: this.list.length, time: this.ports.clock.now(), ...join };
    const previous = this.list.at(-1)?.entryHash ?? EMPTY_REGISTER_HASH;
    this.list.push({ record, entryHash: entryHashOf(previous, record) });
    this.keys.add(toHex(join.membershipKey));
  }

  /** Everything, for everybody. */
  entries(): readonly JoinEntry[] {
    return [...this.list];
  }

  /** NHI's signature over the register as it is now. */
  head(): JoinRegisterHead {
    const { authority, clock } = this.ports;
    const entryHash = this.list.at(-1)?.entryHash ?? EMPTY_REGISTER_HASH;
    const statement = { position: this.list.length, entryHash, time: clock.now() };
    return { statement, signature: authority.sign(STATEMENT.joinRegisterHead, statement) };
  }
}
