import { Injectable, signal } from '@angular/core';

/** The present, once a second, for ages on the screen. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly ticks = signal(Date.now());
  readonly nowMs = this.ticks.asReadonly();

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ticks.set(Date.now());
    }, 1_000);
    document.addEventListener('visibilitychange', () => this.ticks.set(Date.now()));
  }
}
