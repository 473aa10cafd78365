/** Why a party says no: one code and one sentence each, wherever the refusal happens. */

const SENTENCES = {
  'nonce-unknown': 'the nonce was not issued by NHI, or was used before',
  'envelope-unreadable': 'the sealed message was changed on its way or is for somebody else',
  'message-malformed': 'the message does not have the declared form',
  'identity-certificate-invalid': 'the identity certificate is not one of the authority, or has expired',
  'identity-mismatch': 'the certificate names somebody else',
  'signature-invalid': 'the signature does not hold over what was sent',
  'already-registered': 'this person is registered already',
  'membership-refused': 'the membership key or its proof is not acceptable',
  'challenge-unknown': 'the challenge was not issued to this hospital, has expired, or was used before',
  'hospital-mismatch': 'the request names another hospital',
  'certificate-invalid': 'the patient certificate is not one of NHI, or is outside its dates',
  'certificate-revoked': 'the patient certificate was revoked or replaced',
  'insurance-lapsed': 'the insurance is not paid for this date',
  'group-signature-invalid': "the doctor's group signature does not verify",
  'epoch-mismatch': 'the group signature is not of the current epoch',
  'group-key-invalid': 'the group public key is not one that NHI signed, or is malformed',
  'receipt-invalid': "the receipt is not NHI's, not for this signature, or not dated in its epoch",
  'signer-revoked': 'the doctor who signed was revoked',
  'doctor-revoked': 'the doctor was revoked',
  'doctor-unknown': 'no doctor of this identifier has joined',
  'opening-share-refused': 'the share for the register of openings is not acceptable',
  'opening-not-registered': 'the share of the opening key is missing for this member',
  'join-mode-refused': 'NHI does not make member keys in this mode',
  'join-register-broken': 'the join register is not one unbroken chain of valid records',
  'audit-log-broken': 'the audit log is not one unbroken chain',
  'insurer-mismatch': 'the claim is for another insurer',
  'insurer-unknown': 'NHI knows no such insurer',
  'consent-invalid': 'the patient did not agree to this claim at this insurer',
  'claim-unknown': 'NHI has named no such claim',
  'claim-spent': 'the claim was paid already, as far as its sum goes',
  'collection-unknown': 'nothing was collected under this signature',
  'subsidy-paid': 'NHI has paid for this collection already',
  'fingerprint-malformed': 'the fingerprint is no record that can be read',
  'fingerprint-poor': 'the fingerprint is not good enough; take it again',
  'liveness-missing': 'the reader did not find that the finger lives',
  'rate-exceeded': 'too many requests from here; try again later',
  'ticket-invalid': 'the ticket is not of this machine, was used, or has expired',
  'line-down': 'there is no line to NHI',
  'visit-unknown': 'no such visit was confirmed for this hospital and patient',
  'message-replayed': 'this message was accepted before',
  'digest-mismatch': 'the content is not what was signed',
  'document-too-large': 'the document does not fit a message',
  'patient-mismatch': 'the document is about another patient',
  'prescription-known': 'this prescription number is registered already',
  'prescription-unknown': 'this prescription is not registered for this patient and pharmacy',
  'prescription-differs': 'the prescription was registered with other terms than the doctor signed',
  'prescription-expired': 'the prescription has expired',
  'prescription-spent': 'everything on this prescription was collected already',
  'pharmacy-mismatch': 'the prescription is for another pharmacy',
  'pharmacy-unknown': 'NHI knows no such pharmacy',
  'reservation-unknown': 'the collection was not reserved, or the reservation has expired',
  'possession-unproven': 'the card did not prove that it holds its delegation key',
  'agent-unconfirmed': 'NHI confirmed no such agent on these terms',
  'agent-is-patient': 'nobody is their own agent',
  'term-invalid': 'the term is empty or over',
  'warrant-known': 'this warrant was countersigned with other values',
  'warrant-unknown': 'NHI countersigned no such warrant',
  'warrant-invalid': 'the warrant was not signed by the patient and countersigned by NHI',
  'warrant-mismatch': 'the warrant names other people or keys than the certificates',
  'warrant-revoked': 'the warrant was revoked',
  'warrant-out-of-term': 'the warrant is not valid at this time',
  'warrant-out-of-scope': 'the warrant is not for this prescription',
  'no-room-for-log-in': 'the card takes no log-in key',
  'proxy-key-mismatch': "the proxy key does not follow from the warrant and both cards' commitments",
  'proxy-signature-invalid': "the agent's signature does not verify",
  'card-unknown': 'the card is not one of a batch that NHI ordered',
  'card-refused': 'the card refused the command',
  'wrong-pin': 'the PIN is wrong',
  'pin-blocked': 'the PIN is blocked',
  'answer-unverified': "NHI's answer does not verify",
  'number-mismatch': 'the two cards did not agree on the prescription number',
} as const;

export type RefusalCode = keyof typeof SENTENCES;

/** A refusal; `detail` says what a card or a parser added, never a secret. */
export type Refusal = {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly reason: string;
};

export type Result<T> = ({ readonly ok: true } & T) | Refusal;

/** The refusal with its sentence; `detail` follows in brackets. */
export function refusal(code: RefusalCode, detail?: string): Refusal {
  return { ok: false, code, reason: detail ? `${SENTENCES[code]} (${detail})` : SENTENCES[code] };
}
