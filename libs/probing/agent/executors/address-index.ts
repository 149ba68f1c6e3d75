import { type AddressKey, addressKeyOf } from './byte-cursor';

/** Finds the targets of a slice by address. Targets that share an address get their results in the order in which they were probed. */
export class AddressIndex {
  private readonly first = new Map<AddressKey, number>();
  /** Next target with the same address; -1 at the end. */
  private readonly next: Int32Array;
  private readonly taken: Uint8Array;

  constructor(ips: readonly string[]) {
    this.next = new Int32Array(ips.length).fill(-1);
    this.taken = new Uint8Array(ips.length);
    for (let index = ips.length - 1; index >= 0; index--) {
      const address = addressKeyOf(ips[index] ?? '');
      this.next[index] = this.first.get(address) ?? -1;
      this.first.set(address, index);
    }
  }

  has(address: AddressKey): boolean {
    return this.first.has(address);
  }

  /** Takes the first target of the address that was not taken yet, and returns it; -1 if there is none. */
  takeOpen(address: AddressKey): number {
    let index = this.first.get(address) ?? -1;
    while (index !== -1 && this.taken[index] === 1) index = this.next[index] ?? -1;
    if (index !== -1) this.taken[index] = 1;
    return index;
  }
}
