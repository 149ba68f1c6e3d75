import type { ShardClock } from './participant';
import { isJump, type ReceiptState, ReceiptTimes } from './receipt-times';

/** Most by which one tick advances the shard's age, in ms: while no tick could be written, nothing becomes stale. */
const TICK_STEP_MS_MAX = 2_000;

/** State in a checkpoint. */
export interface FoldTimeState {
  tickEpoch: number;
  lastTickMs: number;
  clock: ShardClock;
  receipts?: ReceiptState;
}

/**
 * The shard's clock, which only ticks of its log advance, and times of receipt relative to it. Ticks of an older lease epoch are ignored; a
 * jump of the ticks counts only once the next tick confirms it.
 */
export class FoldTime {
  clock: ShardClock = { ageMs: 0, atMs: 0 };
  private tickEpoch = 0;
  /** Time of the latest tick as written. After a jump, `clock.atMs` follows only once the next tick confirms it. */
  private lastTickMs = 0;
  private readonly receipts = new ReceiptTimes();

  /** Applies a tick. Returns whether participants have to be notified: not of an ignored tick, nor before the time is known. */
  onTick(leaseEpoch: number, atMs: number): boolean {
    if (leaseEpoch < this.tickEpoch) return false;
    this.tickEpoch = leaseEpoch;
    const elapsedMs = this.lastTickMs === 0 ? 0 : atMs - this.lastTickMs;
    this.lastTickMs = atMs;
    this.clock.ageMs += Math.max(0, Math.min(elapsedMs, TICK_STEP_MS_MAX));
    if (!isJump(elapsedMs)) this.clock.atMs = atMs;
    this.receipts.onTick(elapsedMs);
    return this.clock.atMs !== 0;
  }

  /** Returns the time of receipt to use: the gateway's, bounded by the ticks. */
  receivedAtMs(gatewayMs: number): number {
    return this.receipts.bounded(gatewayMs, this.lastTickMs);
  }

  /** Records the receipt of a block that counts; repeated blocks must make no difference. */
  noteReceipt(gatewayMs: number): void {
    this.receipts.recordReceipt(gatewayMs, this.lastTickMs);
  }

  checkpointState(): Required<FoldTimeState> {
    const { tickEpoch, lastTickMs, clock, receipts } = this;
    return { tickEpoch, lastTickMs, clock: { ...clock }, receipts: receipts.checkpointState() };
  }

  restore({ tickEpoch, lastTickMs, clock, receipts }: FoldTimeState): void {
    this.clock = { ...clock };
    this.tickEpoch = tickEpoch;
    this.lastTickMs = lastTickMs;
    this.receipts.restore(receipts);
  }
}
