/** Personalisation of the patient card: keys on the card, certificates checked, then operational for good. */

import {
  decodePatientCertificate,
  encodeTemplate,
  equalBytes,
  type PATIENT_APPLICATION,
  PATIENT_CERTIFICATE_BODY,
  type RequestOf,
  ROLE,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import type { LogInKey } from '../interoperability/log-in-key.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import type { CertificateChain } from '../os/certificate-chain.js';
import { orIncorrectData } from '../os/statement-input.js';
import { verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function personalisationHandlers(
  os: CardOs,
  state: ApplicationState,
  memory: PatientMemory,
  chain: CertificateChain,
  logIn: LogInKey,
) {
  const files = patientFiles(os);

  /** A certificate is stored only when NHI signed it and it names the keys that are on this card. */
  const checkPatientCertificate = (bytes: Uint8Array): void => {
    if (memory.keys.signing.secret.isEmpty) refuse(SW.conditionsNotSatisfied);
    const { body, signature } = orIncorrectData(() => decodePatientCertificate(bytes));
    const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
    const own =
      equalBytes(body.signingKey, memory.keys.signing.public.read()) &&
      equalBytes(body.decryptionKey, memory.keys.decryption.public.read()) &&
      equalBytes(body.delegationKey, memory.keys.delegation.public.read());
    const issuerKey = memory.issuerKey.read();
    if (
      !own ||
      !verifyStatement(os.coprocessor, issuerKey, STATEMENT.patientCertificate, fields, signature)
    ) {
      refuse(SW.incorrectData);
    }
  };

  return {
    generateKeyPair({ p2 }: RequestOf<Commands['generateKeyPair']>) {
      if (p2 === 'log-in') return { publicPoint: logIn.generate() };
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
      if (data.patientCertificate) checkPatientCertificate(data.patientCertificate);
      os.nvm.atomically(() => {
        if (data.cardSerial) memory.cardSerial.write(data.cardSerial);
        if (data.rootReference) memory.rootReference.write(data.rootReference);
        if (data.rootKey) memory.rootKey.write(data.rootKey);
        if (data.issuerKey) memory.issuerKey.write(data.issuerKey);
        if (data.sealingKey) memory.sealingKey.write(data.sealingKey);
        if (data.pin) state.pins.holder.set(data.pin);
        if (data.puk) state.pins.puk.set(data.puk);
        if (data.roleKey) memory.roleKey.write(data.roleKey);
        if (data.roleCertificate) memory.roleCertificate.write(data.roleCertificate);
        if (data.authorityCertificate) files.authorityCertificate.content.write(data.authorityCertificate);
        if (data.today) memory.latestDate.write(data.today);
        if (data.patientCertificate) files.certificate.content.write(data.patientCertificate);
        if (data.emergency) files.emergency.content.write(data.emergency);
      });
      return undefined;
    },

    activate(_request: RequestOf<Commands['activate']>) {
      const missing =
        files.certificate.content.isEmpty ||
        memory.roleKey.isEmpty ||
        memory.roleCertificate.isEmpty ||
        files.authorityCertificate.content.isEmpty ||
        memory.sealingKey.read()[0] === 0 ||
        !state.pins.holder.isSet ||
        !state.pins.puk.isSet;
      if (missing) refuse(SW.conditionsNotSatisfied);
      logIn.assertFinished();
      chain.checkOwn(files.authorityCertificate.content.read(), memory.roleCertificate.read(), [ROLE.holder]);
      os.nvm.atomically(() => {
        os.transportKeys.erase();
        state.lifeCycle = 'operational';
      });
      return undefined;
    },
  };
}
