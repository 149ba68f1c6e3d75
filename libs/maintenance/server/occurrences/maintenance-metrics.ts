import { WINDOW_KINDS, type WindowKind } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { metrics } from '@icmp-mon/platform/ops';
import { Gauge } from 'prom-client';

const openOccurrences = new Gauge({
  name: 'icmpmon_maintenance_open_occurrences',
  help: 'Occurrences of maintenance that are open, by kind; 0 in workers that do not lead.',
  labelNames: ['kind'],
  registers: [metrics],
});

/** Counts the open occurrences for the metric. */
export async function countOpen(sql: Sql): Promise<void> {
  const rows = await sql.query<{ kind: WindowKind; count: number }>(
    `SELECT kind, count(*)::integer AS count FROM maintenance_occurrence WHERE state = 'open' GROUP BY kind`,
  );
  for (const kind of WINDOW_KINDS) openOccurrences.set({ kind }, rows.find((row) => row.kind === kind)?.count ?? 0);
}

/** Sets the metric of a worker that no longer leads. */
export function forgetOpen(): void {
  for (const kind of WINDOW_KINDS) openOccurrences.set({ kind }, 0);
}
