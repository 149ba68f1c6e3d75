/**
 * Number of results with an order-independent checksum: two sums modulo 2^32 of hashes of all fields. It detects lost, duplicated and
 * changed results; two errors that cancel each other are practically impossible.
 */
export class Tally {
  count = 0;
  private sumA = 0;
  private sumB = 0;

  /** Adds a result. `agent` is `agentHash(agentId)`; `sampleMs` is in ms since 1970. */
  add(targetKey: number, agent: number, sampleMs: number, outcome: number, rttUs: number): void {
    let mixed = Math.imul(targetKey ^ 0x9e37_79b9, 0x85eb_ca6b) ^ agent;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35) ^ (sampleMs | 0) ^ (sampleMs / 0x1_0000_0000);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4_eb2f) ^ rttUs ^ (outcome << 28);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
    this.count++;
    this.sumA = (this.sumA + (mixed ^ (mixed >>> 13))) >>> 0;
    mixed = Math.imul(mixed ^ targetKey, 0x1656_67b1) ^ (rttUs << 7) ^ (sampleMs | 0);
    this.sumB = (this.sumB + (mixed ^ (mixed >>> 15))) >>> 0;
  }

  addAll(other: { count: number; sumA: number; sumB: number } | Tally): void {
    const { count, sumA, sumB } = other instanceof Tally ? other.toJSON() : other;
    this.count += count;
    this.sumA = (this.sumA + sumA) >>> 0;
    this.sumB = (this.sumB + sumB) >>> 0;
  }

  equals(other: Tally): boolean {
    return this.toString() === other.toString();
  }

  toJSON(): { count: number; sumA: number; sumB: number } {
    return { count: this.count, sumA: this.sumA, sumB: this.sumB };
  }

  toString(): string {
    return `${this.count}:${this.sumA.toString(16)}:${this.sumB.toString(16)}`;
  }

  static from(json: { count: number; sumA: number; sumB: number }): Tally {
    const tally = new Tally();
    tally.addAll(json);
    return tally;
  }
}

/** Returns 32 bits of an agent's id (FNV-1a), the same for the generator and the reader. */
export function agentHash(agentId: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < agentId.length; at++) hash = Math.imul(hash ^ agentId.charCodeAt(at), 0x0100_0193);
  return hash | 0;
}
