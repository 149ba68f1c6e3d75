/**
 * Waiting numbers in groups, bounded, taken in turn from each group. When more arrive than fit, the groups stay as different as possible: the
 * largest group gives up its newest one for the first of another group.
 */
export class SpreadSample {
  /** Group → its numbers, oldest first; the groups in the order of their next turn. */
  private readonly groups = new Map<string, number[]>();
  private count = 0;
  /** Number of groups by size. */
  private readonly sizes: number[] = [];

  constructor(
    private readonly max: number,
    private readonly perGroupMax: number,
  ) {}

  get size(): number {
    return this.count;
  }

  /** Adds a number that is not waiting. Returns the one that does not fit, which may be this one; null if all fit. */
  add(value: number, group: string): number | null {
    const own = this.groups.get(group);
    if (own !== undefined && own.length >= this.perGroupMax) return value;
    let dropped: number | null = null;
    if (this.count >= this.max) {
      const largest = this.sizes.findLastIndex((groups) => groups > 0);
      if (largest <= (own?.length ?? 0) + 1) return value;
      dropped = this.dropFrom(largest);
    }
    const values = own ?? [];
    values.push(value);
    if (own === undefined) this.groups.set(group, values);
    this.noteSize(values.length - 1, values.length);
    return dropped;
  }

  /** Returns the first number whose turn it is for which `isReady` holds, and removes it; null if there is none. */
  takeNext(isReady: (value: number) => boolean): number | null {
    for (const [group, values] of this.groups) {
      const at = values.findIndex(isReady);
      if (at === -1) continue;
      const [value = null] = values.splice(at, 1);
      this.noteSize(values.length + 1, values.length);
      this.groups.delete(group);
      if (values.length > 0) this.groups.set(group, values);
      return value;
    }
    return null;
  }

  /** Removes a number, if it waits. */
  remove(value: number, group: string): boolean {
    const values = this.groups.get(group);
    const at = values?.indexOf(value) ?? -1;
    if (values === undefined || at === -1) return false;
    values.splice(at, 1);
    this.noteSize(values.length + 1, values.length);
    if (values.length === 0) this.groups.delete(group);
    return true;
  }

  /** Removes the newest number of a group of this size. */
  private dropFrom(size: number): number | null {
    for (const values of this.groups.values()) {
      if (values.length !== size) continue;
      this.noteSize(size, size - 1);
      return values.pop() ?? null;
    }
    return null;
  }

  private noteSize(from: number, to: number): void {
    this.count += to - from;
    this.sizes[from] = (this.sizes[from] ?? 0) - 1;
    this.sizes[to] = (this.sizes[to] ?? 0) + 1;
    // Groups without numbers are none.
    this.sizes[0] = 0;
  }
}

/** Returns the network by which targets are spread: /24 of an IPv4 address, /48 of an IPv6 address. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip.slice(0, ip.lastIndexOf('.'));
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 3).join(':');
}
