import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Letters for misses that are not believed: `h` held while the agent is suspect, `a` set aside, `p` the path of the agent is cut. */
export class StatusOddAgents1790000140000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE VIEW agent_verdict AS
      SELECT t.target_key, p.agent_id, p.check_no, t.shard,
             CASE l.letter WHEN 'u' THEN 'up' WHEN 'g' THEN 'degraded' WHEN 'd' THEN 'down' ELSE 'unknown' END AS verdict,
             CASE l.letter WHEN 'w' THEN 'warming' WHEN 'n' THEN 'not_sent' WHEN 's' THEN 'no_fresh_data'
                           WHEN 'r' THEN 'agent_refuses' WHEN 'x' THEN 'agent_unable' WHEN 'l' THEN 'agent_lost'
                           WHEN 'h' THEN 'agent_set_aside' WHEN 'a' THEN 'agent_set_aside'
                           WHEN 'p' THEN 'partition' END AS reason,
             to_timestamp(nullif(p.since_ms, 0) / 1000.0) AS since
      FROM target_verdict t
      CROSS JOIN LATERAL unnest(t.agents, t.checks, t.since_ms) WITH ORDINALITY AS p(agent_id, check_no, since_ms, place)
      CROSS JOIN LATERAL (SELECT substr(t.letters, p.place::integer, 1) AS letter) AS l`);
  }

  down = refuseDown;
}
