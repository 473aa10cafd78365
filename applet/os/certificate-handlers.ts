/** MANAGE SECURITY ENVIRONMENT and VERIFY CERTIFICATE for the chain of another card (ISO/IEC 7816-8:2019, 11.8). */

import type { PATIENT_APPLICATION, RequestOf } from '../../apdu/index.js';
import type { CertificateChain } from './certificate-chain.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function certificateHandlers(chain: CertificateChain) {
  return {
    setVerificationKey({ data }: RequestOf<Commands['setVerificationKey']>) {
      chain.select(data.keyReference);
      return undefined;
    },

    verifyCertificate({ data }: RequestOf<Commands['verifyCertificate']>) {
      chain.verify(data);
      return undefined;
    },
  };
}
