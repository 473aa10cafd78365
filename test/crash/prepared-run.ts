/** What every run begins with: NHI's keys and database with people, visits, prescriptions and claims, and the messages. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileKeyStore, openStore, type Store, systemRng, TABLES, type World } from '../../host/index.js';
import { Scenario } from '../support/scenario.js';
import {
  type PreparedClaim,
  type PreparedPair,
  type PreparedVisit,
  prepareClaims,
  preparePairs,
  prepareVisits,
} from './prepared-messages.js';

export type Amounts = { readonly visits: number; readonly pairs: number; readonly claims: number };

export class PreparedRun {
  private constructor(
    private readonly folder: string,
    private readonly store: Store,
    readonly world: World,
    readonly visits: readonly PreparedVisit[],
    readonly pairs: readonly PreparedPair[],
    readonly claims: readonly PreparedClaim[],
  ) {}

  static async make({ visits, pairs, claims }: Amounts): Promise<PreparedRun> {
    const folder = mkdtempSync(path.join(tmpdir(), 'imis-crash-'));
    const store = await openStore('memory');
    const keys = new FileKeyStore(path.join(folder, 'keys'), systemRng);
    const scenario = await Scenario.at('submit record', { seed: 7, nhi: { store, keys } });
    const consents = await prepareClaims(scenario, claims);
    await scenario.runTo('authenticate the cards to each other');
    const collections = await preparePairs(scenario, pairs);
    const confirmed = await prepareVisits(scenario, visits);
    return new PreparedRun(folder, store, scenario.world, confirmed, collections, consents);
  }

  /** Copies keys and database for one run; `folder` is the run's. */
  async copyTo(folder: string, database: Store): Promise<void> {
    cpSync(path.join(this.folder, 'keys'), path.join(folder, 'keys'), { recursive: true });
    await database.transaction(async (tx) => {
      for (const table of TABLES) {
        for (const row of await this.store.all(`SELECT * FROM ${table}`)) {
          const columns = Object.keys(row);
          const places = columns.map(() => '?').join(', ');
          const insert = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`;
          await tx.run(insert, ...Object.values(row));
        }
      }
    });
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
