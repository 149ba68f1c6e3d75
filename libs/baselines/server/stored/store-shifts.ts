import type { Sql } from '@icmp-mon/platform/database';
import type { LevelShift } from '../calculator/calculate-baseline';

export interface NewShift extends LevelShift {
  targetKey: number;
  targetId: string;
  check: number;
  agentId: string;
}

/** Stores shifts with gapless numbers. A shift that is stored already is left as it is. */
export async function storeShifts(sql: Sql, adoptedAt: Date, shifts: readonly NewShift[]): Promise<void> {
  if (shifts.length === 0) return;
  // The lock makes the order of numbers the order of commits.
  const [state] = await sql.query<{ last_seq: number }>('SELECT last_seq FROM baseline_shift_state FOR UPDATE');
  let seq = state.last_seq;
  for (const { targetKey, targetId, check, agentId, sinceMs, before, after } of shifts) {
    seq += await sql.execute(
      `INSERT INTO baseline_shift (shift_seq, target_key, target_id, check_no, agent_id, since, adopted_at, before_median_us,
         before_spread_us, after_median_us, after_spread_us)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (target_key, check_no, agent_id, since) DO NOTHING`,
      [
        ...[seq + 1, targetKey, targetId, check, agentId, new Date(sinceMs), adoptedAt],
        ...[before.medianUs, before.spreadUs, after.medianUs, after.spreadUs],
      ],
    );
  }
  await sql.execute('UPDATE baseline_shift_state SET last_seq = $1', [seq]);
}
