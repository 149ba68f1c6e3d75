import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { AGENT, completeRetirement } from './agent';

/** After this long without a report, an agent counts as lost and its spool is not waited for. */
const SILENT_S_MAX = 60;
/** Maximum time to wait for the spool of a retiring agent. */
const SPOOL_WAIT_S_MAX = 600;
const AGENTS_PER_RUN_MAX = 100;

/**
 * Retires the draining agents that are to be retired and hold no targets, once their spools are empty, the agents are lost, or ten minutes
 * have passed. `held` returns the number of targets of each agent. Returns how many were retired.
 */
export async function completeRetirements(
  control: ControlDatabase,
  telemetry: Sql,
  held: (agentIds: readonly string[]) => Promise<ReadonlyMap<string, number>>,
): Promise<number> {
  const waiting = await control.query<{ id: string; overdue: boolean }>(
    `SELECT id, state_since < now() - interval '${SPOOL_WAIT_S_MAX} seconds' AS overdue FROM agent
     WHERE state = 'draining' AND then_retire ORDER BY state_since LIMIT ${AGENTS_PER_RUN_MAX}`,
  );
  if (waiting.length === 0) return 0;
  const ids = waiting.map(({ id }) => id);
  const targets = await held(ids);
  const shipping = new Set(await agentsThatShip(telemetry, ids));
  const done = waiting.filter(({ id, overdue }) => (targets.get(id) ?? 0) === 0 && (overdue || !shipping.has(id)));
  const eventStore = new EventStore(control);
  for (const { id } of done) {
    const metadata = { actor: 'system:retirement', causationId: null, correlationId: newId() };
    await eventStore.execute(AGENT, id, completeRetirement, { metadata });
  }
  return done.length;
}

async function agentsThatShip(telemetry: Sql, ids: readonly string[]): Promise<string[]> {
  const rows = await telemetry.query<{ id: string }>(
    `SELECT agent_id AS id FROM agent_health WHERE agent_id = ANY($1::uuid[])
       AND received_at > now() - interval '${SILENT_S_MAX} seconds' AND (telemetry->>'spoolBlocks')::float8 > 0`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
