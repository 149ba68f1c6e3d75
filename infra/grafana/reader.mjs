// The read-only database role of the dashboards, with the complete list of its grants.
import { withClient } from '../database-client.mjs';
import { codeOf, messageOf } from '../error-text.mjs';
import { Refusal } from '../output.mjs';

export const DEFAULT_READER = 'icmpmon_reader';

/** Grants in the control database: target names for the selection lists; no tag history, accounts or keys. */
export const CONTROL_GRANTS = ['SELECT (key, id, ip, vrf, name, tags, tier, registered_at) ON target_list'];

export const TELEMETRY_RELATIONS = [
  'agent_health',
  'agent_metric',
  'agent_no',
  'agent_verdict',
  'probe_daily_stats',
  'probe_hourly_stats',
  'probe_monthly_stats',
  'probe_result',
  'probe_window',
  'probe_window_stats',
  'shard_position',
  'status_change',
  'status_delta',
  'target_status',
];

const LIMITS = ['default_transaction_read_only = on', "statement_timeout = '30s'", "lock_timeout = '2s'"];
const CONNECTIONS_MAX = 20;
const insufficientPrivilege = '42501';
const loginRefused = ['28P01', '28000'];

/**
 * Creates the role or sets its password, checks that it can log in, and grants it read access in both databases. Safe to repeat;
 * must be repeated after an upgrade, which may have added views.
 * @param {{ controlDatabaseUrl: string, telemetryDatabaseUrl: string, role: string, password: string }} of
 * @throws Refusal with the statements for a superuser when the databases' own user cannot create roles
 */
export async function prepareReader({ controlDatabaseUrl, telemetryDatabaseUrl, role, password }) {
  const { default: pg } = await import('pg');
  for (const { url, grants } of [
    { url: controlDatabaseUrl, grants: CONTROL_GRANTS },
    { url: telemetryDatabaseUrl, grants: TELEMETRY_RELATIONS.map((relation) => `SELECT ON ${relation}`) },
  ]) {
    const user = pg.escapeIdentifier(role);
    await withClient(url, async (client) => {
      await makeLogin(client, user, role, pg.escapeLiteral(password));
      await proveLogin(url, role, password);
      await client.query(`GRANT USAGE ON SCHEMA public TO ${user}`);
      for (const grant of grants) await client.query(`GRANT ${grant} TO ${user}`);
    });
  }
}

/**
 * @param {import('pg').Client} client
 * @param {string} user
 * @param {string} role
 * @param {string} password
 */
async function makeLogin(client, user, role, password) {
  const { rows } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  try {
    await client.query(`${rows.length > 0 ? 'ALTER' : 'CREATE'} ROLE ${user} LOGIN PASSWORD ${password}`);
    await client.query(`ALTER ROLE ${user} CONNECTION LIMIT ${CONNECTIONS_MAX}`);
    for (const limit of LIMITS) await client.query(`ALTER ROLE ${user} SET ${limit}`);
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    // A superuser created the role: the login below shows whether it has this password.
    if (rows.length > 0) return;
    throw new Refusal(
      `The databases' user cannot create the role ${role}. As a superuser:\n` +
        `  CREATE ROLE ${role} LOGIN PASSWORD '…';\n` +
        LIMITS.map((limit) => `  ALTER ROLE ${role} SET ${limit};\n`).join('') +
        'Then run this command again with ICMPMON_READER_PASSWORD set to that password.',
    );
  }
}

/**
 * @param {string} url
 * @param {string} role
 * @param {string} password
 */
async function proveLogin(url, role, password) {
  const asReader = Object.assign(new URL(url), { username: role, password: encodeURIComponent(password) });
  try {
    await withClient(asReader.href, (client) => client.query('SELECT 1'));
  } catch (error) {
    if (!loginRefused.includes(codeOf(error))) throw error;
    throw new Refusal(
      `${role} cannot log in to ${asReader.pathname.slice(1)} at ${asReader.host}: ${messageOf(error)}. A superuser ` +
        'created the role: set ICMPMON_READER_PASSWORD to its password, and allow its login in pg_hba.conf.',
    );
  }
}
