/** A tick further than this from the previous one is a clock change or an outage: the next tick has to confirm it. */
const TICK_JUMP_MS_MAX = 10_000;
/** How far ahead of the ticks a gateway's clock may be, in ms: ticks come every second, and clocks differ a little. */
const AHEAD_MS_MAX = 10_000;
/** Time from the last tick to the present that a bounded receipt gets, in ms. */
const TICK_MS = 1_000;

export function isJump(elapsedMs: number): boolean {
  return Math.abs(elapsedMs) > TICK_JUMP_MS_MAX;
}

/** State in a checkpoint. */
export interface ReceiptState {
  suspected: boolean;
  ahead: boolean;
}

/**
 * Times of receipt, bounded by the shard's ticks. A receipt far ahead of the last tick comes either after an outage in which no worker
 * wrote ticks, or from a gateway whose clock is ahead. The next tick decides: if it follows the previous one at the usual distance, no
 * time has passed, and receipts ahead of it count as the present until one is in bounds again.
 */
export class ReceiptTimes {
  private suspected = false;
  private ahead = false;

  /** `elapsedMs`: time since the previous tick. */
  onTick(elapsedMs: number): void {
    if (isJump(elapsedMs)) this.suspected = this.ahead = false;
    else if (this.suspected) this.ahead = true;
  }

  /** Returns the time of receipt to use. */
  bounded(receivedAtMs: number, lastTickMs: number): number {
    return this.ahead && isFarAhead(receivedAtMs, lastTickMs) ? lastTickMs + TICK_MS : receivedAtMs;
  }

  /** Records the receipt of a block that counts; repeated blocks must make no difference. */
  recordReceipt(receivedAtMs: number, lastTickMs: number): void {
    this.suspected = isFarAhead(receivedAtMs, lastTickMs);
    this.ahead &&= this.suspected;
  }

  checkpointState(): ReceiptState {
    return { suspected: this.suspected, ahead: this.ahead };
  }

  restore(state: ReceiptState | undefined): void {
    this.suspected = state?.suspected ?? false;
    this.ahead = state?.ahead ?? false;
  }
}

function isFarAhead(receivedAtMs: number, lastTickMs: number): boolean {
  return lastTickMs !== 0 && receivedAtMs > lastTickMs + AHEAD_MS_MAX;
}
