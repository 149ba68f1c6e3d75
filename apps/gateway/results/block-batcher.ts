import { type BlockEnvelope, BlocksRecord, ENVELOPE_OVERHEAD_BYTES_MAX } from '@icmp-mon/probing/wire';
import { Batching } from '@icmp-mon/platform/batching';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import type { MessageToSend } from '@icmp-mon/platform/messaging';

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

export interface RecordMessage extends MessageToSend {
  value: BlocksRecord;
}

export interface BlockBatcherOptions {
  send(messages: RecordMessage[]): Promise<void>;
  /** Sends begin at least this far apart; what comes between them goes together. 100 ms unless set. */
  gatherMs?: number;
}

/**
 * Joins blocks of all agents into a few records per send, because the log costs by record. The first block after a quiet
 * time goes at once. One send is in flight at a time, so records keep the order in which requests came.
 */
export class BlockBatcher {
  private readonly uploads: Batching<readonly ShardBlock[], void>;

  constructor({ send, gatherMs = 100 }: BlockBatcherOptions) {
    const gather = { everyMs: gatherMs, fullWeight: BATCH_BYTES_FULL, weightOf: bytesOf };
    this.uploads = new Batching(
      { batchMax: Infinity, concurrentMax: 1, gather, failWaiting: kafkaIsAway },
      async (uploads) => {
        await send(recordsOf(uploads.flat()));
        return uploads.map(() => undefined);
      },
    );
  }

  /** Resolves when all the blocks are durable; rejects as the send did, or when Kafka failed just before it. */
  async add(blocks: readonly ShardBlock[]): Promise<void> {
    if (blocks.length > 0) await this.uploads.ask(blocks);
  }
}

const bytesOf = (blocks: readonly ShardBlock[]): number =>
  blocks.reduce((bytes, { envelope }) => bytes + envelope.block.length, 0);

/** Uploads that waited behind a send that failed need not wait through another: their agents keep the blocks. */
function kafkaIsAway(error: unknown): DependencyUnavailable {
  return error instanceof DependencyUnavailable ? error : new DependencyUnavailable('Kafka', { cause: error });
}

/** Messages for the shards' partitions, each of blocks in the order in which they came. */
export function recordsOf(blocks: readonly ShardBlock[]): RecordMessage[] {
  const open = new Map<number, OpenRecord>();
  const messages: RecordMessage[] = [];
  const close = (shard: number): void => {
    const record = open.get(shard);
    if (record) messages.push({ key: null, partition: shard, value: new BlocksRecord(record.envelopes) });
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
