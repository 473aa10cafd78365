/** What an insurer (eq. 12) or NHI (17a) is asked to pay: a FHIR R4 Claim with codes and one sum, and nobody's name. */

import { z } from 'zod';
import { fromHex, toHex, utf8ToBytes } from '../../apdu/index.js';
import { checkShape } from './check-shape.js';
import { ICD_10, PSEUDONYM } from './code-systems.js';
import { type FhirResult, refusal } from './fhir-result.js';
import { parseJson, utf8Text } from './parse-json.js';

/** A claim as its recipient reads it. */
export type ClaimDocument = {
  readonly pid: Uint8Array;
  /** In the smallest unit of the currency. */
  readonly amount: number;
};

const CURRENCY = 'TWD';
const MINOR_UNITS = 100;
/** Twenty million in the currency's unit; no claim is larger. */
const MOST = 20_000_000;

const claimShape = z.object({
  resourceType: z.literal('Claim'),
  status: z.literal('active'),
  patient: z.object({
    identifier: z.object({ system: z.literal(PSEUDONYM), value: z.string().regex(/^[0-9a-f]{32}$/) }),
  }),
  total: z.object({ value: z.number().positive().max(MOST), currency: z.literal(CURRENCY) }),
});

/** The claim for `amount` (smallest unit) with the main diagnosis of the visit, or what was handed out. */
export function encodeClaimDocument(
  pid: Uint8Array,
  amount: number,
  {
    use = 'claim',
    diagnosis,
    day,
  }: { readonly use?: string; readonly diagnosis?: string; readonly day: string },
): Uint8Array {
  const document = {
    resourceType: 'Claim',
    status: 'active',
    use,
    created: day,
    patient: { identifier: { system: PSEUDONYM, value: toHex(pid) } },
    ...(diagnosis === undefined
      ? {}
      : {
          diagnosis: [
            { sequence: 1, diagnosisCodeableConcept: { coding: [{ system: ICD_10, code: diagnosis }] } },
          ],
        }),
    total: { value: amount / MINOR_UNITS, currency: CURRENCY },
  };
  return utf8ToBytes(JSON.stringify(document));
}

/** Reads a claim; a failure's source is `claim`. */
export function parseClaimDocument(bytes: Uint8Array): FhirResult<ClaimDocument> {
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    return refusal('claim', { kind: 'unreadable', path: '', problem: 'is not UTF-8; encode it as UTF-8' });
  }
  const parsed = parseJson(text);
  if ('finding' in parsed) return refusal('claim', parsed.finding);
  const shaped = checkShape(claimShape, parsed.value, '');
  if ('finding' in shaped) return refusal('claim', shaped.finding);
  const { patient, total } = shaped.value;
  const amount = Math.round(total.value * MINOR_UNITS);
  return { ok: true, value: { pid: fromHex(patient.identifier.value), amount } };
}
