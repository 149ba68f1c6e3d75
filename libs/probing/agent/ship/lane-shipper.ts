import { frameBlock, LANE, type ResultsResponse, writeUpload } from '@icmp-mon/probing/wire';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import type { RefusedBlock, Spool } from '../spool/spool';
import type { SpooledBlock } from '../spool/spooled-block';
import { type GatewayClient, GatewayFailure, type LaneName } from './gateway-client';
import { UploadSize } from './upload-size';
import { retryAfterMs } from './retry-after';

export interface LaneShipperOptions {
  lane: LaneName;
  spool: Spool;
  gateway: Pick<GatewayClient, 'sendUpload'>;
  agentId: string;
  /** The lane with priority: nothing is shipped here while it is busy. */
  yieldsTo?: LaneShipper;
  /** Called before each upload. */
  onAsk?: () => void;
  onAnswer?: () => void;
  log: AgentLog;
}

/** Longest wait for the lane with priority, in ms; then a small upload is sent alongside it. */
const YIELD_MS_MAX = 10_000;
const SQUEEZED_SHARE = 1 / 4;
/** Poll interval by lane, in ms. Blocks move to the backfill lane by age, without a wake-up, so that lane polls more often. */
const LOOK_EVERY_MS = { live: 30_000, backfill: 2_000 } as const;
const BACK_OFF = { live: { firstMs: 250, maxMs: 4_000 }, backfill: { firstMs: 500, maxMs: 15_000 } } as const;
const LOG_EVERY_MS = 60_000;
const REQUEST_TIMEOUT = 408;

