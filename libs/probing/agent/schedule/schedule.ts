import { checkIdentity } from '@icmp-mon/tiers/contract';
import type { PlannedTarget } from './target-plan';

/**
 * Longest slice, in ms. Starting an executor costs as much as hundreds of probes, so slices are long. Targets that were removed are
 * still probed until their slice ends, so slices are not longer than this.
 */
const SLICE_MS_MAX = 5_000;

/** A planned check of a target and its place in time. */
export interface ScheduledTarget extends PlannedTarget {
  /** Length of its slices, in ms. */
  sliceMs: number;
  /** Number of slices from one probe to the next. */
  slots: number;
  /** Place within the interval, by hash: 0 to below 1. */
  phase: number;
  /** True while it has been taken from the schedule and not been probed yet. */
  waiting: boolean;
  /** When it became due, by the monotonic clock in ms. */
  dueAtMs: number;
  /** Outcome of the last probe; -1 before the first. */
  lastOutcome: number;
  /** Consecutive misses. */
  misses: number;
  removed: boolean;
  /** Whether the next miss is the first after an answer, and is to be confirmed. */
  isConfirmedNext: boolean;
}

/**
 * Which targets are due in which slice. Each target has its own phase in its interval, a hash of its key: packets are spread evenly, and
 * a target keeps its place regardless of changes to others.
 */
export class Schedule {
  private readonly byId = new Map<number, ScheduledTarget>();
  /** Slice length → slices per interval → targets of each slot, sorted by phase. */
  private readonly rings = new Map<number, Map<number, ScheduledTarget[][]>>();

  get size(): number {
    return this.byId.size;
  }

  /** Average packets per second. */
  get targetsPerSecond(): number {
    let sum = 0;
    for (const [sliceMs, rings] of this.rings) {
      for (const [slots, ring] of rings) {
        sum += (ring.reduce((total, slot) => total + slot.length, 0) * 1_000) / (slots * sliceMs);
      }
    }
    return sum;
  }

  /** Distinct slice lengths: intervals with the same slice length are due together. */
  get sliceLengthsMs(): number[] {
    return [...this.rings.keys()];
  }

  /** Returns the number of slots of the longest interval with slices of this length. */
  slotsMax(sliceMs: number): number {
    return Math.max(1, ...(this.rings.get(sliceMs)?.keys() ?? []));
  }

  /** Replaces the schedule with the plan; unchanged targets keep their history. Returns the new targets. */
  replacePlan(plan: readonly PlannedTarget[]): ScheduledTarget[] {
    const fresh: ScheduledTarget[] = [];
    const touched = new Set<ScheduledTarget[]>();
    const kept = new Set<number>();
    for (const target of plan) {
      const id = idOf(target);
      kept.add(id);
      const known = this.byId.get(id);
      if (known !== undefined && isSame(known, target)) continue;
      if (known !== undefined) this.remove(known);
      const added = this.add(target, touched);
      if (known === undefined || known.ip !== target.ip) fresh.push(added);
      else Object.assign(added, historyOf(known));
    }
    if (kept.size < this.byId.size) {
      for (const target of [...this.byId.values()]) if (!kept.has(idOf(target))) this.remove(target);
    }
    for (const slot of touched) slot.sort((a, b) => a.phase - b.phase);
    for (const [sliceMs, rings] of this.rings) {
      for (const [slots, ring] of rings) if (ring.every((slot) => slot.length === 0)) rings.delete(slots);
      if (rings.size === 0) this.rings.delete(sliceMs);
    }
    return fresh;
  }

  /** Returns the targets of slice number `slice` of length `sliceMs`, in the order of their phases within the slice. */
  due(sliceMs: number, slice: number): readonly ScheduledTarget[] {
    const due: ScheduledTarget[][] = [];
    for (const [slots, ring] of this.rings.get(sliceMs) ?? []) {
      const slot = ring[slice % slots];
      if (slot !== undefined && slot.length > 0) due.push(slot);
    }
    // The targets of one interval are sorted; those of several are merged by their place within the slice.
    return due.length > 1 ? due.flat().sort((a, b) => placeInSlice(a) - placeInSlice(b)) : (due[0] ?? []);
  }

  private add(target: PlannedTarget, touched: Set<ScheduledTarget[]>): ScheduledTarget {
    const slots = Math.ceil(target.intervalMs / SLICE_MS_MAX);
    const sliceMs = target.intervalMs / slots;
    const phase = phaseOf(target.key, target.check);
    const { key, ip, check, definition, intervalMs, timeoutMs, confirm } = target;
    // Each property by name: a copy by spread keeps the added ones in a second object, 80 bytes for each target.
    const added: ScheduledTarget = {
      key,
      ip,
      check,
      definition,
      intervalMs,
      timeoutMs,
      confirm,
      sliceMs,
      slots,
      phase,
      waiting: false,
      dueAtMs: 0,
      lastOutcome: -1,
      misses: 0,
      removed: false,
      isConfirmedNext: false,
    };
    const rings = this.rings.get(sliceMs) ?? new Map<number, ScheduledTarget[][]>();
    this.rings.set(sliceMs, rings);
    const ring = rings.get(slots) ?? Array.from({ length: slots }, () => []);
    rings.set(slots, ring);
    const slot = ring[Math.floor(phase * slots)] ?? [];
    slot.push(added);
    touched.add(slot);
    this.byId.set(idOf(target), added);
    return added;
  }

  private remove(target: ScheduledTarget): void {
    target.removed = true;
    this.byId.delete(idOf(target));
    const slot = this.rings.get(target.sliceMs)?.get(target.slots)?.[Math.floor(target.phase * target.slots)];
    const at = slot?.indexOf(target) ?? -1;
    if (at !== -1) slot?.splice(at, 1);
  }
}

/** Numbers of checks are below this. */
const CHECKS_MAX = 65_536;
/** Distance of the phases of two successive checks of a target, so that its probes do not coincide. */
const CHECK_PHASE = 0.381966;

/** Returns what identifies a check of a target. */
function idOf({ key, check }: PlannedTarget): number {
  return key * CHECKS_MAX + check;
}

/** Returns the phase: multiplicative hashing by the golden ratio spreads consecutive keys, which an installation has, far apart. */
export function phaseOf(key: number, check: number): number {
  return ((Math.imul(key, 0x9e3779b1) >>> 0) / 2 ** 32 + (check - 1) * CHECK_PHASE) % 1;
}

function placeInSlice(target: ScheduledTarget): number {
  return (target.phase * target.slots) % 1;
}

/** Returns what a changed target keeps. */
function historyOf({ lastOutcome, misses, isConfirmedNext }: ScheduledTarget): Partial<ScheduledTarget> {
  return { lastOutcome, misses, isConfirmedNext };
}

function isSame(known: ScheduledTarget, target: PlannedTarget): boolean {
  return (
    known.ip === target.ip &&
    known.intervalMs === target.intervalMs &&
    known.timeoutMs === target.timeoutMs &&
    known.confirm === target.confirm &&
    (known.definition === target.definition || identityOf(known) === identityOf(target))
  );
}

const identities = new WeakMap<PlannedTarget['definition'], string>();

/** Returns what is probed as a text, computed once per definition: each answer of the gateway contains the tiers again. */
function identityOf({ definition }: PlannedTarget): string {
  let identity = identities.get(definition);
  if (identity === undefined) identities.set(definition, (identity = checkIdentity(definition)));
  return identity;
}
