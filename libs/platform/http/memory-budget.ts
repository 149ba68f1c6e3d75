/** Limit on the bytes of request bodies that are in memory at the same time. */
export class MemoryBudget {
  private heldBytes = 0;

  constructor(
    readonly bytesMax: number,
    private readonly onChange: (usedBytes: number) => void = () => undefined,
  ) {}

  get usedBytes(): number {
    return this.heldBytes;
  }

  /** Reserves `bytes` if the total stays within `share` of the budget (0 to 1); otherwise returns false. Call `release` to return them. */
  tryReserve(bytes: number, share = 1): boolean {
    if (this.heldBytes + bytes > this.bytesMax * share) return false;
    this.heldBytes += bytes;
    this.onChange(this.heldBytes);
    return true;
  }

  releaseBytes(bytes: number): void {
    this.heldBytes -= bytes;
    this.onChange(this.heldBytes);
  }
}
