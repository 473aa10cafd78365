/** Outcome of reading FHIR: a value, or one sentence that says what is wrong, where, and what to do. */

/** Why a document was refused. */
export type FhirFailureKind =
  | 'unreadable' // no file, no UTF-8, no JSON
  | 'not-fhir' // JSON, but not the resource expected there
  | 'missing' // a mandatory resource or element is absent
  | 'wrong-type' // type, cardinality, format or value set
  | 'code-system' // a code of a system that is not read here
  | 'date' // impossible or contradictory dates
  | 'identity' // data that would name the patient or the doctor
  | 'inconsistent' // parts that contradict one another
  | 'too-large'; // beyond a limit of the system or of the card

/** A refusal. `sentence` is complete: source, path, problem and remedy, in one line. */
export type FhirFailure = {
  readonly kind: FhirFailureKind;
  /** What was read: a file name, `record`, `prescription`. */
  readonly source: string;
  /** Where, as `visit.entry[2].resource.code.coding[0].system`; empty for the whole document. */
  readonly path: string;
  readonly sentence: string;
};

/** Either the typed value or the refusal. */
export type FhirResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: FhirFailure };

/** A problem at a place, before it is tied to a source. `problem` reads on after the path: `is missing; add it`. */
export type Finding = { readonly kind: FhirFailureKind; readonly path: string; readonly problem: string };

/** Longest excerpt of the input that a sentence repeats, in characters. */
const QUOTE_CHARACTERS = 60;

/**
 * A value of the input, fit for a sentence: quoted, shortened, on one line, without control characters, so that
 * a hostile file cannot write to the terminal that shows the refusal.
 */
export function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  const text = String(value);
  const characters = [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, '?')];
  return `"${characters.length > QUOTE_CHARACTERS ? `${characters.slice(0, QUOTE_CHARACTERS).join('')}…` : characters.join('')}"`;
}

/** The refusal that a finding in `source` is. */
export function refusal(
  source: string,
  finding: Finding,
): { readonly ok: false; readonly failure: FhirFailure } {
  const { kind, path, problem } = finding;
  const where = path === '' ? 'the document' : path;
  return { ok: false, failure: { kind, source, path, sentence: `${source}: ${where} ${problem}.` } };
}

/** `base` extended by object keys (`.key`) and array positions (`[0]`). */
export function joinPath(base: string, steps: readonly PropertyKey[]): string {
  let path = base;
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else path += path === '' ? printable(String(step)) : `.${printable(String(step))}`;
  }
  return path;
}

function printable(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(key) ? key : quote(key);
}
