import { TelemetryDatabase, type Sql } from '@icmp-mon/platform/database';
import { DAY_MS, HOUR_MS } from '@icmp-mon/platform/plugins';
import type { TargetHours } from '@icmp-mon/probing/contract';
import { Injectable } from '@nestjs/common';
import type { CalculatedTarget } from '../shard-runs/target-baselines';
import { decodeBaselines, encodeBaselines, type StoredBaseline } from './baseline-body';
import { storeShifts, type NewShift } from './store-shifts';

/** A calculated target and check. */
export interface TargetRow extends TargetHours {
  /** Null for a target that is not assigned, whose shifts are not reported. */
  targetId: string | null;
  calculated: CalculatedTarget;
  agentIdOf(agentNo: number): string;
}

type OfRun = { shard: number; run: number };

/** The tables of baselines: `baseline` has the latest, `baseline_change` their history, `baseline_shift` adopted levels. */
@Injectable()
export class BaselineRows {
  constructor(private readonly telemetry: TelemetryDatabase) {}

  async readShard(shard: number): Promise<{ targetKey: number; check: number; stored: StoredBaseline[] }[]> {
    const rows = await this.telemetry.query<{ target_key: number; check_no: number; body: Buffer }>(
      'SELECT target_key, check_no, body FROM baseline WHERE shard = $1',
      [shard],
    );
    return rows.map((row) => ({
      targetKey: row.target_key,
      check: row.check_no,
      stored: decodeBaselines(row.body),
    }));
  }

  /**
   * Replaces rows, unless a later run has, and stores their new levels and shifts, all in one transaction. A repeated run finds nothing new in
   * them, so that history and shifts are stored once.
   */
  async storeRows({ shard, run }: OfRun, hourMs: number, rows: readonly TargetRow[]): Promise<void> {
    if (rows.length === 0) return;
    const at = new Date(hourMs + HOUR_MS);
    await this.telemetry.transaction(async (sql) => {
      const stored = await sql.query<{ target_key: number; check_no: number }>(
        `INSERT INTO baseline AS b (target_key, check_no, shard, run, computed_at, body)
         SELECT key, check_no, $3, $4, now(), body FROM unnest($1::integer[], $2::smallint[], $5::bytea[]) AS t (key, check_no, body)
         ON CONFLICT (target_key, check_no) DO UPDATE SET run = excluded.run, shard = excluded.shard,
           computed_at = excluded.computed_at, body = excluded.body
         WHERE b.run <= excluded.run RETURNING target_key, check_no`,
        [
          ...[rows.map(({ targetKey }) => targetKey), rows.map(({ check }) => check), shard, run],
          rows.map(({ calculated }) => encodeBaselines(calculated.stored)),
        ],
      );
      const isStored = new Set(stored.map((row) => `${row.target_key} ${row.check_no}`));
      const fresh = rows.filter(({ targetKey, check }) => isStored.has(`${targetKey} ${check}`));
      await storeChanges(sql, at, fresh);
      await storeShifts(sql, at, shiftsOf(fresh));
    });
  }

  async removeRow({ run }: OfRun, targetKey: number, check: number): Promise<void> {
    await this.telemetry.execute('DELETE FROM baseline WHERE target_key = $1 AND check_no = $2 AND run <= $3', [
      targetKey,
      check,
      run,
    ]);
  }
}

async function storeChanges(sql: Sql, at: Date, rows: readonly TargetRow[]): Promise<void> {
  const changes = rows.flatMap(({ targetKey, check, calculated, agentIdOf }) =>
    calculated.changed.map(({ agentNo, baseline }) => ({ targetKey, check, agentId: agentIdOf(agentNo), baseline })),
  );
  if (changes.length === 0) return;
  await sql.execute(
    `INSERT INTO baseline_change (at, target_key, check_no, agent_id, median_us, spread_us, loss_floor_ppm)
     SELECT $1, * FROM unnest($2::integer[], $3::smallint[], $4::uuid[], $5::integer[], $6::integer[], $7::integer[])
     ON CONFLICT (target_key, check_no, agent_id, at) DO UPDATE SET median_us = excluded.median_us, spread_us = excluded.spread_us,
       loss_floor_ppm = excluded.loss_floor_ppm`,
    [
      ...[at, changes.map(({ targetKey }) => targetKey), changes.map(({ check }) => check)],
      ...[changes.map(({ agentId }) => agentId), changes.map(({ baseline }) => baseline.medianUs)],
      ...[changes.map(({ baseline }) => baseline.spreadUs), changes.map(({ baseline }) => baseline.lossFloorPpm)],
    ],
  );
}

function shiftsOf(rows: readonly TargetRow[]): NewShift[] {
  return rows.flatMap(({ targetKey, targetId, check, calculated, agentIdOf }) =>
    targetId === null
      ? []
      : calculated.shifts.map(({ agentNo, shift }) => ({
          ...{ targetKey, targetId, check, agentId: agentIdOf(agentNo) },
          ...shift,
        })),
  );
}

/** Days for which history and shifts are kept: the same month of last year. */
export const HISTORY_KEPT_DAYS = 396;
export const HISTORY_KEPT_MS = HISTORY_KEPT_DAYS * DAY_MS;
