/**
 * Recorded commands once more, to a card that lost its power and came back. What depends on the card's
 * transient memory is made anew, as the terminal would: a secure channel SCP03 is opened with the
 * cryptogram that the card's new challenge demands, and carries the same plain commands.
 */

import {
  CHAINING_CLASS_BIT,
  concatBytes,
  encodeCommandApdu,
  isSecureChannelClass,
  parseCommandApdu,
  parseResponseApdu,
  SW,
} from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import {
  externalAuthenticate,
  sessionOf,
  staticKeysOf,
  TestSecureChannel,
} from '../support/secure-channel.js';
import type { RecordedCommand, RecordedRun } from './recorded-run.js';

const DIVERSIFICATION_BYTES = 10;
/** Where the card's challenge stands in the answer. */
const CARD_CHALLENGE = [13, 21] as const;
const CHALLENGE_BYTES = 8;

type Session = { readonly channel: TestSecureChannel; readonly cryptogram: Uint8Array };

export class Replay {
  /** The secure channel of the recording, for what its commands carried, and the one that is open now. */
  private recorded: Session | undefined;
  private fresh: Session | undefined;
  /** Of a chain under way: what its links carry now. */
  private links: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly run: RecordedRun,
    private readonly card: Card,
  ) {}

  /** The card's answer to a recorded command, or to another in its place. */
  send(command: RecordedCommand, instead?: Uint8Array): Uint8Array {
    const { run, card } = this;
    if (instead) return run.repeat(card, command, instead);
    const answer = run.repeat(card, command, this.apduNow(command));
    if (command.spec?.id === 'initializeUpdate') {
      this.recorded = sessionAfter(command.apdu, command.response);
      this.fresh = sessionAfter(command.apdu, answer);
    } else if (command.spec?.id === 'select') {
      this.recorded = undefined;
      this.fresh = undefined;
    }
    return answer;
  }

  private apduNow(command: RecordedCommand): Uint8Array {
    const { recorded, fresh } = this;
    const parsed = parseCommandApdu(command.apdu);
    if (!recorded || !fresh || 'fault' in parsed || !isSecureChannelClass(parsed.cla)) return command.apdu;
    const { cla, ins, p1, p2, data } = parsed;
    if (command.spec?.id === 'openSecureChannel') {
      for (const { channel } of [recorded, fresh]) channel.level = p1;
      return externalAuthenticate(fresh.channel, fresh.cryptogram);
    }
    if (this.links.length === 0) {
      const plain = recorded.channel.plainOf(this.wholeData(command));
      this.links = fresh.channel.protect(Uint8Array.of(cla & ~CHAINING_CLASS_BIT, ins, p1, p2), plain);
    }
    const link = this.links.subarray(0, data.length);
    this.links = this.links.subarray(data.length);
    return encodeCommandApdu({ ...parsed, data: link });
  }

  /** The data of a recorded command and of the links that come after it. */
  private wholeData(first: RecordedCommand): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const { apdu, chained } of this.run.commands[first.holder].slice(first.index)) {
      const parsed = parseCommandApdu(apdu);
      if ('fault' in parsed) throw new Error(parsed.fault);
      parts.push(parsed.data);
      if (!chained) break;
    }
    return concatBytes(...parts);
  }
}

/** The session that INITIALIZE UPDATE and its answer lead to; none when it was refused. */
function sessionAfter(apdu: Uint8Array, response: Uint8Array): Session | undefined {
  const answer = parseResponseApdu(response);
  if (answer?.sw !== SW.ok.sw) return undefined;
  const keys = staticKeysOf(answer.data.slice(0, DIVERSIFICATION_BYTES));
  const hostChallenge = apdu.slice(5, 5 + CHALLENGE_BYTES);
  const session = sessionOf(keys, hostChallenge, answer.data.slice(...CARD_CHALLENGE));
  // The level is set by the command that opens the channel.
  return { channel: new TestSecureChannel(session.keys, 0), cryptogram: session.hostCryptogram };
}
