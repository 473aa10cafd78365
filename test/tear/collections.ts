/** Requests for the same prescription as a recorded one, by others. */

import {
  decodeTemplate,
  encodeCommandApdu,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  parseCommandApdu,
} from '../../apdu/index.js';
import type { RecordedCommand } from './recorded-run.js';

const { template } = PATIENT_APPLICATION.commands.collect.data;

function requestOf(command: RecordedCommand) {
  const apdu = parseCommandApdu(command.apdu);
  if ('fault' in apdu) throw new Error(apdu.fault);
  return { apdu, request: decodeTemplate(template, apdu.data) };
}

/** The same request with other nonces: each would be another collection. */
export function otherCollections(command: RecordedCommand, count: number): Uint8Array[] {
  const { apdu, request } = requestOf(command);
  const { cla, ins, p1, p2, le } = apdu;
  return Array.from({ length: count }, (_, i) => {
    const data = encodeTemplate(template, { ...request, nonce: request.nonce.map((byte) => byte ^ (i + 1)) });
    return encodeCommandApdu({ cla, ins, p1, p2, data, le });
  });
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
