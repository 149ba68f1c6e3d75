import { setTimeout as pause } from 'node:timers/promises';
import { frameBlock, LANE, writeUpload } from '@icmp-mon/probing/contract';
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
      const waitMs = await this.upload(body, failures);
      if (waitMs !== null) {
        failures++;
        this.counts.retries++;
        await pause(waitMs);
        continue;
      }
      failures = 0;
      this.queue.splice(0, blocks.length);
      for (const { results } of blocks) this.queuedResults -= results;
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

  /** Null when the gateway has it, else how long to wait before the same upload is sent again. */
  private async upload(body: Uint8Array, failures: number): Promise<number | null> {
    const backOffMs = Math.min(RETRY_MS_MAX, 100 * 2 ** failures);
    try {
      const answer = await this.connection.upload(this.name, body);
      this.counts.requests++;
      this.counts.bytes += body.length;
      if (answer.status === 204) return null;
      if (answer.status !== 200) return Math.max(backOffMs, answer.status === 429 ? answer.retryAfterS * 1_000 : 0);
      this.counts.refusedBlocks += (JSON.parse(answer.body) as { refused: unknown[] }).refused.length;
      return null;
    } catch {
      // The gateway is away, or the connection was cut: what an agent's spool is for.
      return backOffMs;
    }
  }
}
