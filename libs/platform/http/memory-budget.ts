/** Bytes of request bodies that may be in memory at once. */
export class MemoryBudget {
  private heldBytes = 0;

  constructor(
    readonly bytesMax: number,
    private readonly onChange: (usedBytes: number) => void = () => undefined,
  ) {}

  get usedBytes(): number {
    return this.heldBytes;
  }

  /** Reserves `bytes` when they fit below `share` of the budget (0 to 1); the caller gives them back by `release`. */
  tryReserve(bytes: number, share = 1): boolean {
    if (this.heldBytes + bytes > this.bytesMax * share) return false;
    this.heldBytes += bytes;
    this.onChange(this.heldBytes);
    return true;
  }

  release(bytes: number): void {
    this.heldBytes -= bytes;
    this.onChange(this.heldBytes);
  }
}
