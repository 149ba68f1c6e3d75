import { setTimeout as pause } from 'node:timers/promises';
import { frameBlock, LANE, type ResultsAnswer, writeUpload } from '@icmp-mon/probing/wire';
import type { AgentConnection } from './agent-connection';
import type { ShardBody } from './simulated-agent';

const UPLOAD_BLOCKS_MAX = 1_024;
const UPLOAD_BYTES_MAX = 1_048_576;
const RETRY_MS_MAX = 2_000;

export interface LaneCounts {
  requests: number;
  bytes: number;
  retries: number;
  refusedBlocks: number;
}

interface QueuedBlock {
  bytes: Uint8Array;
  results: number;
}

/** One lane of one agent: blocks in order of their sequence, one request in flight, kept until the gateway has them. */
export class SimulatedLane {
  readonly counts: LaneCounts = { requests: 0, bytes: 0, retries: 0, refusedBlocks: 0 };
  queuedResults = 0;
  /** Blocks in one upload at most; an agent that catches up takes what an upload holds. */
  blocksMax = Infinity;
  private queue: QueuedBlock[] = [];
  private sequence = 0;
  private shipping: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly connection: AgentConnection,
    private readonly name: 'live' | 'backfill',
    private readonly boot: number,
  ) {}

  /** Queues a block, twice with `repeated`, as after an answer that was lost. */
  add({ shard, body }: ShardBody, repeated: boolean): void {
    const { agentId } = this.connection;
    const address = { agentId, boot: this.boot, lane: LANE[this.name], shard, policyVersion: 1 };
    const bytes = frameBlock({ ...address, sequence: ++this.sequence }, body);
    const block = { bytes, results: body.count };
    this.queue.push(block);
    this.queuedResults += body.count;
    if (repeated) this.queue.push({ ...block, results: 0 });
  }

  /** Ships what is queued, and what is added meanwhile; resolves when nothing is left. */
  ship(): Promise<void> {
    this.shipping ??= this.shipAll().finally(() => (this.shipping = null));
    return this.shipping;
  }

  stop(): void {
    this.stopped = true;
  }

  private async shipAll(): Promise<void> {
    let failures = 0;
    while (this.queue.length > 0 && !this.stopped) {
      const blocks = this.next();
      const body = writeUpload(blocks.map(({ bytes }) => bytes));
      const { waitMs, takenMax } = await this.upload(body, failures);
      const taken = this.queue.splice(0, Math.min(blocks.length, takenMax));
      for (const { results } of taken) this.queuedResults -= results;
      failures = taken.length > 0 ? 0 : failures + 1;
      if (waitMs === 0) continue;
      this.counts.retries++;
      await pause(waitMs);
    }
  }

  private next(): QueuedBlock[] {
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
  private async upload(body: Uint8Array, failures: number): Promise<{ waitMs: number; takenMax: number }> {
    const backOffMs = Math.min(RETRY_MS_MAX, 100 * 2 ** failures);
    try {
      const answer = await this.connection.upload(this.name, body);
      this.counts.requests++;
      this.counts.bytes += body.length;
      if (answer.status === 204) return { waitMs: 0, takenMax: Infinity };
      if (answer.status !== 200) {
        return { waitMs: Math.max(backOffMs, answer.status === 429 ? answer.retryAfterS * 1_000 : 0), takenMax: 0 };
      }
      const { refused, deferred } = JSON.parse(answer.body) as ResultsAnswer;
      this.counts.refusedBlocks += refused.length;
      return deferred === undefined
        ? { waitMs: 0, takenMax: Infinity }
        : { waitMs: deferred.retryAfterS * 1_000, takenMax: deferred.from };
    } catch {
      // The gateway is away, or the connection was cut: what an agent's spool is for.
      return { waitMs: backOffMs, takenMax: 0 };
    }
  }
}
