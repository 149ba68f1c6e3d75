import { withClient } from './database-client.mjs';
import { codeOf, messageOf } from './error-text.mjs';
import { Refusal } from './output.mjs';

const databaseMissing = '3D000';

/**
 * Creates both databases if they are missing, and the extension TimescaleDB in the telemetry database.
 * @param {import('./database-roles.mjs').DatabaseAddresses} addresses
 */
export async function ensureDatabases({ controlDatabaseUrl, telemetryDatabaseUrl }) {
  const { default: pg } = await import('pg');
  await ensureDatabase(pg, controlDatabaseUrl);
  await ensureDatabase(pg, telemetryDatabaseUrl, 'CREATE EXTENSION IF NOT EXISTS timescaledb');
}

/**
 * @param {{ escapeIdentifier: (name: string) => string }} pg
 * @param {string} url
 */
async function ensureDatabase(pg, url, then = 'SELECT 1') {
  try {
    await query(url, then);
  } catch (error) {
    if (codeOf(error) !== databaseMissing) throw refused(url, error);
    await create(pg, url);
    await query(url, then).catch((cause) => {
      throw refused(url, cause);
    });
  }
}

/**
 * @param {{ escapeIdentifier: (name: string) => string }} pg
 * @param {string} url
 */
async function create(pg, url) {
  const server = new URL(url);
  const name = decodeURIComponent(server.pathname.slice(1));
  server.pathname = '/postgres';
  await query(server.href, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`).catch((cause) => {
    throw refused(url, cause);
  });
}

/**
 * @param {string} url
 * @param {unknown} cause
 */
function refused(url, cause) {
  const { host, pathname } = new URL(url);
  return new Refusal(
    `Cannot use the database ${pathname.slice(1)} at ${host}: ${messageOf(cause) || codeOf(cause)}. It must exist or the login must ` +
      'be able to create it, and the telemetry database needs the extension timescaledb.',
  );
}

/**
 * @param {string} url
 * @param {string} text
 */
const query = (url, text) => withClient(url, (client) => client.query(text));
