import { type AccessLeaf, type LifeCycle, ROLE } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const roleBesideSession: CardDefect = inPart(
  {
    id: 'access/role-beside-session',
    cards: 'patient',
    title: 'A role that was proven counts for commands in the clear, too.',
  },
  'SecurityStatus',
  (SecurityStatus) =>
    class extends SecurityStatus {
      protected override satisfiesLeaf(leaf: AccessLeaf, state: LifeCycle): boolean {
        if ('role' in leaf) return this.role.value === (ROLE as Readonly<Record<string, number>>)[leaf.role];
        return super.satisfiesLeaf(leaf, state);
      }
    },
);
