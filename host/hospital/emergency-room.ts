/** The emergency room's side of eq. 13 to 15: a finger on the reader, a doctor's card, no help of the patient. */

import {
  bytesToUtf8,
  concatBytes,
  encodeTemplate,
  equalBytes,
  NHI_NAME,
  STATEMENT,
} from '../../apdu/index.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import { generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import type { HospitalDoor, NhiPublicKeys } from '../nhi/doors.js';
import type { EmergencyExtract } from '../nhi/emergency-desk.js';
import { EMERGENCY_MESSAGE, FINGERPRINT_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, sealMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';

/** What a fingerprint reader gives. */
export type CapturedFinger = {
  /** ISO/IEC 19794-2. */
  readonly record: Uint8Array;
  readonly readerId: string;
  /** Whether the reader found that the finger lives. */
  readonly live: boolean;
};

const SALT_BYTES = 16;
const FINGERPRINT_ROUTE = { equation: 13, sender: 'doctor', recipient: NHI_NAME } as const;
const REPLY_ROUTE = { equation: 15, sender: 'nhi', recipient: 'hospital' } as const;

export class EmergencyRoom {
  constructor(
    private readonly ports: {
      readonly hospitalId: string;
      readonly nhi: HospitalDoor;
      readonly nhiKeys: Pick<NhiPublicKeys, 'signatureKey' | 'sealingKey'>;
      readonly rng: Rng;
    },
  ) {}

  /** Who this is, as far as NHI can tell. The doctor's PIN was verified before. */
  async identify(
    doctor: ProfessionalCard,
    finger: CapturedFinger,
    reason: string,
  ): Promise<Result<{ readonly extract: EmergencyExtract }>> {
    const { hospitalId, nhi, nhiKeys, rng } = this.ports;
    const { challenge } = await nhi.issueEmergencyChallenge();
    const reply = generateEcKeyPair(rng);
    const salt = rng.bytes(SALT_BYTES);
    const statement = {
      templateHash: sha256(concatBytes(salt, finger.record)),
      challenge,
      readerId: finger.readerId,
      liveness: finger.live ? 1 : 0,
      hospitalId,
      reason,
      replyKey: reply.publicKey,
    };
    const signed = await doctor.signAsDoctor('emergencyRequest', statement);
    if (!signed.ok) return signed;
    const messageId = newMessageId(rng);
    const content = { messageId, salt, fingerprint: finger.record };
    const to = { route: FINGERPRINT_ROUTE, key: nhiKeys.sealingKey, messageId };
    const fingerprint = await sealMessage(FINGERPRINT_MESSAGE, content, to, rng);
    const asked = await nhi.identify({ statement, signature: signed.signature, fingerprint });
    if (!asked.ok) return asked;
    const as = { route: REPLY_ROUTE, secretKey: reply.secretKey };
    const opened = await openMessage(EMERGENCY_MESSAGE, asked.answer, as);
    reply.secretKey.fill(0);
    if (!opened.ok) return opened;
    const { statement: answer, signature, extract } = opened.values;
    const requestHash = sha256(encodeTemplate(STATEMENT.emergencyRequest.fields, statement));
    const genuine =
      verifyStatement(nhiKeys.signatureKey, STATEMENT.emergencyAnswer, answer, signature) &&
      equalBytes(answer.messageId, asked.answer.messageId) &&
      equalBytes(answer.requestHash, requestHash) &&
      equalBytes(answer.recordsHash, sha256(extract));
    if (!genuine) return refusal('answer-unverified');
    return { ok: true, extract: JSON.parse(bytesToUtf8(extract)) as EmergencyExtract };
  }
}
