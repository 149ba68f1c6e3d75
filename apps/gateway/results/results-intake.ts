import {
  inspectBlock,
  LANE,
  readUpload,
  type BlockHeader,
  type BlockRefusal,
  type Lane,
  type ResultsResponse,
} from '@icmp-mon/probing/wire';
import { DomainError } from '@icmp-mon/platform/errors';
import { SHARD_TOPIC, type Messaging } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { BlockBatcher, type ShardBlock } from './block-batcher';
import { BootWatch } from './boot-watch';
import { ClockOffsets } from './clock-offsets';
import type { ResultAllowance } from './result-allowance';
import { retryAfter } from '../agents/retry-after';
import {
  acknowledgeSeconds,
  blocksAccepted,
  blocksRefused,
  olderBoots,
  resultsAccepted,
  uploadsDeferred,
} from './results-metrics';

export type LaneName = keyof typeof LANE;

export interface Upload {
  agentId: string;
  lane: LaneName;
  body: Uint8Array;
  /** Agent's clock when it sent the request, ms since 1970; null when the request carries none. */
  sentAtMs: number | null;
  /** Reading of that clock when the agent's machine booted; a different value means that the clock was set. */
  clockOriginMs?: number | null;
  /** The databases' time (the gateway's clock) when the request's headers were received, ms since 1970. */
  receivedAtMs: number;
}

/** An upload's blocks by what happens to them. */
interface Inspected {
  /** Accepted blocks. */
  blocks: ShardBlock[];
  /** Highest boot and sequence of the accepted blocks: durable once Kafka has acknowledged; null when none is accepted. */
  highest: ResultsResponse['durable'];
  /** Number of results in the accepted blocks. */
  results: number;
  refused: ResultsResponse['refused'];
  /** Index of the first deferred block, and its number of results; null when none is deferred. */
  deferred: { from: number; results: number } | null;
}

/** Interval of log lines about a clone of one agent. */
const CLONE_LOG_EVERY_MS = 60_000;
const AGENTS_MAX = 10_000;

/** Appends uploads of result blocks to the shards' log, and answers when they are durable. */
export class ResultsIntake {
  private readonly logger = createLogger('results');
  private readonly clocks = new ClockOffsets();
  private readonly batcher: BlockBatcher;
  private readonly boots = new BootWatch();
  private readonly clonesLoggedAtMs = new Map<string, number>();

  constructor(
    messaging: Pick<Messaging, 'sendMessages'>,
    private readonly shardCount: number,
    private readonly allowance: Pick<ResultAllowance, 'available' | 'spend' | 'waitS'>,
  ) {
    this.batcher = new BlockBatcher({ sendRecords: (messages) => messaging.sendMessages(SHARD_TOPIC, messages) });
  }

  /**
   * Refuses bad blocks by their index and accepts the others, up to the results that the agent may send now; later blocks are deferred.
   * Calls for one lane of one agent must be sequential, because the shards count its blocks in the order of their sequence numbers.
   * @throws DomainError `invalid` when the body is not an upload; RetryLater when the agent may send none of it now; DependencyUnavailable
   * while Kafka is unavailable
   */
  async acceptUpload(upload: Upload): Promise<ResultsResponse> {
    const startedMs = performance.now();
    const { agentId, lane } = upload;
    const parsed = readUpload(upload.body);
    if (!parsed.ok)
      throw new DomainError('invalid', `The body is not an upload of blocks (${parsed.reason}): ${parsed.detail}.`);
    const { blocks, highest, results, refused, deferred } = this.inspectUpload(parsed.blocks, upload);
    if (refused.length > 0) this.logger.warn({ agentId, refused: refused.slice(0, 10) }, 'blocks refused');
    this.allowance.spend(agentId, results);
    const retryAfterS = deferred === null ? 0 : this.allowance.waitS(agentId, lane, deferred.results);
    if (deferred !== null) {
      uploadsDeferred.inc({ reason: 'results' });
      if (deferred.from === 0)
        throw retryAfter(
          'too_many_requests',
          'The agent sends more results than its assigned targets produce.',
          retryAfterS,
        );
    }
    if (highest !== null) this.noticeClone(upload, highest.boot);
    try {
      await this.batcher.add(blocks);
    } catch (error) {
      this.allowance.spend(agentId, -results);
      throw error;
    }
    blocksAccepted.inc({ lane }, blocks.length);
    resultsAccepted.inc({ lane }, results);
    acknowledgeSeconds.observe((performance.now() - startedMs) / 1000);
    const answer: ResultsResponse = { durable: highest, refused };
    if (deferred !== null) answer.deferred = { from: deferred.from, reason: 'too_many_results', retryAfterS };
    return answer;
  }

