/** What every store must do, whichever engine is behind it. */

import { expect, it } from 'vitest';
import { type Store, TABLES } from '../../../host/index.js';

const SPEND = 'UPDATE counters SET value = value - 1 WHERE name = ? AND value > 0';

export function storeContract(open: () => Store): void {
  const put = (name: string, value: number, sql: Pick<Store, 'run'> = open()) =>
    sql.run('INSERT INTO counters (name, value) VALUES (?, ?)', name, value);
  const counted = async (name: string) =>
    (await open().all<{ readonly value: number }>('SELECT value FROM counters WHERE name = ?', name))[0]
      ?.value;

  it('has every table', async () => {
    for (const table of TABLES) expect(await open().all(`SELECT * FROM ${table} WHERE 1 = 0`)).toEqual([]);
    expect(TABLES.length).toBeGreaterThan(15);
  });

  it('gives bytes, texts, numbers up to 2⁵³ and nothing back as they were', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await put('largest', Number.MAX_SAFE_INTEGER);
    expect(await counted('largest')).toBe(Number.MAX_SAFE_INTEGER);
    await open().run(
      'INSERT INTO warrants (pid, serial, agent_pid, not_before, not_after, revoked) VALUES (?, ?, ?, ?, ?, 0)',
      ...[bytes, bytes.subarray(8, 16), new Uint8Array(0), 0, 1],
    );
    const [row] = await open().all('SELECT pid, serial, agent_pid, scope FROM warrants');
    expect(row).toEqual({
      pid: bytes,
      serial: bytes.slice(8, 16),
      agent_pid: new Uint8Array(0),
      scope: null,
    });
    expect(row!.pid!.constructor).toBe(Uint8Array);
    const text = 'ID ’ 王小明 \' " ; -- $1';
    await put(text, 7);
    expect(await counted(text)).toBe(7);
  });

  it('says how many rows a statement changed', async () => {
    await put('twice', 1);
    const again = 'INSERT INTO counters (name, value) VALUES (?, 2) ON CONFLICT DO NOTHING';
    expect(await open().run(again, 'twice')).toBe(0);
    expect(await open().run('DELETE FROM counters WHERE name = ?', 'twice')).toBe(1);
  });

  it('undoes a transaction that fails, and no other', async () => {
    const failing = open().transaction(async (tx) => {
      await put('undone', 1, tx);
      throw new Error('on purpose');
    });
    const beside = open().transaction((tx) => put('beside', 2, tx));
    await expect(failing).rejects.toThrow('on purpose');
    await beside;
    expect(await counted('undone')).toBeUndefined();
    expect(await counted('beside')).toBe(2);
  });

  it('keeps what transactions write while others at the same moment fail, and answers nobody by what was undone', async () => {
    const bump = 'UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value';
    await put('bumped', 0);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, member) =>
        open().transaction(async (tx) => {
          const [bumped] = await tx.all<{ readonly value: number }>(bump, 'bumped');
          if (member % 5 === 1) throw new Error('undoes what it wrote');
          if (member % 5 === 2) await tx.run('INSERT INTO nowhere (x) VALUES (1)');
          await put(`member ${member}`, bumped!.value, tx);
          return bumped!.value;
        }),
      ),
    );
    const kept = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(kept.sort((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(await counted('bumped')).toBe(18);
    for (const [member, { status }] of outcomes.entries()) {
      expect(status === 'fulfilled', `${member}`).toBe(![1, 2].includes(member % 5));
      expect((await counted(`member ${member}`)) !== undefined, `${member}`).toBe(status === 'fulfilled');
    }
  });

  it('shows a transaction its own writes', async () => {
    const seen = await open().transaction(async (tx) => {
      await put('own', 3, tx);
      return tx.all<{ readonly value: number }>('SELECT value FROM counters WHERE name = ?', 'own');
    });
    expect(seen[0]!.value).toBe(3);
  });

  it('rejects a statement that is wrong, and goes on', async () => {
    await expect(open().run('INSERT INTO nowhere (x) VALUES (1)')).rejects.toThrow();
    await expect(put('own', 4)).rejects.toThrow();
    expect(await counted('own')).toBe(3);
  });

  it('spends by compare-and-set exactly as often as there is something', async () => {
    await put('left', 5);
    const attempts = Array.from({ length: 40 }, () => open().transaction((tx) => tx.run(SPEND, 'left')));
    const spent = await Promise.all(attempts);
    expect(spent.filter((rows) => rows === 1)).toHaveLength(5);
    expect(await counted('left')).toBe(0);
  });

  it('counts without gaps or repeats under concurrency', async () => {
    const next = `INSERT INTO counters (name, value) VALUES (?, 1)
      ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`;
    const given = await Promise.all(
      Array.from({ length: 50 }, () => open().all<{ readonly value: number }>(next, 'sequence')),
    );
    const values = given.map(([row]) => row!.value).sort((a, b) => a - b);
    expect(values).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });
}
