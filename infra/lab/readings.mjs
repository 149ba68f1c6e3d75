import { withClient } from '../database-client.mjs';
import { TIERS } from './tiers.mjs';

/** Number of the ping in the lab's tiers: it is their first check. */
const PING_CHECK = 1;

/** @typedef {{ ip: string, port: number, atMs: number, to: string }} CheckChange */
/** @typedef {{ agent: string, replied: number, lost: number, rttMeanUs: number | null }} AgentFigures */

/**
 * Returns the changes of the statuses of the lab's targets since a time, in order.
 * @param {string} telemetryUrl
 * @param {number} fromMs
 */
export function readChanges(telemetryUrl, fromMs) {
  return withClient(telemetryUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT host(ip) AS ip, to_status AS "to", extract(epoch FROM at)::double precision * 1000 AS "atMs"
       FROM status_change
       WHERE tier = ANY($1) AND at >= to_timestamp($2::double precision / 1000) AND NOT removed AND from_status <> to_status
       ORDER BY at`,
      [TIERS, fromMs],
    );
    return /** @type {import('./score.mjs').StatusChange[]} */ (rows);
  });
}

/**
 * Returns the changes of the lab's checks of ports that must not answer since a time, in order.
 * @param {string} telemetryUrl
 * @param {number} fromMs
 */
export function readCheckChanges(telemetryUrl, fromMs) {
  return withClient(telemetryUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT host(ip) AS ip, port, to_status AS "to", extract(epoch FROM at)::double precision * 1000 AS "atMs"
       FROM check_change
       WHERE tier = ANY($1) AND at >= to_timestamp($2::double precision / 1000) AND NOT removed AND from_status <> to_status
       ORDER BY at`,
      [TIERS, fromMs],
    );
    return /** @type {CheckChange[]} */ (rows);
  });
}

/**
 * Returns what the product stored of the pings of some targets in a time, by agent.
 * @param {string} telemetryUrl
 * @param {{ ips: string[], fromMs: number, toMs: number }} of
 */
export function readFigures(telemetryUrl, { ips, fromMs, toMs }) {
  return withClient(telemetryUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT r.agent_name AS agent,
              count(*) FILTER (WHERE r.outcome = 'reply')::int AS replied,
              count(*) FILTER (WHERE r.outcome IN ('timeout', 'unreachable'))::int AS lost,
              avg(r.rtt_us) FILTER (WHERE r.outcome = 'reply')::double precision AS "rttMeanUs"
       FROM probe_result r
       WHERE r.target_key IN (SELECT target_key FROM status_change WHERE tier = ANY($1) AND host(ip) = ANY($2))
         AND r.check_no = $5
         AND r.window_start >= to_timestamp($3::double precision / 1000) - interval '5 minutes'
         AND r.window_start <= to_timestamp($4::double precision / 1000)
         AND r.at >= to_timestamp($3::double precision / 1000) AND r.at < to_timestamp($4::double precision / 1000)
       GROUP BY r.agent_name`,
      [TIERS, ips, fromMs, toMs, PING_CHECK],
    );
    return /** @type {AgentFigures[]} */ (rows);
  });
}
