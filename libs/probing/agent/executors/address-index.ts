import { type AddressKey, addressKeyOf } from './byte-cursor';

/**
 * Finds the packets of a slice by address and number. A packet's place is its number times the targets, plus the target. Targets that share an
 * address get their results in the order in which they were probed.
 */
export class AddressIndex {
  private readonly first = new Map<AddressKey, number>();
  /** Next target with the same address; -1 at the end. */
  private readonly next: Int32Array;
  private readonly taken: Uint8Array;

  constructor(
    ips: readonly string[],
    private readonly packets = 1,
  ) {
    this.next = new Int32Array(ips.length).fill(-1);
    this.taken = new Uint8Array(ips.length * packets);
    for (let index = ips.length - 1; index >= 0; index--) {
      const address = addressKeyOf(ips[index] ?? '');
      this.next[index] = this.first.get(address) ?? -1;
      this.first.set(address, index);
    }
  }

  has(address: AddressKey): boolean {
    return this.first.has(address);
  }

  /** Takes the packet with this number of the first target of the address for which it was not taken yet. Returns its place; -1 if there is none. */
  takeOpen(address: AddressKey, packet: number): number {
    if (packet >= this.packets) return -1;
    const base = packet * this.next.length;
    let index = this.first.get(address) ?? -1;
    while (index !== -1 && this.taken[base + index] === 1) index = this.next[index] ?? -1;
    if (index === -1) return -1;
    this.taken[base + index] = 1;
    return base + index;
  }
}
