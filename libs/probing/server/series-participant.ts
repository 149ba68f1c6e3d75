import { windowStart } from '@icmp-mon/probing/wire';
import type {
  CheckpointPart,
  PendingWrite,
  RecordPlace,
  ResultBatch,
  ShardClock,
  ShardDirectory,
  ShardParticipant,
  TargetEntry,
  WriterTransaction,
} from '@icmp-mon/shard/engine';
import type { AgentNumbers } from './agent-numbers';
import { type LiveBus, LivePublisher } from './live-publisher';
import { SampleStore } from './sample-store';
import { closeFragments } from './close-fragments';
import { SeriesRows } from './series-rows';

/** A window is folded this long after its end, so that live results on their way still find it open. */
const FOLD_GRACE_MS = 20_000;
/** Shards fold one after the other. */
const FOLD_STAGGER_MS = 2_000;
/** Fragments wait while they would be more rows a second than this, but never longer than the maximum. */
const FRAGMENT_ROWS_PER_S = 500;
const FRAGMENT_WAIT_MS_MAX = 10_000;
/** A log that runs this much faster than the clock is being caught up with. */
const CATCH_UP_SPEED = 2;
/** Ticks come each second, some of them in pairs: that much proves nothing. */
const CATCH_UP_SLACK_MS = 5_000;

interface SeriesHead {
  cutMs: number;
  agents: string[];
}

/** Results of one shard on their way into `probe_recent` (fragments) and `probe_series` (whole windows). */
export class SeriesParticipant implements ShardParticipant {
  readonly name = 'series';
  private readonly samples = new SampleStore();
  private readonly dirty = new Set<number>();
  private readonly lateDirty = new Set<number>();
  private readonly folding = new Set<number>();
  /** Windows that start before it are folded. */
  private cutMs = 0;
  /** The cut that readers know; until it is the same, it is a pending effect. */
  private storedCutMs = 0;
  private checkpointDue = false;
  private lastFlushMs = 0;
  /** The log's own time, now and at the last flush. */
  private logMs = 0;
  private lastFlushLogMs = 0;
  private offset = -1;
  /** Results of watched targets are stored at higher positions, by a former owner. */
  private isBehind = false;
  private readonly live: LivePublisher;

  constructor(
    private readonly shard: number,
    private readonly directoryOf: () => ShardDirectory,
    private readonly agentNumbers: AgentNumbers,
    liveBus: LiveBus,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly fragmentRowsPerS = FRAGMENT_ROWS_PER_S,
  ) {
    this.live = new LivePublisher(shard, liveBus);
  }

  onResults(batch: ResultBatch, _clock: ShardClock, place: RecordPlace): void {
    this.follow(place);
    for (let row = 0; row < batch.count; row++) {
      const sampleMs = batch.sampleMs[row];
      const late = sampleMs < this.cutMs;
      // Late samples never go ahead: they wait for the commit that stores the position.
      const stored = place.muted || (!late && place.ahead !== null && isAhead(place, batch.target[row].key));
      if (late && stored) continue;
      const window = this.samples.add(
        batch.target[row].key,
        batch.check[row],
        sampleMs,
        batch.agent.index,
        batch.outcome[row],
        batch.rttUs[row],
        stored,
      );
      // A window that waits to be folded takes late samples along; its row is not written yet.
      if (!stored && !this.folding.has(window)) (late ? this.lateDirty : this.dirty).add(window);
    }
  }

  onTargetRemoved(_target: TargetEntry, _clock: ShardClock, place: RecordPlace): void {
    this.follow(place);
  }

  onTick(clock: ShardClock, place: RecordPlace): void {
    this.follow(place);
    this.logMs = clock.atMs;
    if (this.lastFlushLogMs === 0) this.lastFlushLogMs = clock.atMs;
    const cutMs = windowStart(clock.atMs - FOLD_GRACE_MS - this.shard * FOLD_STAGGER_MS);
    if (cutMs <= this.cutMs) return;
    const first = this.cutMs === 0;
    this.cutMs = cutMs;
    if (place.muted) this.storedCutMs = cutMs;
    for (const window of this.samples.before(cutMs)) {
      this.dirty.delete(window);
      if (this.lateDirty.has(window)) continue;
      if (place.muted) this.samples.drop(window);
      else this.folding.add(window);
    }
    this.checkpointDue ||= !first && !place.muted;
  }

  private follow({ offset, ahead }: RecordPlace): void {
    this.offset = offset;
    this.isBehind = ahead !== null;
  }

  wantsCheckpoint(): boolean {
    return this.checkpointDue;
  }

  async prepare(): Promise<void> {
    await this.agentNumbers.know([...this.directoryOf().agents.values()]);
  }

  hasPending(): boolean {
    return this.dirty.size + this.lateDirty.size + this.folding.size > 0 || this.cutMs !== this.storedCutMs;
  }

