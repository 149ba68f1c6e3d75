import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import { FIGURES_KEYS_MAX, type TargetFigures } from '@icmp-mon/probing/contract';
import { TargetsClient } from './targets.client';

const AGAIN_MS = 10_000;
/** Delay before a read, ms, so that rows passed while scrolling are not read. */
const SETTLED_MS = 150;
/** Most rows whose figures are kept, including rows that left the screen. */
const KEPT_MAX = 500;

/** Round-trip time, loss and loss strip of the visible targets, read every 10 s; after a failed read the figures stay, marked as old. */
@Injectable()
export class ShownFigures {
  private readonly client = inject(TargetsClient);
  private readonly kept = signal<ReadonlyMap<number, TargetFigures>>(new Map());
  private readonly old = signal(false);
  private keys: readonly number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = false;

  readonly cellMs = signal(60_000);
  /** Whether the last read failed, so that the figures are old. */
  readonly isOld = this.old.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  figuresOf(key: number): TargetFigures | undefined {
    return this.kept().get(key);
  }

  /** Sets the visible targets. */
  showTargets(keys: readonly number[]): void {
    const asked = keys.slice(0, FIGURES_KEYS_MAX);
    if (asked.length === this.keys.length && asked.every((key, index) => key === this.keys[index])) return;
    this.keys = asked;
    this.scheduleRead(SETTLED_MS);
  }

  private scheduleRead(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.readFigures(), afterMs);
  }

  private async readFigures(): Promise<void> {
    const { keys } = this;
    if (this.reading) return this.scheduleRead(SETTLED_MS);
    if (keys.length === 0 || document.visibilityState !== 'visible') return this.scheduleRead(AGAIN_MS);
    this.reading = true;
    try {
      const page = await this.client.readFigures(keys);
      this.cellMs.set(page.cellMs);
      const fresh = new Map([...this.kept(), ...page.items.map((figures) => [figures.key, figures] as const)]);
      for (const key of fresh.keys()) if (fresh.size > KEPT_MAX && !keys.includes(key)) fresh.delete(key);
      this.kept.set(fresh);
      this.old.set(false);
    } catch {
      // The list reports the failure of the server; the figures are only marked as old.
      this.old.set(true);
    } finally {
      this.reading = false;
      if (keys === this.keys) this.scheduleRead(AGAIN_MS);
      else this.scheduleRead(SETTLED_MS);
    }
  }
}
