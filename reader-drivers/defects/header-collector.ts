/** A T=0 card that looks at whole headers, for defects in what it makes of them. */

import type { LineEngines } from '../line/line-engines.js';
import type { T0CardStep } from '../t0/card.js';

type T0CardClass = LineEngines['T0Card'];

/** What becomes of a header; `pass` hands one on to the good card. */
export type OnHeader = (header: Uint8Array, pass: (header: Uint8Array) => T0CardStep) => T0CardStep;

/** A card that is good but for its headers; `make` is called for each life of the card. */
export function withHeaders(T0Card: T0CardClass, make: () => OnHeader): T0CardClass {
  return class extends T0Card {
    readonly #onHeader = make();
    #header: number[] = [];
    #inData = false;

    override character(byte: number): T0CardStep {
      if (this.#inData) {
        const step = super.character(byte);
        this.#inData = step.kind === 'receive';
        return step;
      }
      this.#header.push(byte);
      if (this.#header.length < 5) return { kind: 'receive' };
      const header = Uint8Array.from(this.#header);
      this.#header = [];
      return this.#onHeader(header, (changed) => this.#pass(changed));
    }

    #pass(header: Uint8Array): T0CardStep {
      let step: T0CardStep = { kind: 'receive' };
      for (const byte of header) step = super.character(byte);
      // one byte alone is an acknowledgement: data come
      this.#inData = step.kind === 'send' && step.bytes.length === 1;
      return step;
    }
  };
}