  private inspectUpload(blocks: readonly Uint8Array[], upload: Upload): Inspected {
    const { agentId, lane, sentAtMs, receivedAtMs, clockOriginMs } = upload;
    const clockOffsetMs = this.clocks.estimate(agentId, sentAtMs, receivedAtMs, clockOriginMs ?? null);
    const resultsMax = this.allowance.available(agentId, lane);
    const result: Inspected = { blocks: [], highest: null, results: 0, refused: [], deferred: null };
    for (const [index, block] of blocks.entries()) {
      const inspected = inspectBlock(block);
      const fault = inspected.ok ? this.faultOf(inspected.header, upload) : inspected;
      if (!inspected.ok || fault !== null) {
        const { reason, detail } = fault as { reason: BlockRefusal; detail: string };
        result.refused.push({ index, reason, detail });
        blocksRefused.inc({ reason });
        continue;
      }
      const { header } = inspected;
      // Later blocks are deferred as well, because an agent's blocks are counted in the order of their sequence numbers.
      if (result.results + header.count > resultsMax) {
        result.deferred = { from: index, results: header.count };
        break;
      }
      const { shard, count: results } = header;
      result.blocks.push({ shard, results, envelope: { receivedAtMs, clockOffsetMs, block } });
      result.results += results;
      result.highest = higher(result.highest, header);
    }
    return result;
  }

  private faultOf(header: BlockHeader, { agentId, lane }: Upload): { reason: BlockRefusal; detail: string } | null {
    if (header.agentId !== agentId)
      return { reason: 'bad_agent', detail: `the block belongs to agent ${header.agentId}` };
    const expected: Lane = LANE[lane];
    if (header.lane !== expected)
      return { reason: 'bad_lane', detail: `lane ${header.lane} in an upload of lane ${lane}` };
    if (header.shard >= this.shardCount) {
      return { reason: 'bad_header', detail: `shard ${header.shard} of ${this.shardCount}` };
    }
    return null;
  }

  /** Logs an outdated boot: it belongs to another process with this identity, or to a restored disk. */
  private noticeClone({ agentId, lane, receivedAtMs }: Upload, boot: number): void {
    const newerBoot = this.boots.newerThan(`${agentId}/${lane}`, boot, receivedAtMs);
    if (newerBoot === null) return;
    olderBoots.inc();
    const nowMs = performance.now();
    if (nowMs - (this.clonesLoggedAtMs.get(agentId) ?? -Infinity) < CLONE_LOG_EVERY_MS) return;
    if (this.clonesLoggedAtMs.size >= AGENTS_MAX) this.clonesLoggedAtMs.clear();
    this.clonesLoggedAtMs.set(agentId, nowMs);
    this.logger.warn(
      { agentId, lane, boot, newerBoot },
      'results of an outdated boot: two agents may share one identity; results of the older boot are not counted',
    );
  }
}

function higher(highest: Inspected['highest'], { boot, sequence }: BlockHeader): Inspected['highest'] {
  if (highest === null || boot > highest.boot) return { boot, sequence };
  return boot === highest.boot && sequence > highest.sequence ? { boot, sequence } : highest;
}
