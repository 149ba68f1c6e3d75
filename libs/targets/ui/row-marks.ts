/** How long a changed row is tinted, ms. */
export const TINT_FOR_MS = 1_200;

/** Marks on listed rows since the last read of the list: rows out of place, tinted after a change, or removed. */
export class RowMarks {
  private readonly displaced = new Set<string>();
  private readonly tinted = new Map<string, number>();
  private readonly removed = new Set<string>();

  /** Number of rows that are new, removed, or belong elsewhere. */
  get outOfPlace(): number {
    return this.displaced.size;
  }

  isTinted(id: string): boolean {
    return this.tinted.has(id);
  }

  isRemoved(id: string): boolean {
    return this.removed.has(id);
  }

  markOutOfPlace(id: string): void {
    this.displaced.add(id);
  }

  tint(id: string, nowMs: number): void {
    this.tinted.set(id, nowMs + TINT_FOR_MS);
  }

  markRemoved(id: string): void {
    this.removed.add(id);
    this.displaced.add(id);
  }

  /** Clears the mark of a removed row: the target was registered again, or its removal was older than the change just received. */
  markPresent(id: string): void {
    this.removed.delete(id);
  }

  fadeTints(nowMs: number): void {
    for (const [id, untilMs] of this.tinted) if (untilMs <= nowMs) this.tinted.delete(id);
  }

  clear(): void {
    this.displaced.clear();
    this.tinted.clear();
    this.removed.clear();
  }
}
