import { ControlDatabase } from '@icmp-mon/platform/database';
import { STATUSES } from '@icmp-mon/status/contract';
import type { StatusCounts } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { type Filter, whereOf } from './list-filter';

const COUNTS_KEPT_MS = 1_000;
const TOTAL_KEPT_MS = 2_000;
const TOTALS_MAX = 200;

interface Kept<T> {
  value: Promise<T>;
  untilMs: number;
}

/** How many targets there are, by status and by filter: counted at most once a second however many ask. */
@Injectable()
export class TargetCounts {
  private counts: Kept<StatusCounts> | null = null;
  private readonly totals = new Map<string, Kept<number>>();

  constructor(private readonly database: ControlDatabase) {}

  async byStatus(): Promise<StatusCounts> {
    if (this.counts === null || this.counts.untilMs <= Date.now()) {
      const value = this.countByStatus();
      this.counts = { value, untilMs: Date.now() + COUNTS_KEPT_MS };
      // A failure is not kept: the next caller asks anew.
      value.catch(() => (this.counts = null));
    }
    return this.counts.value;
  }

  /** Targets that match a filter; at most 2 s old. */
  async total(filter: Filter): Promise<number> {
    if (filter.conditions.length === 0) {
      return Object.values(await this.byStatus()).reduce((sum, count) => sum + count, 0);
    }
    const name = JSON.stringify(filter);
    const kept = this.totals.get(name);
    if (kept !== undefined && kept.untilMs > Date.now()) return kept.value;
    if (this.totals.size >= TOTALS_MAX) this.totals.clear();
    const value = this.countFiltered(filter);
    this.totals.set(name, { value, untilMs: Date.now() + TOTAL_KEPT_MS });
    value.catch(() => this.totals.delete(name));
    return value;
  }

  private async countByStatus(): Promise<StatusCounts> {
    const rows = await this.database.query<{ status_rank: number; count: number }>(
      'SELECT status_rank, count(*) AS count FROM target_list GROUP BY status_rank',
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
