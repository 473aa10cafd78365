/** How long a card takes to answer, where that is to be seen from outside. Milliseconds; absent: as fast as it can. */
export type AnswerTime = (command: Uint8Array, response: Uint8Array) => number;
