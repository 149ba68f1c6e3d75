import type { DatedFact, FactHistory } from '@icmp-mon/assignment/contract';
import type { Sql, Transactor } from '@icmp-mon/platform/database';
import type { HousekeepingRun } from '@icmp-mon/platform/plugins';
import type { ResultHistory } from '@icmp-mon/probing/contract';
import type { StatusCorrection } from '@icmp-mon/status/contract';
import { correctedSpans, readCorrections, readKnownSpans } from './known-spans';
import { type DueTarget, dueTargets } from './late-results-table';
import { rejudge } from './rejudge';
import { differences, type StatusSpan, spansWithin } from './status-spans';

/** Cause of a correction: results that arrived too late to be judged. */
const LATE_RESULTS: StatusCorrection['cause'] = 'late_results';
const TARGETS_PER_READ = 50;
/** A run ends after this time, in ms, so that other tasks get their turn; the next one continues. */
const RUN_MS_MAX = 10_000;
/** Longest time that is judged in one piece, in ms: it limits the results in memory. */
const PIECE_MS = 6 * 3_600_000;
/** Intervals before the first late result, so that the windows of verdicts are full; at least `LEAD_MS_MIN`. */
const LEAD_INTERVALS = 64;
const LEAD_MS_MIN = 120_000;
/** Intervals after the last late result until which its verdict may have counted. */
const FRESH_INTERVALS = 3;
/** Results may reach the database up to 10 s after the statuses. */
const STORED_MS = 15_000;
/** Receipts of live results, and the ticks, are up to this much after the times at which they are judged again. */
const RECEIPT_MS = 5_000;
const CORRECTIONS_MAX = 50_000;

export interface LateCorrection {
  database: Sql & Transactor;
  facts: FactHistory;
  results: ResultHistory;
  /** Time without late results after which a target is judged again, in s: 30 unless set. */
  quietS?: number;
}

/**
 * Judges the targets with late results again and stores where their status was another one. Bounded per run; repeating it after a crash
 * changes nothing, because the row of a target is deleted in the transaction that stores its correction. Returns the number of targets.
 */
export async function correctLate(
  correction: LateCorrection,
  { nowMs, signal, logger }: HousekeepingRun,
): Promise<number> {
  const endMs = performance.now() + RUN_MS_MAX;
  let done = 0;
  while (!signal.aborted && performance.now() < endMs) {
    const due = await dueTargets(correction.database, TARGETS_PER_READ, correction.quietS);
    for (const target of due) {
      if (signal.aborted || performance.now() >= endMs) return done;
      const spans = await correctedBy(correction, target, nowMs);
      const revision = await storeCorrection(correction.database, target, spans);
      if (revision !== null) {
        const detail = { targetKey: target.target_key, revision, spans: spans.length };
        logger.info(detail, 'the statuses of a target are corrected by late results');
      }
      done++;
    }
    if (due.length < TARGETS_PER_READ) return done;
  }
  return done;
}

/** Returns the times in which the late results show another status than the one that is known or corrected so far. */
async function correctedBy(correction: LateCorrection, target: DueTarget, nowMs: number): Promise<StatusSpan[]> {
  const judgedMs = Math.min(target.judged_at?.getTime() ?? nowMs, nowMs) - STORED_MS;
  const spans: StatusSpan[] = [];
  const lastMs = target.to_at.getTime();
  for (let fromMs = target.from_at.getTime(); fromMs <= lastMs; fromMs += PIECE_MS) {
    const toMs = Math.min(lastMs + 1, fromMs + PIECE_MS);
    spans.push(...(await correctedPiece(correction, target, { fromMs, toMs, isLast: toMs > lastMs, judgedMs })));
  }
  return spans;
}

interface Piece {
  fromMs: number;
  toMs: number;
  isLast: boolean;
  judgedMs: number;
}

