/** The applications on a card: its own, and those of other standards beside it. */

import type { Application } from './card-os.js';

/**
 * Filled once, when the card is made. An application that personalisation did not switch on has its
 * place and its memory, and nobody finds it.
 */
export class ApplicationDirectory {
  private readonly installed: Application[] = [];

  /** In the order in which a partial name finds them; the card's own comes first. */
  install(...applications: readonly Application[]): void {
    this.installed.push(...applications);
  }

  /** Those that a reader can select now. */
  get present(): readonly Application[] {
    return this.installed.filter((application) => application.isPresent);
  }

  /** By number, counted from 1 in the order of installation. */
  at(number: number): Application {
    return this.installed[number - 1]!;
  }

  /** The number of the application whose DF has this identifier; 0 for the master file. */
  numberOf(fid: number): number {
    return this.installed.findIndex(({ spec }) => spec.fid === fid) + 1;
  }
}
