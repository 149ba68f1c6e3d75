// Compares the results that the agent spooled with those in the database.
import pg from 'pg';
import { withClient } from '../database-client.mjs';

const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

/**
 * Returns from the agent's metrics the results that it ever wrote to its spool, and the blocks that still wait there.
 * @param {string} opsUrl
 */
export async function agentCounts(opsUrl) {
  const text = await (await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  /** @param {string} name */
  const figure = (name) => Number(text.match(new RegExp(`^${name} ([\\d.e+]+)$`, 'm'))?.[1] ?? NaN);
  return {
    spooled: figure('icmpmon_agent_spooled_results_total'),
    waiting: figure('icmpmon_agent_spool_blocks'),
    quarantined: figure('icmpmon_agent_quarantined'),
    dropped: figure('icmpmon_agent_dropped_results_total'),
  };
}

/**
 * Returns how many results of one agent are stored, and how many of them are duplicates.
 * @param {string} telemetryUrl
 * @param {string} agentId
 */
export function storedCounts(telemetryUrl, agentId) {
  return withClient(telemetryUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT count(*) AS stored, count(*) - count(DISTINCT (target_key, check_no, at)) AS duplicates
       FROM probe_result WHERE agent_id = $1`,
      [agentId],
    );
    return rows[0];
  });
}
