import type { Sql } from '@icmp-mon/platform/database';

/** Of the lab's tiers. */
const TIMEOUT_MS = 1_000;
const MISSES_TO_FAIL = 2;
const QUORUM = 2;

/**
 * A target that got no packets from `silentMs` on, and perhaps already from `fromMs` on, and when a client saw it as down. Times are in ms since
 * 1970; the time counts from `silentMs`.
 */
export interface Outage {
  ip: string;
  key: number;
  fromMs: number;
  silentMs: number;
  seenMs: number | null;
}

export interface Fault extends Outage {
  seenMs: number;
}

export interface Detected {
  tookMs: number;
  /** Least time that the schedule allows. */
  floorMs: number;
  /** From the floor until the deciding miss of the deciding agent was known. */
  agentsMs: number;
  /** From there to the client. */
  pipelineMs: number;
  /** Sending times of the misses of each agent, in ms since the fault. */
  missesMs: number[][];
}

/** Results of one agent for one target, in order. */
interface Probed {
  key: number;
  agent: string;
  /** Sending times, in ms since 1970. */
  at: number[];
  outcomes: string[];
}

const PROBED = `
  SELECT target_key AS key, agent_id AS agent,
         array_agg((extract(epoch FROM at) * 1000)::float8 ORDER BY at) AS at, array_agg(outcome ORDER BY at) AS outcomes
  FROM probe_result
  WHERE target_key = ANY($1::bigint[]) AND check_no = 1 AND window_start >= to_timestamp($2::float8 / 1000) - interval '10 minutes'
  GROUP BY target_key, agent_id`;

/**
 * Returns for each fault its time and its floor, from the stored results; faults without results of enough agents are left out.
 *
 *     fault ── wait ──▶ scheduled probe of the QUORUM-th agent ── timeout ──▶ first miss known ── timeout ──▶ second miss known = floor
 *
 * Probes of an agent are exactly one interval apart, so the next scheduled one is an interval after the last one before the fault. If that is over,
 * because the agent was late, it does not wait.
 */
export async function floorsOf(sql: Sql, faults: readonly Fault[], intervalMs: number): Promise<Detected[]> {
  const fromMs = Math.min(...faults.map((fault) => fault.fromMs));
  const rows = await sql.query<Probed>(PROBED, [faults.map(({ key }) => key), fromMs]);
  const byKey = Map.groupBy(rows, ({ key }) => Number(key));
  return faults.flatMap((fault) => detectedOf(fault, byKey.get(fault.key) ?? [], intervalMs) ?? []);
}

function detectedOf(
  { fromMs, silentMs, seenMs }: Fault,
  agents: readonly Probed[],
  intervalMs: number,
): Detected | undefined {
  const scheduled: number[] = [];
  const known: number[] = [];
  const missesMs: number[][] = [];
  for (const { at, outcomes } of agents) {
    const misses = at.filter((sentMs, row) => sentMs >= fromMs && outcomes[row] !== 'reply');
    const before = at.findLast((sentMs) => sentMs < silentMs);
    const isMissing = misses.some((sentMs) => sentMs < silentMs);
    missesMs.push(misses.map((sentMs) => Math.round(sentMs - silentMs)));
    const deciding = misses[MISSES_TO_FAIL - 1];
    if (isMissing) scheduled.push(silentMs);
    else if (before !== undefined) scheduled.push(Math.max(silentMs, before + intervalMs));
    if (deciding !== undefined) known.push(deciding + TIMEOUT_MS);
  }
  const first = nth(scheduled, QUORUM);
  const decided = nth(known, QUORUM);
  if (first === undefined || decided === undefined) return undefined;
  const floorMs = first - silentMs + MISSES_TO_FAIL * TIMEOUT_MS;
  return {
    ...{ tookMs: seenMs - silentMs, floorMs },
    agentsMs: decided - silentMs - floorMs,
    pipelineMs: seenMs - decided,
    missesMs,
  };
}

function nth(values: number[], number: number): number | undefined {
  return values.sort((a, b) => a - b)[number - 1];
}
