import type { Sql } from '@icmp-mon/platform/database';

/** Returns the time of the database, ms since 1970. */
export async function databaseNow(sql: Sql): Promise<number> {
  const [{ now }] = await sql.query<{ now: Date }>('SELECT now() AS now');
  return now.getTime();
}
