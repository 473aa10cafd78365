/** The checker of the crash run finds what it is there to find. */

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../host/index.js';
import { History } from './history.js';

const bytes = (fill: number, length = 16) => new Uint8Array(length).fill(fill);
const hash = (of: Uint8Array) => new Uint8Array(createHash('sha256').update(of).digest());
const [PID, NUMBER, CLAIM, MESSAGE] = [bytes(1), bytes(2), bytes(3), bytes(4)];
const [FIRST, SECOND] = [bytes(5, 64), bytes(6, 64)];
let store: Store;
let history: History;

beforeEach(async () => {
  store = await openStore('memory');
  history = new History();
});
afterEach(() => store.close());

const insert = (table: string, row: Readonly<Record<string, number | string | Uint8Array>>) =>
  store.run(
    `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
      .map(() => '?')
      .join(', ')})`,
    ...Object.values(row),
  );
const record = (position: number) =>
  insert('records', {
    ...{ pid: PID, position, message_id: MESSAGE },
    ...{ statement: MESSAGE, signature: MESSAGE, record: MESSAGE },
  });
const prescription = (collected: number) =>
  insert('prescriptions', {
    ...{ pid: PID, number_hash: hash(NUMBER), pharmacy_id: 'P', expiry: 9, repeats: 0, collected },
  });
const collection = (signature: Uint8Array) =>
  insert('collections', {
    ...{ pid: PID, number_hash: hash(NUMBER), signature_hash: hash(signature) },
    ...{ pharmacy_id: 'P', time: 1, offline: 0 },
  });
const claim = (remaining: number) => insert('claims', { pid: PID, claim_id: CLAIM, total: 10, remaining });
const payout = (insurer: string) =>
  insert('payouts', {
    ...{ pid: PID, claim_id: CLAIM, insurer_id: insurer, amount: 10, nonce: bytes(0), time: 1 },
  });
const spending = (insurerId: string, told: 'acknowledged' | 'refused') =>
  history.spending(CLAIM, { insurerId, amount: 10, told });
const found = () => history.contradictions(store);

it('nothing where the store keeps what it acknowledged', async () => {
  history.record(MESSAGE, 'acknowledged');
  await record(0);
  history.collection(NUMBER, FIRST, 'acknowledged');
  history.collection(NUMBER, SECOND, 'refused');
  await prescription(1);
  await collection(FIRST);
  spending('A', 'acknowledged');
  spending('B', 'refused');
  await claim(0);
  await payout('A');
  expect(await found()).toEqual([]);
});

it('a record that is lost, and one of a good visit that was refused or never answered', async () => {
  history.record(MESSAGE, 'acknowledged');
  expect(await found()).toEqual([expect.stringMatching(/is lost/)]);
  history.record(MESSAGE, 'refused');
  expect(await found()).toEqual([expect.stringMatching(/was refused/)]);
});

it('a prescription handed out twice or not at all, and a collection that is lost', async () => {
  await prescription(1);
  await collection(FIRST);
  history.collection(NUMBER, FIRST, 'acknowledged');
  history.collection(NUMBER, SECOND, 'acknowledged');
  expect(await found()).toEqual([
    expect.stringMatching(/handed out 2 times/),
    expect.stringMatching(/a collection of .* is lost/),
  ]);
  history.collection(NUMBER, FIRST, 'refused');
  history.collection(NUMBER, SECOND, 'refused');
  expect(await found()).toEqual([expect.stringMatching(/handed out 0 times/)]);
  await collection(SECOND);
  expect(await found()).toContainEqual(expect.stringMatching(/2 collections, 1 counted/));
});

it('a claim that two insurers paid, a sum that does not add up, a payout that is lost', async () => {
  spending('A', 'acknowledged');
  spending('B', 'acknowledged');
  await claim(0);
  await payout('A');
  expect(await found()).toEqual([
    expect.stringMatching(/paid by 2 insurers/),
    expect.stringMatching(/a payout of .* is lost/),
  ]);
  await payout('B');
  expect(await found()).toContainEqual(expect.stringMatching(/20 paid/));
});

it('an answer that contradicts an earlier one', async () => {
  history.wrong('first yes, then no');
  expect(await found()).toEqual(['first yes, then no']);
});
