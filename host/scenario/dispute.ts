/** A dispute: NHI opens the signature under a record, a judge checks it, the doctor sees that it was opened. */

import { openCase } from '../nhi/case-evidence.js';
import { verifyEvidence } from '../protocol/case-evidence.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { outpatientPhases, type Phase, phasesUpTo, type VisitMemory } from './outpatient.js';
import type { World } from './world.js';

const REASON = 'complaint of the patient';

/** As the outpatient visit up to the record, then before the judge. */
export function disputePhases(): readonly Phase[] {
  const memory: VisitMemory = {};
  return [
    ...phasesUpTo(outpatientPhases(memory), 'submit record'),
    {
      name: 'open the signature and judge it',
      equations: [9],
      run: async (world) => (memory.visit ? judge(world, memory.visit.pid) : refusal('visit-unknown')),
    },
    {
      name: 'the doctor sees the opening',
      equations: [],
      async run({ nhi, input }) {
        const openings = await nhi.opening.openings(input.doctor.licence);
        return openings.length === 1 && openings[0]!.reason === REASON
          ? { ok: true }
          : refusal('audit-log-broken', 'the opening is not shown');
      },
    },
  ];
}

async function judge(world: World, pid: Uint8Array): Promise<Result<object>> {
  const { nhi, rng, curve, clock, professionAuthority, input } = world;
  const [record] = await nhi.records.signedRecords(pid);
  if (!record) return refusal('visit-unknown');
  const { messageId } = record.statement;
  const opened = await openCase(nhi, { pid, messageId, judgeNonce: rng.bytes(16), reason: REASON });
  if (!opened.ok) return opened;
  const verdict = verifyEvidence(opened.evidence, {
    issuerKey: nhi.publicKeys.signatureKey,
    professionAuthorityKey: professionAuthority.publicKey,
    curve,
    clock,
  });
  if (!verdict.ok) return verdict;
  return verdict.doctorId === input.doctor.licence ? verdict : refusal('identity-mismatch');
}
