/**
 * NHI's desk for cards in use: a card with the role "nhi" and the register behind it. Whoever stands
 * there has shown an identity document; the desk never needs the holder's PIN, and everything it tells
 * the patient card goes under secure messaging of the session that proved its role.
 */

import type { PatientCertificate } from '../../apdu/index.js';
import { pairCards } from '../cards/card-pairing.js';
import type { PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import type { Result } from '../protocol/refusal.js';
import type { PatientRegister } from './patient-register.js';

export class CardDesk {
  constructor(
    private readonly patients: PatientRegister,
    /** The desk's own card, its PIN verified. */
    private readonly card: ProfessionalCard,
  ) {}

  /**
   * Renews Data: a new certificate for the same pseudonym and keys. Until the patient card has taken it,
   * the register accepts the old one as well, so that nobody is left with a card that counts for nothing.
   */
  async renew(
    patient: PatientCard,
    nationalId: string,
  ): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const paired = await pairCards(patient, this.card);
    if (!paired.ok) return paired;
    const prepared = await this.patients.prepareRenewal(nationalId);
    if (!prepared.ok) return prepared;
    const { certificate } = prepared;
    const put = await patient.putCertificate(certificate);
    if (!put.ok) return put;
    await this.patients.completeRenewal(certificate);
    return prepared;
  }

  /** Puts a certificate that NHI has issued onto its card, as the one that names a new agent. */
  async deliver(patient: PatientCard, certificate: PatientCertificate): Promise<Result<object>> {
    return this.at(patient, () => patient.putCertificate(certificate));
  }

  /** Gives a blocked PIN its tries back; its value stays the holder's secret. */
  async restoreTries(patient: PatientCard): Promise<Result<object>> {
    return this.at(patient, () => patient.restoreTries());
  }

  /** Takes a card out of use that was lost and handed in. */
  async deactivate(patient: PatientCard): Promise<Result<object>> {
    return this.at(patient, () => patient.deactivate());
  }

  /** Gives a found card back to its holder, with everything on it. */
  async reactivate(patient: PatientCard): Promise<Result<object>> {
    return this.at(patient, () => patient.reactivate());
  }

  /** Ends a card for good; its certificate counts no more, wherever it comes from. */
  async terminate(patient: PatientCard, nationalId: string): Promise<Result<object>> {
    const ended = await this.at(patient, () => patient.terminate());
    if (ended.ok) await this.patients.revokePerson(nationalId);
    return ended;
  }

  private async at(patient: PatientCard, act: () => Promise<Result<object>>): Promise<Result<object>> {
    const paired = await pairCards(patient, this.card);
    return paired.ok ? act() : paired;
  }
}
