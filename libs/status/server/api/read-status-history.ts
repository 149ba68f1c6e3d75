import type { Scope } from '@icmp-mon/identity/contract';
import {
  JudgedTargets,
  type Status,
  type StatusCorrection,
  type StatusHistoryView,
  type StatusInterval,
  type StatusReason,
  type StatusView,
} from '@icmp-mon/status/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { rangeOf, type TimeRange } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { correctedSpans, readCorrections, type StoredCorrection } from '../late/known-spans';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Most intervals per answer. */
export const INTERVALS_MAX = 5_000;
const CORRECTIONS_MAX = 1_000;

interface ChangeRow {
  to_status: Status;
  reason: StatusReason;
  at: Date;
  removed: boolean;
}

/** The changes inside the range, newest first, and the one before it, which gives the status at its start. */
const CHANGES = `
  SELECT * FROM (
    SELECT to_status, reason, at, removed, change_seq FROM status_change
    WHERE target_key = $1 AND at >= $2 AND at < $3 ORDER BY change_seq DESC LIMIT $4) inside
  UNION ALL SELECT * FROM (
    SELECT to_status, reason, at, removed, change_seq FROM status_change
    WHERE target_key = $1 AND at < $2 ORDER BY change_seq DESC LIMIT 1) before
  ORDER BY change_seq DESC`;

/** Reads which statuses a target had in a range of time. */
export class ReadStatusHistory extends Query<StatusHistoryView> {
  constructor(
    readonly ref: string,
    readonly asked: { from: string; to?: string; vrf?: string; view: StatusView },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadStatusHistory)
export class ReadStatusHistoryHandler implements IQueryHandler<ReadStatusHistory> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly database: TelemetryDatabase,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `invalid` (range), `not_found`, `ambiguous` */
  async execute({ ref, asked, scope }: ReadStatusHistory): Promise<StatusHistoryView> {
    const range = rangeOf(asked, { nowMs: Date.now() });
    const { key } = await this.targets.findRecorded(ref, asked.vrf, scope);
    // Read before the rows, so that the rows are at least as new.
    const judged = await this.judged.now();
    const rows = await this.database.query<ChangeRow>(CHANGES, [
      ...[key, new Date(range.fromMs), new Date(range.toMs)],
      INTERVALS_MAX + 1,
    ]);
    const shown = rows.slice(0, INTERVALS_MAX);
    const within = { from: new Date(range.fromMs), to: new Date(range.toMs) };
    const stored = await readCorrections(this.database, key, within, CORRECTIONS_MAX + 1);
    const corrections = stored.slice(-CORRECTIONS_MAX);
    const known = intervalsOf(shown, range);
    return {
      view: asked.view,
      items: asked.view === 'known' ? known : correctedIntervals(known, corrections),
      corrections: corrections.map(correctionView),
      truncated: rows.length > shown.length || stored.length > corrections.length,
      asOf: judged.asOf(key),
    };
  }
}

/** Returns the intervals between changes, which are newest first. The last one has no end if it lasts until the end of the range. */
function intervalsOf(changes: readonly ChangeRow[], { toMs }: TimeRange): StatusHistoryView['items'] {
  return changes
    .map(({ to_status: status, reason, at, removed }, index) => {
      const endMs = changes[index - 1]?.at.getTime() ?? null;
      const interval = { from: at.toISOString(), to: endMs === null ? null : new Date(endMs).toISOString() };
      return { ...interval, status, reason, isShown: !removed && at.getTime() < toMs && endMs !== at.getTime() };
    })
    .filter(({ isShown }) => isShown)
    .map(({ isShown: _, ...interval }) => interval)
    .reverse();
}

/** Returns the intervals with the corrections laid over them. An interval that had not ended stays open. */
function correctedIntervals(
  known: readonly StatusInterval[],
  corrections: readonly StoredCorrection[],
): StatusInterval[] {
  const spans = known.map(({ from, to, status, reason }) => {
    return { fromMs: Date.parse(from), toMs: to === null ? Infinity : Date.parse(to), status, reason };
  });
  return correctedSpans(spans, corrections).map(({ fromMs, toMs, status, reason }) => {
    const to = toMs === Infinity ? null : new Date(toMs).toISOString();
    return { from: new Date(fromMs).toISOString(), to, status, reason };
  });
}

function correctionView({ fromMs, toMs, madeAt, agents, ...correction }: StoredCorrection): StatusCorrection {
  return {
    ...{ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), ...correction },
    ...{ agentIds: agents, madeAt: madeAt.toISOString() },
  };
}
