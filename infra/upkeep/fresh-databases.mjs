import { Refusal } from '../output.mjs';
import { besides, nameOf, query, quoted, serverOf, transaction } from './database-server.mjs';

/**
 * Comment on a database that a restore created or replaced: the next restore drops it when this one was interrupted. The text never
 * changes, because the next restore may be of a later version.
 */
const MARK = 'made or replaced by npm run restore of ICMP-Mon; not in use';
/** Characters kept of a database's name: PostgreSQL truncates names at 63 bytes. */
const NAME_KEPT = 50;

/**
 * Creates a new empty database for each of the given ones, and returns the URLs in the same order. `swapIn` later gives them the final
 * names; until then the existing databases are unchanged.
 * @param {string[]} urls
 */
export async function freshDatabases(urls) {
  const made = [];
  for (const url of urls) {
    const fresh = freshOf(url);
    await dropLeftover(fresh);
    await dropLeftover(replacedOf(url));
    // template1 may already contain the extension, as in TimescaleDB's image; the dump creates its own.
    await query(serverOf(url), `CREATE DATABASE ${await quoted(nameOf(fresh))} TEMPLATE template0`);
    await query(serverOf(url), await comment(fresh, MARK));
    made.push(fresh);
  }
  return made;
}

/**
 * Drops the databases that `freshDatabases` created, as far as they exist.
 * @param {string[]} urls
 */
export async function dropFresh(urls) {
  for (const url of urls) await dropLeftover(freshOf(url));
}

/**
 * Renames each new database to its final name: all databases of a server, or none. The replaced ones stay until `dropReplaced`.
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
 * Returns the statements that give the database `from` the final name, and rename the one that has it to `to`.
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
    // There may have been no database of this name before.
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
    throw new Refusal(`A restore needs the name ${nameOf(url)} temporarily: rename that database, or drop it.`);
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
