import { Refusal } from '../say.mjs';
import { besides, nameOf, query, quoted, serverOf, transaction } from './database-server.mjs';

/**
 * Comment on a database that a restore created or replaced: the next restore drops it when this one was interrupted. The text never
 * changes, because the next restore may be of a later version.
 */
const MARK = 'made or replaced by npm run restore of ICMP-Mon; not in use';
/** PostgreSQL cuts names off at 63 bytes. */
const NAME_KEPT = 50;

/**
 * Makes an empty database beside each of the given ones; resolves with their URLs in the same order. They take the names
 * by `swapIn`; until then nothing that is there changes.
 * @param {string[]} urls
 */
export async function freshDatabases(urls) {
  const made = [];
  for (const url of urls) {
    const fresh = freshOf(url);
    await dropLeftover(fresh);
    await dropLeftover(replacedOf(url));
    // template1 may hold the extension already, as in the image of TimescaleDB: the dump brings its own.
    await query(serverOf(url), `CREATE DATABASE ${await quoted(nameOf(fresh))} TEMPLATE template0`);
    await query(serverOf(url), await comment(fresh, MARK));
    made.push(fresh);
  }
  return made;
}

/**
 * Drops what `freshDatabases` made, or what is left of it.
 * @param {string[]} urls
 */
export async function dropFresh(urls) {
  for (const url of urls) await dropLeftover(freshOf(url));
}

/**
 * Gives each fresh database its name: all of a server's at once, or none. What had the names waits for `dropReplaced`.
 * @param {string[]} urls
 */
export async function swapIn(urls) {
  const swapped = [];
  try {
    for (const group of byServer(urls)) {
      await transaction(serverOf(group[0]), await renamings(group, freshOf, replacedOf));
      swapped.push(group);
    }
  } catch (error) {
    for (const group of swapped) await transaction(serverOf(group[0]), await renamings(group, replacedOf, freshOf));
    throw error;
  }
}

/** @param {string[]} urls */
export async function dropReplaced(urls) {
  for (const url of urls) await dropLeftover(replacedOf(url));
}

/**
 * Statements by which what `from` names gets the name, and what has it is put aside as `to`.
 * @param {string[]} urls
 * @param {(url: string) => string} from
 * @param {(url: string) => string} to
 */
async function renamings(urls, from, to) {
  const statements = [];
  for (const url of urls) {
    const name = await quoted(nameOf(url));
    if (await exists(url)) {
      statements.push(await comment(url, MARK), `ALTER DATABASE ${name} RENAME TO ${await quoted(nameOf(to(url)))}`);
    }
    // Nothing may have had the name before.
    if (from === replacedOf && !(await exists(from(url)))) continue;
    statements.push(`ALTER DATABASE ${await quoted(nameOf(from(url)))} RENAME TO ${name}`, await comment(url, null));
  }
  return statements;
}

/** @param {string} url */
async function dropLeftover(url) {
  if (!(await exists(url))) return;
  const [{ mark }] = await query(
    serverOf(url),
    `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1`,
    [nameOf(url)],
  );
  if (mark !== MARK) {
    throw new Refusal(`A restore needs the name ${nameOf(url)} for a while: rename that database, or drop it.`);
  }
  await query(serverOf(url), `DROP DATABASE ${await quoted(nameOf(url))}`);
}

/** @param {string} url */
async function exists(url) {
  const rows = await query(serverOf(url), 'SELECT 1 FROM pg_database WHERE datname = $1', [nameOf(url)]);
  return rows.length > 0;
}

/**
 * @param {string} url
 * @param {string | null} text null removes it
 */
async function comment(url, text) {
  return `COMMENT ON DATABASE ${await quoted(nameOf(url))} IS ${text === null ? 'NULL' : `'${text}'`}`;
}

/** @param {string[]} urls */
function byServer(urls) {
  const groups = new Map();
  for (const url of urls) groups.set(new URL(url).host, [...(groups.get(new URL(url).host) ?? []), url]);
  return [...groups.values()];
}

/** @param {string} url */
const freshOf = (url) => besides(url, `restoring_${nameOf(url).slice(-NAME_KEPT)}`);
/** @param {string} url */
const replacedOf = (url) => besides(url, `replaced_${nameOf(url).slice(-NAME_KEPT)}`);
