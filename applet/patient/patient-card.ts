/** The patient card (HIC): one application, its handlers put together from the phases of the protocol. */

import { PATIENT_APPLICATION, ROLE } from '../../apdu/index.js';
import { installPatientInteroperability } from '../interoperability/interoperability.js';
import { CARD_ATR } from '../os/answer-to-reset.js';
import { ApplicationState } from '../os/application-state.js';
import type { CardKind } from '../os/card.js';
import type { Application, CardOs } from '../os/card-os.js';
import { certificateHandlers } from '../os/certificate-handlers.js';
import { dataObjectHandlers } from '../os/data-object-handlers.js';
import type { HandlersOf } from '../os/handlers.js';
import { InstalledApplication } from '../os/installed-application.js';
import { interindustryHandlers } from '../os/interindustry-handlers.js';
import { lifeCycleHandlers } from '../os/life-cycle-handlers.js';
import { scp03Handlers } from '../os/scp03-handlers.js';
import { agentPinHandlers } from './agent-pin.js';
import { cardAuthenticationHandlers } from './card-authentication.js';
import { collectionHandlers } from './collection.js';
import { delegationHandlers } from './delegation.js';
import { DelegationSlots } from './delegation-slot.js';
import { holderDeclarationHandlers } from './holder-declaration.js';
import { holderSignatureHandlers } from './holder-signature.js';
import { planPatientMemory } from './patient-memory.js';
import { personalisationHandlers } from './personalisation.js';
import { renewalHandlers } from './renewal.js';
import { visitRecordHandlers } from './visit-record.js';

/** Roles that a patient card meets; another patient card is not one of them. */
const PROFESSIONAL_ROLES: readonly number[] = [ROLE.doctor, ROLE.staff, ROLE.pharmacy, ROLE.nhi];

function makePatientApplication(os: CardOs): Application {
  const state = new ApplicationState(os, PATIENT_APPLICATION);
  const memory = planPatientMemory(os.memory, os.parts);
  const session = new os.parts.CardSession(os.memory, os.coprocessor, () => os.security.revokeRole());
  const slots = new DelegationSlots(os, memory.slots);
  const interindustry = interindustryHandlers(os, state);
  const chain = new os.parts.CertificateChain(os.memory, os.coprocessor, memory, PROFESSIONAL_ROLES);
  const interoperability = installPatientInteroperability(os, state);
  const personalisation = personalisationHandlers(os, state, memory, chain, interoperability.logIn);
  const handlers: HandlersOf<typeof PATIENT_APPLICATION> = {
    ...interindustry,
    ...agentPinHandlers(os, slots, interindustry),
    ...dataObjectHandlers(state, memory.cardSerial),
    ...holderDeclarationHandlers(os, memory),
    ...scp03Handlers(os, PATIENT_APPLICATION),
    ...personalisation,
    ...interoperability.handlers,
    ...lifeCycleHandlers(os, state, personalisation.activate),
    ...renewalHandlers(os, state, memory),
    ...holderSignatureHandlers(os, state, memory),
    ...certificateHandlers(chain),
    ...cardAuthenticationHandlers(os, memory, chain, session),
    ...visitRecordHandlers(os, memory),
    ...delegationHandlers(os, memory, slots),
    ...collectionHandlers(os, memory, slots),
  };
  const { applications } = interoperability;
  return new InstalledApplication(PATIENT_APPLICATION, handlers, state, session, applications);
}

export const PATIENT_CARD: CardKind = {
  atr: CARD_ATR,
  spec: PATIENT_APPLICATION,
  makeApplication: makePatientApplication,
};
