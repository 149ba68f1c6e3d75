import type { AddressKey } from './byte-cursor';

/** How long Linux remembers that packets to an address must be smaller, in ms (net.ipv4.route.mtu_expires), and one minute more. */
const REMEMBERED_MS = 11 * 60_000;
const ADDRESSES_MAX = 10_000;

interface Limit {
  size: number;
  atMs: number;
}

/**
 * Addresses for which a router has refused packets that must not be fragmented. The kernel then sends no further packets of that size for ten
 * minutes: these were not lost on this machine, they cannot reach the target.
 */
export class PathLimits {
  private readonly limits = new Map<AddressKey, Limit>();

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  /** Notes that packets with `size` bytes of data were too big. The oldest addresses are forgotten beyond 10,000. */
  noteTooBig(address: AddressKey, size: number): void {
    const known = this.current(address);
    this.limits.delete(address);
    this.limits.set(address, { size: Math.min(size, known?.size ?? size), atMs: this.steadyMs() });
    const oldest = this.limits.keys().next().value;
    if (this.limits.size > ADDRESSES_MAX && oldest !== undefined) this.limits.delete(oldest);
  }

  /** Whether a router has recently refused packets to the address that were not bigger than these. */
  isTooBig(address: AddressKey, size: number): boolean {
    const known = this.current(address);
    return known !== undefined && size >= known.size;
  }

  private current(address: AddressKey): Limit | undefined {
    const known = this.limits.get(address);
    return known !== undefined && this.steadyMs() - known.atMs < REMEMBERED_MS ? known : undefined;
  }
}
