import type { AddressIndex } from './address-index';
import type { AddressKey } from './byte-cursor';

/**
 * Finds the packets that were never sent: those of a target in fping's summary for which it printed neither a reply nor a timeout. A target
 * that received everything has none, and one without a summary has no data.
 */
export class UnsentPackets {
  /** Whether fping printed a summary of any target: otherwise it may have done nothing. */
  hasSummary = false;
  /** By address, how many of its targets received less than they were sent. */
  private readonly incomplete = new Map<AddressKey, number>();

  constructor(private readonly packets: number) {}

  /** Adds a target that received less than it was sent. */
  addIncomplete(address: AddressKey): void {
    this.incomplete.set(address, (this.incomplete.get(address) ?? 0) + 1);
  }

  /** Takes the unsent packets from `asked`; `take` gets the place of each. */
  takeAll(asked: AddressIndex, take: (index: number, address: AddressKey) => void): void {
    for (const [address, count] of this.incomplete) {
      for (let packet = 0; packet < this.packets; packet++) {
        for (let left = count; left > 0; left--) {
          const index = asked.takeOpen(address, packet);
          if (index === -1) break;
          take(index, address);
        }
      }
    }
  }
}
