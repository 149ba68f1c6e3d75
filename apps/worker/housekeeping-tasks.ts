import { forgetSpentTokens } from '@icmp-mon/agents/server';
import { forgetRemovals as forgetAssignmentRemovals, forgetReplacedFacts } from '@icmp-mon/assignment/server';
import { forgetSessions } from '@icmp-mon/identity/server';
import type { Sql } from '@icmp-mon/platform/database';
import { dropFoldedFragments } from '@icmp-mon/probing/server';
import { forgetRemovals as forgetListRemovals } from '@icmp-mon/targets/server';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ANSWERS_PER_STEP = 10_000;

export interface HousekeepingTask {
  everyMs: number;
  database: 'control' | 'telemetry';
  /** Forgets a bounded number of rows that nobody needs any more, and tells how many. */
  step(sql: Sql, nowMs: number): Promise<number>;
  /** A step that forgot fewer was the last. */
  fullStep: number;
}

/** What would grow for ever without somebody to forget it. */
export const HOUSEKEEPING: Readonly<Record<string, HousekeepingTask>> = {
  'idempotency-keys': {
    everyMs: HOUR_MS,
    database: 'control',
    step: (sql, nowMs) => forgetAnswers(sql, new Date(nowMs - DAY_MS)),
    fullStep: ANSWERS_PER_STEP,
  },
  sessions: {
    everyMs: HOUR_MS,
    database: 'control',
    step: (sql, nowMs) => forgetSessions(sql, new Date(nowMs - DAY_MS)),
    fullStep: 10_000,
  },
  'enrolment-tokens': { everyMs: HOUR_MS, database: 'control', step: forgetSpentTokens, fullStep: Infinity },
  'list-removals': {
    everyMs: HOUR_MS,
    database: 'control',
    step: (sql, nowMs) => forgetListRemovals(sql, new Date(nowMs - DAY_MS)),
    fullStep: 10_000,
  },
  'shard-feed': { everyMs: HOUR_MS, database: 'control', step: forgetReplacedFacts, fullStep: 10_000 },
  'assignment-removals': { everyMs: HOUR_MS, database: 'control', step: forgetAssignmentRemovals, fullStep: 10_000 },
  'folded-fragments': {
    everyMs: 10 * MINUTE_MS,
    database: 'telemetry',
    step: (sql) => dropFoldedFragments(sql),
    fullStep: Infinity,
  },
  'agent-metrics': { everyMs: DAY_MS, database: 'telemetry', step: dropOldAgentMetrics, fullStep: Infinity },
};

/** Answers kept for a repeated Idempotency-Key. */
function forgetAnswers(sql: Sql, olderThan: Date): Promise<number> {
  return sql.execute(
    `DELETE FROM idempotency_key WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT ${ANSWERS_PER_STEP}))`,
    [olderThan],
  );
}

/** Whole days of agents' figures, as old as raw results may get. */
async function dropOldAgentMetrics(sql: Sql): Promise<number> {
  const dropped = await sql.query(`SELECT drop_chunks('agent_metric', older_than => INTERVAL '30 days')`);
  return dropped.length;
}
