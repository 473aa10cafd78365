/** A signed record in parts, so that a test can send it changed. */

import { NHI_NAME, type STATEMENT, type ValuesOf } from '../../../apdu/index.js';
import {
  type DoctorSignature,
  encodeRecordDocument,
  type HospitalDoor,
  NEW_RECORD_MESSAGE,
  type SealedMessage,
  sealMessage,
  seededRng,
  sha256,
} from '../../../host/index.js';
import type { Scenario } from '../../support/scenario.js';

type RecordStatement = ValuesOf<(typeof STATEMENT)['newRecord']['fields']>;

/** The content of eq. 9. */
export type RecordParts = {
  readonly statement: RecordStatement;
  readonly signature: DoctorSignature;
  readonly record: Uint8Array;
};

export type RecordChanges = {
  readonly record?: Uint8Array;
  /** Signed instead of the genuine fields. */
  readonly signed?: Partial<RecordStatement>;
};

const rng = seededRng(1, 'records of tests');

/** A record of the open visit, signed by the doctor; the doctor's PIN was verified. */
export async function recordParts(
  { visit, world }: Scenario,
  changes: RecordChanges = {},
): Promise<RecordParts> {
  const record = changes.record ?? encodeRecordDocument(world.input.visit, visit.pid);
  const statement = {
    messageId: rng.bytes(16),
    recordHash: sha256(record),
    pid: visit.pid,
    visitId: visit.visitId,
    hospitalId: world.input.hospital.id,
    time: world.clock.now(),
    ...changes.signed,
  };
  const signed = await world.doctorCard.signAsDoctor('newRecord', statement);
  if (!signed.ok) throw new Error(signed.reason);
  return { statement, signature: signed.signature, record };
}

/** Sealed to NHI. */
export function sealRecord({ world }: Scenario, parts: RecordParts): Promise<SealedMessage> {
  const route = { equation: 9, sender: 'doctor', recipient: NHI_NAME } as const;
  const { messageId } = parts.statement;
  return sealMessage(
    NEW_RECORD_MESSAGE,
    parts,
    { route, key: world.nhi.publicKeys.sealingKey, messageId },
    rng,
  );
}

/** Sealed and sent. */
export async function submitParts(scenario: Scenario, parts: RecordParts, door?: HospitalDoor) {
  return (door ?? scenario.hospitalLine).submitRecord(await sealRecord(scenario, parts));
}
