import { Refusal } from '../say.mjs';
import { nameOf, query, serverOf } from './database-server.mjs';

/** What somebody made in a database: all relations but those of PostgreSQL and of extensions. */
const RELATIONS = `
  SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1 LIMIT 1`;

/**
 * Refuses what a restore could not bring to its end, or must not replace, before anything is touched.
 * @param {string[]} urls the two databases; `timescaledb` is the version that the backup's telemetry holds
 * @param {{ timescaledb: string, overwrite: boolean }} of
 */
export async function checkDatabases(urls, { timescaledb, overwrite }) {
  for (const url of urls) {
    await refuseRights(url);
    await refuseUsers(url);
    await refuseContent(url, overwrite);
  }
  await refuseVersion(urls[1], timescaledb);
}

/**
 * Restoring under apps that write would mix two states.
 * @param {string} url
 */
export async function refuseUsers(url) {
  const rows = await query(
    serverOf(url),
    `SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'`,
    [nameOf(url)],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name || 'somebody').join(', ');
  throw new Refusal(`The database ${nameOf(url)} is in use by ${names}. Stop them first.`);
}

/** @param {string} url */
async function refuseRights(url) {
  const [role] = await query(
    serverOf(url),
    'SELECT rolname AS name, rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
  );
  if (role?.may) return;
  throw new Refusal(
    `The role ${role?.name} may not create databases on ${new URL(url).host}. A restore fills new ones: ` +
      `ALTER ROLE ${role?.name} CREATEDB. Nothing was changed.`,
  );
}

/**
 * @param {string} url
 * @param {boolean} overwrite
 */
async function refuseContent(url, overwrite) {
  const there = await query(serverOf(url), 'SELECT 1 FROM pg_database WHERE datname = $1', [nameOf(url)]);
  if (there.length === 0) return;
  const [found] = await query(url, RELATIONS);
  if (!found) return;
  const [{ ours }] = await query(url, `SELECT to_regclass('migration') IS NOT NULL AS ours`);
  if (!ours) {
    throw new Refusal(
      `The database ${nameOf(url)} holds ${found.name} and is none of ICMP-Mon's: it is never replaced. Give another one.`,
    );
  }
  if (!overwrite) {
    throw new Refusal(`The database ${nameOf(url)} is not empty. To replace all that is in it, add --overwrite`);
  }
}

/**
 * @param {string} url
 * @param {string} timescaledb
 */
async function refuseVersion(url, timescaledb) {
  const rows = await query(
    serverOf(url),
    `SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb' ORDER BY version`,
  );
  const versions = rows.map(({ version }) => version);
  if (versions.includes(timescaledb)) return;
  throw new Refusal(
    `The backup holds TimescaleDB ${timescaledb}, the server brings ${versions.join(', ') || 'none'}. ` +
      'Restore with the same version, then update it. Nothing was changed.',
  );
}
