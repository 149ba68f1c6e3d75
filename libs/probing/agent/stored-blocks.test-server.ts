import type { DetailCode } from '@icmp-mon/probing/contract';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import { type BlockHeader, decodeBlock, type DecodedBlock, type ResultsResponse } from '@icmp-mon/probing/wire';

export interface StoredBlock {
  header: BlockHeader;
  /** Each as [target key, time in ms, outcome, rtt in us, check]. */
  results: [number, number, number, number, number][];
  /** By index in `results`. */
  details: ReadonlyMap<number, DetailCode>;
}

/** Blocks that a gateway stored, each once, like in the projector. */
export class StoredBlocks {
  /** By agent, boot, lane, shard and sequence. */
  readonly blocks = new Map<string, StoredBlock>();
  /** Repeated blocks, which were dropped. */
  repeats = 0;
  /** Blocks that arrived after a higher sequence of their boot and lane had been stored. */
  overtaken = 0;
  private readonly highest = new Map<string, number>();

  storeBlock({ header, columns }: Pick<DecodedBlock, 'header' | 'columns'>): void {
    const { agentId, boot, lane, shard, sequence } = header;
    const key = [agentId, boot, lane, shard, sequence].join('/');
    if (this.blocks.has(key)) {
      this.repeats++;
      return;
    }
    const order = [agentId, lane].join('/');
    const place = boot * 2 ** 20 + sequence;
    if (place < (this.highest.get(order) ?? 0)) this.overtaken++;
    this.highest.set(order, place);
    this.blocks.set(key, { header, results: resultsOf(columns), details: new Map(columns.details) });
  }
}

function resultsOf(columns: DecodedBlock['columns']): StoredBlock['results'] {
  return Array.from({ length: columns.count }, (_, at) => [
    columns.targetKey[at] ?? 0,
    columns.baseTimeMs + (columns.timeOffsetMs[at] ?? 0),
    columns.outcome[at] ?? -1,
    columns.rttUs[at] ?? 0,
    columns.check[at] ?? 0,
  ]);
}

/** Stores the blocks of an upload and returns the gateway's answer; `refusesFirst` refuses the first block. */
export function storeUpload(
  blocks: readonly Uint8Array[],
  refusesFirst: boolean,
  store: (block: DecodedBlock) => void,
): ResultsResponse {
  const answer: ResultsResponse = { durable: null, refused: [] };
  for (const [index, bytes] of blocks.entries()) {
    const decoded = decodeBlock(bytes, decompressBounded);
    if (decoded.ok && !(refusesFirst && index === 0)) {
      store(decoded);
      answer.durable = { boot: decoded.header.boot, sequence: decoded.header.sequence };
      continue;
    }
    const detail = decoded.ok ? 'refused by the test' : decoded.detail;
    answer.refused.push({ index, reason: 'bad_columns', detail });
  }
  return answer;
}
