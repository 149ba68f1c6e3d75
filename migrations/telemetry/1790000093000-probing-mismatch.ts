import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The outcome `mismatch`, code 6, in the view of single results: answered, but not as the check demands. */
export class ProbingMismatch1790000093000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE VIEW probe_result AS
        SELECT w.target_key, w.check_no, w.shard, w.window_start,
               w.window_start + d.offset_ms * interval '1 millisecond' AS at,
               a.agent_id, a.name AS agent_name,
               (ARRAY['reply', 'timeout', 'not_sent', 'unreachable', 'refused', 'error', 'mismatch'])[d.outcome_code + 1]
                 AS outcome,
               d.rtt_us
        FROM probe_window w
        CROSS JOIN LATERAL decode_series_body(w.body) d
        JOIN agent_no a ON a.agent_no = d.agent_no`);
  }
}
