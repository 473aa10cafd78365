/**
 * Checking that another card has a role (ISO/IEC 7816-8:2019, 11.8): NHI's root, whose key is on every
 * card, signs the certificate of NHI's CA, the CA signs role certificates. MANAGE SECURITY ENVIRONMENT
 * names the key, VERIFY CERTIFICATE brings the certificates one after another. What was verified stands
 * in RAM, for each logical channel, until the application is selected again.
 */

import {
  AUTHORITY_CERTIFICATE_BODY,
  type AuthorityCertificate,
  type ChainCertificate,
  decodeChainCertificate,
  encodeTemplate,
  equalBytes,
  FIELD,
  ROLE,
  ROLE_CERTIFICATE_BODY,
  type RoleCertificate,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import type { MemoryPlan, NvmField, RamField } from '../runtime/allocation.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';
import { orIncorrectData } from './statement-input.js';
import { verifyStatement } from './statement-signature.js';

const KEY_BYTES = 33;
const DATE_BYTES = 4;
/** Which key MANAGE SECURITY ENVIRONMENT set. */
const SELECTED = { none: 0, root: 1, authority: 2 } as const;

/** What a card knows of NHI and of time: the latest date that a signature of NHI's vouched for. */
export type TrustAnchor = {
  readonly rootReference: NvmField;
  readonly rootKey: NvmField;
  readonly latestDate: NvmField;
};

/** Where a card keeps its trust anchor; `latestDate` has a place of its own. */
export function planTrustAnchor(memory: MemoryPlan): Omit<TrustAnchor, 'latestDate'> {
  return {
    rootReference: memory.field('NHI root: reference', FIELD.serial.max),
    rootKey: memory.field('NHI root: key', KEY_BYTES),
  };
}

/** A card has no clock: a newer date under a right signature of NHI's moves its own on. */
export function moveDateOn(latestDate: NvmField, date: number): void {
  if (date > latestDate.value) latestDate.value = date;
}

/** A CA that the root vouches for, and when. */
type Authority = Pick<
  AuthorityCertificate['body'],
  'holderReference' | 'publicPoint' | 'effectiveDate' | 'expirationDate'
>;

/** Who another card says it is, as far as certificates can tell. */
export type Peer = { readonly role: number; readonly key: Uint8Array };

export class CertificateChain {
  protected readonly selected: RamField;
  protected readonly authorityReference: RamField;
  protected readonly authorityKey: RamField;
  protected readonly authorityFrom: RamField;
  protected readonly authorityUntil: RamField;
  protected readonly peerRole: RamField;
  protected readonly peerKey: RamField;

  constructor(
    memory: MemoryPlan,
    protected readonly coprocessor: Coprocessor,
    protected readonly anchor: TrustAnchor,
    /** The roles that this card meets. */
    protected readonly roles: readonly number[],
  ) {
    const field = (name: string, length: number) => memory.transientField(`certificates: ${name}`, length);
    this.selected = field('key selected', 1);
    this.authorityReference = field('CA: reference', FIELD.serial.max);
    this.authorityKey = field('CA: key', KEY_BYTES);
    this.authorityFrom = field('CA: effective date', DATE_BYTES);
    this.authorityUntil = field('CA: expiration date', DATE_BYTES);
    this.peerRole = field('role of the other card', 1);
    this.peerKey = field('key of the other card', KEY_BYTES);
  }

  /** Sets the key for {@link verify}: 6A88 unless `reference` is the root's or the verified CA's. */
  select(reference: Uint8Array): void {
    this.selected.value = SELECTED.none;
    if (equalBytes(reference, this.anchor.rootReference.read())) this.selected.value = SELECTED.root;
    else if (this.authority && equalBytes(reference, this.authority.holderReference)) {
      this.selected.value = SELECTED.authority;
    } else refuse(SW.referenceDataNotFound);
  }

  /**
   * Takes the next certificate of a chain. Nothing that was verified with a key outlives a certificate
   * that replaces it, or that is refused in its place.
   */
  verify(bytes: Uint8Array): void {
    this.peerRole.clear();
    this.peerKey.clear();
    switch (this.selected.value) {
      case SELECTED.root: {
        this.forgetAuthority();
        const authority = this.checkAuthority(this.parse(bytes));
        this.authorityReference.bytes.set(authority.holderReference);
        this.authorityKey.bytes.set(authority.publicPoint);
        this.authorityFrom.value = authority.effectiveDate;
        this.authorityUntil.value = authority.expirationDate;
        return;
      }
      case SELECTED.authority: {
        const { role, publicPoint } = this.checkRole(this.parse(bytes), this.authority!, this.roles);
        this.peerRole.value = role;
        this.peerKey.bytes.set(publicPoint);
        return;
      }
      default:
        refuse(SW.conditionsNotSatisfied);
    }
  }

  /** The card whose role certificate was verified last; it has still to prove that it has the key. */
  get peer(): Peer | undefined {
    const role = this.peerRole.value;
    return role === ROLE.none ? undefined : { role, key: this.peerKey.bytes };
  }

  /** Checks what this card itself will show, before it is given out: one of `roles`, under a CA of the root. */
  checkOwn(authorityCertificate: Uint8Array, roleCertificate: Uint8Array, roles: readonly number[]): void {
    const authority = this.checkAuthority(this.parse(authorityCertificate));
    this.checkRole(this.parse(roleCertificate), authority, roles);
  }

  protected get authority(): Authority | undefined {
    // a compressed point never begins with 00
    if (this.authorityKey.bytes[0] === 0) return undefined;
    return {
      holderReference: this.authorityReference.bytes,
      publicPoint: this.authorityKey.bytes,
      effectiveDate: this.authorityFrom.value,
      expirationDate: this.authorityUntil.value,
    };
  }

  protected forgetAuthority(): void {
    for (const field of [
      this.authorityReference,
      this.authorityKey,
      this.authorityFrom,
      this.authorityUntil,
    ]) {
      field.clear();
    }
  }

  protected parse(bytes: Uint8Array): ChainCertificate {
    return orIncorrectData(() => decodeChainCertificate(bytes));
  }

  /** The root signs CA certificates only, so the chain is never shorter. */
  protected checkAuthority(certificate: ChainCertificate): Authority {
    const { kind, body, signature } = certificate;
    if (kind !== 'authority') return refuse(SW.referenceDataNotUsable);
    if (!equalBytes(body.issuerReference, this.anchor.rootReference.read())) {
      refuse(SW.referenceDataNotUsable);
    }
    const fields = encodeTemplate(AUTHORITY_CERTIFICATE_BODY, body);
    this.assertSigned(this.anchor.rootKey.read(), STATEMENT.authorityCertificate, fields, signature);
    this.assertCurrent(body);
    return body;
  }

  /** The CA signs role certificates only, so the chain is never longer. */
  protected checkRole(
    certificate: ChainCertificate,
    authority: Authority,
    roles: readonly number[],
  ): RoleCertificate['body'] {
    const { kind, body, signature } = certificate;
    if (kind !== 'role') return refuse(SW.referenceDataNotUsable);
    if (!equalBytes(body.issuerReference, authority.holderReference)) refuse(SW.referenceDataNotUsable);
    const fields = encodeTemplate(ROLE_CERTIFICATE_BODY, body);
    this.assertSigned(authority.publicPoint, STATEMENT.roleCertificate, fields, signature);
    const issuedInTime =
      authority.effectiveDate <= body.effectiveDate && body.effectiveDate <= authority.expirationDate;
    if (
      !issuedInTime ||
      authority.expirationDate < this.anchor.latestDate.value ||
      !roles.includes(body.role)
    ) {
      refuse(SW.referenceDataNotUsable);
    }
    this.assertCurrent(body);
    return body;
  }

  protected assertSigned(
    key: Uint8Array,
    statement: (typeof STATEMENT)['authorityCertificate' | 'roleCertificate'],
    fields: Uint8Array,
    signature: Uint8Array,
  ): void {
    if (!verifyStatement(this.coprocessor, key, statement, fields, signature)) {
      refuse(SW.referenceDataNotUsable);
    }
  }

  protected assertCurrent(body: { readonly effectiveDate: number; readonly expirationDate: number }): void {
    const { latestDate } = this.anchor;
    if (body.expirationDate < latestDate.value) refuse(SW.referenceDataNotUsable);
    moveDateOn(latestDate, body.effectiveDate);
  }
}
