import { createHash } from 'node:crypto';
import {
  Card,
  type CardImage,
  type CardLimits,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
} from '../../applet/index.js';
import type { ApplicationName, ConformanceTarget, FreshCard } from '../../conformance/index.js';
import { type CardConnection, connectInProcess } from '../../reader-drivers/index.js';

/** Seed of the card's random number generator; printed by the tests. */
export const CARD_SEED = Number(process.env.IMIS_SEED ?? 20_250_118);

const LIMITS: CardLimits = {
  nvmBytes: 80 * 1024,
  ramBytes: 6 * 1024,
  commitBufferBytes: 2048,
  apduBufferBytes: 261,
  pageBytes: 64,
  enduranceCycles: 500_000,
  extendedLength: false,
};

/** What is between the suite and a good card. */
export type Fault = (inner: CardConnection) => CardConnection;

/** The simulated card of an application as a target, with a fault in between for tests of the suite. */
export function simulatedTarget(
  application: ApplicationName,
  fault: Fault = (inner) => inner,
): ConformanceTarget {
  let cards = 0;
  const kind = application === 'patient' ? PATIENT_CARD : PROFESSIONAL_CARD;
  const make = (image?: CardImage): FreshCard => {
    const random = drbg(`${CARD_SEED} ${cards++}`);
    const onFault = (error: unknown) => {
      throw error;
    };
    const card = new Card(kind, { limits: LIMITS, engine: nobleEngine, random, onFault }, image);
    return {
      connect: async () => fault(connectInProcess(card)),
      copy: () => make(card.image()),
    };
  };
  return {
    name: 'sim',
    kind: 'simulator',
    application,
    connect: () => make().connect(),
    freshCard: () => make(),
  };
}

function drbg(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash('sha256').update(`${seed} ${counter++}`).digest());
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  };
}
