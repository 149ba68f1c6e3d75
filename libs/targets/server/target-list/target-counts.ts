import { ShortCache, type ShortCacheOptions } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type Judged, STATUSES } from '@icmp-mon/status/contract';
import type { StatusCounts } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { type Filter, whereOf } from './list-filter';
import { shownRank } from './not-judged-rows';

const COUNTS_KEPT_MS = 1_000;
const TOTAL_KEPT_MS = 2_000;
/** Largest age of the total on further pages, ms: scrolling does not wait for a count. */
const TOTAL_TOLD_MS = 60_000;
const TOTALS_MAX = 200;
const ALL: Filter = { conditions: [], params: [] };

/** Number of targets by status (counted at most once per second) and by filter (once per 2 s), regardless of the number of requests. */
@Injectable()
export class TargetCounts {
  /** Counts by not-judged mark. */
  private readonly counts = new ShortCache<StatusCounts>(options(1, COUNTS_KEPT_MS));
  /** Counts by not-judged mark and filter. */
  private readonly filteredCounts = new ShortCache<StatusCounts>(options(TOTALS_MAX, TOTAL_KEPT_MS));
  private readonly totals = new ShortCache<number>(options(TOTALS_MAX, TOTAL_KEPT_MS));

  constructor(private readonly database: ControlDatabase) {}

  byStatus(judged: Judged, further = false): Promise<StatusCounts> {
    return answer(this.counts, judged.mark, further, () => this.countByStatus(judged));
  }

  /** Returns the number of targets that match a filter by status, at most 2 s old. */
  filteredByStatus(filter: Filter, judged: Judged): Promise<StatusCounts> {
    if (filter.conditions.length === 0) return this.byStatus(judged);
    const key = JSON.stringify([judged.mark, filter]);
    return this.filteredCounts.get(key, () => this.countByStatus(judged, filter));
  }

  /** Returns the number of targets that match a filter, at most 2 s old; on a `further` page at most 60 s old, with a new count started for the next page. */
  async total(filter: Filter, judged: Judged, further = false): Promise<number> {
    if (filter.conditions.length === 0) {
      return Object.values(await this.byStatus(judged, further)).reduce((sum, count) => sum + count, 0);
    }
    return answer(this.totals, JSON.stringify(filter), further, () => this.countFiltered(filter));
  }

  private async countByStatus(judged: Judged, filter: Filter = ALL): Promise<StatusCounts> {
    const params = [...filter.params];
    const rank = shownRank(judged, params);
    const rows = await this.database.query<{ status_rank: number; count: number }>(
      `SELECT ${rank} AS status_rank, count(*) AS count FROM target_list ${whereOf(filter.conditions)} GROUP BY 1`,
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

/** Caches a result for `keptMs` from its request; a failure is not cached. */
function options<T>(entriesMax: number, keptMs: number): ShortCacheOptions<T> {
  return { entriesMax, keptMs: (tookMs) => keptMs - tookMs, sharedMs: keptMs, recalledMs: TOTAL_TOLD_MS };
}

/** Returns the count; for a further page the last one, while a new count is started. */
async function answer<T>(cache: ShortCache<T>, key: string, further: boolean, count: () => Promise<T>): Promise<T> {
  const told = further ? cache.recallStale(key) : undefined;
  const counted = cache.get(key, count);
  return told ?? counted;
}
