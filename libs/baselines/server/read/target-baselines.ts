import type { Sql } from '@icmp-mon/platform/database';
import type { Baseline } from '../calculator/calculate-baseline';
import { decodeBaselines } from '../stored/baseline-body';

/** Stored baselines of one check of a target. */
export interface TargetBaselines {
  check: number;
  run: number;
  computedAt: Date;
  byAgent: ReadonlyMap<string, Baseline>;
}

/** Returns the stored baselines of a target. */
export async function readTargetBaselines(telemetry: Sql, targetKey: number): Promise<TargetBaselines[]> {
  const rows = await telemetry.query<{ check_no: number; run: number; computed_at: Date; body: Buffer }>(
    'SELECT check_no, run, computed_at, body FROM baseline WHERE target_key = $1 ORDER BY check_no',
    [targetKey],
  );
  const stored = rows.map(({ body, ...row }) => ({ ...row, baselines: decodeBaselines(body) }));
  const numbers = [...new Set(stored.flatMap(({ baselines }) => baselines.map(({ agentNo }) => agentNo)))];
  const agents = await telemetry.query<{ agent_no: number; agent_id: string }>(
    'SELECT agent_no, agent_id::text AS agent_id FROM agent_no WHERE agent_no = ANY ($1::smallint[])',
    [numbers],
  );
  const idOf = new Map(agents.map(({ agent_no: number, agent_id: id }) => [number, id]));
  return stored.map(({ check_no: check, run, computed_at: computedAt, baselines }) => ({
    ...{ check, run, computedAt },
    byAgent: new Map(baselines.map(({ agentNo, baseline }) => [idOf.get(agentNo) ?? '', baseline])),
  }));
}
