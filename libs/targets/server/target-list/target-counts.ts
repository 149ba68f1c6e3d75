import { ControlDatabase } from '@icmp-mon/platform/database';
import { type Judged, STATUSES } from '@icmp-mon/status/contract';
import type { StatusCounts } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { type Filter, whereOf } from './list-filter';
import { shownRank } from './not-judged-rows';

const COUNTS_KEPT_MS = 1_000;
const TOTAL_KEPT_MS = 2_000;
/** Further pages of a list may tell an older total meanwhile: who scrolls does not wait for a count. */
const TOTAL_TOLD_MS = 60_000;
const TOTALS_MAX = 200;

interface Kept<T> {
  value: Promise<T>;
  /** Monotonic clock. */
  untilMs: number;
  /** What was judged then. */
  mark: string;
}

/** How many targets there are, by status and by filter: counted at most once a second however many ask. */
@Injectable()
export class TargetCounts {
  private counts: Kept<StatusCounts> | null = null;
  private readonly totals = new Map<string, Kept<number>>();

  constructor(private readonly database: ControlDatabase) {}

  async byStatus(judged: Judged, further = false): Promise<StatusCounts> {
    const { mark } = judged;
    const counts = this.counts?.mark === mark ? this.counts : null;
    const nowMs = performance.now();
    if (counts !== null && counts.untilMs > nowMs) return counts.value;
    const value = this.countByStatus(judged);
    this.counts = { value, untilMs: nowMs + COUNTS_KEPT_MS, mark };
    // A failure is not kept: the next caller asks anew.
    value.catch(() => (this.counts = null));
    return further && isTold(counts, nowMs) ? counts.value : value;
  }

  /** Targets that match a filter; at most 2 s old, on a `further` page at most a minute: then the next one knows better. */
  async total(filter: Filter, judged: Judged, further = false): Promise<number> {
    if (filter.conditions.length === 0) {
      return Object.values(await this.byStatus(judged, further)).reduce((sum, count) => sum + count, 0);
    }
    const name = JSON.stringify(filter);
    const kept = this.totals.get(name) ?? null;
    const nowMs = performance.now();
    if (kept !== null && kept.untilMs > nowMs) return kept.value;
    if (this.totals.size >= TOTALS_MAX) this.totals.clear();
    const value = this.countFiltered(filter);
    this.totals.set(name, { value, untilMs: nowMs + TOTAL_KEPT_MS, mark: judged.mark });
    value.catch(() => this.totals.delete(name));
    return further && isTold(kept, nowMs) ? kept.value : value;
  }

  private async countByStatus(judged: Judged): Promise<StatusCounts> {
    const params: unknown[] = [];
    const rank = shownRank(judged, params);
    const rows = await this.database.query<{ status_rank: number; count: number }>(
      `SELECT ${rank} AS status_rank, count(*) AS count FROM target_list GROUP BY 1`,
      params,
    );
    const counts: StatusCounts = { down: 0, degraded: 0, unknown: 0, up: 0 };
    for (const row of rows) {
      const status = STATUSES[row.status_rank];
      if (status !== undefined) counts[status] = row.count;
    }
    return counts;
  }

  private async countFiltered(filter: Filter): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM target_list ${whereOf(filter.conditions)}`,
      filter.params,
    );
    return row?.count ?? 0;
  }
}

function isTold<T>(kept: Kept<T> | null, nowMs: number): kept is Kept<T> {
  return kept !== null && kept.untilMs + TOTAL_TOLD_MS > nowMs;
}
