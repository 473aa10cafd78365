/** The card as a case sees it: bytes in, bytes out, reset, power. Every exchange is kept for the report. */

import {
  type ApplicationSpec,
  CHAINING_CLASS_BIT,
  type CommandApduFields,
  type CommandSpec,
  concatBytes,
  encodeCommandApdu,
  encodeRequest,
  fromHex,
  needsSecureChannel,
  parseCommandApdu,
  parseResponseApdu,
  type RequestOf,
  type ResponseApdu,
  SW,
  takesSession,
} from '../apdu/index.js';
import type { CardConnection, CardLine } from '../reader-drivers/index.js';
import { CheckFailure, checkStatus } from './checks.js';
import type { CardSession } from './issuer/card-session.js';
import { parseGreeting, SecureChannel } from './issuer/secure-channel.js';
import type { SeededRandom } from './issuer/seeded-random.js';
import type { TestIssuer } from './issuer/test-issuer.js';
import { LineCard, type LineEvent } from './line/line-card.js';
import { overT0 } from './over-t0.js';
import type { TriesGuard } from './tries-guard.js';

/** What happened on the connection, in order. */
export type CardEvent =
  | { readonly kind: 'reset' }
  | { readonly kind: 'exchange'; readonly command: Uint8Array; readonly response: Uint8Array };

/** What a case and its card are given. */
export type TestCardParts = {
  readonly spec: ApplicationSpec;
  readonly connect: () => Promise<CardConnection>;
  /** The contacts, for cases of the line. */
  readonly openLine?: (() => Promise<CardLine>) | undefined;
  readonly issuer: TestIssuer;
  /** Keeps last tries, where the card can not be made anew. */
  readonly guard?: TriesGuard | undefined;
  /** Random bytes of this case alone, so that its commands do not depend on the cases before. */
  readonly random: SeededRandom;
  /** Longest wait for an answer, milliseconds. */
  readonly answerTimeoutMs: number;
};

/** GET RESPONSE is sent at most this often for one answer. */
const MAX_ROUNDS = 64;
/** Longest data field of a short command. */
const LINK_BYTES = 255;
const SELECT_INS = 0xa4;
const BY_NAME = 0x04;

export class TestCard {
  readonly events: CardEvent[] = [];
  /** Commands went over T=0, as half APDUs. */
  isOverT0 = false;
  private connection: CardConnection | undefined;
  private contacts: LineCard | undefined;
  private lineTrace: readonly LineEvent[] = [];
  /** The secure channel for personalisation; a selection or a reset ends it. */
  private channel: SecureChannel | undefined;
  /** The session that proved a role; a selection or a reset ends it. */
  private session: CardSession | undefined;

  constructor(private readonly parts: TestCardParts) {}

  get spec(): ApplicationSpec {
    return this.parts.spec;
  }

  get issuer(): TestIssuer {
    return this.parts.issuer;
  }

  get random(): SeededRandom {
    return this.parts.random;
  }

  get atr(): Uint8Array {
    if (!this.connection) throw new CheckFailure('a connected card', 'no connection');
    return this.connection.atr;
  }

  /** The card's contacts. @throws {Error} when they were not opened. */
  get line(): LineCard {
    if (!this.contacts) throw new Error('a case that needs the line says so in its metadata');
    return this.contacts;
  }

  /** Opens the contacts instead of a connection. */
  async openLine(): Promise<LineCard> {
    this.contacts = new LineCard(await this.parts.openLine!(), fromHex(this.spec.aid));
    this.lineTrace = this.contacts.events;
    return this.contacts;
  }

  /** What passed on the contacts, if they were opened. */
  get lineEvents(): readonly LineEvent[] {
    return this.lineTrace;
  }

  /** Connected, application selected: where a case begins that is not one of the line. */
  async openSelected(): Promise<void> {
    await this.open();
    await this.select();
  }

  async open(): Promise<void> {
    this.connection = await this.inTime(this.parts.connect());
    this.forget();
    this.events.push({ kind: 'reset' });
  }

  async close(): Promise<void> {
    const { connection, contacts } = this;
    this.connection = undefined;
    this.contacts = undefined;
    if (connection) await this.inTime(connection.close());
    if (contacts) await this.inTime(contacts.close());
  }

  /** Warm reset: the application is no longer selected. */
  async reset(): Promise<void> {
    if (this.connection) await this.inTime(this.connection.reset());
    this.forget();
    this.events.push({ kind: 'reset' });
  }

  /** Takes the power away and applies it again. */
  async powerCycle(): Promise<void> {
    await this.close();
    await this.open();
  }

  /** One command APDU as it is, as bytes or hexadecimal, and its answer. */
  async send(command: Uint8Array | string): Promise<ResponseApdu> {
    const bytes = typeof command === 'string' ? fromHex(command) : command;
    if (!this.connection) throw new CheckFailure('a connected card', 'no connection');
    if (bytes[1] === SELECT_INS && bytes[2] === BY_NAME) this.forget();
    const { guard } = this.parts;
    await guard?.permit(bytes, (command) => this.exchange(command));
    const response = await this.carried(bytes);
    guard?.answered(bytes, response);
    const parsed = parseResponseApdu(response);
    if (!parsed) throw new CheckFailure('a response with a status word', `${response.length} bytes`);
    return parsed;
  }

