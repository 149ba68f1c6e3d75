import type { Sql } from '@icmp-mon/platform/database';

/**
 * Returns an instant, in whole milliseconds, that is after everything that is stored and before everything that will be stored: it is the
 * next millisecond of the database's clock, and the function returns after the clock has passed it.
 */
export async function passInstant(database: Sql): Promise<Date> {
  const [{ at }] = await database.query<{ at: Date }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' AS at`,
  );
  await database.execute(`SELECT pg_sleep_until($1::timestamptz + interval '1 ms')`, [at]);
  return at;
}
