/** Phases in which something must be refused. */

import { type RefusalCode, type Result, refusal } from '../protocol/refusal.js';

/** Ok when `result` is a refusal with this code. */
export function expectRefusal(result: Result<object>, code: RefusalCode): Result<object> {
  if (result.ok) return refusal('card-refused', 'it was not refused');
  return result.code === code ? { ok: true } : result;
}
