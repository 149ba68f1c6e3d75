const EMPTY = -1;
const INITIAL_CAPACITY = 16;
/** 2^32 divided by the golden ratio: spreads consecutive keys evenly (Knuth, TAOCP 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * Map from 32-bit integers to integers from 0 to 2^31-1. A lookup costs one cache miss and an entry 16 to 32 bytes; a `Map` takes
 * several of the former and more of the latter. Open addressing with linear probing, at most half full.
 */
export class IntMap {
  /** Keys and values interleaved. */
  private table = new Int32Array(INITIAL_CAPACITY * 2).fill(EMPTY);
  private shift = 32 - Math.log2(INITIAL_CAPACITY);
  private entries = 0;

  get size(): number {
    return this.entries;
  }

  /** Returns the value, or -1 when the key is absent. */
  get(key: number): number {
    return this.table[this.placeOf(key) + 1];
  }

  set(key: number, value: number): void {
    let at = this.placeOf(key);
    if (this.table[at + 1] === EMPTY) {
      if (++this.entries * 4 > this.table.length) {
        this.growTable();
        at = this.placeOf(key);
      }
      this.table[at] = key;
    }
    this.table[at + 1] = value;
  }

  delete(key: number): void {
    let hole = this.placeOf(key);
    if (this.table[hole + 1] === EMPTY) return;
    this.entries--;
    // Entries displaced past the hole move back into it, so that no lookup ends too early.
    for (let at = this.nextSlot(hole); this.table[at + 1] !== EMPTY; at = this.nextSlot(at)) {
      const home = this.homeOf(this.table[at]);
      const reachesHole = hole <= at ? home <= hole || home > at : home <= hole && home > at;
      if (!reachesHole) continue;
      this.table[hole] = this.table[at];
      this.table[hole + 1] = this.table[at + 1];
      hole = at;
    }
    this.table[hole + 1] = EMPTY;
  }

  /** Visits the values in unspecified order. */
  forEachValue(visit: (value: number) => void): void {
    for (let at = 1; at < this.table.length; at += 2) if (this.table[at] !== EMPTY) visit(this.table[at]);
  }

  /** Returns the index of the key, or the free index where it would be inserted. */
  private placeOf(key: number): number {
    const { table } = this;
    const wanted = key | 0;
    let at = this.homeOf(key);
    while (table[at + 1] !== EMPTY && table[at] !== wanted) at = this.nextSlot(at);
    return at;
  }

  private homeOf(key: number): number {
    return (Math.imul(key, GOLDEN) >>> this.shift) * 2;
  }

  private nextSlot(at: number): number {
    return at + 2 === this.table.length ? 0 : at + 2;
  }

  private growTable(): void {
    const before = this.table;
    this.table = new Int32Array(before.length * 2).fill(EMPTY);
    this.shift--;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1] === EMPTY) continue;
      const at = this.placeOf(before[from]);
      this.table[at] = before[from];
      this.table[at + 1] = before[from + 1];
    }
  }
}
