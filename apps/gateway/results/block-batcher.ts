import { encodeBlocksRecord, ENVELOPE_OVERHEAD_BYTES_MAX, type BlockEnvelope } from '@icmp-mon/probing/wire';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import type { OutgoingMessage } from '@icmp-mon/platform/messaging';

/** A record stays well below what a broker takes (1 MiB), its own framing included. */
const RECORD_BYTES_MAX = 900_000;
const RECORD_BLOCKS_MAX = 4_000;
/** A projector works on a record in one go: these cost it some 20 ms at most, however few bytes they are. */
const RECORD_RESULTS_MAX = 250_000;
/** A batch of this size does not wait for more. */
const BATCH_BYTES_FULL = 256 * 1024;

export interface ShardBlock {
  shard: number;
  /** How many the block holds. */
  results: number;
  envelope: BlockEnvelope;
}

interface OpenRecord {
  envelopes: BlockEnvelope[];
  bytes: number;
  results: number;
}

interface Batch {
  blocks: ShardBlock[];
  bytes: number;
  sent: Promise<void>;
  settle: { resolve(): void; reject(reason: unknown): void };
}

export interface BlockBatcherOptions {
  send(messages: OutgoingMessage[]): Promise<void>;
  /** Sends begin at least this far apart; what comes between them goes together. 100 ms unless said. */
  gatherMs?: number;
}

/**
 * Joins blocks of all agents into a few records per send, because the log costs by record. The first block after a quiet
 * time goes at once. One send is in flight at a time, so records keep the order in which requests came.
 */
export class BlockBatcher {
  private readonly gatherMs: number;
  private batch: Batch | null = null;
  private working = false;
  /** Ends the pause of `gather`. */
  private endPause: (() => void) | null = null;
  private lastSendMs = -Infinity;

  constructor(private readonly options: BlockBatcherOptions) {
    this.gatherMs = options.gatherMs ?? 100;
  }

  /** Resolves when all the blocks are durable; rejects as the send did, or when Kafka failed just before it. */
  add(blocks: readonly ShardBlock[]): Promise<void> {
    if (blocks.length === 0) return Promise.resolve();
    const batch = (this.batch ??= newBatch());
    for (const block of blocks) {
      batch.blocks.push(block);
      batch.bytes += block.envelope.block.length;
    }
    if (isFull(batch)) this.endPause?.();
    if (!this.working) void this.work();
    return batch.sent;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.batch !== null) {
      await this.gather();
      const { batch } = this;
      this.batch = null;
      this.lastSendMs = performance.now();
      try {
        await this.options.send(recordsOf(batch.blocks));
        batch.settle.resolve();
      } catch (error) {
        batch.settle.reject(error);
        this.refuseWaiting(error);
      }
    }
    this.working = false;
  }

  private async gather(): Promise<void> {
    const waitMs = this.lastSendMs + this.gatherMs - performance.now();
    if (waitMs <= 0 || this.batch === null || isFull(this.batch)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endPause = null;
  }

  /** Whoever waited behind a send that failed need not wait through another: their agents keep the blocks. */
  private refuseWaiting(error: unknown): void {
    const waiting = this.batch;
    this.batch = null;
    waiting?.settle.reject(
      error instanceof DependencyUnavailable ? error : new DependencyUnavailable('Kafka', { cause: error }),
    );
  }
}

/** Messages for the shards' partitions, each of blocks in the order in which they came. */
export function recordsOf(blocks: readonly ShardBlock[]): OutgoingMessage[] {
  const open = new Map<number, OpenRecord>();
  const messages: OutgoingMessage[] = [];
  const close = (shard: number): void => {
    const record = open.get(shard);
    if (record) messages.push({ key: null, partition: shard, value: encodeBlocksRecord(record.envelopes) });
    open.delete(shard);
  };
  for (const { shard, results, envelope } of blocks) {
    const bytes = envelope.block.length + ENVELOPE_OVERHEAD_BYTES_MAX;
    const before = open.get(shard);
    if (before && !hasRoom(before, bytes, results)) close(shard);
    const record = open.get(shard) ?? { envelopes: [], bytes: 0, results: 0 };
    record.envelopes.push(envelope);
    record.bytes += bytes;
    record.results += results;
    open.set(shard, record);
  }
  for (const shard of [...open.keys()]) close(shard);
  return messages;
}

function hasRoom(record: OpenRecord, bytes: number, results: number): boolean {
  if (record.envelopes.length === RECORD_BLOCKS_MAX) return false;
  return record.bytes + bytes <= RECORD_BYTES_MAX && record.results + results <= RECORD_RESULTS_MAX;
}

function isFull({ bytes }: Batch): boolean {
  return bytes >= BATCH_BYTES_FULL;
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A batch that fails is told to each of its requests; that none of them may be left to hear it is no fault.
  promise.catch(() => undefined);
  return { blocks: [], bytes: 0, sent: promise, settle: { resolve, reject } };
}
