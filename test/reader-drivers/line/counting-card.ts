/** A card application that tells every execution from every other, and answers what can be foretold. */

/** Response to a command: as many bytes of a stream that it seeds as its P1-P2 say, then 9000. */
export function responseTo(command: Uint8Array): Uint8Array {
  const length = (command[2]! << 8) | command[3]!;
  const response = new Uint8Array(length + 2);
  let state = 0x811c9dc5;
  for (const byte of command) state = Math.imul(state ^ byte, 0x01000193);
  for (let at = 0; at < length; at++) {
    state = Math.imul(state ^ at, 0x01000193);
    response[at] = state >>> 24;
  }
  response[length] = 0x90;
  return response;
}

export class CountingCard {
  readonly executed: Uint8Array[] = [];

  process(command: Uint8Array): Uint8Array {
    this.executed.push(command);
    return responseTo(command);
  }
}
