/** The simulator as a target of the conformance suite: blank cards without end, and copies of them. */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import type { ConformanceTarget, FreshCard } from '../../conformance/index.js';
import type { CardProfile } from '../../perf/index.js';
import * as drivers from '../../reader-drivers/index.js';
import { type CardLine, connectInProcess } from '../../reader-drivers/index.js';
import { type CardKindName, makeSimulatedCard } from './simulated-card.js';

const INITIALIZE_UPDATE = 0x50;
/** Two and a half block waiting times of the line in this process: long enough to ask for more, or to say NULL. */
const LONG_MS = 40;

export function simulatorTarget(
  name: string,
  application: CardKindName,
  profile: CardProfile,
): ConformanceTarget {
  return targetOf(name, application, () => makeSimulatedCard(application, profile));
}

/** How the contacts of a card come to be: `first` is the protocol that its ATR offers first. */
export type OpenLine = (card: Card, first: 'T=0' | 'T=1') => CardLine;

/** What of the drivers a line needs. */
export type LineProgram = Pick<typeof drivers, 'lineInProcess' | 'takesDataBy' | 'withProtocols'>;

/**
 * Contacts of cards of an application behind the machines of a program, or `engines`. The suite meets both kinds of
 * error detection: patients' cards say LRC, professionals' say CRC.
 */
export function lineOf(
  application: CardKindName,
  program: LineProgram = drivers,
  engines?: drivers.LineEngines,
): OpenLine {
  const takesData = program.takesDataBy([PATIENT_APPLICATION, PROFESSIONAL_APPLICATION]);
  const options = { takesData, answerTime, ...(engines ? { engines } : {}) };
  const edc = application === 'professional' ? 'CRC' : 'LRC';
  return (card, first) => {
    const protocols = first === 'T=0' ? (['T=0', 'T=1'] as const) : (['T=1'] as const);
    return program.lineInProcess(program.withProtocols(card, protocols, edc), options);
  };
}

const answerTime = ([, ins]: Uint8Array): number => (ins === INITIALIZE_UPDATE ? LONG_MS : 0);

/** A target of simulated cards, each made blank by `make`. */
export function targetOf(
  name: string,
  application: CardKindName,
  make: () => Card,
  open: OpenLine = lineOf(application),
): ConformanceTarget {
  const freshCard = () => freshCardOf(make(), open);
  const connect = () => freshCard().connect();
  return { name, kind: 'simulator', application, freshCard, connect, cutsPower: true };
}

function freshCardOf(card: Card, open: OpenLine): FreshCard {
  const { flash } = card.nvm;
  return {
    async connect() {
      flash.tear = undefined;
      return connectInProcess(card);
    },
    openLine: async (first = 'T=1') => open(card, first),
    copy: () => freshCardOf(card.fork(), open),
    cutPower(step) {
      let left = step;
      flash.tear = () => (left-- > 0 ? undefined : 'half');
    },
  };
}
