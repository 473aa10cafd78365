/**
 * A new epoch: every doctor's card takes a new credential, one doctor is revoked. Two doctors work with
 * NHI here, the input's own and a colleague whose card takes the pharmacy module's place in its reader
 * until it is revoked.
 */

import { STATEMENT } from '../../apdu/index.js';
import { signedStatement } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { enrolDoctor, enrolDoctorCard } from './doctor-enrolment.js';
import { SCENARIO_PINS } from './enrolment.js';
import type { Phase } from './outpatient.js';
import { INSURERS, type World } from './world.js';

/** The colleague, whose card stands where the pharmacy's module would. */
const COLLEAGUE = { doctorId: 'D-COLLEAGUE', name: 'A Colleague', holder: 'pharmacy' } as const;
const COUPONS = 2;

/** The phases; what one phase learns for the next stays between them. */
export function epochPhases(): readonly Phase[] {
  let signed: SignedOrder | undefined;

  return [
    { name: 'register doctor', equations: [3, 4], run: enrolDoctor },
    {
      name: 'register colleague',
      equations: [3, 4],
      run: (world) => enrolDoctorCard(world, { ...COLLEAGUE, card: world.pharmacyCard }),
    },
    {
      name: 'refill coupons',
      equations: [],
      async run({ doctorCard }) {
        const verified = await doctorCard.verifyPin(SCENARIO_PINS.doctor.pin);
        return verified.ok ? doctorCard.refillCoupons(COUPONS) : verified;
      },
    },
    {
      name: 'sign in the old epoch',
      equations: [10],
      async run(world) {
        const order = await signOrder(world, 'doctorCard');
        if (order.ok) signed = order.order;
        return order.ok ? statusIs(world, order.order, 'good') : order;
      },
    },
    {
      name: 'revoke colleague, begin a new epoch',
      equations: [],
      async run(world) {
        const { nhi } = world;
        const order = await signOrder(world, 'pharmacyCard');
        if (!order.ok) return order;
        const before = nhi.publicKeys.groupKey.epoch;
        const refused = await nhi.revokeDoctor(COLLEAGUE.doctorId, 'severe');
        if (refused) return refused;
        if (nhi.publicKeys.groupKey.epoch <= before) return refusal('epoch-mismatch');
        return statusIs(world, order.order, 'revoked');
      },
    },
    {
      name: 'renew the membership of every doctor',
      equations: [4],
      async run({ nhi, doctorCard }) {
        for (const doctorId of await nhi.doctors.doctors()) {
          const issued = await nhi.doctors.renewal(doctorId);
          if (!issued.ok) return issued;
          const renewed = await doctorCard.renewMembership(issued.renewal);
          if (!renewed.ok) return renewed;
        }
        const colleague = await nhi.doctors.renewal(COLLEAGUE.doctorId);
        if (colleague.ok) return refusal('doctor-revoked', 'and yet NHI renewed the membership');
        const stock = await doctorCard.readCouponStock();
        if (!stock.ok) return stock;
        return stock.data.couponsLeft === 0 ? stock : refusal('epoch-mismatch', 'coupons outlived it');
      },
    },
    {
      name: 'sign in the new epoch',
      equations: [10],
      async run(world) {
        const order = await signOrder(world, 'doctorCard');
        if (!order.ok) return order;
        if (order.order.signature.epoch !== world.nhi.publicKeys.groupKey.epoch) {
          return refusal('epoch-mismatch');
        }
        return statusIs(world, order.order, 'good');
      },
    },
    {
      name: 'the old epoch counts for a day',
      equations: [],
      async run(world) {
        const within = await statusIs(world, signed!, 'good');
        if (!within.ok) return within;
        world.clock.advance(24 * 3600 + 1);
        const late = await status(world, signed!);
        return late.ok ? refusal('epoch-mismatch', 'it still counts') : { ok: true };
      },
    },
  ];
}

type Fields = Parameters<typeof signedStatement<typeof STATEMENT.prescription>>[1];
type SignedOrder = { readonly fields: Fields; readonly signature: DoctorSignature };

/** A doctor signs a prescription that goes nowhere: what counts here is the signature. */
async function signOrder(
  { clock, rng, input, ...world }: World,
  card: 'doctorCard' | 'pharmacyCard',
): Promise<Result<{ readonly order: SignedOrder }>> {
  const verified = await world[card].verifyPin(SCENARIO_PINS.doctor.pin);
  if (!verified.ok) return verified;
  const day = clock.now() - (clock.now() % (24 * 3600));
  const fields: Fields = {
    messageId: rng.bytes(16),
    prescriptionHash: rng.bytes(32),
    prescriptionId: rng.bytes(16),
    pid: rng.bytes(16),
    pharmacyId: input.pharmacy.id,
    day,
    expiry: day + 30 * 24 * 3600,
    repeats: 0,
  };
  const signed = await world[card].signAsDoctor('prescription', fields);
  return signed.ok ? { ok: true, order: { fields, signature: signed.signature } } : signed;
}

/** What NHI tells an insurer about a signature. */
function status({ nhi }: World, { fields, signature }: SignedOrder) {
  const { domain, statement } = signedStatement(STATEMENT.prescription, fields, signature);
  return nhi.insurerDoor(INSURERS[0]).signatureStatus({ domain, statement, signature });
}

async function statusIs(
  world: World,
  order: SignedOrder,
  expected: 'good' | 'revoked',
): Promise<Result<object>> {
  const answer = await status(world, order);
  if (!answer.ok) return answer;
  return answer.status === expected ? answer : refusal('signer-revoked', `NHI answers ${answer.status}`);
}
