import { type BlockEnvelope, BlocksRecord, ENVELOPE_OVERHEAD_BYTES_MAX } from '@icmp-mon/probing/wire';
import { Batching } from '@icmp-mon/platform/batching';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import type { MessageToSend } from '@icmp-mon/platform/messaging';

/** Largest record, well below a broker's limit of 1 MiB including its framing. */
const RECORD_BYTES_MAX = 900_000;
const RECORD_BLOCKS_MAX = 4_000;
/** Most results per record. A projector processes a record without interruption: this many take at most about 20 ms. */
const RECORD_RESULTS_MAX = 250_000;
/** A batch of this size is sent immediately. */
const BATCH_BYTES_FULL = 256 * 1024;

export interface ShardBlock {
  shard: number;
  /** Number of results in the block. */
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
  sendRecords(messages: RecordMessage[]): Promise<void>;
  /** Shortest interval between the starts of two sends; blocks that arrive in between are sent together. 100 ms unless set. */
  gatherMs?: number;
}

/**
 * Joins blocks of all agents into a few records per send, because a log's cost is per record. The first block after a quiet time is
 * sent immediately. Only one send is in flight, so records keep the order of the requests.
 */
export class BlockBatcher {
  private readonly uploads: Batching<readonly ShardBlock[], void>;

  constructor({ sendRecords, gatherMs = 100 }: BlockBatcherOptions) {
    const gather = { everyMs: gatherMs, fullWeight: BATCH_BYTES_FULL, weightOf: bytesOf };
    this.uploads = new Batching(
      { batchMax: Infinity, concurrentMax: 1, gather, failWaiting: kafkaIsAway },
      async (uploads) => {
        await sendRecords(recordsOf(uploads.flat()));
        return uploads.map(() => undefined);
      },
    );
  }

  /** Resolves when all blocks are durable; rejects when their send failed, or the one before them. */
  async add(blocks: readonly ShardBlock[]): Promise<void> {
    if (blocks.length > 0) await this.uploads.askBatched(blocks);
  }
}

const bytesOf = (blocks: readonly ShardBlock[]): number =>
  blocks.reduce((bytes, { envelope }) => bytes + envelope.block.length, 0);

/** Rejects uploads that waited behind a failed send instead of trying another one: their agents keep the blocks. */
function kafkaIsAway(error: unknown): DependencyUnavailable {
  return error instanceof DependencyUnavailable ? error : new DependencyUnavailable('Kafka', { cause: error });
}

/** Returns messages for the shards' partitions, with the blocks in order of arrival. */
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
