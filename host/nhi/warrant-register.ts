/**
 * Agents at NHI (eq. 5): confirmed first, their warrants countersigned and registered, revoked. Each
 * change of an agent gives the patient a new certificate: same pseudonym and keys, new serial.
 */

import {
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
type Entry = { readonly request: AgentRequest; certificate?: WarrantCertificate; revoked: boolean };

/** A countersigned warrant, and the patient's certificate that follows from it. */
export type IssuedWarrant = {
  readonly certificate: WarrantCertificate;
  readonly patientCertificate: PatientCertificate;
};

export class WarrantRegister {
  /** By serial, hexadecimal. */
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly patients: PatientRegister;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {}

  /** Confirms an agent on certain terms; the serial stands for both. */
  confirmAgent(request: AgentRequest): Result<ConfirmedAgent> {
    const { patients, clock, rng } = this.ports;
    const { pid, agentPid, notBefore, notAfter } = request;
    if (equalBytes(pid, agentPid)) return refusal('agent-is-patient');
    const agentCertificate = patients.certificateOf(agentPid);
    if (!patients.certificateOf(pid) || !agentCertificate) return refusal('certificate-revoked');
    if (notBefore >= notAfter || notAfter < clock.now()) return refusal('term-invalid');
    const serial = rng.bytes(SERIAL_BYTES);
    this.entries.set(toHex(serial), { request, revoked: false });
    return { ok: true, serial, agentCertificate };
  }

  /** Countersigns what both cards made on confirmed terms; the same again gets the same answer. */
  countersign(signed: SignedWarrant): Result<IssuedWarrant> {
    const { authority, patients, clock } = this.ports;
    const { warrant } = signed;
    const entry = this.entries.get(toHex(warrant.serial));
    if (!entry || !sameTerms(entry.request, warrant)) return refusal('agent-unconfirmed');
    if (entry.revoked) return refusal('warrant-revoked');
    const signature = authority.sign(STATEMENT.warrantCertificate, signed);
    const certificate = { ...signed, signature };
    // Within its dates as a whole: a warrant that begins tomorrow is countersigned today.
    const evidence = this.evidence(warrant, Math.max(clock.now(), warrant.notBefore));
    const unfit = evidence.ok ? checkWarrant(certificate, evidence.evidence) : evidence;
    if (unfit) return unfit;
    if (entry.certificate) {
      const same = equalBytes(encodeWarrant(entry.certificate), encodeWarrant(certificate));
      const patientCertificate = patients.certificateOf(warrant.pid);
      return same && patientCertificate
        ? { ok: true, certificate, patientCertificate }
        : refusal('warrant-known');
    }
    const renewed = patients.renew(warrant.pid, { agentKey: signed.proxyKey });
    if (!renewed.ok) return renewed;
    entry.certificate = certificate;
    return { ok: true, certificate, patientCertificate: renewed.certificate };
  }

  /** Takes a warrant out of use; the patient's new certificate names no agent, if it named this one. */
  revoke(serial: Uint8Array): Result<{ readonly patientCertificate: PatientCertificate }> {
    const { patients } = this.ports;
    const entry = this.entries.get(toHex(serial));
    if (!entry) return refusal('warrant-unknown');
    entry.revoked = true;
    const { pid } = entry.request;
    const current = patients.certificateOf(pid);
    if (!current) return refusal('certificate-revoked');
    const named = current.body.agentKey;
    if (!named || !entry.certificate || !equalBytes(named, entry.certificate.proxyKey)) {
      return { ok: true, patientCertificate: current };
    }
    const renewed = patients.renew(pid, { agentKey: undefined });
    return renewed.ok ? { ok: true, patientCertificate: renewed.certificate } : renewed;
  }

  /** What a verifier needs at `time` (now unless given): both certificates as NHI has them, and revocation. */
  evidence(
    warrant: Pick<Warrant, 'pid' | 'agentPid'>,
    time = this.ports.clock.now(),
  ): Result<{ readonly evidence: DelegationEvidence }> {
    const { authority, patients } = this.ports;
    const patientCertificate = patients.certificateOf(warrant.pid);
    const agentCertificate = patients.certificateOf(warrant.agentPid);
    if (!patientCertificate || !agentCertificate) return refusal('certificate-revoked');
    const issuerKey = authority.publicKey;
    const isRevoked = (serial: Uint8Array): boolean => this.entries.get(toHex(serial))?.revoked ?? true;
    return { ok: true, evidence: { issuerKey, patientCertificate, agentCertificate, time, isRevoked } };
  }

  /** Whether exactly this warrant was countersigned and stands. */
  check(certificate: WarrantCertificate): Refusal | undefined {
    const entry = this.entries.get(toHex(certificate.warrant.serial));
    const known =
      entry?.certificate && equalBytes(encodeWarrant(entry.certificate), encodeWarrant(certificate));
    if (!entry || !known) return refusal('warrant-unknown');
    return entry.revoked ? refusal('warrant-revoked') : undefined;
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
