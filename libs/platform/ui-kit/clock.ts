import { computed, Injectable, signal } from '@angular/core';
import { type Moment, momentNow } from './elapsed';
import { clockBehindMs } from './server-clock';

/** The present, once a second, for ages on the screen. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly ticks = signal(momentNow());
  readonly now = this.ticks.asReadonly();
  private readonly behindState = signal(0);
  /** How far the browser's clock is behind the installation's, ms; 0 until that is known. */
  readonly behindMs = this.behindState.asReadonly();
  /** The installation's clock, which all times from the server refer to. */
  readonly nowMs = computed(() => this.ticks().wallMs + this.behindMs());

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ticks.set(momentNow());
    }, 1_000);
    document.addEventListener('visibilitychange', () => this.ticks.set(momentNow()));
  }

  /** Compares the installation's clock with the browser's. `serverAt` is absent from servers of an earlier release. */
  compareWith(serverAt: string | undefined, at: Moment): void {
    this.behindState.set(clockBehindMs(serverAt, at));
  }
}
