import { withClient } from '../database-client.mjs';

/**
 * Returns the name of the database in a URL.
 * @param {string} url
 */
export const nameOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1));

/**
 * Returns the URL of another database on the same server, with the same login.
 * @param {string} url
 * @param {string} name
 */
export const besides = (url, name) => Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href;

/**
 * Returns the URL of the database `postgres`, from which databases are created, renamed and dropped.
 * @param {string} url
 */
export const serverOf = (url) => besides(url, 'postgres');

/**
 * Runs one statement on a connection of its own and returns its rows.
 * @param {string} url
 * @param {string} text
 * @param {unknown[]} [values]
 */
export async function query(url, text, values) {
  return withClient(url, async (client) => (await client.query(text, values)).rows);
}

/**
 * Runs statements in one transaction.
 * @param {string} url
 * @param {string[]} statements
 */
export async function transaction(url, statements) {
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  });
}

/** @param {string} name */
export async function quoted(name) {
  const { default: pg } = await import('pg');
  return pg.escapeIdentifier(name);
}
