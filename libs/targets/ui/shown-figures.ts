import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import { FIGURES_KEYS_MAX, type TargetFigures } from '@icmp-mon/probing/contract';
import { TargetsClient } from './targets.client';

const AGAIN_MS = 10_000;
/** While the reader scrolls, rows pass that are not looked at. */
const SETTLED_MS = 150;
/** Rows of which the figures are kept after they have left the screen. */
const KEPT_MAX = 500;

/** Round trip, loss and strip of the targets on the screen, read again every 10 s; those that cannot be read stay, marked old. */
@Injectable()
export class ShownFigures {
  private readonly client = inject(TargetsClient);
  private readonly kept = signal<ReadonlyMap<number, TargetFigures>>(new Map());
  private readonly old = signal(false);
  private keys: readonly number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = false;

  readonly cellMs = signal(60_000);
  /** Whether the last read failed, so that what is shown is old. */
  readonly isOld = this.old.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  of(key: number): TargetFigures | undefined {
    return this.kept().get(key);
  }

  /** Sets the targets on the screen. */
  show(keys: readonly number[]): void {
    const asked = keys.slice(0, FIGURES_KEYS_MAX);
    if (asked.length === this.keys.length && asked.every((key, index) => key === this.keys[index])) return;
    this.keys = asked;
    this.schedule(SETTLED_MS);
  }

  private schedule(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(), afterMs);
  }

  private async read(): Promise<void> {
    const { keys } = this;
    if (this.reading) return this.schedule(SETTLED_MS);
    if (keys.length === 0 || document.visibilityState !== 'visible') return this.schedule(AGAIN_MS);
    this.reading = true;
    try {
      const page = await this.client.figures(keys);
      this.cellMs.set(page.cellMs);
      const fresh = new Map([...this.kept(), ...page.items.map((figures) => [figures.key, figures] as const)]);
      for (const key of fresh.keys()) if (fresh.size > KEPT_MAX && !keys.includes(key)) fresh.delete(key);
      this.kept.set(fresh);
      this.old.set(false);
    } catch {
      // The list itself reports why the server does not answer; figures become old.
      this.old.set(true);
    } finally {
      this.reading = false;
      if (keys === this.keys) this.schedule(AGAIN_MS);
      else this.schedule(SETTLED_MS);
    }
  }
}
