/**
 * The registration machine (6a): one reader in the hall. The card signs TS here, PCert and Data are checked,
 * and the patient gets a ticket that stands for one visit; lapsed Data is refused before anybody waits.
 */

import { toHex } from '../../apdu/index.js';
import type { PatientCard } from '../cards/patient-card.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { verifyPatientCertificate } from '../nhi/certificate-authority.js';
import type { HospitalDoor, NhiPublicKeys } from '../nhi/doors.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { PURPOSE, type SignedRequest } from './hospital-terminal.js';

/** A challenge is good for so long, and the ticket with it. */
const TICKET_SECONDS = 12 * 3600;
const TICKET_BYTES = 8;

export class RegistrationMachine {
  /** By ticket, hexadecimal. The envelope is sealed to NHI: nobody here can read it. */
  private readonly waiting = new Map<string, SignedRequest & { readonly expires: number }>();

  constructor(
    private readonly ports: {
      readonly hospitalId: string;
      readonly nhi: HospitalDoor;
      readonly nhiKeys: Pick<NhiPublicKeys, 'signatureKey'>;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {}

  /** Admits the holder, whose PIN was verified before. */
  async admit(patient: PatientCard): Promise<Result<{ readonly ticket: Uint8Array }>> {
    const { hospitalId, nhi, nhiKeys, clock, rng } = this.ports;
    const now = clock.now();
    const read = await patient.readOwnCertificate();
    if (!read.ok) return read;
    const { certificate } = read;
    if (!verifyPatientCertificate(nhiKeys.signatureKey, certificate, now)) {
      return refusal('certificate-invalid');
    }
    if (certificate.body.paidUntil < now) return refusal('insurance-lapsed');
    const { challenge, time } = await nhi.issueChallenge();
    const asked = await patient.requestVisit({ challenge, hospitalId, purpose: PURPOSE.outpatient, time });
    if (!asked.ok) return asked;
    const ticket = rng.bytes(TICKET_BYTES);
    this.waiting.set(toHex(ticket), { challenge, request: asked.request, expires: now + TICKET_SECONDS });
    return { ok: true, ticket };
  }

  /** The request that a ticket stands for; once, for the consulting room. */
  redeem(ticket: Uint8Array): Result<{ readonly request: SignedRequest }> {
    const key = toHex(ticket);
    const found = this.waiting.get(key);
    this.waiting.delete(key);
    if (!found || found.expires < this.ports.clock.now()) return refusal('ticket-invalid');
    const { challenge, request } = found;
    return { ok: true, request: { challenge, request } };
  }
}
