import { type LogBounds, LogOffsetOutOfBounds, type LogReader, type LogRecord } from '@icmp-mon/platform/messaging';
import type { SimulatedLog } from './log-simulation';
import { SimulatedFailure, type SimulatedProcess } from './simulated-process';
import type { World } from './world';

const BATCH_MAX = 40;
const POLL_MS = 100;

/** The broker: one partition per shard; each record appears at its time. */
export class SimulatedBroker {
  private readonly stalledUntilMs: number[] = [];
  private readonly readers = new Set<SimulatedLogReader>();

  constructor(
    private readonly world: World,
    readonly logs: readonly SimulatedLog[],
    private readonly logSpeed: number,
  ) {}

  openReader(process: SimulatedProcess): SimulatedLogReader {
    const reader = new SimulatedLogReader(this.world, this, process);
    this.readers.add(reader);
    return reader;
  }

  stall(shard: number, forMs: number): void {
    this.stalledUntilMs[shard] = this.world.nowMs + forMs;
  }

  /** Reports to all readers of the shard's log that it cannot be read. */
  failShardLog(shard: number): void {
    for (const reader of this.readers) reader.failPartition(shard);
  }

  /** Returns how many records of the shard's log can be read now. */
  endOffset(shard: number): number {
    const { seconds } = this.logs[shard];
    if (this.logSpeed === 0) return seconds.length;
    const second = (this.world.nowMs / 1_000) * this.logSpeed;
    const next = seconds.findIndex((each) => each > second);
    return next < 0 ? seconds.length : next;
  }

  isStalled(shard: number): boolean {
    return this.world.nowMs < (this.stalledUntilMs[shard] ?? 0);
  }
}

interface Following {
  isEnded: boolean;
  handling: Promise<void>;
  onFailed: (error: unknown) => void;
}

/** The log as one process reads it, delivered like by the product's consumer. */
export class SimulatedLogReader implements LogReader {
  private readonly followings = new Map<number, Following>();

  constructor(
    private readonly world: World,
    private readonly broker: SimulatedBroker,
    private readonly process: SimulatedProcess,
  ) {}

  get partitionCount(): number {
    return this.broker.logs.length;
  }

  async logBounds(partition: number): Promise<LogBounds> {
    await this.process.time.sleepFor(1);
    return { low: 0, high: this.broker.endOffset(partition) };
  }

  async followPartition(
    partition: number,
    fromOffset: number,
    onRecords: (records: LogRecord[]) => Promise<void>,
    onFailed: (error: unknown) => void = () => undefined,
  ): Promise<void> {
    const bounds = await this.logBounds(partition);
    if (fromOffset > bounds.high) throw new LogOffsetOutOfBounds('shard', partition, fromOffset, bounds);
    if (this.followings.get(partition)?.isEnded === false) {
      throw new Error(`shard/${partition} is being read already: end that stream first`);
    }
    const following: Following = { isEnded: false, handling: Promise.resolve(), onFailed };
    this.followings.set(partition, following);
    void this.readRecords(partition, fromOffset, following, onRecords);
  }

  private async readRecords(
    partition: number,
    fromOffset: number,
    following: Following,
    onRecords: (records: LogRecord[]) => Promise<void>,
  ): Promise<void> {
    let next = fromOffset;
    while (!following.isEnded) {
      const end = this.broker.isStalled(partition) ? next : this.broker.endOffset(partition);
      const to = Math.min(end, next + 1 + this.world.below(BATCH_MAX));
      const records = this.broker.logs[partition].records
        .slice(next, to)
        .map((value, at): LogRecord => ({ offset: next + at, timestampMs: 0, value: Buffer.from(value) }));
      next = Math.max(next, to);
      if (records.length > 0) {
        following.handling = onRecords(records);
        try {
          await following.handling;
        } catch (error) {
          this.endFollowing(following, error);
        }
      }
      await this.process.time.sleepFor(records.length > 0 ? this.world.below(20) : POLL_MS);
    }
  }

  private endFollowing(following: Following, error: unknown): void {
    if (following.isEnded) return;
    following.isEnded = true;
    following.onFailed(error);
  }

  failPartition(partition: number): void {
    const following = this.followings.get(partition);
    if (following)
      this.process.deliverWork(() => this.endFollowing(following, new SimulatedFailure('the log cannot be read')));
  }

  async unfollowPartition(partition: number): Promise<void> {
    const following = this.followings.get(partition);
    this.followings.delete(partition);
    if (!following) return;
    following.isEnded = true;
    // `readRecords` handles a failure; here only the end matters.
    await Promise.allSettled([following.handling]);
  }

  async close(): Promise<void> {
    for (const partition of [...this.followings.keys()]) await this.unfollowPartition(partition);
  }
}