  take(force: boolean): PendingWrite | null {
    if (!this.hasPending()) {
      if (force) this.checkpointDue = false;
      return null;
    }
    if (!force && !this.isDue()) return this.takeWatched();
    const numbers = this.agentNumbers.of([...this.directoryOf().agents.values()]);
    if (!numbers) return null;
    const watched = this.live.watched();
    const catchingUp = this.isCatchingUp();
    this.lastFlushMs = this.nowMs();
    this.lastFlushLogMs = this.logMs;
    const rows = new SeriesRows(this.shard, this.offset, numbers, this.samples, watched);
    const cutMs = this.cutMs === this.storedCutMs ? null : this.cutMs;
    for (const window of this.dirty) rows.fragment(window);
    for (const window of this.lateDirty) rows.lateFragment(window);
    for (const window of this.folding) {
      rows.window(window, !catchingUp || watched.has(this.samples.targetKeyOf(window)));
    }
    for (const window of [...this.lateDirty, ...this.folding]) this.samples.drop(window);
    this.dirty.clear();
    this.lateDirty.clear();
    this.folding.clear();
    this.storedCutMs = this.cutMs;
    if (force) this.checkpointDue = false;
    return {
      rows: rows.count,
      write: (transaction) => rows.write(transaction, cutMs),
      committed: this.live.stored(this.offset, rows.watchedRows, this.isBehind),
    };
  }

  /** What somebody looks at does not wait for the row budget of the whole shard. */
  private takeWatched(): PendingWrite | null {
    const watched = this.live.watched();
    const windows: number[] = [];
    for (const key of watched) windows.push(...this.samples.ofTarget(key).filter((window) => this.dirty.has(window)));
    const numbers = windows.length > 0 ? this.agentNumbers.of([...this.directoryOf().agents.values()]) : null;
    if (!numbers) return null;
    const rows = new SeriesRows(this.shard, this.offset, numbers, this.samples, watched);
    for (const window of windows) {
      rows.fragment(window);
      this.dirty.delete(window);
    }
    return {
      rows: rows.count,
      write: (transaction) => rows.write(transaction, null),
      committed: this.live.stored(this.offset, rows.watchedRows, this.isBehind),
      ahead: [...rows.watchedRows.keys()],
    };
  }

  private isDue(): boolean {
    if (this.folding.size > 0 || this.cutMs !== this.storedCutMs) return true;
    const waitMs = this.isCatchingUp()
      ? FRAGMENT_WAIT_MS_MAX
      : Math.min((this.dirty.size / this.fragmentRowsPerS) * 1_000, FRAGMENT_WAIT_MS_MAX);
    return this.nowMs() - this.lastFlushMs >= waitMs;
  }

  /** After an outage what is read is old anyway: whole windows, in one row each, are stored sooner than fragments of them. */
  private isCatchingUp(): boolean {
    const waitedMs = this.nowMs() - this.lastFlushMs;
    return this.logMs - this.lastFlushLogMs > CATCH_UP_SPEED * waitedMs + CATCH_UP_SLACK_MS;
  }

  /** Fragments of open windows become rows of their own: what they miss is lost with the log, so no whole window will come. */
  async skip(transaction: WriterTransaction, _clock: ShardClock, position: number | null): Promise<void> {
    for (const window of this.samples.before(Infinity)) this.samples.drop(window);
    for (const windows of [this.dirty, this.lateDirty, this.folding]) windows.clear();
    this.cutMs = Math.max(this.cutMs, await closeFragments(transaction, this.shard, position));
    this.storedCutMs = this.cutMs;
    this.checkpointDue = false;
  }

  /** Open windows only: what is folded or late is stored by the commit that stores the checkpoint. */
  checkpoint(): CheckpointPart {
    const windows = this.samples.inOrder(this.cutMs);
    const total = windows.reduce((sum, window) => sum + this.samples.sizeOf(window), 0);
    const agents = [...this.directoryOf().agents.values()].sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    const order = new Map(agents.map((agent, at) => [agent.index, at]));
    const columns = {
      targetKey: Uint32Array.from(windows, (window) => this.samples.targetKeyOf(window)),
      check: Uint16Array.from(windows, (window) => this.samples.checkOf(window)),
      startMs: Float64Array.from(windows, (window) => this.samples.startMsOf(window)),
      size: Uint32Array.from(windows, (window) => this.samples.sizeOf(window)),
      agent: new Uint16Array(total),
      offsetMs: new Uint32Array(total),
      outcome: new Uint8Array(total),
      rttUs: new Uint32Array(total),
    };
    let at = 0;
    for (const window of windows) {
      this.samples.eachSample(window, (agent, offsetMs, outcome, rttUs) => {
        columns.agent[at] = order.get(agent) ?? 0;
        columns.offsetMs[at] = offsetMs;
        columns.outcome[at] = outcome;
        columns.rttUs[at++] = rttUs;
      });
    }
    const head: SeriesHead = { cutMs: this.cutMs, agents: agents.map(({ agentId }) => agentId) };
    return { head, columns };
  }

  restore({ head, columns }: CheckpointPart): void {
    const { cutMs, agents } = head as SeriesHead;
    this.cutMs = cutMs;
    this.storedCutMs = cutMs;
    const indexes = agents.map((agentId) => this.directoryOf().agents.get(agentId)?.index ?? 0);
    const total = Array.from(columns['size']).reduce((sum, size) => sum + size, 0);
    if (total !== columns['agent'].length)
      throw new Error(`a checkpoint of ${total} samples has ${columns['agent'].length}`);
    let at = 0;
    for (let window = 0; window < columns['targetKey'].length; window++) {
      for (let end = at + columns['size'][window]; at < end; at++) {
        const sampleMs = columns['startMs'][window] + columns['offsetMs'][at];
        const agent = indexes[columns['agent'][at]];
        const key = columns['targetKey'][window];
        this.samples.add(
          key,
          columns['check'][window],
          sampleMs,
          agent,
          columns['outcome'][at],
          columns['rttUs'][at],
          true,
        );
      }
    }
  }
}

function isAhead({ ahead, offset }: RecordPlace, key: number): boolean {
  return offset <= (ahead?.get(key) ?? -1);
}
