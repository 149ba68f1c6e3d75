import { bucketStart } from './rollups/rollup-levels';
import { encodeSeriesBody, RttHistogram, SERIES_SAMPLES_MAX, SeriesBuilder, sortSamples } from '@icmp-mon/probing/wire';
import { summarizeSamples } from './window-summary';
import { CopyRows } from '@icmp-mon/platform/copy';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import type { LiveRow } from './live/live-news';
import type { SampleStore } from './sample-store';

const WINDOW_FIELDS = 15;
const COLUMNS = `target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us, rtt_max_us,
  rtt_sum_us, jitter_sum_us, jitter_count, histogram, body`;

/** Rows of one flush of one shard, encoded as they are added. */
export class SeriesRows {
  /** Fragments of targets that are watched. */
  readonly watchedRows = new Map<number, LiveRow[]>();
  private readonly recent = new CopyRows();
  private readonly series = new CopyRows();
  private readonly builder = new SeriesBuilder(SERIES_SAMPLES_MAX);
  private readonly histogram = new RttHistogram();
  /** Hours whose figures may have been made without these rows. */
  private readonly lateHours = new Set<number>();

  constructor(
    private readonly shard: number,
    private readonly position: number,
    private readonly agentNumbers: Uint16Array,
    private readonly samples: SampleStore,
    private readonly watched: ReadonlySet<number> = new Set(),
  ) {}

  get count(): number {
    return this.recent.count + this.series.count;
  }

  /** What an open window has gained since the last flush. */
  fragment(window: number): void {
    this.gatherFresh(window);
    const body = this.writeRow(this.recent, window, WINDOW_FIELDS + 1);
    this.recent.int8(this.position);
    const key = this.samples.targetKeyOf(window);
    if (!this.watched.has(key)) return;
    const row = { check: this.samples.checkOf(window), startMs: this.samples.startMsOf(window), body };
    const rows = this.watchedRows.get(key);
    if (rows === undefined) this.watchedRows.set(key, [row]);
    else rows.push(row);
  }

  /**
   * What a window gained after it was folded: one more row beside the folded one, and a fragment for those who watch.
   * Below the cut readers pass fragments over.
   */
  lateFragment(window: number): void {
    this.fragment(window);
    this.writeRow(this.series, window, WINDOW_FIELDS);
    this.lateHours.add(bucketStart('1h', this.samples.startMsOf(window)));
  }

  /** A whole window, and for those who watch also as a fragment what of it was not stored yet. */
  window(window: number, withFragment: boolean): void {
    if (withFragment && this.samples.hasFresh(window)) this.fragment(window);
    this.builder.clear();
    this.samples.eachSample(window, this.push);
    this.writeRow(this.series, window, WINDOW_FIELDS);
  }

  private readonly push = (agent: number, offsetMs: number, outcome: number, rttUs: number): void => {
    this.builder.push(this.agentNumbers[agent], offsetMs, outcome, rttUs);
  };

  private gatherFresh(window: number): void {
    this.builder.clear();
    this.samples.takeFresh(window, this.push);
  }

  private writeRow(rows: CopyRows, window: number, fields: number): Uint8Array {
    const samples = sortSamples(this.builder.build());
    this.histogram.clear();
    const counters = summarizeSamples(samples, this.histogram);
    const body = encodeSeriesBody(samples);
    rows.row(fields);
    rows.int4(this.samples.targetKeyOf(window));
    rows.int2(this.samples.checkOf(window));
    rows.int2(this.shard);
    rows.timestamptz(this.samples.startMsOf(window));
    rows.int4(counters.sent);
    rows.int4(counters.replied);
    rows.int4(counters.lost);
    rows.int4(counters.notSent);
    rows.int4(counters.rttMinUs);
    rows.int4(counters.rttMaxUs);
    rows.int8(counters.rttSumUs);
    rows.int8(counters.jitterSumUs);
    rows.int4(counters.jitterCount);
    rows.bytea(this.histogram.encode());
    rows.bytea(body);
    return body;
  }

  async write(transaction: WriterTransaction, cutMs: number | null): Promise<void> {
    if (this.recent.count > 0) {
      await transaction.copy(
        `COPY probe_recent (${COLUMNS}, position) FROM STDIN (FORMAT binary)`,
        this.recent.finish(),
      );
    }
    if (this.series.count > 0) {
      await transaction.copy(`COPY probe_series (${COLUMNS}) FROM STDIN (FORMAT binary)`, this.series.finish());
    }
    if (this.lateHours.size > 0) {
      const hours = Array.from(this.lateHours, (hourMs) => new Date(hourMs));
      await transaction.query('INSERT INTO rollup_dirty (bucket) SELECT unnest($1::timestamptz[])', [hours]);
    }
    if (cutMs !== null) {
      await transaction.query(
        `INSERT INTO series_cut (shard, cut) VALUES ($1, $2)
         ON CONFLICT (shard) DO UPDATE SET cut = excluded.cut WHERE series_cut.cut < excluded.cut`,
        [this.shard, new Date(cutMs)],
      );
    }
  }
}
