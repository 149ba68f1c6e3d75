import { ANCHORS_ID, type Anchors } from '@icmp-mon/agents/contract';
import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { ANCHORS } from './anchors';

/** Read model of the anchors, derived from the event store. */
export function anchorsModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'anchors',
    source: 'the event store',
    tables: [{ name: 'anchors', key: ['id'], columns: ['id', 'ips', 'changed_at', 'version'] }],
    ...eventReplay(database, ANCHORS),
  };
}

/** Returns the anchors in force. */
export async function readAnchors(sql: Sql): Promise<Anchors> {
  const [row] = await sql.query<{ ips: string[]; changedAt: Date; version: number }>(
    'SELECT ips, changed_at AS "changedAt", version FROM anchors WHERE id = $1',
    [ANCHORS_ID],
  );
  if (row === undefined) return { ips: [], changedAt: null, version: 0 };
  return { ips: row.ips, changedAt: row.changedAt.toISOString(), version: row.version };
}
