import type { AccessRule, LifeCycle } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const allMeansAny: CardDefect = inPart(
  { id: 'access/all-means-any', cards: 'patient', title: 'Of rules that must all be met one is enough.' },
  'SecurityStatus',
  (SecurityStatus) =>
    class extends SecurityStatus {
      override satisfies(rule: AccessRule, state: LifeCycle): boolean {
        if (typeof rule === 'object' && 'all' in rule)
          return rule.all.some((part) => this.satisfies(part, state));
        return super.satisfies(rule, state);
      }
    },
);
