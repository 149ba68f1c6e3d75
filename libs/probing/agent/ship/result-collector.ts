import {
  DETAIL_KIND,
  type DetailCode,
  encodeDisbelief,
  isConfirming,
  isDisbelief,
  isSuccess,
  isVote,
  OUTCOME,
  shardOf,
} from '@icmp-mon/probing/contract';
import { type Compress, encodeBody, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import type { AgentLog } from '../agent-log';
import type { ScheduledTarget } from '../schedule/schedule';
import type { NewBlock } from '../spool/spooled-block';
import { WallClock } from './wall-clock';

export interface ResultCollectorOptions {
  shardCount: number;
  compress: Compress;
  /** Makes blocks durable and wakes the shipper; throws if it cannot. */
  keep: (blocks: NewBlock[]) => void;
  log: AgentLog;
  clock?: WallClock;
}

/** Longest time that results are collected before they are flushed, in ms. */
const FLUSH_EVERY_MS = 1_000;
/** The same if one of the results is news, in ms. */
const URGENT_FLUSH_MS = 100;
/** Consecutive misses that are news: a first one and its burst, with which a verdict is reached. */
const URGENT_MISSES = 4;
/** A block is live until its first result is this many intervals old. */
const LIVE_INTERVALS = 2;
/** Most results kept in memory while the spool accepts none. */
const HELD_RESULTS_MAX = 200_000;
const LOG_EVERY_MS = 60_000;

interface OpenBlock {
  builder: ResultColumnsBuilder;
  policyVersion: number;
  liveUntilMs: number;
  /** Origin of the wall clock by which its results are dated. */
  originMs: number;
}

interface HeldBlock {
  block: NewBlock;
  originMs: number;
}

/** Collects results into one block per shard and passes them to the spool within a second. */
export class ResultCollector {
  results = 0;
  notSent = 0;
  /** Whether the control plane reads why results are not believed: otherwise misses have no reason, and what has no data has no result. */
  private sendsReasons = false;
  /** Misses that were recorded as doubted. */
  doubted = 0;
  droppedResults = 0;
  policyVersion = 0;
  /** By shard. */
  private readonly open: OpenBlock[] = [];
  /** The same for results that are stored and not judged. */
  private readonly openDoubted: OpenBlock[] = [];
  private held: HeldBlock[] = [];
  private heldResults = 0;
  private timer: NodeJS.Timeout | undefined;
  private dueAtMs = Infinity;
  /** Whether the timer was set for news. */
  private urgent = false;
  private flushedAtMs = -Infinity;
  private loggedAtMs = -Infinity;
  private readonly clock: WallClock;

  constructor(private readonly options: ResultCollectorOptions) {
    this.clock = options.clock ?? new WallClock();
  }

  /** Sets the highest kind of details that the control plane reads; undefined while it is unknown. */
  setReadable(detailKindMax: number | undefined): void {
    this.sendsReasons = (detailKindMax ?? 0) >= DETAIL_KIND.notBelieved;
  }

  /** A result that is not `believed`, or has no data, uses the backfill lane: it is stored, and does not affect the verdict. */
  record(
    target: ScheduledTarget,
    sentAtMs: number,
    outcome: number,
    rttUs: number,
    detail?: DetailCode,
    believed = true,
  ): void {
    const hasNoData = isDisbelief(detail);
    // A confirming probe that is not believed has confirmed nothing.
    if (hasNoData ? !this.sendsReasons : !believed && isConfirming(detail)) return;
    const isEvidence = believed && !hasNoData;
    const shard = shardOf(target.key, this.options.shardCount);
    const block = this.blockFor(shard, isEvidence ? this.open : this.openDoubted);
    if (!isEvidence) block.liveUntilMs = 0;
    if (!believed) this.doubted++;
    const marked = believed || !this.sendsReasons ? detail : encodeDisbelief('uplink_out', detail);
    const datedMs = this.clock.sent(sentAtMs);
    block.builder.addResult(target.key, target.check, datedMs, outcome, rttUs, marked);
    block.liveUntilMs = Math.min(block.liveUntilMs, datedMs + LIVE_INTERVALS * target.intervalMs + FLUSH_EVERY_MS);
    this.results++;
    if (outcome === OUTCOME.not_sent) this.notSent++;
    const isNews = noteOutcome(target, outcome);
    if (isNews ? !this.urgent : this.timer === undefined) this.flushWithin(isNews ? URGENT_FLUSH_MS : FLUSH_EVERY_MS);
    this.urgent ||= isNews;
  }

  /** Passes everything collected to the spool. Blocks that the spool does not accept are kept for the next flush. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.dueAtMs = Infinity;
    this.urgent = false;
    this.flushedAtMs = performance.now();
    for (const open of [this.open, this.openDoubted]) open.forEach((block, shard) => this.seal(shard, block));
    if (this.held.length === 0) return;
    try {
      const originMs = this.clock.origin();
      this.options.keep(this.held.map((held) => datedBy(held, originMs)));
      this.held = [];
      this.heldResults = 0;
    } catch (error) {
      this.keepInMemory(error);
    }
  }

  private blockFor(shard: number, open: OpenBlock[]): OpenBlock {
    let block = open[shard];
    const originMs = this.clock.origin();
    if (block === undefined) {
      block = { builder: new ResultColumnsBuilder(), policyVersion: 0, liveUntilMs: Infinity, originMs };
      open[shard] = block;
    }
    const isOther = block.policyVersion !== this.policyVersion || block.originMs !== originMs;
    if (block.builder.isFull || isOther) this.seal(shard, block);
    block.originMs = originMs;
    block.policyVersion = this.policyVersion;
    return block;
  }

  private seal(shard: number, block: OpenBlock): void {
    const { builder, policyVersion, liveUntilMs, originMs } = block;
    if (builder.count === 0) return;
    const body = encodeBody(builder.buildColumns(), this.options.compress);
    builder.clear();
    block.liveUntilMs = Infinity;
    this.held.push({ block: { shard, policyVersion, liveUntilMs: Math.floor(liveUntilMs), body }, originMs });
    this.heldResults += body.count;
  }

  private flushWithin(ms: number): void {
    const nowMs = performance.now();
    const dueAtMs = Math.max(nowMs, Math.min(nowMs + FLUSH_EVERY_MS, this.flushedAtMs + ms));
    if (dueAtMs >= this.dueAtMs) return;
    this.dueAtMs = dueAtMs;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), dueAtMs - nowMs);
  }

  private keepInMemory(error: unknown): void {
    while (this.heldResults > HELD_RESULTS_MAX) {
      const oldest = this.held.shift();
      if (oldest === undefined) break;
      this.heldResults -= oldest.block.body.count;
      this.droppedResults += oldest.block.body.count;
    }
    this.flushWithin(FLUSH_EVERY_MS);
    if (performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
    this.loggedAtMs = performance.now();
    const fields = { err: error, heldResults: this.heldResults, droppedResults: this.droppedResults };
    this.options.log.error(fields, 'writing the spool failed; results are kept in memory');
  }
}

/** Redates a block by the wall clock of `originMs`, if that clock was set after the block was made. */
function datedBy({ block, originMs: then }: HeldBlock, originMs: number): NewBlock {
  const byMs = Math.round(originMs - then);
  if (byMs === 0) return block;
  const body = { ...block.body, baseTimeMs: Math.max(0, block.body.baseTimeMs + byMs) };
  return { ...block, liveUntilMs: block.liveUntilMs + byMs, body };
}

/** Whether the outcome is news: a first one, a recovery, or one of the first consecutive misses. */
function noteOutcome(target: ScheduledTarget, outcome: number): boolean {
  const last = target.lastOutcome;
  const isFirst = last === -1;
  target.lastOutcome = outcome;
  if (!isVote(outcome)) return isFirst || outcome !== last;
  if (isSuccess(outcome)) {
    target.misses = 0;
    return isFirst || !isSuccess(last);
  }
  return ++target.misses <= URGENT_MISSES || isFirst;
}
