import type { Sql } from '@icmp-mon/platform/database';
import type { InventorySource, SourceDefinition, SourceRunView } from '@icmp-mon/targets/contract';
import { shownLocation } from './secret-parameters';
import { sourceNotFound } from './source';

interface SourceRow {
  id: string;
  definition: SourceDefinition;
  has_credential: boolean;
  version: number;
  created_at: Date;
  due_at: Date | null;
  failing_since: Date | null;
  targets: number;
}

/** A row of `inventory_source_run`. */
export interface RunRow {
  id: string;
  source_id: string;
  state: SourceRunView['state'];
  dry_run: boolean;
  confirmed_left: number | null;
  requested_by: string;
  correlation_id: string;
  requested_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  attempts: number;
  listed: number;
  created: number;
  changed: number;
  unchanged: number;
  refused: number;
  left_count: number;
  needs_confirmation: boolean;
  job_id: string | null;
  left_job_id: string | null;
  refused_sample: SourceRunView['refusedSample'];
  left_sample: SourceRunView['leftSample'];
  error: string | null;
  advice: string | null;
}

export const RUN_COLUMNS = `id, source_id, state, dry_run, confirmed_left, requested_by, correlation_id, requested_at, started_at, finished_at,
  attempts, listed, created, changed, unchanged, refused, left_count, needs_confirmation, job_id, left_job_id, refused_sample, left_sample,
  error, advice`;

export function runView(row: RunRow): SourceRunView {
  const { id, state, listed, created, changed, unchanged, refused, error, advice } = row;
  return {
    ...{ id, sourceId: row.source_id, state, dryRun: row.dry_run, requestedBy: row.requested_by },
    requestedAt: row.requested_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    ...{
      listed,
      created,
      changed,
      unchanged,
      refused,
      left: row.left_count,
      needsConfirmation: row.needs_confirmation,
    },
    ...{ jobId: row.job_id, leftJobId: row.left_job_id },
    ...{ refusedSample: row.refused_sample, leftSample: row.left_sample, error, advice },
  };
}

/** Returns the sources with their newest runs, by name; of `id`, only that one. */
export async function readSources(sql: Sql, id: string | null = null): Promise<InventorySource[]> {
  const rows = await sql.query<SourceRow>(
    `SELECT id, definition, credential IS NOT NULL AS has_credential, version, created_at, due_at, failing_since,
       (SELECT count(*) FROM inventory_source_target t JOIN target_list l ON l.id = t.target_id WHERE t.source_id = s.id) AS targets
     FROM inventory_source s WHERE $1::uuid IS NULL OR id = $1 ORDER BY lower(name)`,
    [id],
  );
  const runs = await sql.query<RunRow>(
    `SELECT r.* FROM unnest($1::uuid[]) AS source (of_id) CROSS JOIN LATERAL (
       SELECT ${RUN_COLUMNS} FROM inventory_source_run WHERE source_id = of_id ORDER BY requested_at DESC LIMIT 1) r`,
    [rows.map((row) => row.id)],
  );
  const newest = new Map(runs.map((run) => [run.source_id, runView(run)]));
  return rows.map((row) => ({
    ...row.definition,
    location: shownLocation(row.definition.location),
    ...{ id: row.id, hasCredential: row.has_credential, version: row.version },
    createdAt: row.created_at.toISOString(),
    targets: row.targets,
    nextRunAt: row.due_at?.toISOString() ?? null,
    failingSince: row.failing_since?.toISOString() ?? null,
    lastRun: newest.get(row.id) ?? null,
  }));
}

/** @throws DomainError `not_found` */
export async function readSource(sql: Sql, id: string): Promise<InventorySource> {
  const [source] = await readSources(sql, id);
  if (source === undefined) throw sourceNotFound(id);
  return source;
}
