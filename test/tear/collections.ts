/** Requests for the same prescription as a recorded one, by others. */

import {
  type CommandApdu,
  decodeTemplate,
  encodeCommandApdu,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  parseCommandApdu,
  parseResponseApdu,
  toHex,
} from '../../apdu/index.js';
import { PeerSession } from '../support/professional-peer.js';
import type { RecordedCommand } from './recorded-run.js';

const { collect, collectAsAgent } = PATIENT_APPLICATION.commands;
/** A patient's request and an agent's have the same fields. */
const { template } = collect.data;

/** Whether a recorded command asks for a collection, whoever stands at the counter. */
export const isCollection = ({ spec }: RecordedCommand): boolean =>
  spec?.id === collect.id || spec?.id === collectAsAgent.id;

function requestOf(command: RecordedCommand) {
  const apdu = parseCommandApdu(command.apdu);
  if ('fault' in apdu) throw new Error(apdu.fault);
  const session = PeerSession.of(command.before!);
  return { apdu, session, request: decodeTemplate(template, session.openCommand(apdu.data)) };
}

/** Whoever has the session of a recorded request: asks for other collections, reads the answers. */
export class Collector {
  private readonly apdu: CommandApdu;
  private readonly session: PeerSession;
  private readonly request: ReturnType<typeof requestOf>['request'];
  private nonces = 0;

  constructor(command: RecordedCommand) {
    const { apdu, session, request } = requestOf(command);
    this.apdu = apdu;
    this.session = session;
    this.request = request;
  }

  /** The same request with another nonce: it would be another collection. */
  another(): Uint8Array {
    this.nonces++;
    const nonce = this.request.nonce.map((byte) => byte ^ this.nonces);
    const plain = encodeTemplate(template, { ...this.request, nonce });
    const { cla, ins, p1, p2, le } = this.apdu;
    const data = this.session.protect(Uint8Array.of(cla, ins, p1, p2), plain, 256);
    return encodeCommandApdu({ cla, ins, p1, p2, data, le });
  }

  /** The signature in the answer to the last request, hexadecimal; `undefined` where it was refused. */
  signatureIn(response: Uint8Array): string | undefined {
    const answer = parseResponseApdu(response);
    if (!answer || answer.data.length === 0) return undefined;
    const { data, sw } = this.session.open(answer.data);
    return sw === 0x9000 ? toHex(data) : undefined;
  }
}

/** How often the prescription could be collected before the recorded command. */
export function remainingCollections(command: RecordedCommand): number {
  const card = command.before!;
  const { prescriptionId } = requestOf(command).request;
  for (const { name, offset, length } of card.owners.nvm) {
    if (!name.startsWith(PATIENT_APPLICATION.files.prescriptions.name) || !name.includes('record')) continue;
    const bytes = card.nvm.read(offset, length);
    const content = bytes.subarray(2, 2 + ((bytes[0]! << 8) | bytes[1]!));
    if (content.length === 0) continue;
    const stored = decodeTemplate(PRESCRIPTION_RECORD, content);
    if (equalBytes(stored.prescriptionId, prescriptionId)) return stored.remaining;
  }
  throw new Error('the prescription is not on the card');
}
