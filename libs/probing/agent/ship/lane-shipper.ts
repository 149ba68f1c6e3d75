import { frameBlock, LANE, type ResultsAnswer, writeUpload } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import type { RefusedBlock, Spool } from '../spool/spool';
import type { SpooledBlock } from '../spool/spooled-block';
import { BackOff } from './back-off';
import { type GatewayClient, GatewayFailure, type LaneName } from './gateway-client';
import { WakeUp } from './wake-up';

export interface LaneShipperOptions {
  lane: LaneName;
  spool: Spool;
  gateway: Pick<GatewayClient, 'results'>;
  agentId: string;
  log: AgentLog;
}

const BLOCKS_MAX = 1024;
const UPLOAD_BYTES_MAX = 1024 * 1024;
/** Blocks become too old for the live lane by themselves: the backfill lane looks for them. */
const LOOK_EVERY_MS = { live: 30_000, backfill: 2_000 } as const;
const BACK_OFF = { live: { firstMs: 250, maxMs: 4_000 }, backfill: { firstMs: 500, maxMs: 15_000 } } as const;
const LOG_EVERY_MS = 60_000;

/** Ships one lane of the spool, one request at a time, and forgets a block only when the gateway says that it has it. */
export class LaneShipper {
  shippedResults = 0;
  /** Why the last request failed; undefined if it did not. */
  failure: string | undefined;
  private idle = false;
  private blocksMax = BLOCKS_MAX;
  private readonly wakeUp = new WakeUp();
  private readonly backOff: BackOff;
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: LaneShipperOptions) {
    this.backOff = new BackOff(BACK_OFF[options.lane]);
  }

  /** Whether a block that is appended now is shipped at once. */
  get isIdle(): boolean {
    return this.idle;
  }

  start(): void {
    this.running = this.loop();
  }

  /** There may be something new in the spool. */
  wake(): void {
    this.wakeUp.wake();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopSignal;
    const { lane, spool } = this.options;
    while (!signal.aborted) {
      const waitMs = await this.shipOnce();
      if (waitMs === 0) continue;
      if (waitMs !== null) {
        await new WakeUp().sleep(waitMs, signal);
        continue;
      }
      this.idle = true;
      await this.wakeUp.sleep(LOOK_EVERY_MS[lane], signal);
      this.idle = false;
    }
    spool.settle(LANE[lane], [], []);
  }

  /** Ships the next batch. Returns how long to wait before the next attempt; null if there is nothing to ship. */
  private async shipOnce(): Promise<number | null> {
    const { lane, spool, gateway } = this.options;
    let batch: SpooledBlock[] = [];
    try {
      batch = spool.next(LANE[lane], this.blocksMax, UPLOAD_BYTES_MAX);
      if (batch.length === 0) return null;
      const answer = await gateway.results(lane, this.frame(batch), this.stopSignal.signal);
      return this.accept(batch, answer);
    } catch (error) {
      const refused = this.hopeless(batch, error);
      spool.settle(LANE[lane], [], refused);
      return this.fail(error);
    }
  }

  private frame(batch: readonly SpooledBlock[]): Uint8Array {
    const { agentId } = this.options;
    return writeUpload(batch.map((block) => frameBlock({ ...block, agentId }, block.body)));
  }

  private accept(batch: readonly SpooledBlock[], answer: ResultsAnswer): number {
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
        'the gateway refuses blocks for ever',
      );
    }
    spool.settle(LANE[lane], done, refused);
    if (done.length + refused.length === 0) return this.fail(new Error('the gateway took none of the blocks'));
    this.shippedResults += done.reduce((sum, { body }) => sum + body.count, 0);
    if (this.failure !== undefined) log.info({ lane }, 'shipping works again');
    this.failure = undefined;
    this.backOff.succeeded();
    this.blocksMax = Math.min(BLOCKS_MAX, this.blocksMax * 2);
    return 0;
  }

  /** An upload that the gateway cannot read is sent again in smaller parts; a block that fails alone is at fault itself. */
  private hopeless(batch: readonly SpooledBlock[], error: unknown): RefusedBlock[] {
    const status = error instanceof GatewayFailure ? error.status : 0;
    if (status !== 400 && status !== 413) return [];
    const [block] = batch;
    if (block !== undefined && batch.length === 1) return [{ block, reason: (error as Error).message }];
    this.blocksMax = Math.max(1, Math.floor(batch.length / 2));
    return [];
  }

  private fail(error: unknown): number {
    if (this.stopSignal.signal.aborted) return 0;
    const { lane, log } = this.options;
    this.failure = error instanceof Error ? error.message : String(error);
    const waitMs = this.backOff.failed(error instanceof GatewayFailure ? error.retryAfter : undefined);
    if (performance.now() - this.loggedAtMs > LOG_EVERY_MS) {
      log.warn({ lane, err: error }, 'cannot ship results; they stay in the spool');
      this.loggedAtMs = performance.now();
    }
    return Math.max(1, waitMs);
  }
}

function isUpTo(block: SpooledBlock, durable: { boot: number; sequence: number }): boolean {
  return block.boot < durable.boot || (block.boot === durable.boot && block.sequence <= durable.sequence);
}
