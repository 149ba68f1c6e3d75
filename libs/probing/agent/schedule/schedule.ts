import type { PlannedTarget } from './target-plan';

export const SLICE_MS = 1_000;

/** A planned target and where it stands in time. */
export interface ScheduledTarget extends PlannedTarget {
  /** Slices between two probes. */
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
  /** For each interval (in slices) the targets of each slot, in order of their phase. */
  private readonly rings = new Map<number, ScheduledTarget[][]>();

  get size(): number {
    return this.byKey.size;
  }

  /** Packets per slice, on average. */
  get targetsPerSlice(): number {
    let sum = 0;
    for (const [slots, ring] of this.rings) sum += ring.reduce((total, slot) => total + slot.length, 0) / slots;
    return sum;
  }

  /** Slots of the longest interval. */
  get slotsMax(): number {
    return Math.max(1, ...this.rings.keys());
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
    for (const [slots, ring] of this.rings) if (ring.every((slot) => slot.length === 0)) this.rings.delete(slots);
    return fresh;
  }

  /** The targets of a slice, in the order of their phases within it. */
  due(slice: number): ScheduledTarget[] {
    const due: ScheduledTarget[] = [];
    let rings = 0;
    for (const [slots, ring] of this.rings) {
      const slot = ring[slice % slots];
      if (slot === undefined || slot.length === 0) continue;
      due.push(...slot);
      rings++;
    }
    // One interval's targets are in order already; of several, each stands at its place within the slice.
    return rings > 1 ? due.sort((a, b) => placeInSlice(a) - placeInSlice(b)) : due;
  }

  private add(target: PlannedTarget, touched: Set<ScheduledTarget[]>): ScheduledTarget {
    const slots = Math.max(1, Math.round(target.intervalMs / SLICE_MS));
    const phase = phaseOf(target.key);
    const state = { waiting: false, dueAtMs: 0, lastOutcome: -1, misses: 0, removed: false };
    const added: ScheduledTarget = { ...target, slots, phase, ...state };
    const ring = this.rings.get(slots) ?? Array.from({ length: slots }, () => []);
    this.rings.set(slots, ring);
    const slot = ring[Math.floor(phase * slots)] ?? [];
    slot.push(added);
    touched.add(slot);
    this.byKey.set(target.key, added);
    return added;
  }

  private remove(target: ScheduledTarget): void {
    target.removed = true;
    this.byKey.delete(target.key);
    const slot = this.rings.get(target.slots)?.[Math.floor(target.phase * target.slots)];
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
