import { readFileSync } from 'node:fs';

const settings = {
  ...JSON.parse(readFileSync(new URL('../libs/platform/database/session-settings.json', import.meta.url), 'utf8')),
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};
const CONNECT_TIMEOUT_MS = 10_000;

/** The session settings of the apps, for PostgreSQL's own tools: the value of PGOPTIONS. */
export const toolOptions = Object.entries(settings)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
  .join(' ');

/**
 * Runs `work` on one connection that has the session settings of the apps, whatever the database's own defaults are.
 * @template T
 * @param {string} connectionString
 * @param {(client: import('pg').Client) => Promise<T>} work
 */
export async function withClient(connectionString, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks fails the statement under way, which says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const all = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', false)`);
    await client.query(`SELECT ${all.join(', ')}`);
    return await work(client);
  } finally {
    await client.end();
  }
}
