/** The professional card (doctor, staff, pharmacy): one application, its role in its certificate. */

import { PROFESSIONAL_APPLICATION, ROLE } from '../../apdu/index.js';
import { installInteroperability } from '../interoperability/interoperability.js';
import { CARD_ATR } from '../os/answer-to-reset.js';
import { ApplicationState } from '../os/application-state.js';
import type { CardKind } from '../os/card.js';
import type { Application, CardOs } from '../os/card-os.js';
import { certificateHandlers } from '../os/certificate-handlers.js';
import { dataObjectHandlers } from '../os/data-object-handlers.js';
import type { HandlersOf } from '../os/handlers.js';
import { InstalledApplication } from '../os/installed-application.js';
import { interindustryHandlers } from '../os/interindustry-handlers.js';
import { scp03Handlers } from '../os/scp03-handlers.js';
import { cardAuthenticationHandlers } from './card-authentication.js';
import { couponHandlers } from './coupons.js';
import { groupMembershipHandlers } from './group-membership.js';
import { issuerMadeJoinHandlers } from './issuer-made-join.js';
import { membershipRenewalHandlers } from './membership-renewal.js';
import { openingSplitHandlers } from './opening-split.js';
import { personalisationHandlers } from './personalisation.js';
import { prescriptionNumberHandlers } from './prescription-number.js';
import { planProfessionalMemory } from './professional-memory.js';

function makeProfessionalApplication(os: CardOs): Application {
  const state = new ApplicationState(os, PROFESSIONAL_APPLICATION);
  const memory = planProfessionalMemory(os.memory, os.limits);
  const session = new os.parts.CardSession(os.memory, os.coprocessor, () => undefined);
  const chain = new os.parts.CertificateChain(os.memory, os.coprocessor, memory, [ROLE.holder]);
  const interoperability = installInteroperability(os, state);
  const { readRecord: _noRecords, ...interindustry } = interindustryHandlers(os, state);
  const handlers: HandlersOf<typeof PROFESSIONAL_APPLICATION> = {
    ...interindustry,
    ...dataObjectHandlers(state, memory.cardSerial),
    ...scp03Handlers(os, PROFESSIONAL_APPLICATION),
    ...personalisationHandlers(os, state, memory, chain, interoperability.logIn),
    ...interoperability.handlers,
    ...groupMembershipHandlers(os, state, memory),
    ...issuerMadeJoinHandlers(os, memory),
    ...membershipRenewalHandlers(os, memory),
    ...openingSplitHandlers(os, memory),
    ...couponHandlers(os, memory),
    ...certificateHandlers(chain),
    ...cardAuthenticationHandlers(os, memory, chain, session),
    ...prescriptionNumberHandlers(os, memory),
  };
  const { applications } = interoperability;
  return new InstalledApplication(PROFESSIONAL_APPLICATION, handlers, state, undefined, applications);
}

export const PROFESSIONAL_CARD: CardKind = {
  atr: CARD_ATR,
  spec: PROFESSIONAL_APPLICATION,
  makeApplication: makeProfessionalApplication,
};
