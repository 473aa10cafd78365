/** A divergence for people: the exchange as recorded and as it is now, secrets masked. */

import { type DecodedExchange, type DecodedObject, exchangeToLines } from '../../../apdu/index.js';
import type { Answer, Divergence } from './replay-session.js';

/** Hexadecimal digits shown on either side of a difference within a long value. */
const CONTEXT_DIGITS = 8;

export function divergenceText(divergence: Divergence): string {
  const { command, holder } = divergence;
  switch (divergence.kind) {
    case 'memory at the end':
      return `✗ All responses agree, but the memory of the ${holder}'s card at the end is another one than recorded.`;
    case 'random':
      return [
        `✗ Command ${command}, ${holder}: the response agrees, but the card drew ${divergence.actualBytes} random bytes and ${divergence.expectedBytes} are recorded.`,
        ...answerLines('exchange', divergence.exchange),
      ].join('\n');
    case 'response': {
      const { expected, actual, byte, fault } = divergence;
      const value = differingValue(expected.exchange, actual.exchange);
      return [
        `✗ Command ${command}, ${holder}: the response differs from byte ${byte + 1} on (${expected.bytes} bytes recorded, ${actual.bytes} now).`,
        ...answerLines('recorded', expected),
        ...answerLines('now', actual),
        ...(value === undefined ? [] : [`  first difference: ${value}`]),
        ...(fault === undefined ? [] : [`  a fault inside the card: ${fault}`]),
      ].join('\n');
    }
  }
}

function answerLines(title: string, { bytes, exchange }: Answer): readonly string[] {
  const lines = exchange ? exchangeToLines(exchange) : [`answer to reset, ${bytes} bytes`];
  return [`  ${title}:`, ...lines.map((line) => `    ${line}`)];
}

/** The first value of the responses that is another one, where a line would not show it: what differs stands far inside, or is a secret. */
function differingValue(expected?: DecodedExchange, actual?: DecodedExchange): string | undefined {
  if (!expected || !actual) return undefined;
  const [before, now] = [leaves(expected.response), leaves(actual.response)];
  if (expected.sw !== actual.sw) return 'the status word';
  for (let i = 0; i < Math.max(before.length, now.length); i++) {
    const [a, b] = [before[i], now[i]];
    if (!a || !b) return `"${(a ?? b)!.name}" is there only ${a ? 'as recorded' : 'now'}`;
    if (a.name !== b.name || a.length !== b.length) {
      return `"${a.name}" with ${a.length} bytes is now "${b.name}" with ${b.length}`;
    }
    if (a.value !== b.value) return `"${a.name}": ${excerpts(String(a.value), String(b.value))}`;
  }
  return before.some((object) => object.secret) ? 'within a secret' : undefined;
}

/** The objects that have a value of their own, in order. */
function leaves(objects: readonly DecodedObject[]): DecodedObject[] {
  return objects.flatMap((object) => (object.members ? leaves(object.members) : [object]));
}

/** Both values around the first character that differs. */
function excerpts(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at] && at < a.length) at++;
  const start = Math.max(0, at - (at % 2) - CONTEXT_DIGITS);
  const cut = (text: string) => {
    const end = start + 2 * CONTEXT_DIGITS + 2;
    return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  };
  return `${cut(a)} recorded, ${cut(b)} now`;
}
