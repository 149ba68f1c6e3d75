import { BackOff, type BackOffOptions, pause } from '@icmp-mon/platform/concurrency';
import { type EncodedBody, frameBlock, LANE, type ResultsResponse, writeUpload } from '@icmp-mon/probing/wire';
import { type Answer, jsonOf, retryAfterMs, type TestClient } from './test-client';

const UPLOAD_BLOCKS_MAX = 1_024;
const UPLOAD_BYTES_MAX = 1_048_576;
const BACK_OFF = { firstMs: 200, maxMs: 2_000 };

export interface LaneCounts {
  /** Uploads that were answered, and of these those that were taken. */
  requests: number;
  uploads: number;
  /** Uploads without an answer, or that were refused. */
  failed: number;
  bytes: number;
  retries: number;
  refusedBlocks: number;
}

export interface LaneBlock<N> {
  bytes: Uint8Array;
  /** None for a repeat. */
  results: number;
  /** What the test wants to know of it. */
  note: N;
}

export interface TestLaneOptions {
  boot: number;
  /** Blocks in one upload at most; an agent that catches up takes what an upload holds. */
  blocksMax?: number;
  backOff?: BackOffOptions;
  /** Of each upload. */
  headers?: () => Record<string, string>;
  /** Of an upload; that of the agent unless set. */
  timeoutMs?: number;
}

/** What a lane needs of a `TestAgent`. */
export interface LaneAgent {
  readonly agentId: string;
  readonly client: Pick<TestClient, 'upload'>;
}

/** One lane of a test agent: blocks in order of their sequence, one request in flight, kept until the gateway has them. */
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

  /** Queues a block, twice with `repeated`, as after an answer that was lost. */
  add({ shard, body }: { shard: number; body: EncodedBody }, note: N, repeated = false): void {
    const { agentId } = this.agent;
    const address = { agentId, boot: this.boot, lane: LANE[this.name], shard, policyVersion: 1 };
    const block = { bytes: frameBlock({ ...address, sequence: ++this.sequence }, body), results: body.count, note };
    this.queue.push(block);
    this.queuedResults += body.count;
    if (repeated) this.queue.push({ ...block, results: 0 });
  }

  /** Takes what waits without sending it. */
  takeAll(): LaneBlock<N>[] {
    this.queuedResults = 0;
    return this.queue.splice(0);
  }

  /** As a process that starts again with the same folder. */
  restart(boot: number): void {
    this.boot = boot;
    this.sequence = 0;
  }

  /** Ships what is queued, and what is added during it; resolves when nothing is left. */
  ship(): Promise<void> {
    this.shipping ??= this.shipAll().finally(() => (this.shipping = null));
    return this.shipping;
  }

  /** Ends without shipping what is left. */
  stop(): void {
    this.stopped.abort();
  }

  private async shipAll(): Promise<void> {
    const { signal } = this.stopped;
    while (this.queue.length > 0 && !signal.aborted) {
      const blocks = this.next();
      const { waitMs, takenMax } = await this.upload(writeUpload(blocks.map(({ bytes }) => bytes)));
      const taken = this.queue.splice(0, Math.min(blocks.length, takenMax));
      for (const { results } of taken) this.queuedResults -= results;
      if (taken.length > 0) this.backOff.succeeded();
      if (waitMs === 0) continue;
      this.counts.retries++;
      await pause(waitMs, signal);
    }
  }

  private next(): LaneBlock<N>[] {
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

  /** How many of the upload's blocks the gateway has, from the first on, and how long to wait before the next upload. */
  private async upload(body: Uint8Array): Promise<{ waitMs: number; takenMax: number }> {
    const { headers, timeoutMs } = this.options;
    let answer: Answer;
    try {
      answer = await this.agent.client.upload(this.name, body, { headers: headers?.() ?? {}, timeoutMs });
    } catch {
      // The gateway is away, or the connection was cut: what an agent's spool is for.
      return this.failed(0);
    }
    this.counts.requests++;
    this.counts.bytes += body.length;
    if (answer.status === 204) return this.taken(Infinity, 0);
    if (answer.status !== 200) return this.failed(retryAfterMs(answer));
    const { refused, deferred } = jsonOf<ResultsResponse>(answer);
    this.counts.refusedBlocks += refused.length;
    return this.taken(deferred?.from ?? Infinity, (deferred?.retryAfterS ?? 0) * 1_000);
  }

  private failed(askedMs: number): { waitMs: number; takenMax: number } {
    this.counts.failed++;
    return { waitMs: Math.max(this.backOff.failed(), askedMs), takenMax: 0 };
  }

  private taken(takenMax: number, waitMs: number): { waitMs: number; takenMax: number } {
    this.counts.uploads++;
    return { waitMs, takenMax };
  }
}
