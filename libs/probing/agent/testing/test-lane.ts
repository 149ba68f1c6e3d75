import { BackOff, type BackOffOptions, pause } from '@icmp-mon/platform/concurrency';
import { type EncodedBody, frameBlock, LANE, type ResultsResponse, writeUpload } from '@icmp-mon/probing/wire';
import { type Answer, jsonOf, retryAfterMs, type TestClient } from './test-client';

const UPLOAD_BLOCKS_MAX = 1_024;
const UPLOAD_BYTES_MAX = 1_048_576;
const BACK_OFF = { firstMs: 200, maxMs: 2_000 };

export interface LaneCounts {
  /** Uploads that were answered. */
  requests: number;
  uploads: number;
  /** Uploads without an answer, or refused. */
  failed: number;
  bytes: number;
  retries: number;
  refusedBlocks: number;
}

export interface LaneBlock<N> {
  bytes: Uint8Array;
  /** 0 for a repeated block. */
  results: number;
  /** Data that the test attaches to the block. */
  note: N;
}

export interface TestLaneOptions {
  boot: number;
  /** Most blocks per upload; unset, as many as an upload holds. */
  blocksMax?: number;
  backOff?: BackOffOptions;
  /** Headers of each upload. */
  headers?: () => Record<string, string>;
  /** Timeout of an upload; the client's unless set. */
  timeoutMs?: number;
}

/** The part of `TestAgent` that a lane needs. */
export interface LaneAgent {
  readonly agentId: string;
  readonly client: Pick<TestClient, 'sendUpload'>;
}

/** One lane of a test agent: blocks in order of their sequence, one request in flight, kept until the gateway acknowledges them. */
export class TestLane<N = undefined> {
  readonly counts: LaneCounts = { requests: 0, uploads: 0, failed: 0, bytes: 0, retries: 0, refusedBlocks: 0 };
  queuedResults = 0;
  blocksMax: number;
  private boot: number;
  private queue: LaneBlock<N>[] = [];
  private sequence = 0;
  private shipping: Promise<void> | null = null;
  private readonly stopped = new AbortController();
  private readonly backOff: BackOff;

  constructor(
    private readonly agent: LaneAgent,
    private readonly name: keyof typeof LANE,
    private readonly options: TestLaneOptions,
  ) {
    this.boot = options.boot;
    this.blocksMax = options.blocksMax ?? Infinity;
    this.backOff = new BackOff(options.backOff ?? BACK_OFF);
  }

  get queuedBlocks(): number {
    return this.queue.length;
  }

  /** Queues a block; twice with `repeated`, as after a lost answer. */
  add({ shard, body }: { shard: number; body: EncodedBody }, note: N, repeated = false): void {
    const { agentId } = this.agent;
    const address = { agentId, boot: this.boot, lane: LANE[this.name], shard, policyVersion: 1 };
    const block = { bytes: frameBlock({ ...address, sequence: ++this.sequence }, body), results: body.count, note };
    this.queue.push(block);
    this.queuedResults += body.count;
    if (repeated) this.queue.push({ ...block, results: 0 });
  }

  /** Removes and returns all queued blocks without sending them. */
  takeAll(): LaneBlock<N>[] {
    this.queuedResults = 0;
    return this.queue.splice(0);
  }

  /** Continues like a process that restarted with the same folder. */
  restartLane(boot: number): void {
    this.boot = boot;
    this.sequence = 0;
  }

  /** Ships queued blocks, including those added during shipping; resolves when the queue is empty. */
  shipQueued(): Promise<void> {
    this.shipping ??= this.shipAll().finally(() => (this.shipping = null));
    return this.shipping;
  }

  /** Stops shipping; queued blocks remain. */
  stop(): void {
    this.stopped.abort();
  }

  private async shipAll(): Promise<void> {
    const { signal } = this.stopped;
    while (this.queue.length > 0 && !signal.aborted) {
      const blocks = this.nextBlocks();
      const { waitMs, takenMax } = await this.sendUpload(writeUpload(blocks.map(({ bytes }) => bytes)));
      const taken = this.queue.splice(0, Math.min(blocks.length, takenMax));
      for (const { results } of taken) this.queuedResults -= results;
      if (taken.length > 0) this.backOff.succeeded();
      if (waitMs === 0) continue;
      this.counts.retries++;
      await pause(waitMs, signal);
    }
  }

  private nextBlocks(): LaneBlock<N>[] {
    let bytes = 0;
    let count = 0;
    const most = Math.min(this.queue.length, UPLOAD_BLOCKS_MAX, this.blocksMax);
    while (count < most) {
      bytes += 4 + this.queue[count].bytes.length;
      if (count > 0 && bytes > UPLOAD_BYTES_MAX) break;
      count++;
    }
    return this.queue.slice(0, count);
  }

  /** Returns how many of the upload's blocks the gateway has, from the first on, and how long to wait before the next upload. */
  private async sendUpload(body: Uint8Array): Promise<{ waitMs: number; takenMax: number }> {
    const { headers, timeoutMs } = this.options;
    let answer: Answer;
    try {
      answer = await this.agent.client.sendUpload(this.name, body, { headers: headers?.() ?? {}, timeoutMs });
    } catch {
      // Gateway unreachable or connection cut: the case for an agent's spool.
      return this.failedUpload(0);
    }
    this.counts.requests++;
    this.counts.bytes += body.length;
    if (answer.status === 204) return this.takenUpload(Infinity, 0);
    if (answer.status !== 200) return this.failedUpload(retryAfterMs(answer));
    const { refused, deferred } = jsonOf<ResultsResponse>(answer);
    this.counts.refusedBlocks += refused.length;
    return this.takenUpload(deferred?.from ?? Infinity, (deferred?.retryAfterS ?? 0) * 1_000);
  }

  private failedUpload(askedMs: number): { waitMs: number; takenMax: number } {
    this.counts.failed++;
    return { waitMs: Math.max(this.backOff.nextDelayMs(), askedMs), takenMax: 0 };
  }

  private takenUpload(takenMax: number, waitMs: number): { waitMs: number; takenMax: number } {
    this.counts.uploads++;
    return { waitMs, takenMax };
  }
}
