import type { Schedule, ScheduledTarget } from './schedule';

/** Follows a schedule by the wall clock, slice by slice. */
export class DueSlices {
  /** By slice length: the number of the slice that was begun last. */
  private readonly lastSlices = new Map<number, number>();

  constructor(private readonly schedule: Schedule) {}

  /** Calls `onDue` for each target that became due since the last call, with the time of its slice. Returns when the next slice begins. */
  collectDue(wallMs: number, onDue: (target: ScheduledTarget, dueAtMs: number) => void): number {
    let nextAtMs = Infinity;
    for (const sliceMs of this.schedule.sliceLengthsMs) {
      nextAtMs = Math.min(nextAtMs, this.collectOf(sliceMs, wallMs, onDue));
    }
    return nextAtMs;
  }

  /** Forgets slices of lengths that the schedule no longer has. */
  dropUnused(): void {
    const lengthsMs = new Set(this.schedule.sliceLengthsMs);
    for (const sliceMs of this.lastSlices.keys()) if (!lengthsMs.has(sliceMs)) this.lastSlices.delete(sliceMs);
  }

  private collectOf(
    sliceMs: number,
    wallMs: number,
    onDue: (target: ScheduledTarget, dueAtMs: number) => void,
  ): number {
    const slice = Math.floor(wallMs / sliceMs);
    const last = this.lastSlices.get(sliceMs) ?? slice;
    // After a long pause (a suspended machine) each target is due once, not once per missed round.
    const from = Math.max(last + 1, slice - this.schedule.slotsMax(sliceMs) + 1);
    for (let at = from; at <= slice; at++) {
      for (const target of this.schedule.due(sliceMs, at)) onDue(target, at * sliceMs);
    }
    this.lastSlices.set(sliceMs, Math.max(last, slice));
    return (slice + 1) * sliceMs;
  }
}
