import { readFileSync } from 'node:fs';

const settings = {
  ...JSON.parse(readFileSync(new URL('../libs/platform/database/session-settings.json', import.meta.url), 'utf8')),
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};
const CONNECT_TIMEOUT_MS = 10_000;

/** PGOPTIONS value with the apps' session settings, for PostgreSQL's own tools. */
export const toolOptions = Object.entries(settings)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
  .join(' ');

/**
 * Runs `work` on one connection with the apps' session settings, regardless of the database's own defaults.
 * @template T
 * @param {string} connectionString
 * @param {(client: import('pg').Client) => Promise<T>} work
 */
export async function withClient(connectionString, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A broken connection also fails the running statement, which reports the error.
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