  /** T=0 carries half an APDU at a time: the other half is fetched here, so that a case sees APDUs on every reader. */
  private carried(bytes: Uint8Array): Promise<Uint8Array> {
    const transmit = (command: Uint8Array) => this.exchange(command);
    this.isOverT0 = this.connection?.protocol === 'T=0';
    return this.isOverT0 ? overT0(bytes, this.spec, transmit) : transmit(bytes);
  }

  private async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    const response = await this.inTime(this.connection!.transmit(bytes));
    this.events.push({ kind: 'exchange', command: bytes, response });
    return response;
  }

  /** A command of any length: data beyond 255 bytes go as a chain, the answer is fetched to its end. */
  async transmit(fields: CommandApduFields): Promise<ResponseApdu> {
    const data = fields.data ?? new Uint8Array(0);
    let offset = 0;
    for (; data.length - offset > LINK_BYTES; offset += LINK_BYTES) {
      const link = await this.send(
        encodeCommandApdu({
          ...fields,
          cla: fields.cla | CHAINING_CLASS_BIT,
          data: data.subarray(offset, offset + LINK_BYTES),
          le: undefined,
        }),
      );
      if (link.sw !== SW.ok.sw) return link;
    }
    return this.fetchAll(await this.send(encodeCommandApdu({ ...fields, data: data.subarray(offset) })));
  }

  /** From now on what a role may permit goes under secure messaging of this session. */
  enterSession(session: CardSession | undefined): void {
    this.session = session;
  }

  /** One command APDU under secure messaging of the session, if one is open, and its plain answer. */
  async sendInSession(command: Uint8Array | string): Promise<ResponseApdu> {
    const apdu = parseCommandApdu(typeof command === 'string' ? fromHex(command) : command);
    if ('fault' in apdu) throw new Error(`no command APDU: ${apdu.fault}`);
    return this.transmitInSession(apdu);
  }

  /** A command under secure messaging of the session that is open. @throws {CheckFailure} where there is none. */
  protectedFields(fields: CommandApduFields): CommandApduFields {
    if (!this.session) throw new CheckFailure('an open session', 'none');
    return this.session.protectFields(fields);
  }

  /** As {@link sendInSession}, for fields of a command. */
  async transmitInSession(fields: CommandApduFields): Promise<ResponseApdu> {
    const { session } = this;
    if (!session) return this.transmit(fields);
    return session.openOrRefused(await this.transmit(session.protectFields(fields)));
  }

  /**
   * A declared command with its request; one that a role may permit goes under secure messaging of the
   * session, one of personalisation through a secure channel.
   */
  async command<const C extends CommandSpec>(spec: C, request: RequestOf<C>): Promise<ResponseApdu> {
    const { session } = this;
    if (session && takesSession(spec)) return session.refusalOf(this, spec, request);
    const response = await this.transmit(await this.protect(spec, request));
    const { channel } = this;
    if (!channel || !needsSecureChannel(spec.secureMessaging)) return response;
    // the card has closed it
    if (response.sw === SW.securityStatusNotSatisfied.sw) this.channel = undefined;
    return channel.open(response);
  }

  /**
   * The APDU of a declared command; for one of personalisation the secure channel is opened, if it is
   * not, and protects it. In the clear where the card opens none, for it to refuse.
   */
  async protect<const C extends CommandSpec>(spec: C, request: RequestOf<C>): Promise<CommandApduFields> {
    const fields = encodeRequest(spec, request);
    if (!needsSecureChannel(spec.secureMessaging)) return fields;
    this.channel ??= await this.openChannel();
    return this.channel?.protect(fields) ?? fields;
  }

  private forget(): void {
    this.channel = undefined;
    this.session = undefined;
  }

  private async openChannel(): Promise<SecureChannel | undefined> {
    const hostChallenge = this.random.bytes(8);
    const header = { cla: 0x80, ins: 0x50, p1: 0, p2: 0 };
    const answer = await this.transmit({ ...header, data: hostChallenge, le: 256 });
    if (answer.sw !== SW.ok.sw) return undefined;
    const greeting = parseGreeting(answer.data);
    const channel = new SecureChannel(hostChallenge, greeting, undefined, this.issuer.channelKeys);
    const opened = await this.transmit(channel.authenticate());
    return opened.sw === SW.ok.sw ? channel : undefined;
  }

  /** Selects the application under test, no answer wanted. @throws {CheckFailure} when that fails. */
  async select(): Promise<void> {
    const data = fromHex(this.spec.aid);
    checkStatus(await this.transmit({ cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x0c, data }), SW.ok);
  }

  private async fetchAll(first: ResponseApdu): Promise<ResponseApdu> {
    const parts = [first.data];
    let response = first;
    for (let round = 0; response.sw >> 8 === 0x61; round++) {
      if (round === MAX_ROUNDS) throw new CheckFailure('an end of the answer', `61xx ${MAX_ROUNDS} times`);
      response = await this.send(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, response.sw & 0xff));
      parts.push(response.data);
    }
    return { data: concatBytes(...parts), sw: response.sw };
  }

  /** A card that never answers is a verdict too. */
  private async inTime<T>(operation: Promise<T>): Promise<T> {
    const { answerTimeoutMs } = this.parts;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CheckFailure('an answer', `none within ${answerTimeoutMs} ms`)),
        answerTimeoutMs,
      );
    });
    try {
      return await Promise.race([operation, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
