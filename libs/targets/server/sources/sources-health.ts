import type { HealthRow } from '@icmp-mon/operations/contract';
import { counted, type HealthFacts, ofRows, type PartReading, type PluggedPart } from '@icmp-mon/platform/health';
import { SOURCES_MAX } from '@icmp-mon/targets/contract';

/** Delay of a run after which its source counts as late, besides its interval. */
const LATE_S = 900;

interface SourceRow {
  name: string;
  failing_s: number | null;
  error: string | null;
  needs_confirmation: boolean | null;
  left_count: number | null;
  late_s: number | null;
}

/** Health part of inventory sources: sources that fail, wait for a confirmation, or do not run. */
export const SOURCES_PART: PluggedPart = {
  id: 'inventory-sources',
  title: 'Inventory sources',
  runbook: 'runbooks/health.md#inventory-sources',
  isVital: false,
  labels: ['source'],
  columns: [
    { key: 'source', title: 'Source', unit: 'text' },
    { key: 'condition', title: 'Condition', unit: 'text' },
    {
      key: 'failingS',
      title: 'Fails for',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_inventory_source_failing_seconds',
        help: 'Time for which every run of an inventory source has failed; 0 if the last one did not.',
      },
    },
    {
      key: 'left',
      title: 'Targets that left',
      unit: 'count',
      metric: {
        name: 'icmpmon_inventory_source_unconfirmed_targets',
        help: 'Targets that left the list of an inventory source and wait for a confirmation.',
      },
    },
  ],
  async readPart(look): Promise<PartReading> {
    const rows = (await readRows(look)).map(rowOf);
    const concerned = rows.filter(({ state }) => state !== 'ok').length;
    return ofRows(rows, 'All inventory sources are read', () => [
      `Not read, or waiting for a confirmation: ${counted(concerned, 'inventory source')}`,
      'Their targets stay as they were. Settings ▸ Sources shows the error of the last run and what to do.',
    ]);
  },
};

function readRows({ control }: HealthFacts): Promise<SourceRow[]> {
  return control.query<SourceRow>(
    `SELECT s.name, extract(epoch FROM now() - s.failing_since)::float8 AS failing_s, r.error, r.needs_confirmation, r.left_count,
       nullif(greatest(0, extract(epoch FROM now() - s.due_at) - ${LATE_S}), 0)::float8 AS late_s
     FROM inventory_source s LEFT JOIN LATERAL (
       SELECT error, needs_confirmation, left_count FROM inventory_source_run
       WHERE source_id = s.id AND finished_at IS NOT NULL AND NOT dry_run ORDER BY requested_at DESC LIMIT 1) r ON true
     ORDER BY s.name LIMIT ${SOURCES_MAX}`,
  );
}

function rowOf({ name, failing_s, error, needs_confirmation, left_count, late_s }: SourceRow): HealthRow {
  const waiting = needs_confirmation === true ? (left_count ?? 0) : 0;
  const condition = conditionOf(failing_s === null ? null : error, waiting, late_s);
  return {
    state: condition === null ? 'ok' : 'attention',
    values: { source: name, condition: condition ?? 'read', failingS: failing_s ?? 0, left: waiting },
  };
}

function conditionOf(error: string | null, waiting: number, lateS: number | null): string | null {
  if (error !== null) return error;
  if (waiting > 0) return 'waits for the confirmation that targets left';
  return lateS === null ? null : 'is not read: no worker runs it';
}
