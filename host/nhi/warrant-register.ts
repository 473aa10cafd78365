/**
 * Agents at NHI (eq. 5): confirmed first, their warrants countersigned and registered, revoked. Each
 * change of an agent gives the patient a new certificate: same pseudonym and keys, new serial.
 */

import {
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  type PatientCertificate,
  STATEMENT,
  toHex,
  WARRANT_CERTIFICATE,
  type Warrant,
  type WarrantCertificate,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { checkWarrant, type DelegationEvidence } from '../protocol/agent-collection.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { decide, one, type Sql, type Store } from '../storage/store.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { PatientRegister } from './patient-register.js';

const SERIAL_BYTES = 8;

/** What patient and agent ask NHI to confirm. */
export type AgentRequest = Pick<Warrant, 'pid' | 'agentPid' | 'scope' | 'notBefore' | 'notAfter'>;

/** What the patient's card needs to open the delegation. */
export type ConfirmedAgent = {
  readonly serial: Uint8Array;
  readonly agentCertificate: PatientCertificate;
};

type SignedWarrant = Omit<WarrantCertificate, 'signature'>;
type Entry = {
  readonly request: AgentRequest;
  readonly certificate: WarrantCertificate | undefined;
  readonly revoked: boolean;
};
type StoredEntry = {
  readonly pid: Uint8Array;
  readonly agent_pid: Uint8Array;
  readonly scope: Uint8Array | null;
  readonly not_before: number;
  readonly not_after: number;
  readonly certificate: Uint8Array | null;
  readonly revoked: number;
};

/** A countersigned warrant, and the patient's certificate that follows from it. */
export type IssuedWarrant = {
  readonly certificate: WarrantCertificate;
  readonly patientCertificate: PatientCertificate;
};

export class WarrantRegister {
  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly patients: PatientRegister;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {}

  /** Confirms an agent on certain terms; the serial stands for both. */
  async confirmAgent(request: AgentRequest): Promise<Result<ConfirmedAgent>> {
    const { patients, store, clock, rng } = this.ports;
    const { pid, agentPid, scope, notBefore, notAfter } = request;
    if (equalBytes(pid, agentPid)) return refusal('agent-is-patient');
    const agentCertificate = await patients.certificateOf(agentPid);
    if (!agentCertificate || !(await patients.certificateOf(pid))) return refusal('certificate-revoked');
    if (notBefore >= notAfter || notAfter < clock.now()) return refusal('term-invalid');
    const serial = rng.bytes(SERIAL_BYTES);
    await store.run(
      `INSERT INTO warrants (pid, serial, agent_pid, scope, not_before, not_after, revoked)
        VALUES (?, ?, ?, ?, ?, ?, 0)`,
      ...[pid, serial, agentPid, scope ?? null, notBefore, notAfter],
    );
    return { ok: true, serial, agentCertificate };
  }

  /** Countersigns what both cards made on confirmed terms; the same again gets the same answer. */
  async countersign(signed: SignedWarrant): Promise<Result<IssuedWarrant>> {
    const { authority, clock, store } = this.ports;
    const { warrant } = signed;
    const entry = await this.find(warrant.serial);
    if (!entry || !sameTerms(entry.request, warrant)) return refusal('agent-unconfirmed');
    if (entry.revoked) return refusal('warrant-revoked');
    const signature = authority.sign(STATEMENT.warrantCertificate, signed);
    const certificate = { ...signed, signature };
    // Within its dates as a whole: a warrant that begins tomorrow is countersigned today.
    const evidence = await this.evidence(warrant, Math.max(clock.now(), warrant.notBefore));
    const unfit = evidence.ok ? checkWarrant(certificate, evidence.evidence) : evidence;
    return unfit ?? decide(store, (tx) => this.issue(certificate, tx));
  }

  private async issue(certificate: WarrantCertificate, tx: Sql): Promise<Result<IssuedWarrant>> {
    const { patients } = this.ports;
    const { warrant, proxyKey } = certificate;
    const { pid, serial } = warrant;
    const encoded = encodeWarrant(certificate);
    const kept = await tx.run(
      'UPDATE warrants SET certificate = ? WHERE pid = ? AND serial = ? AND certificate IS NULL AND revoked = 0',
      ...[encoded, pid, serial],
    );
    if (kept === 1) {
      const renewed = await patients.renew(pid, { agentKey: proxyKey }, tx);
      return renewed.ok ? { ok: true, certificate, patientCertificate: renewed.certificate } : renewed;
    }
    const known = (await this.find(serial, tx))?.certificate;
    const patientCertificate = await patients.certificateOf(pid, tx);
    return known && equalBytes(encodeWarrant(known), encoded) && patientCertificate
      ? { ok: true, certificate, patientCertificate }
      : refusal('warrant-known');
  }

  /** Takes a warrant out of use; the patient's new certificate names no agent, if it named this one. */
  revoke(serial: Uint8Array): Promise<Result<{ readonly patientCertificate: PatientCertificate }>> {
    const { patients, store } = this.ports;
    return store.transaction(async (tx) => {
      const entry = await this.find(serial, tx);
      if (!entry) return refusal('warrant-unknown');
      const { pid } = entry.request;
      await tx.run('UPDATE warrants SET revoked = 1 WHERE pid = ? AND serial = ?', pid, serial);
      const current = await patients.certificateOf(pid, tx);
      if (!current) return refusal('certificate-revoked');
      const named = current.body.agentKey;
      if (!named || !entry.certificate || !equalBytes(named, entry.certificate.proxyKey)) {
        return { ok: true, patientCertificate: current };
      }
      const renewed = await patients.renew(pid, { agentKey: undefined }, tx);
      return renewed.ok ? { ok: true, patientCertificate: renewed.certificate } : renewed;
    });
  }

  /** What a verifier needs at `time` (now unless given): both certificates as NHI has them, and revocation. */
  async evidence(
    { pid, agentPid, serial }: Pick<Warrant, 'pid' | 'agentPid' | 'serial'>,
    time = this.ports.clock.now(),
  ): Promise<Result<{ readonly evidence: DelegationEvidence }>> {
    const { authority, patients } = this.ports;
    const patientCertificate = await patients.certificateOf(pid);
    const agentCertificate = await patients.certificateOf(agentPid);
    if (!patientCertificate || !agentCertificate) return refusal('certificate-revoked');
    const issuerKey = authority.publicKey;
    const revoked = (await this.find(serial))?.revoked ?? true;
    return { ok: true, evidence: { issuerKey, patientCertificate, agentCertificate, time, revoked } };
  }

  /** Whether exactly this warrant was countersigned and stands. */
  async check(certificate: WarrantCertificate): Promise<Refusal | undefined> {
    const entry = await this.find(certificate.warrant.serial);
    const known =
      entry?.certificate && equalBytes(encodeWarrant(entry.certificate), encodeWarrant(certificate));
    if (!entry || !known) return refusal('warrant-unknown');
    return entry.revoked ? refusal('warrant-revoked') : undefined;
  }

  private async find(serial: Uint8Array, sql: Sql = this.ports.store): Promise<Entry | undefined> {
    const row = await one<StoredEntry>(
      sql,
      `SELECT pid, agent_pid, scope, not_before, not_after, certificate, revoked FROM warrants WHERE serial = ?`,
      serial,
    );
    if (!row) return undefined;
    const { pid, agent_pid: agentPid, scope, not_before: notBefore, not_after: notAfter } = row;
    return {
      request: { pid, agentPid, notBefore, notAfter, ...(scope ? { scope } : {}) },
      certificate: row.certificate ? decodeTemplate(WARRANT_CERTIFICATE, row.certificate) : undefined,
      revoked: row.revoked === 1,
    };
  }
}

function encodeWarrant(certificate: WarrantCertificate): Uint8Array {
  return encodeTemplate(WARRANT_CERTIFICATE, certificate);
}

function sameTerms(asked: AgentRequest, warrant: Warrant): boolean {
  const scope = (terms: Pick<Warrant, 'scope'>) => (terms.scope ? toHex(terms.scope) : '');
  return (
    equalBytes(asked.pid, warrant.pid) &&
    equalBytes(asked.agentPid, warrant.agentPid) &&
    scope(asked) === scope(warrant) &&
    asked.notBefore === warrant.notBefore &&
    asked.notAfter === warrant.notAfter
  );
}
