import type { PendingWrite, ShardDirectory } from '@icmp-mon/shard/engine';
import type { AgentNumbers } from './agent-numbers';
import { type LiveBus, LivePublisher } from './live-publisher';
import { SeriesRows } from './series-rows';
import type { SeriesState } from './series-state';
import type { SeriesTables } from './series-tables';

/** Highest rate of fragment rows per second: fragments wait to stay below it, but never longer than the maximum. */
export const FRAGMENT_ROWS_PER_S = 500;
const FRAGMENT_WAIT_MS_MAX = 10_000;
/** Speed of the log, relative to the clock, from which on the shard is catching up. */
const CATCH_UP_SPEED = 2;
/** Tolerance: ticks come every second, some of them in pairs. */
const CATCH_UP_SLACK_MS = 5_000;

export interface SeriesEffectsOptions<T> {
  tables: SeriesTables<T>;
  agentNumbers: AgentNumbers;
  liveBus: LiveBus;
  nowMs: () => number;
  fragmentRowsPerS: number;
}

/** Writes a shard's unstored samples: fragments of open windows as the row budget allows, and windows after their end. */
export class SeriesEffects<T> {
  private readonly live: LivePublisher;
  private lastFlushMs = 0;
  /** The log's clock at the last flush; 0 before the first. */
  private lastFlushLogMs = 0;

  constructor(
    private readonly shard: number,
    private readonly state: SeriesState,
    private readonly directoryOf: () => ShardDirectory,
    private readonly options: SeriesEffectsOptions<T>,
  ) {
    this.live = new LivePublisher(shard, options.liveBus);
  }

  async prepareWrite(): Promise<void> {
    await this.options.agentNumbers.assignNumbers([...this.directoryOf().agents.values()]);
  }

  private numbers(): Uint16Array | null {
    return this.options.agentNumbers.numbersOf([...this.directoryOf().agents.values()]);
  }

  drainEffects(force: boolean): PendingWrite<T> | null {
    const { state } = this;
    if (!state.hasPending) {
      if (force) state.checkpointDue = false;
      return null;
    }
    if (!force && !this.isDue()) return this.takeWatched();
    const numbers = this.numbers();
    if (!numbers) return null;
    const watched = this.live.watchedKeys();
    const catchingUp = this.isCatchingUp();
    this.lastFlushMs = this.options.nowMs();
    this.lastFlushLogMs = state.logMs;
    const rows = this.pendingRows(numbers, watched);
    const watermarkMs = state.watermarkMs === state.storedWatermarkMs ? null : state.watermarkMs;
    for (const window of state.dirty) rows.addFragment(window);
    for (const window of state.lateDirty) rows.lateFragment(window);
    for (const window of state.folding) {
      rows.addWindow(window, !catchingUp || watched.has(state.samples.targetKeyOf(window)));
    }
    state.flushed(force);
    return {
      rows: rows.count,
      writeRows: (transaction) => rows.writeRows(transaction, watermarkMs),
      afterCommit: this.live.prepareMessages(state.offset, rows.watchedRows, state.isBehind),
    };
  }

  /** Writes fragments of watched targets, which do not wait for the shard's row budget. */
  private takeWatched(): PendingWrite<T> | null {
    const { state } = this;
    const watched = this.live.watchedKeys();
    const windows: number[] = [];
    for (const key of watched) windows.push(...state.samples.ofTarget(key).filter((window) => state.dirty.has(window)));
    const numbers = windows.length > 0 ? this.numbers() : null;
    if (!numbers) return null;
    const rows = this.pendingRows(numbers, watched);
    for (const window of windows) {
      rows.addFragment(window);
      state.dirty.delete(window);
    }
    return {
      rows: rows.count,
      writeRows: (transaction) => rows.writeRows(transaction, null),
      afterCommit: this.live.prepareMessages(state.offset, rows.watchedRows, state.isBehind),
      committedAhead: [...rows.watchedRows.keys()],
    };
  }

  private pendingRows(numbers: Uint16Array, watched: ReadonlySet<number>): SeriesRows<T> {
    const flush = this.options.tables.openFlush(this.shard);
    return new SeriesRows(flush, this.state.offset, numbers, this.state.samples, watched);
  }

  private isDue(): boolean {
    const { dirty, folding, watermarkMs, storedWatermarkMs } = this.state;
    const { nowMs, fragmentRowsPerS } = this.options;
    if (folding.size > 0 || watermarkMs !== storedWatermarkMs) return true;
    const waitMs = this.isCatchingUp()
      ? FRAGMENT_WAIT_MS_MAX
      : Math.min((dirty.size / fragmentRowsPerS) * 1_000, FRAGMENT_WAIT_MS_MAX);
    return nowMs() - this.lastFlushMs >= waitMs;
  }

  /** Whether the log runs faster than the clock, as after an outage: complete windows, one row per window, are stored instead of fragments. */
  private isCatchingUp(): boolean {
    const waitedMs = this.options.nowMs() - this.lastFlushMs;
    const { logMs, firstLogMs } = this.state;
    return logMs - (this.lastFlushLogMs || firstLogMs) > CATCH_UP_SPEED * waitedMs + CATCH_UP_SLACK_MS;
  }
}
