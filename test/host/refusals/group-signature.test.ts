/** Forged group signatures at every place that takes one: eq. 7 and 9 at NHI, eq. 10 at the pharmacy, eq. 16 at NHI. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENT } from '../../../apdu/index.js';
import { type ConfirmedRequest, type DoctorSignature, seededRng, sha256 } from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';
import { type Forgery, forgeries } from './forged-signatures.js';
import { type PrescriptionParts, prescriptionParts, sealPrescription } from './prescription-steps.js';
import { recordParts, submitParts } from './record-steps.js';
import { expectRefused, refusalsChecked } from './refused.js';
import { confirmedRequest } from './visit-steps.js';

const SEED = 14;
const rng = seededRng(SEED, 'sender');
let scenario: Scenario;
let forged: readonly Forgery[];
let prescription: PrescriptionParts;

beforeAll(async () => {
  scenario = await Scenario.at('authenticate the cards to each other', { seed: SEED });
  forged = await forgeries(scenario, SEED);
  prescription = await prescriptionParts(scenario);
});
afterAll(() => {
  console.log(`group signature: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

/** The fields that eq. 7 signs, as NHI rebuilds them from a request. */
function confirmationOf({ request, challenge, replyKey }: ConfirmedRequest) {
  const hospitalId = scenario.world.input.hospital.id;
  return { envelopeHash: sha256(request.envelope), challenge, hospitalId, replyKey };
}

async function verify(signature: DoctorSignature) {
  return scenario.world.pharmacy.verify(await sealPrescription(scenario, { ...prescription, signature }));
}

describe('a forged signature is refused', () => {
  it('at NHI under a request (eq. 7)', async () => {
    for (const { code, reason, forge } of forged) {
      const request = await confirmedRequest(scenario);
      const signature = forge(request.signature, STATEMENT.visitConfirmation, confirmationOf(request));
      await expectRefused(scenario, { code, reason }, () =>
        scenario.hospitalLine.confirmVisit({ ...request, signature }),
      );
    }
  });

  it('at NHI under a record (eq. 9)', async () => {
    const parts = await recordParts(scenario);
    for (const { code, reason, forge } of forged) {
      const signature = forge(parts.signature, STATEMENT.newRecord, parts.statement);
      if (signature.groupSignature.length < 136) continue;
      await expectRefused(scenario, { code, reason }, () => submitParts(scenario, { ...parts, signature }));
    }
    expect((await submitParts(scenario, parts)).ok, 'the genuine one is taken').toBe(true);
  });

  it('at the pharmacy and, should it let one pass, at NHI (eq. 10, 16)', async () => {
    for (const { code, reason, forge } of forged) {
      const signature = forge(prescription.signature, STATEMENT.prescription, prescription.statement);
      if (signature.groupSignature.length < 136) continue;
      await expectRefused(scenario, { code, reason }, () => verify(signature));
      await expectRefused(scenario, { code, reason }, async () =>
        scenario.pharmacyLine.checkPrescription(prescription.statement, signature),
      );
    }
    expect((await verify(prescription.signature)).ok, 'the genuine one is taken').toBe(true);
  });
});

describe('a signature of one equation', () => {
  it('is none of another: eq. 9 for 10, 10 for 9, 7 for both', async () => {
    const parts = await recordParts(scenario);
    const request = await confirmedRequest(scenario);
    const code = 'group-signature-invalid';
    const reason = /equation/;
    await expectRefused(scenario, { code, reason }, () => verify(parts.signature));
    await expectRefused(scenario, { code, reason }, () => verify(request.signature));
    for (const signature of [prescription.signature, request.signature]) {
      await expectRefused(scenario, { code, reason }, () => submitParts(scenario, { ...parts, signature }));
    }
    const again = await confirmedRequest(scenario);
    await expectRefused(scenario, { code, reason }, () =>
      scenario.hospitalLine.confirmVisit({ ...again, signature: parts.signature }),
    );
  });

  it('is none on the same equation with one field changed', async () => {
    const parts = await recordParts(scenario);
    const code = 'group-signature-invalid';
    const changes = [
      { time: parts.statement.time + 1 },
      { recordHash: rng.bytes(32) },
      { visitId: rng.bytes(16) },
    ];
    for (const change of changes) {
      const statement = { ...parts.statement, ...change };
      await expectRefused(scenario, { code, reason: /equation/ }, () =>
        submitParts(scenario, { ...parts, statement }),
      );
    }
  });
});
