/**
 * Takes the secrets out of exchanges that are to be kept: data fields that the specification calls secret, or that may
 * be, become zeros of the same length, so that what is left still decodes.
 */

import { type CommandApdu, encodeCommandApdu, parseCommandApdu } from '../command-apdu.js';
import { APPLICATIONS } from './application.js';
import { CardView } from './card-view.js';
import { splitClassByte } from './class-byte.js';
import { templateHasSecret } from './decoded-object.js';
import type { ApplicationSpec } from './specification.js';

/** One command and its response, of length 0 when none came. */
export type TraceExchange = { readonly command: Uint8Array; readonly response: Uint8Array };

/** Follows the exchanges of one card, in the order in which they happened. */
export type TraceMasker = {
  readonly mask: (exchange: TraceExchange) => TraceExchange;
  /** At a reset of the card: forgets the selection. */
  readonly reset: () => void;
};

const GET_RESPONSE = 0xc0;
const STATUS_BYTES = 2;
const HEADER_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

/** A masker that knows the given applications. What nobody declares is masked where it might be a secret. */
export function traceMasker(applications: readonly ApplicationSpec[] = APPLICATIONS): TraceMasker {
  const card = new CardView(applications);
  /** GET RESPONSE fetches the answer of the command before it, so what held for that one goes on. */
  let secretAnswer = false;

  const mask = ({ command, response }: TraceExchange): TraceExchange => {
    const apdu = parseCommandApdu(command);
    if ('fault' in apdu) {
      const secret = card.maskUnknown(command, apdu.fault).secret === true;
      return secret
        ? { command: zeroed(command, HEADER_BYTES), response: withoutData(response) }
        : { command, response };
    }
    card.useChannelOf(apdu.cla);
    const secrets = secretsOf(card, apdu);
    if (apdu.ins !== GET_RESPONSE) secretAnswer = secrets.response;
    const { protected: session, secureChannel } = splitClassByte(apdu.cla);
    const sw = response.length < STATUS_BYTES ? undefined : (response.at(-2)! << 8) | response.at(-1)!;
    card.follow(apdu, session || secureChannel ? NO_BYTES : apdu.data, sw);
    return {
      command: secrets.request
        ? encodeCommandApdu({ ...apdu, data: new Uint8Array(apdu.data.length) })
        : command,
      response: secretAnswer ? withoutData(response) : response,
    };
  };
  return { mask, reset: () => card.reset() };
}

function secretsOf(
  card: CardView,
  apdu: CommandApdu,
): { readonly request: boolean; readonly response: boolean } {
  const found = card.commandOf(apdu);
  const { access } = found.command ?? {};
  const content = access === 'by file' ? card.fileOf(apdu)?.content : undefined;
  const input = access === 'by algorithm' ? card.algorithm?.input : undefined;
  const inFile = content !== undefined && templateHasSecret(content);
  const inInput = input !== undefined && templateHasSecret(input);
  return {
    request: found.secretRequest || inFile || inInput,
    response: found.secretResponse || inFile,
  };
}

function withoutData(response: Uint8Array): Uint8Array {
  const masked = new Uint8Array(response.length);
  masked.set(response.subarray(-STATUS_BYTES), Math.max(0, response.length - STATUS_BYTES));
  return masked;
}

function zeroed(bytes: Uint8Array, from: number): Uint8Array {
  const masked = new Uint8Array(bytes.length);
  masked.set(bytes.subarray(0, from));
  return masked;
}
