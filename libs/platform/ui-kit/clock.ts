import { computed, Injectable, signal } from '@angular/core';
import { momentNow } from './elapsed';

/** The present, once a second, for ages on the screen. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly ticks = signal(momentNow());
  readonly now = this.ticks.asReadonly();
  readonly nowMs = computed(() => this.ticks().wallMs);

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ticks.set(momentNow());
    }, 1_000);
    document.addEventListener('visibilitychange', () => this.ticks.set(momentNow()));
  }
}
