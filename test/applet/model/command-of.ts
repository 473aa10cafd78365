/** Which declared command an action is. */

import type { PATIENT_APPLICATION } from '../../../apdu/index.js';
import type { Sent } from './actions.js';

type CommandId = keyof (typeof PATIENT_APPLICATION)['commands'];

/** The declared command that an action sends once the application is selected. */
export function commandOf(action: Sent): CommandId {
  switch (action.kind) {
    case 'verify':
      return 'verify';
    case 'change':
      return 'changeReferenceData';
    case 'unblock':
      return 'resetRetryCounter';
    case 'challenge':
      return 'getChallenge';
    case 'certificate':
      return 'verifyCertificate';
    case 'authenticate':
      return 'mutualAuthenticate';
    case 'read':
      return action.record === undefined ? 'readBinary' : 'readRecord';
    case 'environment':
      return 'manageSecurityEnvironment';
    case 'sign':
      return action.seals ? 'encipher' : 'computeSignature';
    case 'contribute':
      return 'contributeToPrescriptionNumber';
    case 'visit':
      return 'putVisitRecord';
    case 'collect':
      return 'collect';
    case 'issuer channel':
      return 'initializeUpdate';
    case 'activate':
    case 'deactivate':
    case 'terminate':
      return action.kind;
    case 'restore tries':
      return 'restoreTries';
    case 'make keys':
      return 'generateKeyPair';
    default:
      return 'select';
  }
}
