import type { AddressKey } from './byte-cursor';

interface HeldMiss {
  index: number;
  address: AddressKey;
  sentAtMs: number;
  atMs: number;
}

export interface HeldMissesOptions {
  /** Whether the miss counts: fping received replies of this family and listened all along. */
  canCount: (address: AddressKey, sentAtMs: number, atMs: number) => boolean;
  /** Whether that may still become known. */
  canWait: (address: AddressKey) => boolean;
  /** Targets of the slice: the place of a packet is its number times these, plus its target. */
  targets: number;
  settle: (index: number, address: AddressKey, sentAtMs: number) => void;
  /** Called for a miss that does not count in the end. */
  discard: (index: number, address: AddressKey, sentAtMs: number, atMs: number) => void;
}

/** Timeouts printed by fping that are not results yet. A timeout that does not count in the end has no result. */
export class HeldMisses {
  private misses: HeldMiss[] = [];

  constructor(private readonly options: HeldMissesOptions) {}

  get isEmpty(): boolean {
    return this.misses.length === 0;
  }

  add(index: number, address: AddressKey, sentAtMs: number, atMs: number): void {
    this.misses.push({ index, address, sentAtMs, atMs });
  }

  /** Removes the first miss of that packet of the address, whose reply has arrived after all, and returns its index; -1 if there is none. */
  takeMiss(address: AddressKey, packet: number): number {
    const { targets } = this.options;
    const at = this.misses.findIndex((miss) => miss.address === address && Math.floor(miss.index / targets) === packet);
    return this.misses.splice(at, at === -1 ? 0 : 1)[0]?.index ?? -1;
  }

  /** Returns the last miss held now, for `settleUpTo` at the next check. */
  lastHeld(): number {
    return this.misses.at(-1)?.index ?? -1;
  }

  /** Settles the misses up to the mark. */
  settleUpTo(mark: number): void {
    const end = this.misses.findIndex(({ index }) => index === mark);
    if (end === -1) return;
    const due = this.misses.splice(0, end + 1);
    this.misses = [...this.settleEach(due, true), ...this.misses];
  }

  settleAll(): void {
    this.settleEach(this.misses.splice(0), false);
  }

  private settleEach(misses: readonly HeldMiss[], mayWait: boolean): HeldMiss[] {
    const { canCount, canWait, settle, discard } = this.options;
    return misses.filter(({ index, address, sentAtMs, atMs }) => {
      if (mayWait && canWait(address)) return true;
      if (canCount(address, sentAtMs, atMs)) settle(index, address, sentAtMs);
      else discard(index, address, sentAtMs, atMs);
      return false;
    });
  }
}