/** Ships one lane of the spool, one request at a time. Deletes a block only after the gateway has acknowledged it. */
export class LaneShipper {
  shippedResults = 0;
  /** When the gateway acknowledged the first result, in ms since process start; undefined before. */
  firstShippedMs: number | undefined;
  /** Why the last request failed; undefined if it succeeded. */
  failure: string | undefined;
  private idle = false;
  private readonly becameIdle = new WakeUp();
  private readonly size = new UploadSize();
  private readonly wakeUp = new WakeUp();
  private readonly backOff: BackOff;
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: LaneShipperOptions) {
    this.backOff = new BackOff(BACK_OFF[options.lane]);
  }

  /** Whether a block that is appended now is shipped immediately. */
  get isIdle(): boolean {
    return this.idle;
  }

  start(): void {
    this.running = this.shipUntilStopped();
  }

  /** Called when the spool may have new blocks. */
  wakeShipper(): void {
    this.wakeUp.wakeSleeper();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  /** Waits up to `withinMs` until no upload is in progress. Returns whether that is so. One caller at a time. */
  async whenIdle(withinMs: number, signal: AbortSignal): Promise<boolean> {
    const endMs = performance.now() + withinMs;
    while (!this.idle && !signal.aborted) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) break;
      await this.becameIdle.sleepUntilWoken(leftMs, signal);
    }
    return this.idle;
  }

  private async shipUntilStopped(): Promise<void> {
    const { signal } = this.stopSignal;
    const { lane, spool } = this.options;
    while (!signal.aborted) {
      const waitMs = await this.shipOnce();
      if (waitMs === 0) continue;
      if (waitMs !== null) {
        await pause(waitMs, signal);
        continue;
      }
      this.idle = true;
      this.becameIdle.wakeSleeper();
      await this.wakeUp.sleepUntilWoken(LOOK_EVERY_MS[lane], signal);
      this.idle = false;
    }
    spool.settleBlocks(LANE[lane], [], []);
  }

  /** Ships the next batch. Returns how long to wait before the next attempt; null if there is nothing to ship. */
  private async shipOnce(): Promise<number | null> {
    const { lane, spool, gateway, yieldsTo } = this.options;
    const { signal } = this.stopSignal;
    let batch: SpooledBlock[] = [];
    let upload: Uint8Array = new Uint8Array(0);
    try {
      const free = yieldsTo === undefined || (await yieldsTo.whenIdle(YIELD_MS_MAX, signal));
      if (signal.aborted) return 0;
      const { blocksMax, bytesMax } = this.size;
      batch = spool.nextBlocks(LANE[lane], blocksMax, free ? bytesMax : bytesMax * SQUEEZED_SHARE);
      if (batch.length === 0) return null;
      upload = this.frame(batch);
      const fromMs = performance.now();
      this.options.onAsk?.();
      const answer = await gateway.sendUpload(lane, upload, signal);
      this.options.onAnswer?.();
      this.size.recordUpload(upload.length, performance.now() - fromMs);
      return this.settleUpload(batch, answer);
    } catch (error) {
      if (error instanceof GatewayFailure && error.status > 0) this.options.onAnswer?.();
      const refused = this.hopeless(batch, upload.length, error);
      spool.settleBlocks(LANE[lane], [], refused);
      return this.handleFailure(error);
    }
  }

  private frame(batch: readonly SpooledBlock[]): Uint8Array {
    const { agentId } = this.options;
    return writeUpload(batch.map((block) => frameBlock({ ...block, agentId }, block.body)));
  }

  private settleUpload(batch: readonly SpooledBlock[], answer: ResultsResponse): number {
    const { lane, spool, log } = this.options;
    const refusals = new Map(answer.refused.map(({ index, reason, detail }) => [index, `${reason}: ${detail}`]));
    const { durable } = answer;
    const refused: RefusedBlock[] = [];
    const done: SpooledBlock[] = [];
    batch.forEach((block, index) => {
      const reason = refusals.get(index);
      if (reason !== undefined) refused.push({ block, reason });
      else if (durable !== null && isUpTo(block, durable)) done.push(block);
    });
    if (refused.length > 0) {
      log.error(
        { lane, reasons: refused.slice(0, 5).map(({ reason }) => reason) },
        'blocks refused permanently by the gateway; quarantined in the spool',
      );
    }
    spool.settleBlocks(LANE[lane], done, refused);
    if (done.length + refused.length === 0)
      return this.handleFailure(new Error('the gateway accepted none of the blocks'));
    if (done.length > 0) this.firstShippedMs ??= performance.now();
    this.shippedResults += done.reduce((sum, { body }) => sum + body.count, 0);
    if (this.failure !== undefined) log.info({ lane }, 'shipping recovered');
    this.failure = undefined;
    this.backOff.succeeded();
    return answer.deferred === undefined ? 0 : this.defer(answer.deferred);
  }

  /** Handles deferred blocks: the agent sends more results than its targets produce. They stay in the spool. Returns how long to wait. */
  private defer({ from, retryAfterS }: NonNullable<ResultsResponse['deferred']>): number {
    this.size.tooMany(from);
    this.failure = `the gateway deferred results for ${retryAfterS} s: this agent sends more than its targets produce`;
    this.warn({ retryAfterS }, 'results deferred by the gateway: this agent sends more than its targets produce');
    return retryAfterS * 1_000;
  }

  /**
   * Returns the blocks to give up. An upload that timed out, or that the gateway cannot read, is retried in smaller parts; a block that is
   * unreadable even alone is itself at fault.
   */
  private hopeless(batch: readonly SpooledBlock[], bytes: number, error: unknown): RefusedBlock[] {
    const status = error instanceof GatewayFailure ? error.status : null;
    if (status === 0 || status === REQUEST_TIMEOUT) this.size.tooSlow(bytes);
    if (status !== 400 && status !== 413) return [];
    const [block] = batch;
    if (block !== undefined && batch.length === 1) return [{ block, reason: (error as Error).message }];
    this.size.tooMany(batch.length / 2);
    return [];
  }

  private handleFailure(error: unknown): number {
    if (this.stopSignal.signal.aborted) return 0;
    this.failure = error instanceof Error ? error.message : String(error);
    const waitMs = this.backOff.nextDelayMs() + retryAfterMs(error);
    this.warn({ err: error }, 'shipping failed, results stay in the spool; retrying');
    return Math.max(1, waitMs);
  }

  private warn(fields: object, message: string): void {
    if (performance.now() - this.loggedAtMs <= LOG_EVERY_MS) return;
    this.loggedAtMs = performance.now();
    const { lane, log } = this.options;
    log.warn({ lane, ...fields }, message);
  }
}

function isUpTo(block: SpooledBlock, durable: { boot: number; sequence: number }): boolean {
  return block.boot < durable.boot || (block.boot === durable.boot && block.sequence <= durable.sequence);
}
