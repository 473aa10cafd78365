import { type CardDefect, inPart } from '../card-defect.js';

export const pinSurvivesReset: CardDefect = inPart(
  {
    id: 'kept-state/pin-survives-reset',
    cards: 'both',
    title:
      'A PIN verified once counts until the card is selected by nobody ever again: no reset takes it back.',
  },
  'SecurityStatus',
  (SecurityStatus) =>
    class extends SecurityStatus {
      private proven = false;

      override grantPin(pin: 'holder' | 'puk'): void {
        super.grantPin(pin);
        this.proven = true;
      }

      override revokePin(pin: 'holder' | 'puk' | 'agent'): void {
        super.revokePin(pin);
        this.proven = false;
      }

      override hasPin(pin: 'holder' | 'puk' | 'agent'): boolean {
        return super.hasPin(pin) || (pin === 'holder' && this.proven);
      }
    },
);
