import { CopyRows } from '@icmp-mon/platform/copy';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import { closeFragments } from './close-fragments';
import type { SeriesFlush, SeriesTables, WindowRow } from './series-tables';

const WINDOW_FIELDS = 15;
const COLUMNS = `target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us, rtt_max_us,
  rtt_sum_us, jitter_sum_us, jitter_count, histogram, body`;

class PostgresSeriesFlush implements SeriesFlush<WriterTransaction> {
  private readonly recent = new CopyRows();
  private readonly series = new CopyRows();

  constructor(private readonly shard: number) {}

  get count(): number {
    return this.recent.count + this.series.count;
  }

  addFragment(row: WindowRow, position: number): void {
    this.add(this.recent, row, WINDOW_FIELDS + 1);
    this.recent.int8(position);
  }

  addFolded(row: WindowRow): void {
    this.add(this.series, row, WINDOW_FIELDS);
  }

  private add(
    rows: CopyRows,
    { targetKey, check, startMs, counters, histogram, body }: WindowRow,
    fields: number,
  ): void {
    rows.startRow(fields);
    rows.int4(targetKey);
    rows.int2(check);
    rows.int2(this.shard);
    rows.timestamptz(startMs);
    rows.int4(counters.sent);
    rows.int4(counters.replied);
    rows.int4(counters.lost);
    rows.int4(counters.notSent);
    rows.int4(counters.rttMinUs);
    rows.int4(counters.rttMaxUs);
    rows.int8(counters.rttSumUs);
    rows.int8(counters.jitterSumUs);
    rows.int4(counters.jitterCount);
    rows.bytea(histogram);
    rows.bytea(body);
  }

  async flushRows(
    transaction: WriterTransaction,
    watermarkMs: number | null,
    lateHours: readonly number[],
  ): Promise<void> {
    if (this.recent.count > 0) {
      await transaction.copyBinary(
        `COPY probe_recent (${COLUMNS}, position) FROM STDIN (FORMAT binary)`,
        this.recent.finishCopy(),
      );
    }
    if (this.series.count > 0) {
      await transaction.copyBinary(
        `COPY probe_series (${COLUMNS}) FROM STDIN (FORMAT binary)`,
        this.series.finishCopy(),
      );
    }
    if (lateHours.length > 0) {
      const hours = lateHours.map((hourMs) => new Date(hourMs));
      await transaction.query('INSERT INTO rollup_dirty (bucket) SELECT unnest($1::timestamptz[])', [hours]);
    }
    if (watermarkMs !== null) {
      await transaction.query(
        `INSERT INTO series_cut (shard, cut) VALUES ($1, $2)
         ON CONFLICT (shard) DO UPDATE SET cut = excluded.cut WHERE series_cut.cut < excluded.cut`,
        [this.shard, new Date(watermarkMs)],
      );
    }
  }
}

export const postgresSeriesTables: SeriesTables<WriterTransaction> = {
  openFlush: (shard) => new PostgresSeriesFlush(shard),
  closeFragments,
};
