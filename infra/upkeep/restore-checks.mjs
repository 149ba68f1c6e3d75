import { Refusal } from '../output.mjs';
import { nameOf, query, serverOf } from './database-server.mjs';

/** Selects one relation that belongs neither to PostgreSQL nor to an extension. */
const RELATIONS = `
  SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1 LIMIT 1`;

/**
 * Throws a Refusal, before anything is changed, when a restore could not complete or would replace a foreign database.
 * @param {string[]} urls the two databases; `timescaledb` is the version in the backup's telemetry database
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
 * Throws a Refusal while clients are connected: a restore while apps write would mix two states.
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
  const names = rows.map(({ name }) => name || 'an unnamed client').join(', ');
  throw new Refusal(`The database ${nameOf(url)} is in use by ${names}. Stop these clients first.`);
}

/** @param {string} url */
async function refuseRights(url) {
  const [role] = await query(
    serverOf(url),
    'SELECT rolname AS name, rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
  );
  if (role?.may) return;
  throw new Refusal(
    `The role ${role?.name} may not create databases on ${new URL(url).host}. A restore creates new ones. Run as superuser: ` +
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
      `The database ${nameOf(url)} contains ${found.name} and does not belong to ICMP-Mon: it is never replaced. Use another database.`,
    );
  }
  if (!overwrite) {
    throw new Refusal(`The database ${nameOf(url)} is not empty. To replace its content, add --overwrite.`);
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
    `The backup needs TimescaleDB ${timescaledb}, the server has ${versions.join(', ') || 'none'}. ` +
      'Restore with the same version, then update it. Nothing was changed.',
  );
}
