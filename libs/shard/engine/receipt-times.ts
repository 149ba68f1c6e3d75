/** A tick that is further from the one before is a clock that was set, or an outage: the next tick has to confirm it. */
const TICK_JUMP_MS_MAX = 10_000;
/** A gateway's clock may be ahead of the ticks by this much: ticks come each second, and clocks differ a little. */
const AHEAD_MS_MAX = 10_000;
/** What counts as the present then: one tick later. */
const TICK_MS = 1_000;

export function isJump(elapsedMs: number): boolean {
  return Math.abs(elapsedMs) > TICK_JUMP_MS_MAX;
}

/** As in a checkpoint. */
export interface ReceiptState {
  suspected: boolean;
  ahead: boolean;
}

/**
 * Times of receipt, bounded by the shard's ticks. A receipt far ahead of the last tick is either after an outage in which no worker wrote
 * ticks, or by a gateway whose clock is ahead. The next tick decides which: if it follows the one before as always, no time has
 * passed, and receipts ahead of it count as the present until one is in bounds again.
 */
export class ReceiptTimes {
  private suspected = false;
  private ahead = false;

  /** `elapsedMs`: since the tick before. */
  onTick(elapsedMs: number): void {
    if (isJump(elapsedMs)) this.suspected = this.ahead = false;
    else if (this.suspected) this.ahead = true;
  }

  /** The time of a receipt as it counts. */
  bounded(receivedAtMs: number, lastTickMs: number): number {
    return this.ahead && isFarAhead(receivedAtMs, lastTickMs) ? lastTickMs + TICK_MS : receivedAtMs;
  }

  /** Notes the receipt of a block that counts: repeats must make no difference. */
  note(receivedAtMs: number, lastTickMs: number): void {
    this.suspected = isFarAhead(receivedAtMs, lastTickMs);
    this.ahead &&= this.suspected;
  }

  state(): ReceiptState {
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
