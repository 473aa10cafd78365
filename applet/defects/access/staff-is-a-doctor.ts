import { ROLE } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const staffIsADoctor: CardDefect = inPart(
  { id: 'access/staff-is-a-doctor', cards: 'patient', title: 'Staff pass for a doctor.' },
  'SecurityStatus',
  (SecurityStatus) =>
    class extends SecurityStatus {
      override grantRole(role: number): void {
        super.grantRole(role === ROLE.staff ? ROLE.doctor : role);
      }
    },
);
