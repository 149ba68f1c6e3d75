import { completeRetirements, forgetExpiredTokens, forgetUncounted } from '@icmp-mon/agents/server';
import {
  forgetOldDecisions,
  forgetRemovals as forgetAssignmentRemovals,
  forgetReplacedFacts,
  heldTargets,
} from '@icmp-mon/assignment/server';
import { forgetSessions } from '@icmp-mon/identity/server';
import { connect, type ControlDatabase, dropOldChunks, type Sql, type Transactor } from '@icmp-mon/platform/database';
import type { Logger } from '@icmp-mon/platform/ops';
import { dropFoldedFragments, dropRolledUp, rollUpNext } from '@icmp-mon/probing/server';
import { forgetOldChanges } from '@icmp-mon/status/server';
import { forgetRemovals as forgetListRemovals } from '@icmp-mon/targets/server';
import type { Retention } from './worker-config';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RETIREMENTS_LOOK_MS = 15_000;
const ANSWERS_PER_STEP = 10_000;

/** Steps of one run: the rest is left to the next. */
const STEPS_MAX = 100;
/** An hour of 100,000 targets is grouped in less than a minute on an idle machine. */
const ROLLUP_STATEMENT_MS_MAX = 15 * MINUTE_MS;
/** After that the other tasks have their turn. */
const ROLLUP_RUN_MS_MAX = 4 * MINUTE_MS;

export interface HousekeepingContext {
  control: ControlDatabase;
  telemetry: Sql & Transactor;
  /** For sessions of their own. */
  telemetryUrl: string;
  retention: Retention;
  nowMs: number;
  /** Aborted when the worker stops: what is left is done by the next run. */
  signal: AbortSignal;
  logger: Logger;
}

export interface HousekeepingTask {
  everyMs: number;
  /** A bounded part of what is due; tells how many rows, chunks or buckets that were. */
  run(context: HousekeepingContext): Promise<number>;
}

/** What would grow for ever without somebody to forget it, and what is summed up before it is forgotten. */
export const HOUSEKEEPING: Readonly<Record<string, HousekeepingTask>> = {
  'idempotency-keys': {
    everyMs: HOUR_MS,
    run: ({ control, nowMs }) => inSteps(ANSWERS_PER_STEP, () => forgetAnswers(control, new Date(nowMs - DAY_MS))),
  },
  sessions: {
    everyMs: HOUR_MS,
    run: ({ control, nowMs }) => inSteps(10_000, () => forgetSessions(control, new Date(nowMs - DAY_MS))),
  },
  'enrolment-tokens': { everyMs: HOUR_MS, run: ({ control }) => forgetExpiredTokens(control) },
  'agent-retirements': {
    everyMs: RETIREMENTS_LOOK_MS,
    run: ({ control, telemetry }) => completeRetirements(control, telemetry, (ids) => heldTargets(control, ids)),
  },
  'list-removals': {
    everyMs: HOUR_MS,
    run: ({ control, nowMs }) => inSteps(10_000, () => forgetListRemovals(control, new Date(nowMs - DAY_MS))),
  },
  'agent-decisions': { everyMs: DAY_MS, run: ({ control }) => inSteps(10_000, () => forgetOldDecisions(control)) },
  'shard-feed': { everyMs: HOUR_MS, run: ({ control }) => inSteps(10_000, () => forgetReplacedFacts(control)) },
  'assignment-removals': {
    everyMs: HOUR_MS,
    run: ({ control }) => inSteps(10_000, () => forgetAssignmentRemovals(control)),
  },
  'folded-fragments': {
    everyMs: 10 * MINUTE_MS,
    run: async (context) => tellDropped(context, 'probe_recent', await dropFoldedFragments(context.telemetry)),
  },
  rollups: { everyMs: 5 * MINUTE_MS, run: rollUp },
  'old-results': {
    everyMs: HOUR_MS,
    run: (context) => drop(context, 'probe_series', context.retention.resultsKeptDays),
  },
  'old-hourly-figures': {
    everyMs: HOUR_MS,
    run: (context) => drop(context, 'probe_hourly', context.retention.hourlyKeptDays),
  },
  'agent-metrics': {
    everyMs: HOUR_MS,
    run: (context) => drop(context, 'agent_metric', context.retention.agentMetricsKeptDays),
  },
  'uncounted-results': { everyMs: HOUR_MS, run: ({ telemetry }) => forgetUncounted(telemetry) },
  'old-status-changes': {
    everyMs: HOUR_MS,
    run: ({ telemetry, retention, nowMs, signal }) =>
      forgetOldChanges(telemetry, new Date(nowMs - retention.statusChangesKeptDays * DAY_MS), signal),
  },
};

/** Steps until one finds less than it could have taken, at most 100. */
export async function inSteps(fullStep: number, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let made = 0; made < STEPS_MAX; made++) {
    const count = await step();
    total += count;
    if (count < fullStep) break;
  }
  return total;
}

/** Buckets of figures, over a session of its own: one statement may take longer than the pool's may. */
async function rollUp({ telemetryUrl, signal, logger }: HousekeepingContext): Promise<number> {
  const session = await connect({
    url: telemetryUrl,
    applicationName: 'rollups',
    statementTimeoutMs: ROLLUP_STATEMENT_MS_MAX,
  });
  // A statement under way is cut off: it takes effect as a whole or not at all.
  const cutOff = (): void => {
    session.close().catch((error: unknown) => logger.warn({ err: error }, 'rolling up was not cut off cleanly'));
  };
  signal.addEventListener('abort', cutOff);
  const runStartedMs = performance.now();
  try {
    return await inSteps(1, async () => {
      if (signal.aborted || performance.now() - runStartedMs > ROLLUP_RUN_MS_MAX) return 0;
      const startedMs = performance.now();
      const step = await rollUpNext(session);
      if (step === null) return 0;
      const line = { ...step, tookMs: Math.round(performance.now() - startedMs) };
      if (step.tooOld) logger.warn(line, 'late results are left out of figures whose source was dropped');
      else logger.info(line, 'rolled up');
      return 1;
    });
  } finally {
    signal.removeEventListener('abort', cutOff);
    await session.close();
  }
}

async function drop(
  context: HousekeepingContext,
  relation: 'probe_series' | 'probe_hourly' | 'agent_metric',
  keptDays: number,
): Promise<number> {
  const { telemetry, nowMs } = context;
  const olderThan = new Date(nowMs - keptDays * DAY_MS);
  const outcome =
    relation === 'agent_metric'
      ? await dropOldChunks(telemetry, relation, olderThan)
      : await dropRolledUp(telemetry, relation, olderThan);
  return tellDropped(context, relation, outcome);
}

function tellDropped(
  { logger }: HousekeepingContext,
  relation: string,
  { dropped, busy }: { dropped: number; busy: boolean },
): number {
  if (busy) logger.warn({ relation, dropped }, 'old rows are in use; they are dropped at the next run');
  return dropped;
}

/** Answers kept for a repeated Idempotency-Key. */
function forgetAnswers(sql: Sql, olderThan: Date): Promise<number> {
  return sql.execute(
    `DELETE FROM idempotency_key WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT ${ANSWERS_PER_STEP}))`,
    [olderThan],
  );
}
