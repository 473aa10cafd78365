/** Exchanges of several cards as text: whose card first, as in the trace of a visit. */

import { type DecodedExchange, exchangeToLines } from '../../../apdu/index.js';

/** One exchange, line by line with its end. */
export function cardExchangeText(card: string, exchange: DecodedExchange): string {
  const lines = exchangeToLines(exchange).map((line, i) => (i === 0 ? `${card}: ${line}` : line));
  return `${lines.join('\n')}\n`;
}
