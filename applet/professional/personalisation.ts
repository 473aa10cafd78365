/** Personalisation of the professional card. */

import { PROFESSIONAL_APPLICATION, type RequestOf, ROLE, SW, utf8ToBytes } from '../../apdu/index.js';
import type { LogInKey } from '../interoperability/log-in-key.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import type { CertificateChain } from '../os/certificate-chain.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

/** Roles that a professional card can have. */
const ROLES: readonly number[] = [ROLE.doctor, ROLE.staff, ROLE.pharmacy, ROLE.nhi];

export function personalisationHandlers(
  os: CardOs,
  state: ApplicationState,
  memory: ProfessionalMemory,
  chain: CertificateChain,
  logIn: LogInKey,
) {
  const { files } = PROFESSIONAL_APPLICATION;
  const certificate = os.files.transparent(files.roleCertificate);
  const authorityCertificate = os.files.transparent(files.authorityCertificate);

  return {
    generateKeyPair({ p2 }: RequestOf<Commands['generateKeyPair']>) {
      if (p2 === 'log-in') return { publicPoint: logIn.generate() };
      if (p2 === 'delegation') return refuse(SW.referenceDataNotFound);
      const pair = memory.keys[p2];
      if (!pair.secret.isEmpty) refuse(SW.conditionsNotSatisfied);
      const { secretKey, publicKey } = os.coprocessor.p256GenerateKeyPair();
      os.nvm.atomically(() => {
        pair.secret.write(secretKey);
        pair.public.write(publicKey);
      });
      secretKey.fill(0);
      return { publicPoint: publicKey };
    },

    storeData({ data }: RequestOf<Commands['storeData']>) {
      os.nvm.atomically(() => {
        if (data.cardSerial) memory.cardSerial.write(data.cardSerial);
        if (data.rootReference) memory.rootReference.write(data.rootReference);
        if (data.rootKey) memory.rootKey.write(data.rootKey);
        if (data.issuerKey) memory.issuerKey.write(data.issuerKey);
        if (data.pin) state.pins.holder.set(data.pin);
        if (data.puk) state.pins.puk.set(data.puk);
        if (data.roleKey) memory.roleKey.write(data.roleKey);
        if (data.roleCertificate) certificate.content.write(data.roleCertificate);
        if (data.authorityCertificate) authorityCertificate.content.write(data.authorityCertificate);
        if (data.today) memory.latestDate.write(data.today);
        if (data.doctorId) memory.doctorId.write(utf8ToBytes(data.doctorId));
      });
      return undefined;
    },

    activate(_request: RequestOf<Commands['activate']>) {
      const missing =
        memory.roleKey.isEmpty ||
        certificate.content.isEmpty ||
        authorityCertificate.content.isEmpty ||
        !state.pins.holder.isSet ||
        !state.pins.puk.isSet;
      // A join that was begun must be finished: half a membership could never sign.
      const halfJoined = memory.group.joinMode.value !== 0 && memory.group.credential.isEmpty;
      if (missing || halfJoined) refuse(SW.conditionsNotSatisfied);
      logIn.assertFinished();
      chain.checkOwn(authorityCertificate.content.read(), certificate.content.read(), ROLES);
      os.nvm.atomically(() => {
        os.transportKeys.erase();
        state.lifeCycle = 'operational';
      });
      return undefined;
    },
  };
}
