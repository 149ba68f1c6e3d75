import { computed, Injectable, signal } from '@angular/core';
import { type Moment, momentNow } from './elapsed';
import { clockBehindMs } from './server-clock';

/** The current time as signals that change every second, for ages on pages. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly ticks = signal(momentNow());
  readonly now = this.ticks.asReadonly();
  private readonly behindState = signal(0);
  /** How far the browser's clock is behind the installation's, ms; 0 while unknown. */
  readonly behindMs = this.behindState.asReadonly();
  /** Time of the installation's clock, ms since 1970; all times from the server refer to it. */
  readonly nowMs = computed(() => this.ticks().wallMs + this.behindMs());

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ticks.set(momentNow());
    }, 1_000);
    document.addEventListener('visibilitychange', () => this.ticks.set(momentNow()));
  }

  /** Measures how far the browser's clock is behind the installation's. `serverAt` is undefined for servers of an earlier release. */
  compareWith(serverAt: string | undefined, at: Moment): void {
    this.behindState.set(clockBehindMs(serverAt, at));
  }
}
