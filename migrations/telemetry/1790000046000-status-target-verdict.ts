import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * What the agents say of a target, in one row: a hundred agents of a target that is judged anew are one write instead of a
 * hundred. `pair_verdict` stays for projectors of the release before, which still write it while an upgrade rolls; nobody reads it.
 */
export class StatusTargetVerdict1790000046000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE target_verdict (
        target_key integer PRIMARY KEY,
        shard smallint NOT NULL,
        agents uuid[] NOT NULL,
        checks smallint[] NOT NULL,
        letters text NOT NULL,
        since_ms bigint[] NOT NULL
      )`);
    await runner.query(`
      INSERT INTO target_verdict
      SELECT target_key, min(shard), array_agg(agent_id ORDER BY agent_id, check_no), array_agg(check_no ORDER BY agent_id, check_no),
             string_agg(CASE WHEN verdict = 'up' THEN 'u' WHEN verdict = 'degraded' THEN 'g' WHEN verdict = 'down' THEN 'd'
                             WHEN reason = 'warming' THEN 'w' WHEN reason = 'not_sent' THEN 'n' WHEN reason IS NULL THEN '?'
                             ELSE 's' END, '' ORDER BY agent_id, check_no),
             array_agg(coalesce(floor(extract(epoch FROM since) * 1000), 0)::bigint ORDER BY agent_id, check_no)
      FROM pair_verdict GROUP BY target_key`);
    await runner.query(`
      CREATE VIEW agent_verdict AS
      SELECT t.target_key, p.agent_id, p.check_no, t.shard,
             CASE l.letter WHEN 'u' THEN 'up' WHEN 'g' THEN 'degraded' WHEN 'd' THEN 'down' ELSE 'unknown' END AS verdict,
             CASE l.letter WHEN 'w' THEN 'warming' WHEN 'n' THEN 'not_sent' WHEN 's' THEN 'no_fresh_data' END AS reason,
             to_timestamp(nullif(p.since_ms, 0) / 1000.0) AS since
      FROM target_verdict t
      CROSS JOIN LATERAL unnest(t.agents, t.checks, t.since_ms) WITH ORDINALITY AS p(agent_id, check_no, since_ms, place)
      CROSS JOIN LATERAL (SELECT substr(t.letters, p.place::integer, 1) AS letter) AS l`);
    await runner.query(`COMMENT ON TABLE pair_verdict IS 'written by releases before target_verdict only'`);
  }

  down = refuseDown;
}
