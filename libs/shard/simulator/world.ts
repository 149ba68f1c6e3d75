import { setImmediate } from 'node:timers/promises';
import { seeded } from '@icmp-mon/shard/engine/testing';

interface Event {
  atMs: number;
  order: number;
  run: (() => void) | null;
}

/**
 * Virtual time: events run in the order of their times, events of the same time in the order in which they were scheduled. All promises
 * that an event awaits without passing time have settled before the next event, so a run depends only on its seed.
 */
export class World {
  /** Time since the run began, in ms. */
  nowMs = 0;
  readonly random: () => number;
  private readonly events: Event[] = [];
  private scheduled = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** Returns an integer from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Runs `run` after `afterMs`, unless the returned function is called before. */
  scheduleEvent(afterMs: number, run: () => void): () => void {
    const event: Event = { atMs: this.nowMs + Math.max(0, afterMs), order: this.scheduled++, run };
    this.pushEvent(event);
    return () => (event.run = null);
  }

  /** Runs events until `isDone`; returns false if none is left, or `endMs` is reached. */
  async runEvents(isDone: () => boolean, endMs: number): Promise<boolean> {
    for (let event = this.pop(); event !== undefined; event = this.pop()) {
      if (!event.run) continue;
      if (event.atMs > endMs) return false;
      this.nowMs = event.atMs;
      event.run();
      await setImmediate();
      if (isDone()) return true;
    }
    return false;
  }

  private pushEvent(event: Event): void {
    const { events } = this;
    let at = events.push(event) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(event, events[parent]); parent = (at - 1) >> 1) {
      events[at] = events[parent];
      at = parent;
    }
    events[at] = event;
  }

  private pop(): Event | undefined {
    const { events } = this;
    const first = events[0];
    const last = events.pop();
    if (last === undefined || events.length === 0) return first;
    let at = 0;
    for (let child = 1; child < events.length; child = 2 * at + 1) {
      if (child + 1 < events.length && isBefore(events[child + 1], events[child])) child++;
      if (!isBefore(events[child], last)) break;
      events[at] = events[child];
      at = child;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
