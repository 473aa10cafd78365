/** Decoded exchanges as lines of text for a terminal. */

import { toHex, uintToBytes } from '../bytes.js';
import type { DecodedObject } from './decoded-object.js';
import type { DecodedExchange, DecodedParameter } from './decoder.js';

/** Bytes of a value that a line shows; the rest is given by its length. */
const SHOWN_BYTES = 16;

/**
 * Lines for one exchange: the command, its data (`>`), the answer's data (`<`), the status word.
 * Secrets are bullets, long values are cut after 16 bytes.
 */
export function exchangeToLines(exchange: DecodedExchange): string[] {
  const { name, p1, p2 } = exchange;
  const notes = [
    ...(p1 ? [parameterText('P1', p1)] : []),
    ...(p2 ? [parameterText('P2', p2)] : []),
    ...(exchange.protected ? ['secure messaging'] : []),
    ...(exchange.apdus > 1 ? [`${exchange.apdus} APDUs`] : []),
  ];
  return [
    `${name}${notes.length > 0 ? ` · ${notes.join(', ')}` : ''} · ${exchange.bytesIn} bytes in, ${exchange.bytesOut} out`,
    ...exchange.request.flatMap((object) => objectToLines(object, '  > ')),
    ...exchange.response.flatMap((object) => objectToLines(object, '  < ')),
    `  ${statusText(exchange)}`,
    ...(exchange.note === undefined ? [] : [`  ! ${exchange.note}`]),
  ];
}

/** Lines for one data object and its members. */
export function objectToLines(object: DecodedObject, indent: string): string[] {
  const tag = object.tag === undefined ? '' : `${object.tag.toUpperCase()} `;
  const fault = object.fault === undefined ? '' : ` (${object.fault})`;
  const head = `${indent}${tag}${object.name}`;
  return [
    object.members ? `${head}${fault}` : `${head}: ${valueText(object)}${fault}`,
    ...(object.members ?? []).flatMap((member) => objectToLines(member, `${indent}  `)),
  ];
}

function valueText(object: DecodedObject): string {
  if (object.secret) return `•••• (secret, ${object.length} bytes)`;
  if (object.time !== undefined) return `${object.value} (${object.time})`;
  if (object.value === undefined) return `${object.length} bytes`;
  const text = String(object.value);
  return object.length > SHOWN_BYTES && text.length === 2 * object.length
    ? `${text.slice(0, 2 * SHOWN_BYTES)}… (${object.length} bytes)`
    : text;
}

function parameterText(which: string, parameter: DecodedParameter): string {
  const value = parameter.meaning ?? toHex(Uint8Array.of(parameter.value)).toUpperCase();
  return `${which} ${parameter.name}: ${value}`;
}

function statusText(exchange: DecodedExchange): string {
  const { sw, meaning, reason } = exchange;
  const code = sw === undefined ? '' : `${toHex(uintToBytes(sw, 2)).toUpperCase()} `;
  return `= ${code}${meaning}${reason === undefined ? '' : `: ${reason}`}`;
}
