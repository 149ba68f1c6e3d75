import type { PlannedTarget } from './target-plan';

/**
 * Starting an executor costs as much as hundreds of probes, so a slice is long; what is no longer wanted is still probed
 * until it ends, so it is not longer.
 */
const SLICE_MS_MAX = 5_000;

/** A planned target and where it stands in time. */
export interface ScheduledTarget extends PlannedTarget {
  /** Length of its slices, */
  sliceMs: number;
  /** and how many of them are between two probes. */
  slots: number;
  /** 0 to 1: place within the interval, by hash. */
  phase: number;
  /** Taken from the schedule and not probed yet. */
  waiting: boolean;
  /** When it was due, ms of the monotonic clock. */
  dueAtMs: number;
  /** Outcome of the last probe, -1 before the first. */
  lastOutcome: number;
  /** Misses in a row. */
  misses: number;
  removed: boolean;
}

/**
 * Who is due in which slice of time. Each target has its own phase in its interval, a hash of its key, so that packets
 * are spread evenly and a target keeps its place whatever happens to others.
 */
export class Schedule {
  private readonly byKey = new Map<number, ScheduledTarget>();
  /** Slice length → slices of an interval → the targets of each slot, in order of their phase. */
  private readonly rings = new Map<number, Map<number, ScheduledTarget[][]>>();

  get size(): number {
    return this.byKey.size;
  }

  /** Packets per second, on average. */
  get targetsPerSecond(): number {
    let sum = 0;
    for (const [sliceMs, rings] of this.rings) {
      for (const [slots, ring] of rings) {
        sum += (ring.reduce((total, slot) => total + slot.length, 0) * 1_000) / (slots * sliceMs);
      }
    }
    return sum;
  }

  /** The lengths of slices there are: intervals with slices of the same length are due together. */
  get sliceLengthsMs(): number[] {
    return [...this.rings.keys()];
  }

  /** Slots of the longest interval that has slices of this length. */
  slotsMax(sliceMs: number): number {
    return Math.max(1, ...(this.rings.get(sliceMs)?.keys() ?? []));
  }

  /** Makes the plan the schedule; what stays as it was keeps its history. Returns the targets that are new. */
  replace(plan: readonly PlannedTarget[]): ScheduledTarget[] {
    const fresh: ScheduledTarget[] = [];
    const touched = new Set<ScheduledTarget[]>();
    const kept = new Set<number>();
    for (const target of plan) {
      kept.add(target.key);
      const known = this.byKey.get(target.key);
      if (known !== undefined && isSame(known, target)) continue;
      if (known !== undefined) this.remove(known);
      const added = this.add(target, touched);
      if (known === undefined || known.ip !== target.ip) fresh.push(added);
      else Object.assign(added, { lastOutcome: known.lastOutcome, misses: known.misses });
    }
    if (kept.size < this.byKey.size) {
      for (const target of [...this.byKey.values()]) if (!kept.has(target.key)) this.remove(target);
    }
    for (const slot of touched) slot.sort((a, b) => a.phase - b.phase);
    for (const [sliceMs, rings] of this.rings) {
      for (const [slots, ring] of rings) if (ring.every((slot) => slot.length === 0)) rings.delete(slots);
      if (rings.size === 0) this.rings.delete(sliceMs);
    }
    return fresh;
  }

  /** The targets of slice number `slice` of those that are `sliceMs` long, in the order of their phases within it. */
  due(sliceMs: number, slice: number): readonly ScheduledTarget[] {
    const due: ScheduledTarget[][] = [];
    for (const [slots, ring] of this.rings.get(sliceMs) ?? []) {
      const slot = ring[slice % slots];
      if (slot !== undefined && slot.length > 0) due.push(slot);
    }
    // One interval's targets are in order already; of several, each stands at its place within the slice.
    return due.length > 1 ? due.flat().sort((a, b) => placeInSlice(a) - placeInSlice(b)) : (due[0] ?? []);
  }

  private add(target: PlannedTarget, touched: Set<ScheduledTarget[]>): ScheduledTarget {
    const slots = Math.ceil(target.intervalMs / SLICE_MS_MAX);
    const sliceMs = target.intervalMs / slots;
    const phase = phaseOf(target.key);
    const state = { waiting: false, dueAtMs: 0, lastOutcome: -1, misses: 0, removed: false };
    const added: ScheduledTarget = { ...target, sliceMs, slots, phase, ...state };
    const rings = this.rings.get(sliceMs) ?? new Map<number, ScheduledTarget[][]>();
    this.rings.set(sliceMs, rings);
    const ring = rings.get(slots) ?? Array.from({ length: slots }, () => []);
    rings.set(slots, ring);
    const slot = ring[Math.floor(phase * slots)] ?? [];
    slot.push(added);
    touched.add(slot);
    this.byKey.set(target.key, added);
    return added;
  }

  private remove(target: ScheduledTarget): void {
    target.removed = true;
    this.byKey.delete(target.key);
    const slot = this.rings.get(target.sliceMs)?.get(target.slots)?.[Math.floor(target.phase * target.slots)];
    const at = slot?.indexOf(target) ?? -1;
    if (at !== -1) slot?.splice(at, 1);
  }
}

/** Multiplicative hashing by the golden ratio: consecutive keys, which is what one installation has, fall far apart. */
export function phaseOf(key: number): number {
  return (Math.imul(key, 0x9e3779b1) >>> 0) / 2 ** 32;
}

function placeInSlice(target: ScheduledTarget): number {
  return (target.phase * target.slots) % 1;
}

function isSame(known: ScheduledTarget, target: PlannedTarget): boolean {
  return (
    known.ip === target.ip &&
    known.intervalMs === target.intervalMs &&
    known.timeoutMs === target.timeoutMs &&
    known.check === target.check
  );
}
