/** What a doctor's group signature takes with a coupon and without, whole command, on each curve. */

import {
  encodeCommandApdu,
  encodeRequest,
  encodeTemplate,
  type GroupSuiteName,
  PROFESSIONAL_APPLICATION,
} from '../../../apdu/index.js';
import { type CardProfile, commandCost, PLATFORMS, roundMs } from '../../../perf/index.js';
import type { VisitInput } from '../../index.js';
import { mergeFigures } from '../visit/recorder.js';
import { codeOf, meteredApplet, profiledRun } from './profiled-run.js';

export const SIGNING_SUITES = ['ps-g1-bls12381', 'ps-g1-bn254'] as const satisfies readonly GroupSuiteName[];

/** Predicted ms by `suite, with or without a coupon` and platform; null is "no data". */
export type SigningTimes = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** Bounds on the native platform of a JCOP4, ms. */
export const SIGNING_TARGET_MS = { withoutCoupon: 350, withCoupon: 100 } as const;

export async function signingTimes(
  input: VisitInput,
  profile: CardProfile,
  seed: number,
): Promise<SigningTimes> {
  const times: Record<string, Record<string, number | null>> = {};
  for (const suite of SIGNING_SUITES) {
    const run = await profiledRun({ input, scenario: 'outpatient', profile, seed, suite });
    const signed = run.commands.filter(
      ({ card, name }) => card === 'doctor' && name.endsWith('COMPUTE DIGITAL SIGNATURE'),
    );
    if (signed.length === 0) throw new Error('no doctor signs in the visit');
    // The visit spent the card's coupons: one more signature makes its own commitment.
    const alone = await signatureAlone(run.cards.doctor, input);
    for (const platform of PLATFORMS) {
      const cost = (each: Pick<(typeof signed)[number], 'figures' | 'code'>) =>
        commandCost(profile, each.figures, each.code, { platform }).total.ms;
      const longest = signed.map(cost).reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)));
      times[`${suite}, with a coupon`] = {
        ...times[`${suite}, with a coupon`],
        [`ms ${platform}`]: roundMs(longest),
      };
      times[`${suite}, without a coupon`] = {
        ...times[`${suite}, without a coupon`],
        [`ms ${platform}`]: roundMs(cost(alone)),
      };
    }
  }
  return times;
}

type MeteredCard = Awaited<ReturnType<typeof profiledRun>>['cards']['doctor'];

/** Eq. 9 signed once more, as the one command that follows the choice of the algorithm. */
async function signatureAlone(card: MeteredCard, input: VisitInput) {
  const { algorithms, commands } = PROFESSIONAL_APPLICATION;
  const { take, functions } = await meteredApplet();
  const filled = (value: number, length: number) => new Uint8Array(length).fill(value);
  const algorithm = { algorithm: Uint8Array.of(algorithms.newRecord.reference) };
  const choice = encodeRequest(commands.manageSecurityEnvironment, {
    p2: 'digital signature',
    data: algorithm,
  });
  const data = encodeTemplate(algorithms.newRecord.input, {
    messageId: filled(4, 16),
    recordHash: filled(5, 32),
    pid: filled(1, 16),
    visitId: filled(6, 16),
    hospitalId: input.hospital.id,
    time: input.visit.startedAt,
  });
  card.process(encodeCommandApdu(choice));
  take();
  const response = card.process(encodeCommandApdu(encodeRequest(commands.computeSignature, { data })));
  if (response.length <= 2) throw new Error('the card does not sign');
  return { figures: mergeFigures([card.figures]), code: codeOf([take()], functions) };
}