async function correctedPiece(
  { database, facts, results }: LateCorrection,
  { shard, target_key: targetKey }: DueTarget,
  { fromMs, toMs, isLast, judgedMs }: Piece,
): Promise<StatusSpan[]> {
  const nearby = await facts.factsBetween(targetKey, new Date(fromMs), new Date(toMs));
  const { intervalMs, timeoutMs } = slowestPolicy(nearby);
  if (intervalMs === 0) return [];
  const startMs = fromMs - Math.max(LEAD_INTERVALS * intervalMs, LEAD_MS_MIN);
  const afterMs = isLast ? FRESH_INTERVALS * intervalMs + timeoutMs + RECEIPT_MS : 0;
  const endMs = Math.min(toMs + afterMs, judgedMs);
  if (endMs <= fromMs) return [];
  const past = {
    ...{ shard, targetKey, startMs, endMs },
    facts: await facts.factsBetween(targetKey, new Date(startMs), new Date(endMs)),
    results: await results.resultsBetween(targetKey, startMs, endMs),
    everReplied: await hadReplied(database, targetKey, new Date(startMs)),
  };
  const judged = spansWithin(rejudge(past), fromMs, endMs);
  const range = { from: new Date(fromMs), to: new Date(endMs) };
  const known = await readKnownSpans(database, targetKey, range.from, range.to);
  const corrections = await readCorrections(database, targetKey, range, CORRECTIONS_MAX);
  return differences(correctedSpans(known, corrections), judged, intervalMs + timeoutMs + RECEIPT_MS);
}

/** Returns the longest interval of the policies, with its timeout; 0 without a policy. */
function slowestPolicy(facts: readonly DatedFact[]): { intervalMs: number; timeoutMs: number } {
  return facts.reduce(
    (slowest, { fact }) => (fact.kind === 'policy' && fact.intervalMs > slowest.intervalMs ? fact : slowest),
    { intervalMs: 0, timeoutMs: 0 },
  );
}

/** Whether any agent ever got a reply before the time: no target is down before its first one. */
async function hadReplied(sql: Sql, targetKey: number, before: Date): Promise<boolean> {
  const [row] = await sql.query<{ replied: boolean }>(
    `SELECT EXISTS (SELECT FROM status_change WHERE target_key = $1 AND at < $2
                    AND (last_success_at IS NOT NULL OR to_status <> 'unknown')) AS replied`,
    [targetKey, before],
  );
  return row?.replied ?? false;
}

/** Stores the spans as the next revision. Returns its number; null if nothing differs, or if more results arrived meanwhile. */
function storeCorrection(
  database: Transactor,
  { target_key: targetKey, shard, position, agents }: DueTarget,
  spans: readonly StatusSpan[],
): Promise<number | null> {
  return database.transaction(async (sql) => {
    const taken = await sql.execute('DELETE FROM late_result WHERE target_key = $1 AND position = $2', [
      targetKey,
      position,
    ]);
    if (taken === 0 || spans.length === 0) return null;
    const rows = spans.map(({ fromMs, toMs, status, reason }) => {
      return { from_at: new Date(fromMs), to_at: new Date(toMs), status, reason };
    });
    const [{ revision }] = await sql.query<{ revision: number }>(
      `WITH next AS (SELECT coalesce(max(revision), 0) + 1 AS revision FROM status_correction WHERE target_key = $1)
       INSERT INTO status_correction (target_key, revision, from_at, to_at, shard, status, reason, cause, agents)
       SELECT $1, next.revision, r.from_at, r.to_at, $2, r.status, r.reason, $3, $4::uuid[]
       FROM next, jsonb_to_recordset($5::jsonb) AS r(from_at timestamptz, to_at timestamptz, status text, reason text)
       RETURNING revision`,
      [targetKey, shard, LATE_RESULTS, agents, JSON.stringify(rows)],
    );
    return revision;
  });
}

/** Deletes corrections that end before `olderThan`. Returns how many. */
export function forgetCorrections(sql: Sql, olderThan: Date): Promise<number> {
  return sql.execute('DELETE FROM status_correction WHERE to_at < $1', [olderThan]);
}
