import { bucketStart } from './rollups/rollup-levels';
import { encodeSeriesBody, RttHistogram, SERIES_SAMPLES_MAX, SeriesBuilder, sortSamples } from '@icmp-mon/probing/wire';
import { summarizeSamples } from './window-summary';
import type { LiveRow } from './live/live-news';
import type { SampleVisitor } from './sample-arrays';
import type { SampleStore } from './sample-store';
import type { SeriesFlush, WindowRow } from './series-tables';

/** Builds the rows of one flush of one shard. */
export class SeriesRows<T> {
  /** Fragments of watched targets, by target key. */
  readonly watchedRows = new Map<number, LiveRow[]>();
  private readonly builder = new SeriesBuilder(SERIES_SAMPLES_MAX);
  private readonly histogram = new RttHistogram();
  /** Hours whose figures may have been computed without these rows. */
  private readonly lateHours = new Set<number>();

  constructor(
    private readonly flush: SeriesFlush<T>,
    private readonly position: number,
    private readonly agentNumbers: Uint16Array,
    private readonly samples: SampleStore,
    private readonly watched: ReadonlySet<number>,
  ) {}

  get count(): number {
    return this.flush.count;
  }

  /** Adds a fragment with the samples that an open window gained since the last flush. */
  addFragment(window: number): void {
    this.gatherFresh(window);
    const row = this.rowOf(window);
    this.flush.addFragment(row, this.position);
    if (!this.watched.has(row.targetKey)) return;
    const live = { check: row.check, startMs: row.startMs, body: row.body };
    const rows = this.watchedRows.get(row.targetKey);
    if (rows === undefined) this.watchedRows.set(row.targetKey, [live]);
    else rows.push(live);
  }

  /**
   * Adds the samples that a window gained after its fold: one more row in addition to the folded one, and a fragment for live views, which
   * other readers ignore below the watermark.
   */
  lateFragment(window: number): void {
    this.addFragment(window);
    this.flush.addFolded(this.rowOf(window));
    this.lateHours.add(bucketStart('1h', this.samples.startMsOf(window)));
  }

  /** Adds a complete window, and with `withFragment` also a fragment of its unstored samples, for live views. */
  addWindow(window: number, withFragment: boolean): void {
    if (withFragment && this.samples.hasFresh(window)) this.addFragment(window);
    this.builder.clear();
    this.samples.eachSample(window, this.pushRow);
    this.flush.addFolded(this.rowOf(window));
  }

  private readonly pushRow: SampleVisitor = (agent, offsetMs, outcome, rttUs, detail): void => {
    this.builder.addSample(this.agentNumbers[agent], offsetMs, outcome, rttUs, detail);
  };

  private gatherFresh(window: number): void {
    this.builder.clear();
    this.samples.takeFresh(window, this.pushRow);
  }

  private rowOf(window: number): WindowRow {
    const samples = sortSamples(this.builder.buildSamples());
    this.histogram.clear();
    return {
      targetKey: this.samples.targetKeyOf(window),
      check: this.samples.checkOf(window),
      startMs: this.samples.startMsOf(window),
      counters: summarizeSamples(samples, this.histogram),
      histogram: this.histogram.encodeBins(),
      body: encodeSeriesBody(samples),
    };
  }

  async writeRows(transaction: T, watermarkMs: number | null): Promise<void> {
    await this.flush.flushRows(transaction, watermarkMs, [...this.lateHours]);
  }
}
