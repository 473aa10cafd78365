/** All cases of the suite, in the order in which they run. */

import { APPLICATIONS } from '../apdu/index.js';
import { CATEGORIES, type ConformanceCase } from './case.js';
import { AGENT_COLLECTION_CASES } from './cases/agent-collection.js';
import { AGENT_PIN_CASES } from './cases/agent-pin.js';
import { ANSWER_TO_RESET_CASES } from './cases/answer-to-reset.js';
import { APDU_CASES } from './cases/apdu.js';
import { AUTHENTICATION_CASES } from './cases/authentication.js';
import { BBS_MEMBERSHIP_CASES } from './cases/bbs-membership.js';
import { CERTIFICATE_CHAIN_CASES } from './cases/certificate-chain.js';
import { CHAINING_CASES } from './cases/chaining.js';
import { CLASS_CASES } from './cases/class.js';
import { COLLECTION_CASES } from './cases/collection.js';
import { COUPON_CASES } from './cases/coupon.js';
import { DATA_OBJECT_CASES } from './cases/data-object.js';
import { DELEGATION_CASES } from './cases/delegation.js';
import { ENVELOPE_CASES } from './cases/envelope.js';
import { ENVIRONMENT_CASES } from './cases/environment.js';
import { FILE_CASES } from './cases/file.js';
import { FILE_ADDRESSING_CASES } from './cases/file-addressing.js';
import { FILE_TREE_CASES } from './cases/file-tree.js';
import { FILE_WRITING_CASES } from './cases/file-writing.js';
import { GROUP_SIGNATURE_CASES } from './cases/group-signature.js';
import { LIFE_CYCLE_ISSUER_CASES, PIN_ISSUER_CASES, RENEWAL_CASES } from './cases/issuer.js';
import { LIFE_CYCLE_CASES } from './cases/life-cycle.js';
import { LOG_IN_PERSONALISATION_CASES } from './cases/log-in-personalisation.js';
import { LOG_IN_PIN_CASES } from './cases/log-in-pin.js';
import { LOGICAL_CHANNEL_CASES } from './cases/logical-channel.js';
import { MEMBERSHIP_CASES } from './cases/membership.js';
import { MEMBERSHIP_RENEWAL_CASES } from './cases/membership-renewal.js';
import { OPENING_SPLIT_CASES } from './cases/opening-split.js';
import { PIN_CASES } from './cases/pin.js';
import { PIN_VALUE_CASES } from './cases/pin-value.js';
import { PIV_CASES } from './cases/piv.js';
import { PKCS15_CASES } from './cases/pkcs15.js';
import { POWER_CUT_CASES } from './cases/power-cut.js';
import { PRESCRIPTION_CASES } from './cases/prescription.js';
import { PROFESSIONAL_CASES } from './cases/professional.js';
import { PROTOCOL_SELECTION_CASES } from './cases/protocol-selection.js';
import { READ_OUT_CASES } from './cases/read-out.js';
import { RECORD_CASES } from './cases/record.js';
import { RECORD_ORDER_CASES } from './cases/record-order.js';
import { RECORD_WRITING_CASES } from './cases/record-writing.js';
import { RESPONSE_CASES } from './cases/response.js';
import { ROLE_CERTIFICATE_CASES } from './cases/role-certificate.js';
import { SECURE_CHANNEL_CASES } from './cases/secure-channel.js';
import { SECURE_MESSAGING_CASES } from './cases/secure-messaging.js';
import { SELECTION_CASES } from './cases/selection.js';
import { SESSION_ENGINE_CASES } from './cases/session-engine.js';
import { SESSION_READING_CASES } from './cases/session-reading.js';
import { T0_CASES } from './cases/t0.js';
import { T0_ANSWER_CASES } from './cases/t0-answers.js';
import { T1_CASES } from './cases/t1.js';
import { T1_FAULT_CASES } from './cases/t1-faults.js';
import { T1_FORM_CASES } from './cases/t1-forms.js';
import { VISIT_CASES } from './cases/visit.js';
import { declarationCases } from './generated/declaration.js';

const FAMILIES: readonly (readonly ConformanceCase[])[] = [
  ANSWER_TO_RESET_CASES,
  PROTOCOL_SELECTION_CASES,
  T0_CASES,
  T0_ANSWER_CASES,
  T1_CASES,
  T1_FAULT_CASES,
  T1_FORM_CASES,
  APDU_CASES,
  CLASS_CASES,
  SELECTION_CASES,
  FILE_TREE_CASES,
  LOGICAL_CHANNEL_CASES,
  FILE_ADDRESSING_CASES,
  RESPONSE_CASES,
  CHAINING_CASES,
  FILE_CASES,
  FILE_WRITING_CASES,
  DATA_OBJECT_CASES,
  RENEWAL_CASES,
  RECORD_CASES,
  RECORD_ORDER_CASES,
  RECORD_WRITING_CASES,
  PIN_CASES,
  PIN_VALUE_CASES,
  PIN_ISSUER_CASES,
  ENVIRONMENT_CASES,
  SECURE_CHANNEL_CASES,
  LIFE_CYCLE_CASES,
  LIFE_CYCLE_ISSUER_CASES,
  ROLE_CERTIFICATE_CASES,
  CERTIFICATE_CHAIN_CASES,
  AUTHENTICATION_CASES,
  SECURE_MESSAGING_CASES,
  SESSION_READING_CASES,
  VISIT_CASES,
  PRESCRIPTION_CASES,
  COLLECTION_CASES,
  DELEGATION_CASES,
  AGENT_PIN_CASES,
  AGENT_COLLECTION_CASES,
  POWER_CUT_CASES,
  ENVELOPE_CASES,
  MEMBERSHIP_CASES,
  BBS_MEMBERSHIP_CASES,
  GROUP_SIGNATURE_CASES,
  COUPON_CASES,
  OPENING_SPLIT_CASES,
  MEMBERSHIP_RENEWAL_CASES,
  PROFESSIONAL_CASES,
  SESSION_ENGINE_CASES,
  PKCS15_CASES,
  PIV_CASES,
  LOG_IN_PIN_CASES,
  LOG_IN_PERSONALISATION_CASES,
  READ_OUT_CASES,
  APPLICATIONS.flatMap(declarationCases),
];

/** Hand-written and generated cases by category; within one in the order of their files. */
export function allCases(): readonly ConformanceCase[] {
  const rank = (one: ConformanceCase) => CATEGORIES.indexOf(one.category);
  return FAMILIES.flat().sort((a, b) => rank(a) - rank(b));
}
