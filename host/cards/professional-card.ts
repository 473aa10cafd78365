/** The professional card (doctor, staff, pharmacy) as host software sees it. */

import {
  type CardClient,
  cardClient,
  encodeTemplate,
  leToBytes,
  type OpeningHalf,
  PROFESSIONAL_APPLICATION,
  type RequestOf,
  SECURE_MESSAGING_CLASS_BITS,
  type SecureChannel,
  SW,
  type Transmit,
  uintToBytes,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { LogInIssue } from '../authority/log-in-authority.js';
import type { Credential, IssuerMadeCredential, JoinOffer, Renewal } from '../nhi/doctor-register.js';
import type { CardIssue } from '../nhi/nhi.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import type { Result } from '../protocol/refusal.js';
import { answerOf, pinBytes, RefusedByCard } from './card-answer.js';
import { type RoleChain, showChain } from './certificate-showing.js';
import { personaliseLogIn } from './log-in.js';
import type { CardPins } from './patient-card.js';
import { PersonalisationChannel } from './personalisation-channel.js';

const { commands, algorithms } = PROFESSIONAL_APPLICATION;
type Commands = typeof commands;
type Algorithms = typeof algorithms;

export type DoctorKeys = { readonly identityKey: Uint8Array; readonly decryptionKey: Uint8Array };

export class ProfessionalCard {
  private readonly client: CardClient<typeof PROFESSIONAL_APPLICATION>;

  /** Open from {@link initialise} until ACTIVATE FILE. */
  private readonly personalisation: PersonalisationChannel<typeof PROFESSIONAL_APPLICATION>;

  constructor(transmit: Transmit) {
    this.client = cardClient(PROFESSIONAL_APPLICATION, transmit);
    this.personalisation = new PersonalisationChannel(this.client);
  }

  async select() {
    return answerOf(commands.select, await this.client.select());
  }

  /** NHI's key, the batch's role, the PINs; `doctorId` only for a doctor's card. */
  async initialise(issue: CardIssue, pins: CardPins, doctorId?: string): Promise<Result<object>> {
    const opened = await this.personalisation.open(issue.session);
    if (!opened.ok) return opened;
    const known = await this.store('more to come', 0, {
      rootReference: issue.rootReference,
      rootKey: issue.rootKey,
      issuerKey: issue.issuerKey,
      today: uintToBytes(issue.today, 4),
    });
    if (!known.ok) return known;
    return this.store('last block', 1, {
      cardSerial: issue.cardSerial,
      pin: utf8ToBytes(pins.pin),
      puk: utf8ToBytes(pins.puk),
      roleKey: issue.roleKey,
      roleCertificate: issue.roleCertificate,
      authorityCertificate: issue.authorityCertificate,
      ...(doctorId === undefined ? {} : { doctorId }),
    });
  }

  /** SK_D and the decryption key, made on the card. */
  async generateKeys(): Promise<Result<{ keys: DoctorKeys }>> {
    const command = commands.generateKeyPair;
    const identity = answerOf(command, await this.personalisation.call(command, { p2: 'signing' }));
    if (!identity.ok) return identity;
    const decryption = answerOf(command, await this.personalisation.call(command, { p2: 'decryption' }));
    if (!decryption.ok) return decryption;
    const keys = { identityKey: identity.data.publicPoint, decryptionKey: decryption.data.publicPoint };
    return { ok: true, keys };
  }

  /** Eq. 3: D, its proof, and SK_D's signature over the request. */
  async requestMembership(data: JoinOffer) {
    return answerOf(commands.joinRequest, await this.personalisation.call(commands.joinRequest, { data }));
  }

  /** Eq. 4: the card checks and stores its credential. */
  async acceptCredential(data: Credential) {
    return answerOf(commands.joinComplete, await this.personalisation.call(commands.joinComplete, { data }));
  }

  /** Eq. 3 in the mode "issuer-made": SK_D signs that NHI is asked to make the member key. */
  async requestIssuerMade(data: JoinOffer) {
    return answerOf(
      commands.issuerMadeRequest,
      await this.personalisation.call(commands.issuerMadeRequest, { data }),
    );
  }

  /** Eq. 4 in that mode: member key and credential come from NHI. */
  async acceptIssuerMade(data: IssuerMadeCredential) {
    return answerOf(
      commands.issuerMadeComplete,
      await this.personalisation.call(commands.issuerMadeComplete, { data }),
    );
  }

  /** The log-in key for other software, if the card has room for one; before {@link activate}. */
  giveLogIn(pins: CardPins, certify: (publicKey: Uint8Array) => LogInIssue) {
    return personaliseLogIn(this.personalisation, pins, certify);
  }

  async activate() {
    return answerOf(commands.activate, await this.personalisation.call(commands.activate));
  }

  async verifyPin(pin: string) {
    const typed = pinBytes(pin);
    if (!typed.ok) return typed;
    const request = { p2: 'holder PIN', data: typed.data } as const;
    return answerOf(commands.verify, await this.client.call(commands.verify, request));
  }

  /** A group signature over the statement of eq. 7, 9 or 10. */
  async signAsDoctor<const Id extends keyof Algorithms>(
    id: Id,
    fields: ValuesOf<Algorithms[Id]['input']>,
  ): Promise<Result<{ signature: DoctorSignature }>> {
    const { reference, input } = algorithms[id];
    const environment = commands.manageSecurityEnvironment;
    const request = { p2: 'digital signature', data: { algorithm: Uint8Array.of(reference) } } as const;
    const set = answerOf(environment, await this.client.call(environment, request));
    if (!set.ok) return set;
    const data = encodeTemplate(input, fields as never);
    const signed = answerOf(
      commands.computeSignature,
      await this.client.call(commands.computeSignature, { data }),
    );
    return signed.ok ? { ok: true, signature: signed.data } : signed;
  }

  /** Makes one coupon; how many there are now, and how many slots. */
  async makeCoupon() {
    return answerOf(commands.makeCoupon, await this.client.call(commands.makeCoupon));
  }

  async readCouponStock() {
    return answerOf(commands.readCouponStock, await this.client.call(commands.readCouponStock));
  }

  /**
   * Makes coupons until `wanted` are left or every slot is full, one command each, so that a terminal can
   * put commands of a visit in between. Answers how many are left: fewer where the card's memory holds no
   * more, which then signs without.
   */
  async refillCoupons(wanted: number): Promise<Result<{ readonly left: number }>> {
    const stock = await this.readCouponStock();
    if (!stock.ok) return stock;
    let left = stock.data.couponsLeft;
    while (left < Math.min(wanted, stock.data.couponSlots)) {
      const made = await this.client.call(commands.makeCoupon);
      if (made.status !== 'ok' && made.sw === SW.notEnoughMemory.sw) break;
      const answer = answerOf(commands.makeCoupon, made);
      if (!answer.ok) return answer;
      left = answer.data.couponsLeft;
    }
    return { ok: true, left };
  }

  /** One half of the member key, once, for one nonce of the opening service. */
  async exportOpeningHalf(half: OpeningHalf, nonce: Uint8Array) {
    const command = commands.exportOpeningHalf;
    return answerOf(command, await this.client.call(command, { p1: half, data: { nonce } }));
  }

  /** The record of a new epoch. */
  async renewMembership(data: Renewal) {
    const command = commands.renewMembership;
    return answerOf(command, await this.client.call(command, { data }));
  }

  /** What this card shows to a patient card; readable by all. */
  async readRoleChain(): Promise<Result<RoleChain>> {
    const authority = await this.readCertificate('authorityCertificate');
    if (!authority.ok) return authority;
    const role = await this.readCertificate('roleCertificate');
    if (!role.ok) return role;
    return { ok: true, authorityCertificate: authority.data, roleCertificate: role.data };
  }

  /** A patient card's certificates, for this card to check. */
  showHolderChain(chain: RoleChain): Promise<Result<object>> {
    return showChain(this.client, chain);
  }

  async internalAuthenticate(answer: Uint8Array) {
    const command = commands.internalAuthenticate;
    return answerOf(command, await this.client.call(command, { data: { answer } }));
  }

  async externalAuthenticate(data: RequestOf<Commands['externalAuthenticate']>['data']) {
    const command = commands.externalAuthenticate;
    return answerOf(command, await this.client.call(command, { data }));
  }

  async commitPrescriptionNumber() {
    const command = commands.commitPrescriptionNumber;
    return answerOf(command, await this.client.call(command));
  }

  async revealPrescriptionNumber(patientRandom: Uint8Array) {
    const command = commands.revealPrescriptionNumber;
    return answerOf(command, await this.client.call(command, { data: { patientRandom } }));
  }

  /**
   * The session with a patient card: this card protects the terminal's commands and opens the answers.
   * The terminal has the plain text, for there the doctor reads and writes; the keys stay on the cards,
   * and on the way to the patient card there are only cryptograms.
   */
  get session(): SecureChannel {
    return {
      protect: async ({ cla, ins, p1, p2, data, le }) => {
        const header = Uint8Array.of(cla | SECURE_MESSAGING_CLASS_BITS, ins, p1, p2);
        const command = commands.protectCommand;
        const request = {
          header,
          ...(data && data.length > 0 ? { plain: data } : {}),
          ...(le === undefined ? {} : { le: leToBytes(le) }),
        };
        const made = answerOf(command, await this.client.call(command, { data: request }));
        if (!made.ok) throw new RefusedByCard(made);
        return { cla: header[0]!, ins, p1, p2, data: made.data, le: 256 };
      },
      open: async ({ data }) => {
        const opened = await this.client.call(commands.openResponse, { data });
        if (opened.status !== 'ok') return undefined;
        return { data: opened.data.plain ?? new Uint8Array(0), sw: opened.data.status };
      },
    };
  }

  private async readCertificate(file: keyof typeof PROFESSIONAL_APPLICATION.files) {
    const request = { p1: 0x80 | PROFESSIONAL_APPLICATION.files[file].sfi, p2: 0 };
    return answerOf(commands.readBinary, await this.client.call(commands.readBinary, request));
  }

  private async store(
    p1: 'more to come' | 'last block',
    p2: number,
    data: RequestOf<Commands['storeData']>['data'],
  ) {
    const command = commands.storeData;
    return answerOf(command, await this.personalisation.call(command, { p1, p2, data }));
  }
}
