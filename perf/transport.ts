import type { CardProfile, WireParameters } from './card-profile.js';

/** Names of the transports that a prediction can be asked for. */
export const TRANSPORTS = ['t0', 't1', 'tcl'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Fi = 372, Di = 1: what every card can do before PPS (ISO 7816-3, 8.1). */
const DEFAULT_TA1 = '11';
const CLOCK_KHZ = 4000;
/** IFSD of readers and IFSC of cards that offer the most, as the measured ones did. */
const MOST_BYTES = 254;

/** The card's wire under a transport: its own speed where it was measured on contacts, otherwise the default. */
export function wireFor(profile: CardProfile, transport: Transport): WireParameters | undefined {
  const own = profile.timing?.wire;
  if (!own) return undefined;
  const source = `${transport} was asked for; measured over ${own.kind}`;
  if (transport === 'tcl') {
    if (own.kind === 'contactless') return own;
    return { kind: 'contactless', bitRateKbps: 106, informationFieldBytes: 253, label: 'estimated', source };
  }
  if (own.kind === transport) return own;
  const contact =
    own.kind === 'contactless' ? { ta1: DEFAULT_TA1, clockKhz: CLOCK_KHZ, extraGuardTime: 0 } : own;
  const { ta1, clockKhz, extraGuardTime } = contact;
  const speed = { ta1, clockKhz, extraGuardTime, label: 'estimated', source } as const;
  return transport === 't0'
    ? { kind: 't0', ...speed }
    : { kind: 't1', ...speed, ifscBytes: MOST_BYTES, ifsdBytes: MOST_BYTES };
}
