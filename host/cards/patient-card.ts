/** The patient card as host software sees it: one method for each step of the protocol. */

import {
  type CardClient,
  type CommandSpec,
  cardClient,
  concatBytes,
  decodePatientCertificate,
  decodeTemplate,
  encodePatientCertificate,
  encodeTemplate,
  PATIENT_APPLICATION,
  type PatientCertificate,
  PRESCRIPTION_RECORD,
  type RequestArguments,
  type RequestOf,
  type ResponseOf,
  type SecureChannel,
  type SlotName,
  type Transmit,
  uintToBytes,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { LogInIssue } from '../authority/log-in-authority.js';
import type { CardIssue } from '../nhi/nhi.js';
import type { Result } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { answerOf, pinBytes, RefusedByCard } from './card-answer.js';
import { type RoleChain, showChain } from './certificate-showing.js';
import { personaliseLogIn } from './log-in.js';
import { PersonalisationChannel } from './personalisation-channel.js';

const { commands, algorithms } = PATIENT_APPLICATION;
type Commands = typeof commands;

export type PatientKeys = {
  readonly signingKey: Uint8Array;
  readonly decryptionKey: Uint8Array;
  readonly delegationKey: Uint8Array;
};

/** Secrets that a card is given out with, as digits. */
export type CardPins = { readonly pin: string; readonly puk: string };

/** What one answer without extended length holds (ISO/IEC 7816-4, 5.2). */
const SHORT_ANSWER_BYTES = 256;

export class PatientCard {
  private readonly client: CardClient<typeof PATIENT_APPLICATION>;

  /** Open from {@link initialise} until ACTIVATE FILE. */
  private readonly personalisation: PersonalisationChannel<typeof PATIENT_APPLICATION>;
  /** From {@link enterSession} until the application is selected anew. */
  private session: SecureChannel | undefined;

  constructor(transmit: Transmit) {
    this.client = cardClient(PATIENT_APPLICATION, transmit);
    this.personalisation = new PersonalisationChannel(this.client);
  }

  /** Selects the application; a session of before is over. */
  async select() {
    this.session = undefined;
    return answerOf(commands.select, await this.client.select());
  }

  /** First half of personalisation: NHI's keys, the batch's role, the PINs; then the card makes its keys. */
  async initialise(issue: CardIssue, pins: CardPins): Promise<Result<{ keys: PatientKeys }>> {
    const opened = await this.personalisation.open(issue.session);
    if (!opened.ok) return opened;
    const known = await this.store('more to come', 0, {
      rootReference: issue.rootReference,
      rootKey: issue.rootKey,
      issuerKey: issue.issuerKey,
      sealingKey: issue.sealingKey,
      today: uintToBytes(issue.today, 4),
    });
    if (!known.ok) return known;
    const stored = await this.store('more to come', 1, {
      cardSerial: issue.cardSerial,
      pin: utf8ToBytes(pins.pin),
      puk: utf8ToBytes(pins.puk),
      roleKey: issue.roleKey,
      roleCertificate: issue.roleCertificate,
      authorityCertificate: issue.authorityCertificate,
    });
    if (!stored.ok) return stored;
    const signing = await this.generateKey('signing');
    if (!signing.ok) return signing;
    const decryption = await this.generateKey('decryption');
    if (!decryption.ok) return decryption;
    const delegation = await this.generateKey('delegation');
    if (!delegation.ok) return delegation;
    const keys = { signingKey: signing.key, decryptionKey: decryption.key, delegationKey: delegation.key };
    return { ok: true, keys };
  }

  /** Eq. 1: the card signs the registration statement over its own keys. */
  async signRegistration(
    nonce: Uint8Array,
    messageId: Uint8Array,
  ): Promise<Result<{ signature: Uint8Array }>> {
    const set = await this.setAlgorithm('digital signature', algorithms.registration.reference);
    if (!set.ok) return set;
    const data = encodeTemplate(algorithms.registration.input, { nonce, messageId });
    const signed = answerOf(
      commands.computeSignature,
      await this.client.call(commands.computeSignature, { data }),
    );
    return signed.ok ? { ok: true, signature: signed.data.signature } : signed;
  }

  /** Eq. 1: the proof that the card holds its delegation key, over NHI's nonce. */
  async proveDelegationKey(nonce: Uint8Array): Promise<Result<{ delegationKeyProof: Uint8Array }>> {
    const command = commands.proveDelegationKey;
    const data = { authentication: { nonce, wanted: new Uint8Array(0) } };
    const proven = answerOf(command, await this.client.call(command, { data }));
    return proven.ok ? { ok: true, delegationKeyProof: proven.data.authentication.proof } : proven;
  }

  /** The log-in key for other software, if the card has room for one; before {@link complete}. */
  giveLogIn(pins: CardPins, certify: (publicKey: Uint8Array) => LogInIssue) {
    return personaliseLogIn(this.personalisation, pins, certify);
  }

  /** What public readers shall see; before {@link complete}. */
  async giveReadOut(readOut: Uint8Array) {
    const command = commands.storeInteroperability;
    return answerOf(command, await this.personalisation.call(command, { p2: 0, data: { readOut } }));
  }

  /** Second half of personalisation (eq. 2): the certificate, then the card is operational for good. */
  async complete(certificate: PatientCertificate) {
    const patientCertificate = encodePatientCertificate(certificate);
    const stored = await this.store('last block', 2, { patientCertificate });
    return stored.ok
      ? answerOf(commands.activate, await this.personalisation.call(commands.activate))
      : stored;
  }

  async verifyPin(pin: string) {
    const typed = pinBytes(pin);
    if (!typed.ok) return typed;
    const request = { p2: 'holder PIN', data: typed.data } as const;
    return answerOf(commands.verify, await this.client.call(commands.verify, request));
  }

  /** Eq. 6: the card signs TS and seals it to NHI; needs the holder PIN. */
  async requestVisit(
    input: ValuesOf<typeof algorithms.visitRequest.input>,
  ): Promise<Result<{ request: SealedMessage }>> {
    const set = await this.setAlgorithm('confidentiality', algorithms.visitRequest.reference);
    if (!set.ok) return set;
    const data = encodeTemplate(algorithms.visitRequest.input, input);
    const sealed = answerOf(commands.encipher, await this.client.call(commands.encipher, { data }));
    return sealed.ok ? { ok: true, request: sealed.data } : sealed;
  }

  /** Eq. 12: the holder agrees that a claim goes to an insurer; needs the holder PIN. */
  async consentToClaim(
    consent: ValuesOf<typeof algorithms.claimConsent.input>,
  ): Promise<Result<{ signature: Uint8Array }>> {
    const set = await this.setAlgorithm('digital signature', algorithms.claimConsent.reference);
    if (!set.ok) return set;
    const data = encodeTemplate(algorithms.claimConsent.input, consent);
    const signed = answerOf(
      commands.computeSignature,
      await this.client.call(commands.computeSignature, { data }),
    );
    return signed.ok ? { ok: true, signature: signed.data.signature } : signed;
  }

  async getChallenge() {
    return answerOf(commands.getChallenge, await this.client.call(commands.getChallenge));
  }

  /** The other card's certificates, for this card to check. */
  showRoleChain(chain: RoleChain): Promise<Result<object>> {
    return showChain(this.client, chain);
  }

  async mutualAuthenticate(data: RequestOf<Commands['mutualAuthenticate']>['data']) {
    return answerOf(
      commands.mutualAuthenticate,
      await this.client.call(commands.mutualAuthenticate, { data }),
    );
  }

  /** After MUTUAL AUTHENTICATE: what a role may permit goes through the session that `session` keeps. */
  enterSession(session: SecureChannel): void {
    this.session = session;
  }

  /** Nothing goes through the session any more: it has ended, or another one begins. */
  leaveSession(): void {
    this.session = undefined;
  }

  /** This card's half of a prescription number. */
  contributeToPrescriptionNumber(commitment: Uint8Array) {
    return this.inSession(commands.contributeToPrescriptionNumber, { data: { commitment } });
  }

  /** Eq. 11, under the session that the doctor's card holds. */
  putVisitRecord(data: RequestOf<Commands['putVisitRecord']>['data']) {
    return this.inSession(commands.putVisitRecord, { data });
  }

  /** The patient certificate; readable by doctors and with the holder PIN. With an agent's key it takes two commands. */
  async readCertificate(): Promise<Result<{ readonly data: Uint8Array }>> {
    const request = { p1: 0x80 | PATIENT_APPLICATION.files.certificate.sfi, p2: 0 };
    const first = await this.inSession(commands.readBinary, request);
    if (!first.ok || first.data.length < SHORT_ANSWER_BYTES) return first;
    // the file is the current one now; a short identifier leaves no room for an offset like this (11.3.1)
    const next = { p1: SHORT_ANSWER_BYTES >> 8, p2: SHORT_ANSWER_BYTES & 0xff };
    const rest = await this.inSession(commands.readBinary, next);
    return rest.ok ? { ok: true, data: concatBytes(first.data, rest.data) } : rest;
  }

  /** The patient certificate, decoded. @throws {TlvError} for a card that holds something else there. */
  async readOwnCertificate(): Promise<Result<{ certificate: PatientCertificate }>> {
    const read = await this.readCertificate();
    return read.ok ? { ok: true, certificate: decodePatientCertificate(read.data) } : read;
  }

  /** The newest `count` diagnosis records, as stored. */
  async readRecords(count: number): Promise<readonly Uint8Array[]> {
    return this.readAll(PATIENT_APPLICATION.files.records.sfi, count);
  }

  /** Every stored prescription. */
  async readPrescriptions(): Promise<readonly ValuesOf<typeof PRESCRIPTION_RECORD>[]> {
    const { sfi, records } = PATIENT_APPLICATION.files.prescriptions;
    const stored = await this.readAll(sfi, records);
    return stored.map((record) => decodeTemplate(PRESCRIPTION_RECORD, record));
  }

  /** Eq. 17: the card confirms one collection; needs the holder PIN and a pharmacy's authentication. */
  collect(data: RequestOf<Commands['collect']>['data']) {
    return this.inSession(commands.collect, { data });
  }

  /** NHI renews Data: the certificate that replaces the one on the card. */
  putCertificate(certificate: PatientCertificate) {
    return this.inSession(commands.putCertificate, { data: certificate });
  }

  /** NHI gives a blocked PIN its tries back. */
  restoreTries() {
    return this.inSession(commands.restoreTries, { p2: 'holder PIN' });
  }

  /** NHI takes the card out of use. */
  deactivate() {
    return this.inSession(commands.deactivate);
  }

  /** NHI brings a deactivated card back. */
  reactivate() {
    return this.inSession(commands.activate);
  }

  /** NHI ends the card for good. */
  terminate() {
    return this.inSession(commands.terminate);
  }

  /** Eq. 5, on the patient's card: opens a delegation; needs the holder PIN, as every step but collecting. */
  async openDelegation(data: RequestOf<Commands['openDelegation']>['data']) {
    return answerOf(commands.openDelegation, await this.client.call(commands.openDelegation, { data }));
  }

  /** Eq. 5, on the agent's own card: its half. */
  async answerDelegation(data: RequestOf<Commands['answerDelegation']>['data']) {
    return answerOf(commands.answerDelegation, await this.client.call(commands.answerDelegation, { data }));
  }

  /** Eq. 5, on the patient's card: checks the half and keeps the proxy key in a slot under the agent's PIN. */
  async closeDelegation(
    slot: SlotName,
    half: Omit<RequestOf<Commands['closeDelegation']>['data'], 'agentPin'>,
    agentPin: string,
  ) {
    const typed = pinBytes(agentPin);
    if (!typed.ok) return typed;
    const command = commands.closeDelegation;
    const data = { ...half, agentPin: typed.data };
    return answerOf(command, await this.client.call(command, { p2: slot, data }));
  }

  /** NHI's countersignature of the slot's warrant. */
  async storeWarrantCertificate(slot: SlotName, signature: Uint8Array) {
    const command = commands.storeWarrantCertificate;
    return answerOf(command, await this.client.call(command, { p2: slot, data: { signature } }));
  }

  /** The warrant of a slot, for the patient. */
  async readWarrant(slot: SlotName) {
    return answerOf(commands.readWarrant, await this.client.call(commands.readWarrant, { p2: slot }));
  }

  async removeDelegation(slot: SlotName) {
    const command = commands.removeDelegation;
    return answerOf(command, await this.client.call(command, { p2: slot }));
  }

  /** The agent's own PIN for the slot. */
  async verifyAgentPin(slot: SlotName, pin: string) {
    const typed = pinBytes(pin);
    if (!typed.ok) return typed;
    const request = { p2: `agent PIN of ${slot}`, data: typed.data } as const;
    return answerOf(commands.verify, await this.client.call(commands.verify, request));
  }

  /** The warrant certificate of the agent whose PIN was verified, for a pharmacy. */
  showWarrant() {
    return this.inSession(commands.showWarrant);
  }

  /** Eq. 18: the card confirms one collection by the agent. */
  collectAsAgent(data: RequestOf<Commands['collectAsAgent']>['data']) {
    return this.inSession(commands.collectAsAgent, { data });
  }

  private async store(
    p1: 'more to come' | 'last block',
    p2: number,
    data: RequestOf<Commands['storeData']>['data'],
  ) {
    const command = commands.storeData;
    return answerOf(command, await this.personalisation.call(command, { p1, p2, data }));
  }

  private async generateKey(
    p2: 'signing' | 'decryption' | 'delegation',
  ): Promise<Result<{ key: Uint8Array }>> {
    const made = answerOf(
      commands.generateKeyPair,
      await this.personalisation.call(commands.generateKeyPair, { p2 }),
    );
    return made.ok ? { ok: true, key: made.data.publicPoint } : made;
  }

  private async setAlgorithm(p2: 'digital signature' | 'confidentiality', reference: number) {
    const request = { p2, data: { algorithm: Uint8Array.of(reference) } };
    const command = commands.manageSecurityEnvironment;
    return answerOf(command, await this.client.call(command, request));
  }

  private async readAll(sfi: number, count: number): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (let number = 1; number <= count; number++) {
      const read = await this.inSession(commands.readRecord, { p1: number, p2: sfi });
      if (!read.ok) break;
      found.push(read.data);
    }
    return found;
  }

  /** A command that a role may permit: in the clear, as far as the PIN goes, where there is no session. */
  private async inSession<const C extends CommandSpec>(
    command: C,
    ...request: RequestArguments<C>
  ): Promise<Result<{ readonly data: ResponseOf<C> }>> {
    const { session, client } = this;
    try {
      const result = session
        ? client.callThrough(session, command, ...request)
        : client.call(command, ...request);
      return answerOf(command, await result);
    } catch (error) {
      if (error instanceof RefusedByCard) return error.refusal;
      throw error;
    }
  }
}
