import { withClient } from '../database-client.mjs';

/** Name of the database that a URL leads to. */
export const nameOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1));

/** The URL of another database of the same server, with the same login. */
export const besides = (url, name) => Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href;

/** Where databases are made, renamed and dropped. */
export const serverOf = (url) => besides(url, 'postgres');

/** Rows of one statement, on a connection of its own. */
export async function query(url, text, values) {
  return withClient(url, async (client) => (await client.query(text, values)).rows);
}

/** Runs statements in one transaction. */
export async function transaction(url, statements) {
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  });
}

export async function quoted(name) {
  const { default: pg } = await import('pg');
  return pg.escapeIdentifier(name);
}
