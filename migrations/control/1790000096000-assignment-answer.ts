import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Changes of the agent `asked` in (`from`, `to`], in the order of their positions. */
const changesOf = (from: string, to: string): string => `
  (SELECT target_key AS key, position, ip, tier FROM assignment
   WHERE agent_id = asked AND position > ${from} AND position <= ${to} ORDER BY position LIMIT piece)
  UNION ALL
  (SELECT target_key AS key, position, NULL AS ip, NULL AS tier FROM assignment_removed
   WHERE agent_id = asked AND position > ${from} AND position <= ${to} ORDER BY position LIMIT piece)
  ORDER BY position LIMIT piece`;

/**
 * The beginning of an answer to an agent, as a function, because each session keeps its plan: to plan the statement takes several times as
 * long as to run it. The settings make that plan one by index, also when it is made while the tables are small; a plan that scans would
 * be kept, and take 100 ms with 100,000 assignments.
 *
 * Without changes and changed tiers, `first` and `tiers` are null. OFFSET 0 keeps a subquery apart, so that it runs once.
 */
export class AssignmentAnswer1790000096000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION assignment_answer(asked uuid, since bigint, piece integer)
      RETURNS TABLE (published bigint, "full" boolean, after bigint, first json, tiers json)
      LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
      #variable_conflict use_column
      BEGIN
        RETURN QUERY
        SELECT f.published, f.full, f.after, f.first,
          CASE WHEN f.full OR f.first IS NOT NULL
              OR EXISTS (SELECT FROM assignment_tier WHERE position > f.after AND position <= f.published) THEN
            (SELECT coalesce(json_agg(json_build_object('name', name,
               'policy', CASE WHEN position <= f.published THEN policy ELSE published_policy END) ORDER BY name), '[]')
             FROM assignment_tier) END
        FROM (
          SELECT s.published, s.full, s.after,
            (SELECT json_agg(c ORDER BY position) FROM (${changesOf('s.after', 's.published')}) AS c) AS first
          FROM (
            SELECT state.published, state.full, CASE WHEN state.full THEN 0 ELSE since END AS after
            FROM (SELECT published, since = 0 OR since < forgotten OR since > published AS full FROM shard_feed_state) AS state
            OFFSET 0) AS s
          OFFSET 0) AS f;
      END $$`);
  }

  down = refuseDown;
}
