/**
 * The tables, and how an older database comes to have them. Written for every engine: no sequences, no
 * triggers, no foreign keys. What belongs to one patient has PID first in its key, so that it can be
 * spread over machines by PID; what asks for it always knows PID.
 */

import { one, type Sql, type Store } from './store.js';

/** Each runs once, in order; one that was released is never changed. BYTES becomes the engine's type. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // values that are accepted once: challenges, nonces, reservations
    'CREATE TABLE single_use (value BYTES NOT NULL, purpose TEXT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (value))',
    'CREATE INDEX single_use_expires ON single_use (expires)',
    'CREATE TABLE counters (name TEXT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (name))',
    `CREATE TABLE epochs (epoch BIGINT NOT NULL, public_key BYTES NOT NULL, proof BYTES NOT NULL, effective BIGINT NOT NULL,
      expires BIGINT NOT NULL, signature BYTES NOT NULL, PRIMARY KEY (epoch))`,

    // who a pseudonym is: the only tables with a name
    'CREATE TABLE persons (national_id TEXT NOT NULL, name TEXT NOT NULL, pid BYTES NOT NULL, PRIMARY KEY (national_id))',
    'CREATE TABLE payments (national_id TEXT NOT NULL, paid_until BIGINT NOT NULL, PRIMARY KEY (national_id))',
    'CREATE TABLE patients (pid BYTES NOT NULL, certificate BYTES NOT NULL, renewal BYTES, revoked BIGINT NOT NULL, PRIMARY KEY (pid))',

    `CREATE TABLE visits (pid BYTES NOT NULL, visit_id BYTES NOT NULL, hospital_id TEXT NOT NULL, opened BIGINT NOT NULL,
      envelope_hash BYTES NOT NULL, signature BYTES NOT NULL, PRIMARY KEY (pid, visit_id))`,
    `CREATE TABLE records (pid BYTES NOT NULL, position BIGINT NOT NULL, message_id BYTES NOT NULL, statement BYTES NOT NULL,
      signature BYTES NOT NULL, record BYTES NOT NULL, PRIMARY KEY (pid, position), UNIQUE (pid, message_id))`,

    `CREATE TABLE prescriptions (pid BYTES NOT NULL, number_hash BYTES NOT NULL, pharmacy_id TEXT NOT NULL, expiry BIGINT NOT NULL,
      repeats BIGINT NOT NULL, collected BIGINT NOT NULL, PRIMARY KEY (pid, number_hash))`,
    // each hand-over with the hash of the signature that stands for it, and what NHI has paid for it
    `CREATE TABLE collections (pid BYTES NOT NULL, number_hash BYTES NOT NULL, signature_hash BYTES NOT NULL,
      pharmacy_id TEXT NOT NULL, time BIGINT NOT NULL, offline BIGINT NOT NULL, paid BIGINT, paid_at BIGINT,
      PRIMARY KEY (pid, number_hash, signature_hash))`,
    'CREATE TABLE recipients (recipient TEXT NOT NULL, decryption_key BYTES NOT NULL, PRIMARY KEY (recipient))',
    `CREATE TABLE mailbox (recipient TEXT NOT NULL, message_id BYTES NOT NULL, received BIGINT NOT NULL, envelope BYTES NOT NULL,
      PRIMARY KEY (recipient, message_id))`,
    // what was acknowledged, so that it is not taken again
    `CREATE TABLE delivered (recipient TEXT NOT NULL, message_id BYTES NOT NULL, time BIGINT NOT NULL,
      PRIMARY KEY (recipient, message_id))`,
    // what of a claim nobody has paid yet, and who has paid
    `CREATE TABLE claims (pid BYTES NOT NULL, claim_id BYTES NOT NULL, total BIGINT NOT NULL, remaining BIGINT NOT NULL,
      PRIMARY KEY (pid, claim_id))`,
    `CREATE TABLE payouts (pid BYTES NOT NULL, claim_id BYTES NOT NULL, insurer_id TEXT NOT NULL, amount BIGINT NOT NULL,
      nonce BYTES NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (pid, claim_id, insurer_id))`,

    `CREATE TABLE warrants (pid BYTES NOT NULL, serial BYTES NOT NULL, agent_pid BYTES NOT NULL, scope BYTES, not_before BIGINT NOT NULL,
      not_after BIGINT NOT NULL, certificate BYTES, revoked BIGINT NOT NULL, PRIMARY KEY (pid, serial))`,
    'CREATE INDEX warrants_serial ON warrants (serial)',

    // issuing: who joined, and answers that are repeated word for word
    `CREATE TABLE joins (position BIGINT NOT NULL, membership_key BYTES NOT NULL, record BYTES NOT NULL, entry_hash BYTES NOT NULL,
      PRIMARY KEY (position), UNIQUE (membership_key))`,
    'CREATE TABLE members (doctor_id TEXT NOT NULL, membership_key BYTES NOT NULL, PRIMARY KEY (doctor_id))',
    'CREATE TABLE credentials (request BYTES NOT NULL, epoch BIGINT NOT NULL, credential BYTES NOT NULL, PRIMARY KEY (request))',
    `CREATE TABLE renewals (membership_key BYTES NOT NULL, epoch BIGINT NOT NULL, renewal BYTES NOT NULL,
      PRIMARY KEY (membership_key, epoch))`,
    'CREATE TABLE claimed (value BYTES NOT NULL, PRIMARY KEY (value))',

    // opening: what recognises a doctor's signatures, under the opening service's storage key
    `CREATE TABLE opening_members (membership_key BYTES NOT NULL, doctor_id TEXT NOT NULL, decryption_key BYTES NOT NULL,
      identity_key BYTES NOT NULL, join_counter BIGINT NOT NULL, device_share BYTES, kiosk_share BYTES, opening_key BYTES,
      revoked BIGINT NOT NULL, PRIMARY KEY (membership_key))`,

    // what was opened or asked for in an emergency; the chain is public, the events are not
    `CREATE TABLE audit (position BIGINT NOT NULL, time BIGINT NOT NULL, subject TEXT, event BYTES NOT NULL,
      entry_hash BYTES NOT NULL, PRIMARY KEY (position))`,
    'CREATE INDEX audit_subject ON audit (subject)',
    `CREATE TABLE emergencies (position BIGINT NOT NULL, hospital_id TEXT NOT NULL, time BIGINT NOT NULL, reason TEXT NOT NULL,
      pid BYTES, statement BYTES NOT NULL, signature BYTES NOT NULL, salt BYTES NOT NULL, PRIMARY KEY (position))`,
    // when a hospital last took each of its searches of an hour
    `CREATE TABLE search_slots (hospital_id TEXT NOT NULL, slot BIGINT NOT NULL, taken BIGINT NOT NULL,
      PRIMARY KEY (hospital_id, slot))`,
    'CREATE INDEX emergencies_pid ON emergencies (pid)',

    // fingers, sealed, under a pseudonym of the gallery's own
    'CREATE TABLE gallery_people (pseudonym BYTES NOT NULL, pid BYTES NOT NULL, PRIMARY KEY (pseudonym), UNIQUE (pid))',
    `CREATE TABLE fingers (pseudonym BYTES NOT NULL, position BIGINT NOT NULL, version BIGINT NOT NULL, sealed BYTES NOT NULL,
      PRIMARY KEY (pseudonym, position))`,

    // at a clinic: what waits for the line to NHI, and what NHI would not take
    `CREATE TABLE outbox (position BIGINT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, attempts BIGINT NOT NULL,
      refused TEXT, PRIMARY KEY (position))`,
  ],
];

/** Every table that services write, in the order of their making. */
export const TABLES: readonly string[] = MIGRATIONS.flat().flatMap(
  (statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? [],
);

/** Brings a database up to date, in one transaction. @throws {Error} for one that a later program made. */
export async function migrate(store: Store, bytesType: 'BLOB' | 'BYTEA'): Promise<void> {
  await store.run('CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, PRIMARY KEY (version))');
  await store.transaction(async (tx) => {
    const done = await versionOf(tx);
    if (done > MIGRATIONS.length) throw new Error('the database was made by a later version of this program');
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index < done) continue;
      for (const statement of statements) await tx.run(statement.replaceAll('BYTES', bytesType));
      await tx.run('INSERT INTO migrations (version) VALUES (?)', index + 1);
    }
  });
}

async function versionOf(tx: Sql): Promise<number> {
  const found = await one<{ readonly version: number | null }>(
    tx,
    'SELECT MAX(version) AS version FROM migrations',
  );
  return found?.version ?? 0;
}
