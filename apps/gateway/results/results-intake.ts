import {
  inspectBlock,
  LANE,
  readUpload,
  type BlockHeader,
  type BlockRefusal,
  type Lane,
  type ResultsAnswer,
} from '@icmp-mon/probing/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { SHARD_TOPIC, type Messaging } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { BlockBatcher, type ShardBlock } from './block-batcher';
import { ClockOffsets } from './clock-offsets';
import { LaneOrder } from './lane-order';
import { acknowledgeSeconds, blocksAccepted, blocksRefused, olderBoots, resultsAccepted } from './results-metrics';

export type LaneName = keyof typeof LANE;

export interface Upload {
  agentId: string;
  lane: LaneName;
  body: Uint8Array;
  /** Agent's clock when it sent the request, ms since 1970; null when it did not say. */
  sentAtMs: number | null;
  /** What that clock read when the agent's machine was started: another value says that it was set. */
  clockOriginMs?: number | null;
  /** Our clock when the request's headers were here. */
  receivedAtMs: number;
}

interface Accepted {
  blocks: ShardBlock[];
  durable: ResultsAnswer['durable'];
  results: number;
}

/** How often one agent's clone is written to the log. */
const CLONE_LOG_EVERY_MS = 60_000;
const AGENTS_MAX = 10_000;

/** Takes uploads of result blocks to the shards' log, and answers when they are durable there. */
export class ResultsIntake {
  private readonly logger = createLogger('results');
  private readonly order = new LaneOrder();
  private readonly clocks = new ClockOffsets();
  private readonly batcher: BlockBatcher;
  private readonly boots = new Map<string, { boot: number; loggedAtMs: number }>();

  constructor(
    messaging: Pick<Messaging, 'send'>,
    private readonly shardCount: number,
  ) {
    this.batcher = new BlockBatcher({ send: (messages) => messaging.send(SHARD_TOPIC, messages) });
  }

  /**
   * One bad block is refused by its index and the rest taken.
   * @throws DomainError `invalid` when the body is no upload; DependencyUnavailable while Kafka is away
   */
  accept(upload: Upload): Promise<ResultsAnswer> {
    return this.order.run(`${upload.agentId}/${upload.lane}`, () => this.acceptInTurn(upload));
  }

  private async acceptInTurn(upload: Upload): Promise<ResultsAnswer> {
    const startedMs = performance.now();
    const cut = readUpload(upload.body);
    if (!cut.ok)
      throw new DomainError('invalid', `The body is not an upload of blocks (${cut.reason}): ${cut.detail}.`);
    const { agentId, sentAtMs, receivedAtMs, clockOriginMs } = upload;
    const clockOffsetMs = this.clocks.estimate(agentId, sentAtMs, receivedAtMs, clockOriginMs ?? null);
    const refused: ResultsAnswer['refused'] = [];
    const accepted: Accepted = { blocks: [], durable: null, results: 0 };
    cut.blocks.forEach((block, index) => {
      const inspected = inspectBlock(block);
      const fault = inspected.ok ? this.faultOf(inspected.header, upload) : inspected;
      if (!inspected.ok || fault !== null) {
        const { reason, detail } = fault as { reason: BlockRefusal; detail: string };
        refused.push({ index, reason, detail });
        blocksRefused.inc({ reason });
        return;
      }
      const { header } = inspected;
      accepted.blocks.push({
        shard: header.shard,
        envelope: { receivedAtMs: upload.receivedAtMs, clockOffsetMs, block },
      });
      accepted.results += header.count;
      accepted.durable = higher(accepted.durable, header);
    });
    if (refused.length > 0)
      this.logger.warn({ agentId: upload.agentId, refused: refused.slice(0, 10) }, 'refused blocks');
    if (accepted.durable !== null) this.noticeClone(upload, accepted.durable.boot);
    await this.batcher.add(accepted.blocks);
    blocksAccepted.inc({ lane: upload.lane }, accepted.blocks.length);
    resultsAccepted.inc({ lane: upload.lane }, accepted.results);
    acknowledgeSeconds.observe((performance.now() - startedMs) / 1000);
    return { durable: accepted.durable, refused };
  }

  private faultOf(header: BlockHeader, { agentId, lane }: Upload): { reason: BlockRefusal; detail: string } | null {
    if (header.agentId !== agentId) return { reason: 'bad_agent', detail: `the block is of agent ${header.agentId}` };
    const expected: Lane = LANE[lane];
    if (header.lane !== expected)
      return { reason: 'bad_lane', detail: `lane ${header.lane} in an upload of lane ${lane}` };
    if (header.shard >= this.shardCount) {
      return { reason: 'bad_header', detail: `shard ${header.shard} of ${this.shardCount}` };
    }
    return null;
  }

  /** Sequences go on under one boot, and boots only rise: an older one is another process, or a restored disk. */
  private noticeClone({ agentId, lane }: Upload, boot: number): void {
    const key = `${agentId}/${lane}`;
    const known = this.boots.get(key);
    if (known !== undefined && boot < known.boot) {
      olderBoots.inc();
      if (performance.now() - known.loggedAtMs < CLONE_LOG_EVERY_MS) return;
      known.loggedAtMs = performance.now();
      this.logger.warn(
        { agentId, lane, boot, highestBoot: known.boot },
        'results of an older boot: two agents may run with one identity, and those of the older are not counted',
      );
      return;
    }
    if (known !== undefined) {
      known.boot = boot;
      return;
    }
    if (this.boots.size >= AGENTS_MAX) this.boots.clear();
    this.boots.set(key, { boot, loggedAtMs: -Infinity });
  }
}

function higher(durable: ResultsAnswer['durable'], { boot, sequence }: BlockHeader): ResultsAnswer['durable'] {
  if (durable === null || boot > durable.boot) return { boot, sequence };
  return boot === durable.boot && sequence > durable.sequence ? { boot, sequence } : durable;
}
