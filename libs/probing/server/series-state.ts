import type { DetailCode } from '@icmp-mon/probing/contract';
import { windowStart } from '@icmp-mon/probing/wire';
import type { CheckpointPart, RecordPlace, ResultBatch, ShardClock, ShardDirectory } from '@icmp-mon/shard/engine';
import { detailColumns, type DetailColumns, readDetailColumns } from './checkpoint-details';
import { SampleStore } from './sample-store';

/** How long after its end a window is folded, in ms, so that delayed live results still find it open. */
const FOLD_GRACE_MS = 20_000;
/** Delay between the folds of two shards, in ms. */
const FOLD_STAGGER_MS = 2_000;
/** Head of the checkpoint; `cutMs` is the watermark. */
interface SeriesHead {
  cutMs: number;
  agents: string[];
}

/** Samples of one shard's open windows, and which of them are not stored yet, as a pure function of its log. */
export class SeriesState {
  readonly samples = new SampleStore();
  /** Open windows with unstored samples. */
  readonly dirty = new Set<number>();
  /** Folded windows with samples that arrived later. */
  readonly lateDirty = new Set<number>();
  /** Windows to be folded. */
  readonly folding = new Set<number>();
  /** Windows that start before it are folded, or are to be folded by the next flush. */
  watermarkMs = 0;
  /** Watermark that is stored for readers; while it differs, it is a pending effect. */
  storedWatermarkMs = 0;
  checkpointDue = false;
  /** The log's clock now, and at the first tick. */
  logMs = 0;
  firstLogMs = 0;
  offset = -1;
  /** True while a former owner has stored results of watched targets at higher positions. */
  isBehind = false;

  constructor(
    private readonly shard: number,
    private readonly directoryOf: () => ShardDirectory,
  ) {}

  get hasPending(): boolean {
    return this.dirty.size + this.lateDirty.size + this.folding.size > 0 || this.watermarkMs !== this.storedWatermarkMs;
  }

  onResults(batch: ResultBatch, place: RecordPlace): void {
    this.advanceTo(place);
    const hasDetails = batch.details.size > 0;
    for (let row = 0; row < batch.count; row++) {
      const sampleMs = batch.sampleMs[row];
      const late = sampleMs < this.watermarkMs;
      // Late samples are never committed ahead: they wait for the commit that stores the position.
      const stored =
        place.alreadyCommitted ||
        (!late && place.committedAhead !== null && isCommittedAhead(place, batch.target[row].key));
      if (late && stored) continue;
      const window = this.samples.add(
        batch.target[row].key,
        batch.check[row],
        sampleMs,
        batch.agent.index,
        batch.outcome[row],
        batch.rttUs[row],
        stored,
        hasDetails ? batch.details.get(row) : undefined,
      );
      // A window that waits for its fold includes late samples: its row is not written yet.
      if (!stored && !this.folding.has(window)) (late ? this.lateDirty : this.dirty).add(window);
    }
  }

  onTargetRemoved(place: RecordPlace): void {
    this.advanceTo(place);
  }

  onTick(clock: ShardClock, place: RecordPlace): void {
    this.advanceTo(place);
    this.logMs = clock.atMs;
    if (this.firstLogMs === 0) this.firstLogMs = clock.atMs;
    const watermarkMs = windowStart(clock.atMs - FOLD_GRACE_MS - this.shard * FOLD_STAGGER_MS);
    if (watermarkMs <= this.watermarkMs) return;
    const first = this.watermarkMs === 0;
    this.watermarkMs = watermarkMs;
    if (place.alreadyCommitted) this.storedWatermarkMs = watermarkMs;
    for (const window of this.samples.before(watermarkMs)) {
      this.dirty.delete(window);
      if (this.lateDirty.has(window)) continue;
      if (place.alreadyCommitted) this.samples.dropWindow(window);
      else this.folding.add(window);
    }
    this.checkpointDue ||= !first && !place.alreadyCommitted;
  }

  private advanceTo({ offset, committedAhead }: RecordPlace): void {
    this.offset = offset;
    this.isBehind = committedAhead !== null;
  }

  /** Called when all pending samples have been collected for a commit. */
  flushed(force: boolean): void {
    for (const window of [...this.lateDirty, ...this.folding]) this.samples.dropWindow(window);
    this.dirty.clear();
    this.lateDirty.clear();
    this.folding.clear();
    this.storedWatermarkMs = this.watermarkMs;
    if (force) this.checkpointDue = false;
  }

  /** Removes all open windows: windows before `watermarkMs` are stored. */
  forgetOpen(watermarkMs: number): void {
    for (const window of this.samples.before(Infinity)) this.samples.dropWindow(window);
    for (const windows of [this.dirty, this.lateDirty, this.folding]) windows.clear();
    this.watermarkMs = Math.max(this.watermarkMs, watermarkMs);
    this.storedWatermarkMs = this.watermarkMs;
    this.checkpointDue = false;
  }

  /** Contains open windows only: folded and late samples are stored by the commit that stores the checkpoint. */
  checkpoint(): CheckpointPart {
    const windows = this.samples.inOrder(this.watermarkMs);
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
    const details = new Map<number, DetailCode>();
    let at = 0;
    for (const window of windows) {
      this.samples.eachSample(window, (agent, offsetMs, outcome, rttUs, detail) => {
        if (detail !== undefined) details.set(at, detail);
        columns.agent[at] = order.get(agent) ?? 0;
        columns.offsetMs[at] = offsetMs;
        columns.outcome[at] = outcome;
        columns.rttUs[at++] = rttUs;
      });
    }
    const head: SeriesHead = { cutMs: this.watermarkMs, agents: agents.map(({ agentId }) => agentId) };
    return { head, columns: { ...columns, ...detailColumns(details) } };
  }

  restore({ head, columns }: CheckpointPart): void {
    const { cutMs, agents } = head as SeriesHead;
    this.watermarkMs = cutMs;
    this.storedWatermarkMs = cutMs;
    const indexes = agents.map((agentId) => this.directoryOf().agents.get(agentId)?.index ?? 0);
    const total = Array.from(columns['size']).reduce((sum, size) => sum + size, 0);
    if (total !== columns['agent'].length)
      throw new Error(`the checkpoint of the series declares ${total} samples but contains ${columns['agent'].length}`);
    const details = readDetailColumns(columns as Partial<DetailColumns>);
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
          details.get(at),
        );
      }
    }
  }
}

function isCommittedAhead({ committedAhead, offset }: RecordPlace, key: number): boolean {
  return offset <= (committedAhead?.get(key) ?? -1);
}
